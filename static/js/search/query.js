/** From what the page looks for to what the server is asked. */

import { FILTERS } from "./filters.js";

/**
 * The filters of recording/recordings/list, count and summary.
 * @param {import("../types.js").Search} search
 * @param {number} now  Unix seconds
 */
export function filters(search, now) {
  const asked = ({ key, wire = {} }) => Object.entries(wire).map(([name, send]) => [name, send(search[key], search, now)]);
  return Object.fromEntries(FILTERS.flatMap(asked));
}

/** Filters and order of recording/recordings/list. */
export function list(search, now) {
  return { ...filters(search, now), sort: search.sort, descending: search.order === "desc" ? 1 : 0 };
}
