/** The calls that the search finds: rows, totals, and word of newer ones. */

import { call, now } from "./api.js";
import { Pages } from "./pages.js";
import { list } from "./query.js";
import { state } from "./state.js";

const LIST = "recording/recordings/list";
/** Milliseconds between looks for newer calls, and for the end of those in progress. */
const LOOK = 10_000;
/** Milliseconds after which nobody seems to be there; looking on would keep the session alive for ever. */
const AWAY = 15 * 60_000;

export const pages = new Pages();

/** Fires "opening", "totals" with `totals` (null: unknown) and "newer" with `count`. */
export const results = new EventTarget();

const tell = (name, detail = {}) => results.dispatchEvent(Object.assign(new Event(name), detail));

let touched = Date.now();
let asked = {};
let counting = new AbortController();
/** @type {import("./types.js").Totals|null} */
let totals = null;

/** The last moment that the rows show: what comes later doesn't shift them while one reads. */
function frozen(search) {
  const params = list(search, now());
  const open = params.end === null && (params.start ?? 0) <= now();
  return open ? { ...params, end: now() } : params;
}

async function count() {
  counting.abort();
  counting = new AbortController();
  const { signal } = counting;
  try {
    const { data } = await call(LIST, { ...asked, count: 1 }, { signal });
    totals = data;
    pages.counted(data.count);
  } catch {
    if (signal.aborted) return;
    totals = null; // the list itself says what is wrong
  }
  tell("totals", { totals });
}

/** Looks for what the search finds now. */
export function open() {
  asked = frozen(state.search);
  tell("opening");
  tell("newer", { count: 0 });
  pages.open(asked);
  count();
}

/** What is listed: the parameters of the search, and its totals where they are known. */
export const found = () => ({ params: asked, totals });

/** Counts anew, since some have gone. */
export const recount = () => count();

/** Leaves nothing of it in the page. */
export function close() {
  counting.abort();
  totals = null;
  pages.clear();
  tell("totals", { totals });
}

/** How many calls a search would find. @param {import("./types.js").Search} search */
export async function wouldFind(search) {
  const { data } = await call(LIST, { ...list(search, now()), count: 1 });
  return data.count;
}

/**
 * Every while: are there newer calls? Have those in view ended?
 * @param {() => number[]} inProgress  the rows in view that hold a call in progress
 */
export function watch(inProgress) {
  for (const sign of ["pointermove", "keydown"]) addEventListener(sign, () => (touched = Date.now()), { passive: true });
  setInterval(async () => {
    const idle = document.hidden || Date.now() - touched > AWAY || document.documentElement.dataset.view !== "app";
    if (idle || totals === null) return;
    const before = totals;
    try {
      const live = inProgress();
      if (live.length) await pages.refresh(live);
      const found = await wouldFind(state.search);
      if (before === totals && found > totals.count) tell("newer", { count: found - totals.count });
    } catch {
      // Told elsewhere if it concerns the page.
    }
  }, LOOK);
}
