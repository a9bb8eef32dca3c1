/** The calls that the search finds: rows, totals, and word of newer ones. */

import { call, now } from "../server/api.js";
import { Pages } from "./pages.js";
import { list } from "./query.js";
import { state } from "./state.js";

const LIST = "recording/recordings/list";

export const pages = new Pages();

/** Fires "opening", "totals" with `totals` (null: unknown) and "newer" with `count`. */
export const results = new EventTarget();

const tell = (name, detail = {}) => results.dispatchEvent(Object.assign(new Event(name), detail));

let asked = {};
/** The search that is listed, whatever moment it reaches to. */
let listed = null;
let counting = new AbortController();
/** @type {import("../types.js").Totals|null} */
let totals = null;

/** Seconds that the clocks of those who write rows may be ahead, or the server's may have been put back. */
const AHEAD = 86_400;

/** The last moment that the rows show: what comes later doesn't shift them while one reads. */
function frozen(search) {
  const params = list(search, now());
  const open = params.end === null && (params.start ?? 0) <= now();
  return open ? { ...params, end: now() + AHEAD } : params;
}

/** The same, but for what may come from now on. */
function closed(params) {
  if (listed === null || list(listed, now()).end !== null || !params.end) return params;
  const newest = params.sort === "start" && params.descending ? pages.row(0)?.start : undefined;
  return { ...params, end: Math.min(params.end, newest ?? now()) };
}

/**
 * @param {boolean} [quiet]  nobody has asked for it
 * @returns {Promise<string|null|undefined>}  of which moment the count is
 */
async function count(quiet = false) {
  counting.abort();
  counting = new AbortController();
  const { signal } = counting;
  let moment;
  try {
    const answer = await call(LIST, { ...asked, count: 1 }, { signal });
    ({ data: totals, moment } = answer);
    pages.counted(totals.count);
  } catch {
    if (signal.aborted) return undefined;
    totals = null; // the list itself says what is wrong
  }
  tell("totals", { totals, quiet });
  return moment;
}

/** Of which moments the answers are that are shown, once they have come; nothing where that isn't known. */
let moments = Promise.resolve([]);

/** Whether what is shown leaves out nothing that had happened at a moment. @param {string|null} moment */
export async function isOf(moment) {
  const shown = await moments;
  return Boolean(moment) && shown.length > 0 && shown.every((one) => one === moment);
}

/** Looks for what the search finds now. */
export function open() {
  asked = frozen(state.search);
  listed = state.search;
  tell("opening");
  tell("newer", { count: 0 });
  moments = Promise.all([pages.open(asked), count()]);
}

/** What is listed: the search, its parameters, and its totals where they are known. */
export const found = () => ({ search: listed, params: closed(asked), totals });

/** Counts anew, since some have gone. */
export const recount = () => count();

/** Leaves nothing of it in the page. */
export function close() {
  counting.abort();
  totals = null;
  listed = null;
  moments = Promise.resolve([]);
  pages.clear();
  tell("totals", { totals });
}

/** How many calls a search would find. @param {import("../types.js").Search} search */
export async function wouldFind(search) {
  const { data } = await call(LIST, { ...list(search, now()), count: 1 });
  return data.count;
}

/** How many calls have begun since the list was made. */
async function younger() {
  const { end } = asked;
  if (!end || list(listed, now()).end !== null) return 0;
  const { data } = await call(LIST, { ...frozen(listed), start: end + 1, count: 1 }, { signal: counting.signal });
  return data.count;
}

/**
 * Looks again, without a word: what is in view becomes what it is now.
 * @param {boolean} top  whether the top is in view, where newer calls then stand; elsewhere they are only told of
 */
export async function renew(top) {
  if (listed === null || !pages.settled) return;
  asked = top ? frozen(listed) : closed(asked);
  moments = Promise.resolve([]);
  pages.renew(asked);
  await count(true);
  try {
    tell("newer", { count: top ? 0 : await younger() });
  } catch {
    // Told elsewhere if it concerns the page.
  }
}
