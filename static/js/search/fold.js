/** Where there is little height, filters and chart are folded away, so that most of it is rows; what narrows the list is told instead. */

import { $ } from "../kit/dom.js";
import { kept } from "../kit/kept.js";
import { low } from "../kit/screen.js";
import { describe, used } from "./filters.js";
import { state } from "./state.js";

/** Whoever is typing in a field goes on, though a keyboard on the screen takes from the height. */
const busy = () => $("filters-place").contains(document.activeElement);

/** The filters in use whose fields are folded away. */
const hidden = () => used(state.search).filter(({ top }) => !top);

function draw() {
  const folded = low.matches && kept.folded.get() && !busy();
  document.documentElement.classList.toggle("folded", folded);
  $("fold").hidden = !low.matches;
  $("fold").setAttribute("aria-expanded", String(!folded));
  const told = hidden().map((filter) => describe(state.search, filter)).join(" · ");
  $("told").textContent = told && `Only ${told}`;
  for (const id of ["told", "told-clear"]) $(id).hidden = !folded || told === "";
}

/** @param {() => void} clear  drops all filters */
export function start(clear) {
  $("fold").addEventListener("click", () => {
    kept.folded.set(!kept.folded.get());
    draw();
  });
  $("told-clear").addEventListener("click", clear);
  $("filters-place").addEventListener("focusout", ({ relatedTarget }) => $("filters-place").contains(relatedTarget) || setTimeout(draw));
  low.addEventListener("change", draw);
  state.addEventListener("change", draw);
  draw();
}
