/** From what the page looks for to what the server is asked. */

import { number, term } from "../kit/numbers.js";
import { bounds } from "./ranges.js";

const COMPLETE = { "": -1, done: 1, live: 0, missing: -1 };

/**
 * The filters of recording/recordings/list, count and summary.
 * @param {import("../types.js").Search} search
 * @param {number} now  Unix seconds
 */
export function filters(search, now) {
  const { start, end } = bounds(search, now);
  return {
    customer: search.group ? "" : search.customer,
    recordgroup: search.group,
    start,
    end,
    search: term(search.search),
    caller: number(search.caller),
    called: number(search.called),
    direction: search.direction,
    totaltime_minimum: search.min,
    totaltime_maximum: search.max,
    complete: COMPLETE[search.state],
    stale: search.state === "missing" ? 1 : "",
  };
}

/** Filters and order of recording/recordings/list. */
export function list(search, now) {
  return { ...filters(search, now), sort: search.sort, descending: search.order === "desc" ? 1 : 0 };
}
