/**
 * What happens to recordings shows by itself: told by the server, asked for every while where that fails. Only while the page
 * is seen – a browser has few connections for all its tabs – and while somebody is there.
 */

import { listen, now } from "../server/api.js";
import { pressing } from "../kit/press.js";
import * as access from "../search/access.js";
import * as chart from "../search/chart.js";
import { check, session } from "../server/login.js";
import { here, place } from "../page/place.js";
import { filters } from "../search/query.js";
import { isOf, renew, results } from "../search/recordings.js";
import { state } from "../search/state.js";

/** Milliseconds between looks where nothing tells; now and then it is looked in any case. */
const POLL = 10_000;
const POLLS = 6;
/** Milliseconds after which nobody seems to be there; looking on would keep the session alive for ever. */
const AWAY = 15 * 60_000;
/** What happens within so many milliseconds is shown together. */
const GATHER = 150;
/** Milliseconds between looks at the list, at the chart, and at who may see what. */
const REST = { list: 1_000, chart: 5_000, rights: 5_000 };
/** Of all time, looking takes one part in so many at most. */
const SHARE = 5;
/** Milliseconds for which a pointer that moves over the list may be about to press a row; and for which rows wait for it at most. */
const AIM = 600;
const PATIENCE = 3_000;
/** Milliseconds without a word after which a connection is dead; the server says every 15 s that it is there. */
const SILENCE = 40_000;
/** Milliseconds before listening again: to one that has lasted, to another, and at most. */
const SOON = 300;
const AGAIN = 3_000;
const LONGEST = 60_000;

const watching = () => !document.hidden && document.documentElement.dataset.view === "app";
const seen = () => watching() && here() === "calls";

let touched = Date.now();
const away = () => Date.now() - touched > AWAY;

/** When the pointer last moved or pressed in the list. */
let aimed = -Infinity;
const aiming = () => performance.now() - aimed < AIM;

/** A function that makes `act` happen soon, once for many calls, and never often; a little later while `wait` says so. */
function paced(act, rest, wait = () => false, when = seen) {
  let [timer, busy, again, earliest, planned] = [0, false, false, 0, 0];
  const plan = () => {
    again = true;
    if (busy || timer) return;
    planned = performance.now();
    timer = setTimeout(run, Math.max(GATHER, earliest - planned));
  };
  async function run() {
    if (wait() && performance.now() - planned < PATIENCE) {
      timer = setTimeout(run, GATHER);
      return;
    }
    [timer, busy, again] = [0, true, false];
    const began = performance.now();
    if (when() && !away()) await act();
    const ended = performance.now();
    earliest = ended + Math.max(rest, (SHARE - 1) * (ended - began));
    busy = false;
    if (again) plan();
  }
  return plan;
}

let atTop = () => true;
// New rows at the top would push another call under the pointer; further down rows stay where they are.
const lookSoon = paced(() => renew(atTop()), REST.list, () => pressing() || (atTop() && aiming()));
const chartSoon = paced(chart.renew, REST.chart, pressing);

/** What to do when somebody may see other calls now. */
let looked = () => {};
const rightsSoon = paced(() => looked(), REST.rights, pressing, watching);

/** The connection on which the server has said something. @type {AbortController|null} */
let flowing = null;
let connection = new AbortController();
/** What is listened to: parameters as JSON, or empty. */
let tuned = "";

/** Listens until the connection ends, or dies. @param {boolean} first  it is the first one for this list */
async function once(params, signal, first) {
  const dead = new AbortController();
  let watch = 0;
  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(() => dead.abort(), SILENCE);
  };
  // What came after the list and before one could hear of it.
  const since = async (moment) => (first && (await isOf(moment))) || signal.aborted || lookSoon();
  const heard = (name) => {
    alive();
    if (name) lookSoon();
    if (name === "refresh") rightsSoon();
    flowing = dead;
  };
  alive();
  try {
    await listen("events", params, { signal: AbortSignal.any([signal, dead.signal]), since, heard });
  } finally {
    clearTimeout(watch);
    if (flowing === dead) flowing = null;
  }
}

const pause = (milliseconds, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", () => done(clearTimeout(timer)), { once: true });
  });

/** Listens on and on; less often where it fails. */
async function listenOn(params, signal) {
  for (let [wait, first] = [AGAIN, true]; !signal.aborted; first = false) {
    const began = performance.now();
    try {
      await once(params, signal, first);
      wait = performance.now() - began > AGAIN ? SOON : AGAIN;
    } catch (error) {
      if (/^40/.test(error.code)) return; // not with these rights, or not any more
      wait = Math.min(LONGEST, Math.max(wait * 2, (error.retryAfter ?? 0) * 1000));
    }
    if (signal.aborted) return;
    check(); // it may have ended with the session, or with the server
    await pause(wait, signal);
  }
}

/** Listens to what the search concerns, while the page is seen: the end of it tells, on every page, that somebody is logged out. */
function tune() {
  const { customer, recordgroup } = filters(state.search, now());
  const wanted = watching() && access.barrier() !== "role" ? JSON.stringify({ customer, recordgroup }) : "";
  if (wanted === tuned) return;
  tuned = wanted;
  connection.abort();
  connection = new AbortController();
  if (wanted) listenOn(JSON.parse(wanted), connection.signal);
}

/** Somebody else, or nobody, is there; or the server is again. */
export function retune() {
  tuned = "";
  connection.abort();
  tune();
}

function touch() {
  if (away()) setTimeout(lookSoon);
  touched = Date.now();
}

let sums = "";

/** The chart follows the list. */
function sumsChanged({ totals, quiet = false }) {
  const before = sums;
  sums = JSON.stringify(totals);
  if (quiet && sums !== before) chartSoon();
}

/**
 * @param {() => boolean} top  whether the top of the list is in view
 * @param {() => void} again  somebody may see other calls now
 */
export function start(top, again) {
  atTop = top;
  looked = again;
  let polls = 0;
  for (const sign of ["pointermove", "pointerdown", "keydown"]) addEventListener(sign, touch, { passive: true });
  for (const sign of ["pointermove", "pointerdown"])
    addEventListener(sign, ({ target }) => target.closest?.("#rows") && (aimed = performance.now()), { passive: true });
  document.addEventListener("visibilitychange", () => {
    tune();
    if (watching()) check();
    if (seen()) lookSoon();
  });
  state.addEventListener("change", tune);
  place.addEventListener("change", tune);
  for (const name of ["in", "out"]) session.addEventListener(name, retune);
  results.addEventListener("totals", sumsChanged);
  setInterval(() => {
    polls += 1;
    tune(); // after the end of a session, say
    if (watching() && !flowing && !away()) check();
    if (seen() && (!flowing || polls % POLLS === 0)) lookSoon();
  }, POLL);
}
