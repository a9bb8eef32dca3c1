/** The list as a grid: heading, rows, and the row that the keys act on. */

import { $ } from "../kit/dom.js";
import { now } from "../server/api.js";
import { active, isStacked, roomOf, track } from "./columns.js";
import { copy } from "../kit/copy.js";
import * as details from "../call/details.js";
import { follow, whereIs } from "./follow.js";
import * as head from "./head.js";
import { duration } from "../kit/format.js";
import * as groups from "../search/groups.js";
import { html, icon, render, replace } from "../kit/html.js";
import { VirtualList } from "../kit/list.js";
import { coarse, phone } from "../kit/screen.js";
import { key } from "../server/recording-key.js";
import { hasSound } from "../server/recording.js";
import { toast } from "../kit/notices.js";
import { open, player, playing, sounding, toggle } from "../player/player.js";
import { isGoing, removals } from "../call/removing.js";
import { pages } from "../search/recordings.js";
import * as selection from "./selection.js";
import { state } from "../search/state.js";


/** What a row has of the list's width, which the details beside it take from too. */
function width() {
  const { paddingLeft, paddingRight } = getComputedStyle($("head"));
  return $("grid").clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}

const room = () => (phone.matches ? "phone" : roomOf(width()));

let fitted = room();
let columns = active(fitted);
let selected = -1;
/** The call of the marked row. @type {import("../types.js").Recording|undefined} */
let marked;
/** Where a range of selected calls begins, and with which. */
let anchor = -1;
/** @type {import("../types.js").Recording|undefined} */
let anchored;
/** What the rows of the page hold, by index. @type {Map<number, import("../types.js").Recording>} */
let held = new Map();
/** What each row's element shows, and of which call. @type {WeakMap<HTMLElement, {shows: string, whom: string}>} */
const drawn = new WeakMap();
/** On a phone: whether touching a call selects it. */
let picking = false;

const list = new VirtualList($("grid"), $("rows"), {
  make,
  fill,
  seen,
  inset: () => (phone.matches ? 0 : $("head").offsetHeight) + $("dock").offsetHeight + $("bulk").offsetHeight,
});

function seen(first, last) {
  held = new Map();
  for (let index = first; index <= last; index += 1) {
    const row = pages.row(index);
    if (row) held.set(index, row);
  }
  pages.want(first, last);
}

const rowId = (index) => `call-${index}`;

function make() {
  const row = document.createElement("div");
  row.setAttribute("role", "row");
  return row;
}

function fill(row, index) {
  const call = pages.row(index);
  row.id = rowId(index);
  row.dataset.index = String(index);
  row.setAttribute("aria-rowindex", String(index + 2));
  row.setAttribute("aria-selected", String(index === selected));
  const is = call && { now: !call.complete, playing: playing(call), picked: selection.has(call), going: isGoing(call) };
  row.className = is ? ["row", ...Object.keys(is).filter((word) => is[word])].join(" ") : "row blank";
  const context = { group: groups.name, now: now(), picked: selection.has };
  const cell = (column) => {
    return html`<div role="gridcell" class="${head.look(column)}">${call ? column.cell(call, context) : html`<span class="blank"></span>`}</div>`;
  };
  const cells = html`${columns.map(cell)}`;
  const shows = `${is?.playing && sounding()} ${cells.text}`;
  const whom = call ? key(call) : "";
  const before = drawn.get(row);
  // What is pressed just now stays in the page, but a press is for one call only.
  if (before?.shows !== shows || before.whom !== whom) {
    (before?.whom === whom ? render : replace)(row, cells);
    drawn.set(row, { shows, whom });
  }
  const box = row.querySelector(".box input");
  if (box) box.checked = Boolean(is?.picked);
  if (call && playing(call)) showPlaying(row);
  else row.removeAttribute("aria-current");
}

/** The row of the call in the player. */
function showPlaying(row) {
  row.setAttribute("aria-current", "true");
  const button = row.querySelector(".play button");
  if (!button || !sounding()) return;
  render(button, icon("pause"));
  button.setAttribute("aria-label", "Pause");
  button.title = "Pause";
}

