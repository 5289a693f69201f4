"use strict";

/* A box for a face that was not found: dragged over the photo, or moved by the form's fields, which are sent. */

(() => {
  const form = document.querySelector("[data-draw]");
  const drawing = document.querySelector("[data-boxes]");
  if (!form || !drawing) return;
  const box = drawing.querySelector("[data-drawing]");
  const view = drawing.viewBox.baseVal;
  const LEAST = 1; // percent

  const field = (name) => form.elements.namedItem(name);
  const numbers = () => ["x", "y", "w", "h"].map((name) => Number(field(name).value));

  function show() {
    const [x, y, w, h] = numbers();
    box.setAttribute("x", (x * view.width) / 100);
    box.setAttribute("y", (y * view.height) / 100);
    box.setAttribute("width", (w * view.width) / 100);
    box.setAttribute("height", (h * view.height) / 100);
  }

  function put(from, to) {
    const values = {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      w: Math.max(LEAST, Math.abs(from.x - to.x)),
      h: Math.max(LEAST, Math.abs(from.y - to.y)),
    };
    for (const [name, value] of Object.entries(values)) field(name).value = value.toFixed(1);
    show();
  }

  /** Where the pointer is, in percent of the photo. */
  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    const part = (value, size) => Math.min(100, Math.max(0, (100 * value) / size));
    return { x: part(point.x, view.width), y: part(point.y, view.height) };
  }

  let start = null;
  let isDrawing = false;
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    start = at(event);
    isDrawing = false;
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!start) return;
    const here = at(event);
    if (!isDrawing && Math.hypot(here.x - start.x, here.y - start.y) < LEAST) return;
    if (!isDrawing) drawing.setPointerCapture(event.pointerId);
    isDrawing = true;
    put(start, here);
  });
  drawing.addEventListener("pointerup", () => {
    if (isDrawing) field("person").focus({ preventScroll: true });
    start = null;
  });
  drawing.addEventListener("pointercancel", () => {
    start = null;
  });
  drawing.addEventListener("click", (event) => {
    if (isDrawing) event.preventDefault(); // the end of a box is no click on the face below
    isDrawing = false;
  });
  drawing.addEventListener("dragstart", (event) => event.preventDefault());

  form.addEventListener("input", show);
  for (const link of document.querySelectorAll('[href="#draw"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault(); // following the link would take the focus away again
      show();
      form.scrollIntoView({ block: "nearest" });
      field("x").focus({ preventScroll: true });
    });
  }
})();
