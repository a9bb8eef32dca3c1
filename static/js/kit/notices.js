/** What the page says: short confirmations, and what stands in the list's place. */

import { $ } from "./dom.js";
import { html, icon, render } from "./html.js";
import { afterPress } from "./press.js";

let fading = 0;

/** Over the chart, where it is in view: there it covers no row, and nothing that one presses. */
function placeToast() {
  const { top, left, width, height } = $("chart").getBoundingClientRect();
  const over = height > 0 && top > 0;
  Object.assign($("toast").style, over ? { top: `${Math.round(top)}px`, bottom: "auto", left: `${Math.round(left + width / 2)}px` } : { top: "", bottom: "", left: "" });
}

/** A short confirmation. @param {string} text */
export function toast(text) {
  $("toast").textContent = text;
  placeToast();
  $("toast").classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => $("toast").classList.remove("shown"), 2500);
}

/** For those who hear the page only. @param {string} text */
export function say(text) {
  $("said").textContent = text;
}

/** Over the whole page, until it is taken away with "". @param {string} text */
export function banner(text) {
  said = text;
  // It moves the page down, or up again.
  afterPress(showBanner);
}

let said = "";

function showBanner() {
  $("offline").textContent = said;
  $("offline").hidden = said === "";
}

/**
 * In the list's place: what is the matter, why, and what to try.
 * @param {{symbol?: string, title: string, text?: any, actions?: {label: string, act: () => void, primary?: boolean}[]}|null} content
 */
export function notice(content) {
  const place = $("notice");
  const focused = place.contains(document.activeElement);
  place.hidden = content === null;
  if (content === null && focused) $("grid").focus({ preventScroll: true });
  if (content === null) return render(place, html``);
  const { symbol = "empty", title, text = "", actions = [] } = content;
  render(
    place,
    html`${icon(symbol)}
      <h2 tabindex="-1">${title}</h2>
      <div class="why">${text}</div>
      <div class="actions">${actions.map((action) => html`<button type="button" class="${action.primary ? "primary" : "button"}" data-act="${action.label}">${action.label}</button>`)}</div>`,
  );
  place.onclick = ({ target }) => {
    const label = target.closest("[data-act]")?.dataset.act;
    actions.find((action) => action.label === label)?.act();
  };
  return place;
}
