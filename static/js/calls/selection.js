/** Which calls are picked: single ones, or all that the search finds but for some. */

import { call } from "../server/api.js";
import { key } from "../server/recording-key.js";
import { found } from "../search/recordings.js";

const PAGE = 500;

/** Fires "change". */
export const selection = new EventTarget();

/** Picked, or – where all are – excepted. @type {Map<string, import("../types.js").Recording>} */
let rows = new Map();
/** The search of which all is picked as it was then, with its totals. @type {ReturnType<typeof found>|null} */
let all = null;

function changed() {
  selection.dispatchEvent(new Event("change"));
}

/** Whether a row of the list was there when all that a search found was picked: newer calls weren't. */
const among = ({ search, params: { start, end } }, row) => found().search === search && row.start >= (start ?? 0) && row.start <= (end ?? Infinity);

/** @param {import("../types.js").Recording} row */
export const has = (row) => (all === null ? rows.has(key(row)) : among(all, row) && !rows.has(key(row)));

/** Whether nothing is picked. */
export const empty = () => all === null && rows.size === 0;

/** Whether all is picked, without exception. */
export const isAll = () => all !== null && rows.size === 0;

/** @param {import("../types.js").Recording[]} some @param {boolean} on */
export function set(some, on) {
  for (const row of some) {
    if (on === (all === null)) rows.set(key(row), row);
    else rows.delete(key(row));
  }
  changed();
}

/** All that the search finds. */
export function setAll() {
  if (found().totals === null) return;
  rows = new Map();
  all = found();
  changed();
}

export function clear() {
  if (empty()) return;
  rows = new Map();
  all = null;
  changed();
}

/** Selected rows have changed. @param {Map<string, object>} changes */
export function renew(changes) {
  for (const [id, patch] of changes) {
    if (rows.has(id)) rows.set(id, { ...rows.get(id), ...patch });
  }
  changed();
}

const sum = (some, field) => some.reduce((total, row) => total + Math.max(0, row[field]), 0);

/** Every row of a search; by start, which no change moves. */
async function* every(params, excepted, signal) {
  let after = "";
  do {
    const { data, next } = await call("recording/recordings/list", { ...params, sort: "start", descending: 1, limit: PAGE, after }, { signal });
    yield* data.filter((row) => !excepted.has(key(row)));
    after = next ?? "";
  } while (after);
}

async function* these(some) {
  yield* some;
}

/**
 * What is picked at this moment.
 * @typedef {object} Picked
 * @property {number} count
 * @property {number} totaltime  seconds
 * @property {number} size       bytes
 * @property {(row: import("../types.js").Recording) => boolean} has
 * @property {(signal: AbortSignal) => AsyncIterable<import("../types.js").Recording>} rows
 * @property {import("../types.js").Recording[]|null} list  where they are all known
 * @property {object|null} params  where they are all that a search finds
 * @returns {Picked}
 */
export function picked() {
  const some = new Map(rows);
  const list = [...some.values()];
  const own = { count: list.length, totaltime: sum(list, "totaltime"), size: sum(list, "size") };
  if (all === null) return { ...own, has: (row) => some.has(key(row)), rows: () => these(list), list, params: null };
  const whole = all;
  const { params, totals } = whole;
  return {
    count: totals.count - own.count,
    totaltime: totals.totaltime - own.totaltime,
    size: totals.size - own.size,
    // The list holds nothing else, until another search begins.
    has: (row) => !some.has(key(row)) && among(whole, row),
    rows: (signal) => every(params, some, signal),
    list: null,
    params: list.length ? null : params,
  };
}

/** A single call, as if it was picked. @returns {Picked} */
export function single(row) {
  const id = key(row);
  return { count: 1, totaltime: row.totaltime, size: row.size, has: (other) => key(other) === id, rows: () => these([row]), list: [row], params: null };
}
