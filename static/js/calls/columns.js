/**
 * The columns of the list, each declared once: heading, menu, width, and what a call looks like field by field.
 *
 * To add a column: a line in COLUMNS, where it is to stand, with a function above it if its cell is more than text. An icon is a
 * symbol of icons.svg; a column of icons is a `sign`, and says in `unseen` text what the icon means. No stylesheet needs to know
 * the column, but css/calls/cells.css places it on a phone where it is to be seen there.
 */

import * as format from "../kit/format.js";
import { html, icon } from "../kit/html.js";
import { kept } from "../kit/kept.js";
import { soundless } from "../server/recording.js";

/**
 * @typedef {object} Context
 * @property {(id: number) => string} group  the name of a record group
 * @property {number} now                    Unix seconds
 * @property {(row: import("../types.js").Recording) => boolean} picked
 *
 * @typedef {object} Column
 * @property {string} id           the class of its cells; what was chosen is kept by it
 * @property {string} label        its heading, and its name in the menu of columns
 * @property {boolean} [fixed]     always there, and not in the menu
 * @property {boolean} [sign]      icons: narrow, and its heading is heard only
 * @property {() => any} [head]    its heading, where that is more than the label
 * @property {number} least        pixels that it needs
 * @property {number} [share]      of the room that is left, beside the others' shares; without one it gets none
 * @property {number} [stacked]    pixels that it needs where a row has two lines: numbers below names, the clock below the day
 * @property {boolean} [yields]    it isn't there where two lines don't make room enough
 * @property {boolean} [phone]     it is on a phone too
 * @property {string} [sort]       what of sorts.js its heading sorts by
 * @property {boolean} [end]       numbers line up at the end
 * @property {boolean} [extra]     not shown unless chosen
 * @property {(row: import("../types.js").Recording, context: Context) => any} cell
 */

/** The longest bar stands for a quarter of an hour and more; the root keeps short calls apart. */
const LONGEST = 900;

function party(name, number, digits) {
  if (!number && !name) return html`<span class="faint">Unknown</span>`;
  const copy = digits
    ? html`<button class="copy" type="button" tabindex="-1" data-copy="${digits}" aria-label="Copy ${digits}" title="Copy">${icon("copy")}</button>`
    : "";
  const first = name ? html`<bdi class="first">${name}</bdi>` : "";
  const digit = number ? html`<bdi class="${name ? "second" : "first"} number">${number}</bdi>` : "";
  return html`<span class="party" title="${[name, number].filter(Boolean).join(" · ")}">${first}<span class="line">${digit}${copy}</span></span>`;
}

function time({ start, end }, { now }) {
  const title = end ? `${format.exact(start)}, until ${format.hour(end)}` : format.exact(start);
  return html`<time datetime="${format.iso(start)}" title="${title}"
    ><span class="day">${format.day(start, now)}</span> <span class="clock">${format.hour(start)}</span></time>`;
}

function direction({ direction: word }) {
  const label = format.direction(word);
  if (!label) return "";
  return html`<span class="arrow ${word}" title="${label}">${icon(word)}<span class="unseen">${label}</span></span>`;
}

function length({ start, complete, totaltime }, { now }) {
  if (!complete) {
    return html`<span class="live"><span class="unseen">In progress, </span><span class="dot"></span><span data-since="${start}">${format.duration(now - start)}</span></span>`;
  }
  const share = Math.min(100, Math.sqrt(totaltime / LONGEST) * 100).toFixed(1);
  return html`<span class="length" title="${format.spoken(totaltime)}"><svg class="bar" aria-hidden="true"><rect width="${share}%" height="100%" rx="2"></rect></svg><span>${format.duration(totaltime)}</span></span>`;
}

function status({ complete, status: word }) {
  if (!complete) return html`<span class="status live">In progress</span>`;
  return html`<span class="status ${word === "answer" ? "" : "missed"}">${format.status(word)}</span>`;
}

function keptUntil({ hold, expires }) {
  if (hold) return html`<span title="On hold: cannot be deleted until the hold ends">${icon("hold")} On hold</span>`;
  return expires ? html`<span title="${format.exact(expires)}">${format.date(expires)}</span>` : html`<span class="faint">No date</span>`;
}

const held = ({ hold }) => (hold ? html`<span class="held" title="On hold">${icon("hold")}<span class="unseen">On hold</span></span>` : "");

function pick(row, { picked }) {
  return html`<label class="box"><input type="checkbox" tabindex="-1" aria-label="Select" ${picked(row) ? html`checked` : ""}></label>`;
}

const more = () => html`<button class="tool" type="button" tabindex="-1" data-more aria-label="Details" title="Details (i)">${icon("info")}</button>`;

