"use strict";

/* Between two pages. This script runs before anything of the page is there. What is pressed on a page that is being left
   is no answer: the next page may be meant, or a word is being typed of which the rest comes there. */

(() => {
  const PRESSED = "facedaemon-pressed";
  const PAUSE_MS = 700; // between two letters of a word less time passes
  const FIELDS = "input:not([type=checkbox], [type=radio], [type=range]), select, textarea";
  const MOST_MS = 10_000; // where no page came by then, this one can be used again

  let left = -Infinity; // when this page was left, by the clock of the page
  let isAnswered = false; // by an answer, which has to reach the server
  let isReady = false;
  let isClicked = false;
  let pressed = Number(sessionStorage.getItem(PRESSED)); // the last key that came too early, in ms since 1970
  sessionStorage.removeItem(PRESSED);

  const isLeft = () => performance.now() - left < MOST_MS;

  function leave(byAnswer) {
    left = performance.now();
    isAnswered = byAnswer;
  }

  function drop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  /** Whether following the link, or whatever was clicked, leads this tab to another page. */
  function leadsOn(event) {
    const link = event.target.closest?.("a[href]:not([target], [download])");
    const isHere = !link || link.getAttribute("href").startsWith("#");
    return !isHere && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  }

  addEventListener(
    "click",
    (event) => {
      if (event.detail === 1) isClicked = true;
      const isOfFormerPage = event.detail > 1 && !isClicked; // the first click of a double click led here
      const isLink = leadsOn(event);
      if (isOfFormerPage || (isLink && isLeft() && isAnswered)) drop(event); // the answer would not be sent any more
      else if (isLink) leave(false);
    },
    true,
  );
  addEventListener(
    "submit",
    (event) => {
      const isAnswer = event.target.method === "post";
      if (isLeft() && (isAnswered || isAnswer)) drop(event);
      else leave(isAnswer);
    },
    true,
  );
  addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") left = -Infinity; // the browser's own key to stop it
      const isLetter = event.key.length === 1 || event.key === "Enter" || event.key === "Delete";
      if (!isLetter || event.ctrlKey || event.altKey || event.metaKey) return;
      const isEarly = isLeft() || !isReady || Date.now() - pressed < PAUSE_MS;
      pressed = isEarly ? Date.now() : 0;
      if (isEarly && !event.target.matches(FIELDS)) drop(event);
    },
    true,
  );
  addEventListener("DOMContentLoaded", () => {
    isReady = true; // the other scripts have run
  });
  addEventListener("pagehide", () => {
    if (Date.now() - pressed < PAUSE_MS) sessionStorage.setItem(PRESSED, pressed);
  });
  addEventListener("hashchange", () => {
    left = -Infinity; // the link led to a place on this page
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // by the way back, as it was left: answers came since
  });
})();
