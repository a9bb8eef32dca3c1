/** How far one has heard each call, kept in the browser: a person's, and of the latest calls only. */

import { kept } from "../kit/kept.js";
import { session } from "../server/login.js";

const MOST = 300;
/** Seconds at both ends from which one begins anew. */
const ENDS = 2;

let person = 0;
session.addEventListener("in", (event) => (person = event.person.id));

/** Browsers keep it: another form would forget what was heard. */
const name = ({ recordgroup, uniqueid, recordid }) => `${person} ${JSON.stringify([recordgroup, uniqueid, recordid])}`;

/** Call and seconds, the latest last. @returns {Map<string, number>} */
const stored = () => new Map(kept.heard.get());

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
  kept.heard.set([...all].slice(-MOST));
}