function play(row) {
  const why = soundless(row);
  if (why) {
    return html`<span class="nosound" title="${why}">${icon("mute")}<span class="unseen">${why}</span></span>`;
  }
  return html`<button class="play" type="button" tabindex="-1" aria-label="Play" title="Play">${icon("play")}</button>`;
}

const pickAll = () => html`<label class="box"><input id="pick-all" type="checkbox" aria-label="Select all calls that match"></label>`;

/** @type {Column[]} */
export const COLUMNS = [
  { id: "pick", label: "Selected", fixed: true, head: pickAll, least: 32, phone: true, cell: pick },
  { id: "play", label: "Sound", fixed: true, sign: true, least: 44, phone: true, cell: play },
  { id: "time", label: "Time", least: format.twelve ? 176 : 152, stacked: 104, phone: true, sort: "start", cell: time },
  { id: "direction", label: "Direction", sign: true, least: 36, stacked: 30, phone: true, cell: direction },
  { id: "from", label: "From", least: 300, share: 2, stacked: 150, phone: true, sort: "snumber", cell: (r) => party(r.snumber_name, r.snumber_display || r.snumber, r.snumber) },
  { id: "to", label: "To", least: 300, share: 2, stacked: 150, phone: true, sort: "cnumber", cell: (r) => party(r.cnumber_name, r.cnumber_display || r.cnumber, r.cnumber) },
  { id: "answered", label: "Answered by", least: 240, share: 1.4, stacked: 140, extra: true, cell: (r) => (r.dnumber || r.dnumber_name ? party(r.dnumber_name, r.dnumber_display || r.dnumber, r.dnumber) : "") },
  { id: "group", label: "Group", least: 94, share: 1, yields: true, phone: true, cell: (r, { group }) => html`<bdi>${group(r.recordgroup)}</bdi>` },
  { id: "length", label: "Length", least: 100, share: 0.6, stacked: 82, phone: true, sort: "totaltime", end: true, cell: length },
  { id: "status", label: "Outcome", least: 104, share: 0.4, phone: true, cell: status },
  { id: "kept", label: "May be deleted from", least: 138, share: 0.4, sort: "expires", extra: true, cell: keptUntil },
  { id: "talktime", label: "Talk time", least: 88, end: true, extra: true, cell: (r) => (r.complete ? format.duration(r.talktime) : "") },
  { id: "size", label: "Size", least: 80, end: true, extra: true, cell: (r) => (r.size ? format.bytes(r.size) : "") },
  { id: "callerid", label: "Caller id", least: 120, share: 1, extra: true, cell: (r) => html`<bdi class="number">${r.callerid_internal}</bdi>${r.spresent ? "" : html` <span class="faint">withheld</span>`}` },
  { id: "callid", label: "Call id", least: 140, share: 1, extra: true, cell: (r) => html`<bdi class="number">${r.callid}</bdi>` },
  { id: "machine", label: "Machine", least: 90, share: 0.7, extra: true, cell: (r) => html`<bdi>${r.machine}</bdi>` },
  { id: "hold", label: "On hold", fixed: true, sign: true, least: 28, phone: true, cell: held },
  { id: "more", label: "Details", fixed: true, sign: true, least: 44, cell: more },
];

const usual = COLUMNS.filter(({ extra }) => !extra);

/** A track of CSS grid. @param {Column} column */
export const track = ({ least, share }) => (share ? `minmax(${least}px, ${share}fr)` : `${least}px`);

/** The ids of those that are shown where there is room. */
const chosen = () => kept.columns.get() ?? usual.map(({ id }) => id);

const below = ({ stacked, ...column }) => ({ ...column, least: stacked ?? column.least });

/** What of the columns is shown where, the roomiest first: a row of one line, one of two, and one without what yields. */
const ROOMS = {
  screen: (columns) => columns,
  tablet: (columns) => columns.map(below),
  narrow: (columns) => columns.filter((column) => !column.yields).map(below),
};

/** @param {"phone"|keyof ROOMS} room @returns {Column[]} */
export function active(room) {
  if (room === "phone") return COLUMNS.filter(({ phone }) => phone);
  const ids = new Set(chosen());
  return ROOMS[room](COLUMNS.filter(({ id, fixed }) => fixed || ids.has(id)));
}

/** Whether a row has two lines. @param {"phone"|keyof ROOMS} room */
export const isStacked = (room) => room === "tablet" || room === "narrow";

const needed = (room) => active(room).reduce((sum, { least }) => sum + least, 0);

/** The roomiest in which all that is chosen can be read. @param {number} width  pixels of a row */
export const roomOf = (width) => Object.keys(ROOMS).find((room) => needed(room) <= width) ?? "narrow";
