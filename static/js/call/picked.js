/** Calls with which something is to be done together: a single one, some, or all that a search finds. */

import { key } from "../server/recording-key.js";

/**
 * @typedef {object} Picked
 * @property {number} count
 * @property {number} totaltime  seconds
 * @property {number} size       bytes
 * @property {(row: import("../types.js").Recording) => boolean} has
 * @property {(signal: AbortSignal) => AsyncIterable<import("../types.js").Recording>} rows
 * @property {import("../types.js").Recording[]|null} list  where they are all known
 * @property {object|null} params  where they are all that a search finds
 */

const sum = (rows, field) => rows.reduce((total, row) => total + Math.max(0, row[field]), 0);

async function* each(rows) {
  yield* rows;
}

/** Calls that are all known. @param {import("../types.js").Recording[]} list @returns {Picked} */
export function these(list) {
  const keys = new Set(list.map(key));
  return {
    count: list.length,
    totaltime: sum(list, "totaltime"),
    size: sum(list, "size"),
    has: (row) => keys.has(key(row)),
    rows: () => each(list),
    list,
    params: null,
  };
}
