/** Everything by keyboard. */

import { $ } from "./kit/dom.js";
import * as bulk from "./calls/bulk.js";
import { copy } from "./kit/copy.js";
import * as details from "./call/details.js";
import { html, render } from "./kit/html.js";
import { kept } from "./kit/kept.js";
import * as panel from "./kit/panel.js";
import { here } from "./page/place.js";
import { stop, toggle } from "./player/player.js";
import { PLAYER_KEYS } from "./player/keys.js";
import { covered } from "./kit/popover.js";
import { QUICK } from "./search/ranges.js";
import * as selection from "./calls/selection.js";
import { state } from "./search/state.js";
import * as table from "./calls/table.js";
import { undo } from "./page/work.js";


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
  if (panel.shut()) return undefined;
  if (!selection.empty()) return selection.clear();
  if (!$("dock").hidden) return stop();
  return table.unselect();
}

/** @type {{keys: string[], shown?: string, text?: string, act: () => void, grid?: boolean, everywhere?: boolean, when?: (event: KeyboardEvent) => boolean}[]} */
const KEYS = [
  { keys: ["/"], shown: "/", text: "Search", act: () => $("search").focus() },
  { keys: ["j"], shown: "j", text: "Next call", act: () => table.move(1) },
  { keys: ["k"], shown: "k", text: "Call before", act: () => table.move(-1) },
  { keys: ["Enter"], shown: "Enter", text: "Play or pause the marked call", act: play, grid: true },
  ...PLAYER_KEYS,
  { keys: ["i"], shown: "i", text: "Details of the marked call", act: () => details.toggleOf(table.current()) },
  { keys: ["x"], shown: "x", text: "Select the marked call, or not", act: table.pickMarked },
  { keys: ["A"], shown: "A", text: "Select all calls that match", act: selection.setAll },
  { keys: ["Delete"], shown: "Del", text: "Delete what is selected, or marked", act: () => bulk.removeOr(table.current()), grid: true },
  { keys: ["z"], shown: "z", text: "Undo a deletion", act: undo, everywhere: true },
  { keys: ["Escape"], shown: "Esc", text: "Leave a field, close, unmark", act: escape, everywhere: true },
  { keys: ["g"], shown: "g", text: "First call", act: () => table.select(0) },
  { keys: ["G"], shown: "G", text: "Last call", act: () => table.select(Infinity) },
  { keys: ["c"], shown: "c", text: "Copy the caller's number", act: () => copyOf("snumber") },
  { keys: ["C"], shown: "C", text: "Copy the called number", act: () => copyOf("cnumber") },
  { keys: ["f"], shown: "f", text: "Only calls with this number", act: sameNumber },
  { keys: ["r"], shown: "r", text: "Look again", act: () => document.dispatchEvent(new Event("tapeline:again")) },
  ...QUICK.map(({ id, label, key }) => ({ keys: [key], shown: key, text: label, act: () => state.change({ range: id }) })),
  { keys: ["X"], shown: "X", text: "Clear all filters", act: () => state.clear() },
  { keys: ["?"], shown: "?", text: "These keys", act: () => $("keys").showModal(), everywhere: true },
];

/** In the list, as in any grid; with Shift they select. */
const GRID = {
  "Shift+ArrowDown": () => table.extend(1),
  "Shift+ArrowUp": () => table.extend(-1),
  ArrowDown: () => table.move(1),
  ArrowUp: () => table.move(-1),
  PageDown: () => table.move(table.screenful()),
  PageUp: () => table.move(-table.screenful()),
  Home: () => table.select(0),
  End: () => table.select(Infinity),
};

const letters = () => kept.letters.get() === "on";

const inGrid = () => here() === "calls" && [$("grid"), document.body].includes(document.activeElement);

/** Not a shortcut of the browser's; AltGr only writes brackets. */
const plain = (event) => event.getModifierState("AltGraph") || !(event.ctrlKey || event.metaKey || event.altKey);

/** Single letters can be switched off; the space bar and named keys are none. */
const allowed = ({ key }) => key.length > 1 || key === " " || letters();

function known(event) {
  const suits = ({ keys, grid, when, everywhere }) => keys.includes(event.key) && (!grid || inGrid()) && (!when || when(event)) && (everywhere || when || here() === "calls");
  return allowed(event) && KEYS.find(suits)?.act;
}

function keydown(event) {
  const idle = document.documentElement.dataset.view !== "app" || !plain(event) || event.isComposing;
  if (idle || covered()) return;
  const typing = event.target.matches?.("input:not([type=radio], [type=checkbox]), select, textarea");
  if (typing && event.key !== "Escape") return;
  const act = (inGrid() && GRID[`${event.shiftKey ? "Shift+" : ""}${event.key}`]) || known(event);
  if (!act) return;
  event.preventDefault();
  act();
}

function draw() {
  render($("keys-list"), html`${KEYS.filter(({ shown }) => shown).map(({ shown, text }) => html`<div><dt><kbd>${shown}</kbd></dt><dd>${text}</dd></div>`)}`);
}

export function start() {
  draw();
  document.addEventListener("keydown", keydown);
  $("open-keys").addEventListener("click", () => $("keys").showModal());
  $("keys-on").checked = letters();
  $("keys-on").addEventListener("change", () => kept.letters.set($("keys-on").checked ? "on" : "off"));
}
