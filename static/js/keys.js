/** Everything by keyboard. */

import { copy } from "./copy.js";
import { html, render } from "./html.js";
import { player, stop, toggle } from "./player.js";
import { covered } from "./popover.js";
import { QUICK } from "./ranges.js";
import { state } from "./state.js";
import * as table from "./table.js";

const $ = (id) => document.getElementById(id);
const STORED = "tapeline.keys";

function play() {
  const call = table.current();
  if (call) toggle(call);
}

function copyOf(field) {
  const number = table.current()?.[field];
  if (number) copy(number);
}

/** Only the calls with the marked call's outside number. */
function sameNumber() {
  const call = table.current();
  const number = call && (call.direction === "in" ? call.snumber : call.cnumber);
  if (number) state.change({ search: number });
}

function escape() {
  if (document.activeElement?.matches("input, select")) return document.activeElement.blur();
  if (!$("dock").hidden) return stop();
  return table.unselect();
}

/** @type {{keys: string[], shown: string, text: string, act: () => void, grid?: boolean}[]} */
const KEYS = [
  { keys: ["/"], shown: "/", text: "Search", act: () => $("search").focus() },
  { keys: ["j"], shown: "j", text: "Next call", act: () => table.move(1) },
  { keys: ["k"], shown: "k", text: "Call before", act: () => table.move(-1) },
  { keys: ["Enter"], shown: "Enter", text: "Play or stop the marked call", act: play, grid: true },
  { keys: ["Escape"], shown: "Esc", text: "Leave a field, stop, unmark", act: escape },
  { keys: ["g"], shown: "g", text: "First call", act: () => table.select(0) },
  { keys: ["G"], shown: "G", text: "Last call", act: () => table.select(Infinity) },
  { keys: ["c"], shown: "c", text: "Copy the caller's number", act: () => copyOf("snumber") },
  { keys: ["C"], shown: "C", text: "Copy the called number", act: () => copyOf("cnumber") },
  { keys: ["f"], shown: "f", text: "Only calls with this number", act: sameNumber },
  { keys: ["r"], shown: "r", text: "Look again", act: () => document.dispatchEvent(new Event("tapeline:again")) },
  ...QUICK.map(({ id, label, key }) => ({ keys: [key], shown: key, text: label, act: () => state.change({ range: id }) })),
  { keys: ["x"], shown: "x", text: "Clear all filters", act: () => state.clear() },
  { keys: ["?"], shown: "?", text: "These keys", act: () => $("keys").showModal() },
];

/** In the list, as in any grid. */
const GRID = {
  ArrowDown: () => table.move(1),
  ArrowUp: () => table.move(-1),
  PageDown: () => table.move(table.screenful()),
  PageUp: () => table.move(-table.screenful()),
  Home: () => table.select(0),
  End: () => table.select(Infinity),
};

function letters() {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

const inGrid = () => document.activeElement === $("grid") || document.activeElement === document.body;

function keydown(event) {
  const idle = document.documentElement.dataset.view !== "app" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (idle || covered()) return;
  const typing = event.target.matches?.("input:not([type=radio], [type=checkbox]), select, textarea");
  if (typing && event.key !== "Escape") return;
  const arrow = inGrid() && GRID[event.key];
  const known = KEYS.find(({ keys }) => keys.includes(event.key));
  const act = arrow || (known && (!known.grid || inGrid()) && (event.key.length > 1 || letters()) && known.act);
  if (!act) return;
  event.preventDefault();
  act();
}

function draw() {
  render($("keys-list"), html`${KEYS.map(({ shown, text }) => html`<div><dt><kbd>${shown}</kbd></dt><dd>${text}</dd></div>`)}`);
}

export function start() {
  draw();
  document.addEventListener("keydown", keydown);
  player.addEventListener("change", table.played);
  $("open-keys").addEventListener("click", () => $("keys").showModal());
  $("keys-on").checked = letters();
  $("keys-on").addEventListener("change", () => {
    try {
      localStorage.setItem(STORED, $("keys-on").checked ? "on" : "off");
    } catch {
      // Storage is off: the letters stay on.
    }
  });
}
