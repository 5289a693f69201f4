"use strict";

/* Keys, ticks, and the whole photo beside a face. Every key presses a button or goes to a field that the page has anyway;
   without this script the pages work by mouse. The table of keys stands in the page's help (review/keys.py). */

(() => {
  const KEPT = "facedaemon-ticks";
  const HOVER_MS = 450;
  const FIELDS = "input:not([type=checkbox], [type=radio], [type=range], [type=hidden]), select, textarea";

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const isShown = (element) => element.checkVisibility();
  const main = document.getElementById("main");
  const press = new Map();
  for (const line of all("#keys [data-press]")) {
    for (const key of line.dataset.press.split(" ")) press.set(key, line.dataset.does);
  }

  /* The chosen face is the one that has the focus, or for which a name is being typed. */

  let naming = null;
  let meant = null; // the face that the next form is about, where it could be about all that are ticked

  const faces = () => all(".face").filter(isShown);
  const chosen = () => naming ?? document.activeElement?.closest(".face") ?? null;
  const handle = (face) => face.querySelector("input[type=checkbox]") ?? face.querySelector("a, button");

  function choose(face) {
    handle(face).focus({ focusVisible: true, preventScroll: true });
    face.scrollIntoView({ block: "nearest" });
    if (whole.element) whole.show(face);
  }

  function stopNaming() {
    naming?.removeAttribute("data-naming");
    naming = null;
  }

  function move(event) {
    const there = faces();
    if (!there.length) return false;
    const face = chosen();
    const next = face ? neighbour(there, face, event.key) : there[0];
    stopNaming();
    if (next) choose(next);
    return true;
  }

  function neighbour(there, face, key) {
    const at = there.indexOf(face);
    const right = getComputedStyle(face).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (key === "ArrowLeft" || key === "ArrowRight") return there[at + (key === right ? 1 : -1)];
    const from = face.getBoundingClientRect();
    const isDown = key === "ArrowDown";
    const beyond = there.filter((other) => {
      const to = other.getBoundingClientRect();
      return isDown ? to.top >= from.bottom - 1 : to.bottom <= from.top + 1;
    });
    const distance = (other) => {
      const to = other.getBoundingClientRect();
      return 10 * Math.abs(to.top - from.top) + Math.abs(to.left - from.left);
    };
    return beyond.sort((one, other) => distance(one) - distance(other))[0];
  }

  /* Ticks */

  const ticks = (within = main) => all(".face input[type=checkbox]", within);

  function count() {
    const ticked = ticks().filter((tick) => tick.checked).length;
    for (const element of all("[data-ticked]")) element.textContent = ticked;
  }

  function tickDownTo(line) {
    for (const tick of ticks()) {
      const confidence = tick.closest(".face").dataset.confidence;
      if (confidence) tick.checked = Number(confidence) >= line;
    }
    count();
  }

  /** What the user changed stays with this page's place in the browser's history: after a look at a photo it is there. */
  function remember() {
    const changed = ticks().filter((tick) => tick.checked !== tick.defaultChecked);
    const line = document.getElementById("line");
    history.replaceState({ ticks: states(changed), line: line && isMoved(line) ? line.value : undefined }, "");
  }

  const states = (some) => Object.fromEntries(some.map((tick) => [tick.value, tick.checked]));

  let answered = null; // the place among the faces of the one that was chosen

  /** For the page that follows an answer which is not about all that are ticked. */
  function keep() {
    if (answered === null) return;
    const kept = {
      page: main.dataset.page,
      ticks: states(ticks()),
      line: document.getElementById("line")?.value,
      at: answered,
      chosen: chosen()?.id,
    };
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }

  /** Whether a slider stands elsewhere than where the page put it: compared after the browser's rounding to its steps. */
  function isMoved(slider) {
    const asMade = slider.cloneNode();
    asMade.value = slider.defaultValue;
    return asMade.value !== slider.value;
  }

  /** Ticks and line as they were: before such an answer, or when the user went on from this page and came
      back. The page stands before this script runs: what its user did by then is newer, and stays. */
  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    sessionStorage.removeItem(KEPT);
    const isNext = kept && main.dataset.page && kept.page === main.dataset.page;
    const were = isNext ? kept : history.state;
    if (were?.ticks) {
      for (const tick of ticks()) {
        if (tick.checked === tick.defaultChecked) tick.checked = were.ticks[tick.value] ?? tick.checked;
      }
    }
    const line = document.getElementById("line");
    if (line && isMoved(line)) tickDownTo(Number(line.value));
    else if (line && were?.line) line.value = were.line;
    const there = faces();
    const isFree = [null, document.body].includes(document.activeElement);
    if (isNext && isFree && kept.at >= 0 && there.length) {
      choose(there.find((face) => face.id === kept.chosen) ?? there[Math.min(kept.at, there.length - 1)]);
    }
  }

  /* Buttons */

  /** Press the button of this key: that of the chosen face where it has one, else the page's. A page's button that is
      folded away is pressed for a chosen face alone. */
  function pressButton(key) {
    const face = chosen();
    const scope = face?.closest(".answer") ?? face;
    const own = scope && all(`[data-key="${key}"]`, scope)[0];
    const isMeant = (each) => isShown(each) || (face && each.hasAttribute("data-chosen"));
    const page = all(`[data-key="${key}"]`).find((each) => !each.closest(".face, .answer") && isMeant(each));
    const button = own ?? page;
    if (!button || button.disabled) return false;
    if (!own && face && button.hasAttribute("data-chosen")) meant = face;
    button.click();
    meant = null; // where nothing was sent, as without a name
    return true;
  }

  function write() {
    const face = chosen();
    const scope = face?.closest(".answer");
    const field = (scope && scope.querySelector("[data-key=n]")) ?? all("[data-key=n]").find(isShown);
    if (!field) return false;
    if (face && !scope) {
      naming = face;
      face.setAttribute("data-naming", "");
    }
    field.focus();
    field.select?.();
    return true;
  }

  function goTo(selector) {
    const field = document.querySelector(selector);
    if (!field) return false;
    field.focus();
    field.select?.();
    return true;
  }

  function help() {
    const details = document.getElementById("help");
    details.open = !details.open;
    if (details.open) details.scrollIntoView({ block: "nearest" });
    return true;
  }

  function leave() {
    if (whole.element) whole.hide();
    const face = naming;
    stopNaming();
    if (face) choose(face);
    else document.activeElement?.blur();
    return true;
  }

  /* The whole photo with the face's box */

  const whole = {
    element: null,
    face: null,
    show(face) {
      const link = face?.querySelector("[data-photo]");
      if (!link) return false;
      this.hide();
      const place = face.getBoundingClientRect();
      this.element = document.createElement("figure");
      this.element.className = place.left + place.width / 2 > innerWidth / 2 ? "whole left" : "whole";
      const picture = new Image();
      picture.src = link.dataset.photo;
      picture.alt = main.dataset.whole ?? "";
      this.element.append(picture);
      document.body.append(this.element);
      this.face = face;
      return true;
    },
    hide() {
      this.element?.remove();
      this.element = this.face = null;
    },
    toggle() {
      const face = chosen() ?? faces()[0];
      if (this.element && this.face === face) {
        this.hide();
        return true;
      }
      return this.show(face);
    },
  };

  let waiting = 0;
  document.addEventListener("pointerover", (event) => {
    const picture = event.pointerType === "mouse" && event.target.closest?.(".face img");
    clearTimeout(waiting);
    if (!picture) return;
    waiting = setTimeout(() => whole.show(picture.closest(".face")), HOVER_MS);
    picture.addEventListener(
      "pointerleave",
      () => {
        clearTimeout(waiting);
        whole.hide();
      },
      { once: true },
    );
  });

  const acts = {
    move,
    tick() {
      const tick = chosen()?.querySelector("input[type=checkbox]");
      tick?.click();
      return Boolean(tick);
    },
    n: write,
    digit: (event) => pressButton(event.key),
    photo: () => whole.toggle(),
    search: () => goTo("#search"),
    help,
    leave,
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const name = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const does = press.get(name);
    const at = event.target;
    if (!does || (at.matches(FIELDS) && does !== "leave")) return;
    if (at.matches("input[type=range]") && does === "move") return;
    const isPicture = at.matches(".answer .face a") && at.closest(".answer").querySelector(`[data-key="${does}"]`);
    if ((name === "Enter" || name === "Space") && at.closest("a, button, summary") && !isPicture) return; // they have a meaning of their own
    if (event.repeat && does !== "move") return; // a key that is held down answers once
    if ((acts[does] ?? (() => pressButton(does)))(event)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    const isTick = event.target.matches(".face input[type=checkbox]");
    if (isTick) count();
    if (isTick || event.target.id === "line") remember();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "line") tickDownTo(Number(event.target.value));
  });
  document.addEventListener("focusin", (event) => {
    if (naming && !event.target.matches("[data-key=n]") && !event.target.closest("form")) stopNaming();
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const face = meant ?? (event.submitter?.hasAttribute("data-chosen") ? naming : null);
    if (face || form.matches("#one, #pass, .question, .undo")) {
      answered = faces().indexOf(face ?? chosen());
      keep();
    }
    if (face) form.addEventListener("formdata", (sent) => sendAlone(face, form, sent.formData), { once: true });
  });
  addEventListener("pagehide", keep); // what was done while the answer was on its way, too

  /** The form is sent about this face; the others keep their ticks. */
  function sendAlone(face, form, sent) {
    sent.delete("face");
    for (const tick of ticks(face)) if (tick.form === form) sent.append("face", tick.value);
  }

  /* A scan that runs: the page asks now and then what became of it. */

  const PASS_MS = 2000;

  async function follow() {
    const here = encodeURIComponent(location.pathname + location.search);
    const answer = await fetch(`/scan?next=${here}`).catch(() => null);
    if (answer?.ok) {
      const words = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("pass");
      document.getElementById("pass").replaceWith(words);
    }
    if (document.querySelector("#pass[data-running]")) setTimeout(follow, PASS_MS);
  }

  if (document.querySelector("#pass[data-running]")) setTimeout(follow, PASS_MS);
  restore();
  count();
  remember();
})();
