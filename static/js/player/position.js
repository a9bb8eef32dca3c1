/** How far one has heard each call, kept in the browser: a person's, and of the latest calls only. */

import { session } from "../server/login.js";
import { identity } from "../search/pages.js";

const KEY = "tapeline.heard";
const MOST = 300;
/** Seconds at both ends from which one begins anew. */
const ENDS = 2;

let person = 0;
session.addEventListener("in", (event) => (person = event.person.id));

const name = (row) => `${person} ${identity(row)}`;

/** Call and seconds, the latest last. @returns {Map<string, number>} */
function stored() {
  try {
    return new Map(JSON.parse(localStorage.getItem(KEY) ?? "[]"));
  } catch {
    return new Map(); // unreadable, or storage is off
  }
}

/** Where to go on; 0 at the beginning. @param {import("../types.js").Recording} row */
export const heard = (row) => Number(stored().get(name(row))) || 0;

/**
 * @param {import("../types.js").Recording} row
 * @param {number} at        seconds
 * @param {number} duration  seconds
 */
export function keep(row, at, duration) {
  const all = stored();
  all.delete(name(row));
  if (at > ENDS && at < duration - ENDS) all.set(name(row), Math.floor(at * 10) / 10);
  try {
    localStorage.setItem(KEY, JSON.stringify([...all].slice(-MOST)));
  } catch {
    // Storage is off: it begins anew.
  }
}