function drawHead() {
  head.draw(columns);
  showPicked();
  $("grid").classList.toggle("stacked", isStacked(fitted));
  $("grid").style.setProperty("--tracks", columns.map(track).join(" "));
  $("grid").setAttribute("aria-colcount", String(columns.length));
}

function showPicked() {
  const box = $("pick-all");
  if (!box) return;
  box.checked = selection.isAll();
  box.indeterminate = !box.checked && !selection.empty();
  $("grid").classList.toggle("picking", picking || !selection.empty());
}

function mark(index) {
  const before = list.element(selected);
  before?.setAttribute("aria-selected", "false");
  selected = index;
  marked = pages.row(index);
  const row = list.element(index);
  row?.setAttribute("aria-selected", "true");
  if (row) $("grid").setAttribute("aria-activedescendant", row.id);
  else $("grid").removeAttribute("aria-activedescendant");
  const call = pages.row(index);
  if (call && details.isOpen()) state.open(key(call));
}

function anchorAt(index) {
  anchor = index;
  anchored = pages.row(index);
}

/** Selects the calls from the anchor to a row, or takes them out. */
async function pickTo(index, on) {
  const ends = [{ index: anchor, row: anchored }, { index, row: pages.row(index) }];
  if (anchor > index) ends.reverse();
  anchorAt(index);
  try {
    selection.set(await pages.range(ends[0], ends[1].row), on);
  } catch (error) {
    if (error.name !== "AbortError") toast(error.message);
  }
}

/** Selects a call, or takes it out; with `range`, all from the one before. */
function pick(index, range = false) {
  const call = pages.row(index);
  if (!call) return;
  if (range && anchored && anchor !== index) {
    pickTo(index, true);
    return;
  }
  anchorAt(index);
  selection.set([call], !selection.has(call));
}

/** The marked call. */
export const pickMarked = () => pick(selected);

/** The marked call and the next, or the one before. @param {1|-1} by */
export function extend(by) {
  if (selected < 0) return move(by);
  const from = selected;
  move(by);
  selection.set([pages.row(from), pages.row(selected)].filter(Boolean), true);
  anchorAt(selected);
  return undefined;
}

/** Marks a row and shows it. @param {number} index */
export function select(index) {
  if (pages.length === 0) return;
  const within = Math.min(pages.length - 1, Math.max(0, index));
  $("grid").focus({ preventScroll: true });
  list.reveal(within);
  mark(within);
}

/** Marks the row so many further; from nowhere, the first in view. */
export function move(by) {
  select(selected < 0 ? list.visible[0] : selected + by);
}

export const screenful = () => list.screenful;

/** The row that the keys act on. @returns {import("../types.js").Recording|undefined} */
export const current = () => pages.row(selected);

/** Nothing is marked. */
export const unselect = () => mark(-1);

/** Whether newer calls can stand at the top without moving what one reads. */
export const atTop = () => list.atTop;

function clickRow(event, index, call) {
  const button = event.target.closest("[data-copy]");
  if (button) return copy(button.dataset.copy);
  if (event.target.closest("[data-more]")) return details.open(call);
  if (event.target.closest("button")) return toggle(call);
  if (event.shiftKey) return pick(index, true);
  if (event.target.closest(".box") || event.ctrlKey || event.metaKey || picking) return pick(index);
  return phone.matches ? details.open(call) : undefined;
}

function click(event) {
  const sort = event.target.closest("[data-sort]");
  if (sort) return head.sortBy(sort.dataset.sort);
  if (event.target.id === "pick-all") return event.target.checked ? selection.setAll() : selection.clear();
  const row = event.target.closest(".row");
  if (!row || event.target.matches("label.box")) return undefined; // its box is clicked too
  const index = Number(row.dataset.index);
  const call = pages.row(index);
  if (anchor < 0) anchorAt(selected);
  mark(index);
  $("grid").focus({ preventScroll: true }); // the keys go on from here
  if (call) clickRow(event, index, call);
  return undefined;
}

