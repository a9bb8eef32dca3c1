/**
 * A press takes a while: between down and up nothing may move from under the pointer, or there is no click. What leaving a field
 * sets off – another list, another line of filters – waits until the button comes up, and comes before the click is heard.
 */

let down = false;
/** @type {Set<() => void>} */
const waiting = new Set();

function over() {
  down = false;
  const acts = [...waiting];
  waiting.clear();
  for (const act of acts) act();
}

/** Whether a button or a finger is down. */
export const pressing = () => down;

/** Does something now, or at the end of the press. @param {() => void} act  once, however often it is told */
export function afterPress(act) {
  if (down) waiting.add(act);
  else act();
}

addEventListener("mousedown", () => (down = true), { capture: true });
// The browser knows by then what is clicked, and has not yet turned a radio button or a box, which a redraw would turn back.
addEventListener("mouseup", over, { capture: true });
for (const name of ["dragend", "pointercancel"]) addEventListener(name, over, { capture: true });
addEventListener("blur", over);
