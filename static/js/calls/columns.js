/** The columns of the list: what a call looks like, field by field. */

import { html, icon } from "../kit/html.js";
import * as format from "../kit/format.js";

/**
 * @typedef {object} Context
 * @property {(id: number) => string} group  the name of a record group
 * @property {number} now                    Unix seconds
 * @property {(row: import("../types.js").Recording) => boolean} picked
 *
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label
 * @property {string} [hidden]               the label for those who hear the page, where none is seen
 * @property {string} width                  a track of CSS grid
 * @property {string} [sort]                 the API's name, where it sorts by it
 * @property {boolean} [end]                 numbers line up at the end
 * @property {boolean} [extra]               not shown unless chosen
 * @property {(row: import("../types.js").Recording, context: Context) => any} cell
 */

/** The longest bar stands for a quarter of an hour and more; the root keeps short calls apart. */
const LONGEST = 900;

function party(name, number, digits) {
  if (!number && !name) return html`<span class="faint">Unknown</span>`;
  const copy = digits
    ? html`<button class="copy" type="button" tabindex="-1" data-copy="${digits}" aria-label="Copy ${digits}" title="Copy">${icon("copy")}</button>`
    : "";
  const second = name && number ? html`<bdi class="second number">${number}</bdi>` : "";
  const first = name ? html`<bdi class="first">${name}</bdi>` : html`<bdi class="first number">${number}</bdi>`;
  return html`<span class="party" title="${[name, number].filter(Boolean).join(" · ")}">${first}${second}</span>${copy}`;
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

function kept({ hold, expires }) {
  if (hold) return html`<span title="On hold: kept whatever its expiry says">${icon("hold")} On hold</span>`;
  return expires ? html`<span title="${format.exact(expires)}">${format.date(expires)}</span>` : html`<span class="faint">For ever</span>`;
}

function pick(row, { picked }) {
  return html`<label class="box"><input type="checkbox" tabindex="-1" aria-label="Select" ${picked(row) ? html`checked` : ""}></label>`;
}

const more = () => html`<button class="tool" type="button" tabindex="-1" data-more aria-label="Details" title="Details (i)">${icon("info")}</button>`;

function play(row) {
  if (row.stale || row.path === "") {
    const why = row.stale ? "The sound is missing" : "No sound was stored";
    return html`<span class="nosound" title="${why}">${icon("mute")}<span class="unseen">${why}</span></span>`;
  }
  return html`<button class="play" type="button" tabindex="-1" aria-label="Play" title="Play">${icon("play")}</button>`;
}

/** @type {Column[]} */
export const COLUMNS = [
  { id: "pick", label: "", hidden: "Selected", width: "32px", cell: pick },
  { id: "play", label: "", hidden: "Sound", width: "44px", cell: play },
  { id: "time", label: "Time", width: `minmax(${format.twelve ? 208 : 152}px, 0.8fr)`, sort: "start", cell: time },
  { id: "direction", label: "Direction", width: "36px", cell: direction },
  { id: "from", label: "From", width: "minmax(190px, 2fr)", sort: "snumber", cell: (r) => party(r.snumber_name, r.snumber_display || r.snumber, r.snumber) },
  { id: "to", label: "To", width: "minmax(190px, 2fr)", sort: "cnumber", cell: (r) => party(r.cnumber_name, r.cnumber_display || r.cnumber, r.cnumber) },
  { id: "answered", label: "Answered by", width: "minmax(150px, 1.4fr)", extra: true, cell: (r) => (r.dnumber || r.dnumber_name ? party(r.dnumber_name, r.dnumber_display || r.dnumber, r.dnumber) : "") },
  { id: "group", label: "Group", width: "minmax(90px, 1fr)", cell: (r, { group }) => html`<bdi>${group(r.recordgroup)}</bdi>` },
  { id: "length", label: "Length", width: "minmax(112px, 0.8fr)", sort: "totaltime", end: true, cell: length },
  { id: "status", label: "Outcome", width: "minmax(102px, 0.7fr)", cell: status },
  { id: "kept", label: "Kept until", width: "minmax(100px, 0.7fr)", sort: "expires", extra: true, cell: kept },
  { id: "talktime", label: "Talk time", width: "88px", end: true, extra: true, cell: (r) => (r.complete ? format.duration(r.talktime) : "") },
  { id: "size", label: "Size", width: "80px", end: true, extra: true, cell: (r) => (r.size ? format.bytes(r.size) : "") },
  { id: "callerid", label: "Caller id", width: "minmax(120px, 1fr)", extra: true, cell: (r) => html`<bdi class="number">${r.callerid_internal}</bdi>${r.spresent ? "" : html` <span class="faint">withheld</span>`}` },
  { id: "callid", label: "Call id", width: "minmax(140px, 1fr)", extra: true, cell: (r) => html`<bdi class="number">${r.callid}</bdi>` },
  { id: "machine", label: "Machine", width: "minmax(90px, 0.7fr)", extra: true, cell: (r) => html`<bdi>${r.machine}</bdi>` },
  { id: "more", label: "", hidden: "Details", width: "44px", cell: more },
];

/** What fits on a phone, whatever was chosen elsewhere. */
const PHONE = ["pick", "play", "time", "direction", "from", "to", "group", "length"];
const KEY = "tapeline.columns";

function chosen() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    if (Array.isArray(kept)) return new Set(kept);
  } catch {
    // Unreadable, or storage is off: the usual columns.
  }
  return new Set(COLUMNS.filter((column) => !column.extra).map((column) => column.id));
}

let shown = chosen();

/** On a tablet the names give way, and how a call ended is for wider screens. */
function narrowed(column) {
  return column.id === "from" || column.id === "to" ? { ...column, width: "minmax(150px, 2fr)" } : column;
}

/** @param {"phone"|"tablet"|"screen"} room */
export function active(room) {
  if (room === "phone") return COLUMNS.filter((column) => PHONE.includes(column.id));
  const columns = COLUMNS.filter((column) => column.hidden || shown.has(column.id));
  return room === "tablet" ? columns.filter(({ id }) => id !== "status").map(narrowed) : columns;
}

/** Shows or hides a column from now on. @param {string[]} ids */
export function choose(ids) {
  shown = new Set(ids);
  try {
    localStorage.setItem(KEY, JSON.stringify([...shown]));
  } catch {
    // Storage is off: it lasts until the page is left.
  }
}
