/** The range of time: buttons for what is asked for most, and a menu for any other. */

import { fromMoment, toMoment } from "../kit/dates.js";
import { $ } from "../kit/dom.js";
import { html, icon, render } from "../kit/html.js";
import { phone } from "../kit/screen.js";
import { now } from "../server/api.js";
import { PRESETS, QUICK, bounds, preset, words } from "./ranges.js";
import { state } from "./state.js";

/** The range whose button is in view. */
let shown = "";

/** @param {import("../types.js").Search} search */
export function draw(search) {
  const custom = search.range === "custom";
  render(
    $("ranges"),
    html`${QUICK.map(({ id, label }) => html`<button type="button" data-range="${id}" aria-pressed="${String(search.range === id)}">${label}</button>`)}
      <button type="button" class="custom" popovertarget="range-menu" aria-pressed="${String(custom)}">${icon("calendar")}<span>${custom ? words(search, now()) : "Custom"}</span></button>`,
  );
  // Not under a finger: the buttons move only when another one is pressed.
  if (phone.matches && search.range !== shown) $("ranges").querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
  shown = search.range;
}

function take(event) {
  event.preventDefault();
  const [start, end] = [fromMoment($("range-start").value), fromMoment($("range-end").value, true)];
  const wrong = start !== null && end !== null && end < start;
  $("range-error").textContent = wrong ? "It ends before it begins." : "";
  if (wrong) return;
  $("range-menu").hidePopover();
  state.change(start === null && end === null ? { range: "any" } : { range: "custom", start, end });
}

function fill() {
  const { start, end } = bounds(state.search, now());
  $("range-start").value = toMoment(start);
  $("range-end").value = toMoment(end);
  $("range-error").textContent = "";
}

/** @param {() => void} again  the same search once more */
export function start(again) {
  $("ranges").addEventListener("click", (event) => {
    const id = event.target.closest("[data-range]")?.dataset.range;
    if (!id) return;
    if (id === state.search.range) again();
    else state.change({ range: id });
  });
  render($("presets"), html`${PRESETS.map((name) => html`<button type="button">${name}</button>`)}`);
  $("presets").addEventListener("click", ({ target }) => {
    if (target.matches("button")) state.change({ range: "custom", ...preset(target.textContent, now()) });
  });
  $("range-menu").addEventListener("submit", take);
  $("range-menu").addEventListener("beforetoggle", fill);
}
