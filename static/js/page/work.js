/** Work that goes on while one browses: deletions that can be undone, progress, and what came of it. */

import { $ } from "../kit/dom.js";
import { html, render } from "../kit/html.js";
import { say, toast } from "../kit/notices.js";

const place = $("work");

/**
 * @typedef {object} Strip
 * @property {string} text
 * @property {any} [more]                 below the text, made by `html`
 * @property {number|null} [part]         0–1; null: nobody knows how much; undefined: no bar
 * @property {{label: string, act: () => void}[]} [actions]
 */

/**
 * Shows a strip. Gives what changes it and what takes it away.
 * @param {Strip} strip
 * @returns {{show: (patch: Partial<Strip>) => void, close: () => void}}
 */
export function strip(strip) {
  const element = document.createElement("div");
  element.className = "strip";
  let shown = strip;
  const draw = () => {
    const { text, more = "", part, actions = [] } = shown;
    render(
      element,
      html`<div class="text"><span>${text}</span>${more}</div>
        ${part === undefined ? "" : part === null ? html`<progress aria-label="Progress"></progress>` : html`<progress aria-label="Progress" max="1" value="${part}"></progress>`}
        ${actions.map(({ label }) => html`<button type="button" class="button" data-act="${label}">${label}</button>`)}`,
    );
  };
  draw();
  element.addEventListener("click", ({ target }) => {
    const pressed = target.closest("[data-act]")?.dataset.act;
    shown.actions?.find(({ label }) => label === pressed)?.act();
  });
  place.append(element);
  place.hidden = false;
  return {
    show(patch) {
      shown = { ...shown, ...patch };
      draw();
    },
    close() {
      const focused = element.contains(document.activeElement);
      element.remove();
      place.hidden = place.childElementCount === 0;
      if (focused) $("grid").focus({ preventScroll: true });
    },
  };
}

/** Seconds in which a deletion can be undone. */
const GRACE = 10;

/** @type {{undo: () => void}[]} the last comes first when undone by key */
const waiting = [];

/** Takes back the last deletion, if there still is one to take back. */
export function undo() {
  waiting.at(-1)?.undo();
}

/**
 * Does something after ten seconds, unless it is undone or the page is left.
 * @param {string} text   what will happen: "2 calls will be deleted"
 * @param {() => void} act
 * @param {() => void} undone
 */
export function later(text, act, undone) {
  let left = GRACE;
  const words = () => `${text} in ${left} s`;
  const shown = strip({ text: words(), actions: [{ label: "Undo", act: () => end(undone, "Undone") }] });
  const entry = { undo: () => end(undone, "Undone") };
  waiting.push(entry);
  const ticking = setInterval(() => {
    left -= 1;
    if (left <= 0) end(act, "");
    else shown.show({ text: words() });
  }, 1000);
  function end(then, said) {
    clearInterval(ticking);
    waiting.splice(waiting.indexOf(entry), 1);
    shown.close();
    if (said) say(said);
    then();
  }
  say(`${text} in ${GRACE} seconds. Press z to undo.`);
  return entry;
}

/** @type {Set<AbortController>} */
const running = new Set();

addEventListener("beforeunload", (event) => {
  if (running.size) event.preventDefault();
});

/** Whoever comes next has no part in it: what waits is undone, what runs ends. */
export function drop() {
  while (waiting.length) waiting.at(-1).undo();
  for (const one of running) one.abort(new DOMException("Left", "AbortError"));
  running.clear();
  render(place, html``);
  place.hidden = true;
}

/** What came of it, until it is read. @param {string} text @param {any} more */
function report(text, more) {
  const shown = strip({ text, more, actions: [{ label: "Close", act: () => shown.close() }] });
  say(text);
}

/**
 * Work with progress and a way to cancel it.
 * @param {string} text
 * @param {(job: {signal: AbortSignal, show: (patch: Partial<Strip>) => void}) => Promise<string|{text: string, more: any}>} body
 *   gives what came of it: a sentence, or what must be read
 */
export async function job(text, body) {
  const cancelling = new AbortController();
  const shown = strip({ text, part: null, actions: [{ label: "Cancel", act: () => cancelling.abort(new DOMException("Cancelled", "AbortError")) }] });
  running.add(cancelling);
  say(text);
  let result = "";
  try {
    result = await body({ signal: cancelling.signal, show: shown.show });
  } catch (error) {
    result = cancelling.signal.aborted ? "Cancelled" : { text: error.message, more: "" };
  }
  const dropped = !running.delete(cancelling);
  shown.close();
  if (dropped) return;
  if (typeof result === "string") toast(result);
  else report(result.text, result.more);
}
