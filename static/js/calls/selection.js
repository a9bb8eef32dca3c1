/** Which calls are picked: single ones, or all that the search finds but for some. */

import { these } from "../call/picked.js";
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

/** Every row of a search; by start, which no change moves. */
async function* every(params, excepted, signal) {
  let after = "";
  do {
    const { data, next } = await call("recording/recordings/list", { ...params, sort: "start", descending: 1, limit: PAGE, after }, { signal });
    yield* data.filter((row) => !excepted.has(key(row)));
    after = next ?? "";
  } while (after);
}

/** What is picked at this moment. @returns {import("../call/picked.js").Picked} */
export function picked() {
  const some = new Map(rows);
  const known = these([...some.values()]);
  if (all === null) return known;
  const whole = all;
  const { params, totals } = whole;
  return {
    count: totals.count - known.count,
    totaltime: totals.totaltime - known.totaltime,
    size: totals.size - known.size,
    // The list holds nothing else, until another search begins.
    has: (row) => !some.has(key(row)) && among(whole, row),
    rows: (signal) => every(params, some, signal),
    list: null,
    params: some.size ? null : params,
  };
}