/** On a phone: touching a call selects it, or opens it again. @param {boolean} on */
function setPicking(on) {
  picking = on;
  $("pick").setAttribute("aria-pressed", String(on));
  if (!on) selection.clear();
  showPicked();
}

let today = new Date().toDateString();

function tick() {
  const time = now();
  const date = new Date().toDateString();
  if (date !== today) list.refill(); // Today is Yesterday
  today = date;
  for (const live of $("rows").querySelectorAll("[data-since]")) live.textContent = duration(time - live.dataset.since);
}

function relayout() {
  fitted = room();
  columns = active(fitted);
  list.rowHeight = Number(getComputedStyle($("grid")).getPropertyValue("--row").trim().replace("px", ""));
  drawHead();
  list.refill();
}

/** The marked row goes where its call is now. */
function followMarked(was) {
  marked ??= was.get(selected);
  const from = anchored ? whereIs(anchored, anchor) : -1;
  if (from >= 0) anchor = from; // otherwise it is out of sight, or gone: a range looks for it
  const place = marked && selected >= 0 ? whereIs(marked, selected) : -1;
  if (place < 0 || place === selected) return;
  selected = place;
  $("grid").setAttribute("aria-activedescendant", rowId(place));
}

/** Rows by what the search now finds. */
export function refresh({ renewed = false } = {}) {
  const was = held;
  $("grid").setAttribute("aria-rowcount", String(pages.length + 1));
  list.length = pages.length;
  if (renewed) {
    followMarked(was);
    follow(list, was);
  }
  marked = pages.row(selected) ?? marked;
  list.refill();
}

/** Another search begins: the top of the list, nothing marked. */
export function restart() {
  mark(-1);
  anchorAt(-1);
  list.toTop();
  drawHead();
}

export function start() {
  head.start(relayout);
  relayout();
  pages.addEventListener("change", refresh);
  $("grid").addEventListener("click", click);
  $("grid").addEventListener("dblclick", (event) => {
    const call = pages.row(Number(event.target.closest(".row")?.dataset.index));
    const free = !event.target.closest("button, .box") && !event.shiftKey && !event.ctrlKey && !event.metaKey;
    if (call && free && !coarse.matches) toggle(call);
  });
  phone.addEventListener("change", relayout);
  player.addEventListener("change", played);
  player.addEventListener("state", () => list.refill());
  new ResizeObserver(() => fitted !== room() && relayout()).observe($("calls"));
  $("grid").addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault()); // no text is marked
  $("pick").addEventListener("click", () => setPicking(!picking));
  selection.selection.addEventListener("change", () => {
    showPicked();
    list.refit();
    list.refill();
  });
  removals.addEventListener("change", () => list.refill());
  setInterval(tick, 1000);
}

/** Player and selection lie over the end of the list; the marked row must not be below them. */
function uncover() {
  const row = list.element(selected)?.getBoundingClientRect();
  const over = $("bulk").hidden ? $("dock") : $("bulk");
  if (!row || over.hidden) return;
  const hidden = row.bottom > over.getBoundingClientRect().top && row.top < $("grid").getBoundingClientRect().bottom;
  if (hidden) list.reveal(selected);
}

/** Another call is in the player, or none. */
function played() {
  list.refit();
  list.refill();
  uncover();
}

/** Plays the nearest call with sound below one, or above it. @param {import("../types.js").Recording} call @param {1|-1} by */
export async function playBeside(call, by) {
  const at = pages.indexOf(call);
  if (at < 0) return;
  for (let index = at + by; index >= 0 && index < pages.length; index += by) {
    const other = await pages.soon(index);
    if (!other || !playing(call)) return; // something else was chosen
    if (!hasSound(other) || !other.complete) continue;
    if (selected === at) mark(index);
    open(other);
    return;
  }
}
