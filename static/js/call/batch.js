/** The same for many calls: one request each, some at a time. */

import { isGone } from "./changes.js";
import { calls, count } from "../kit/format.js";
import { html } from "../kit/html.js";
import { parties } from "../server/recording.js";

/** Requests at a time. */
const PARALLEL = 4;
/** Calls that a report names for each reason. */
const NAMED = 5;
/** Milliseconds between two words about the progress. */
const OFTEN = 200;

/**
 * @typedef {object} Result
 * @property {number} done
 * @property {number} of
 * @property {boolean} cancelled
 * @property {Map<string, string[]>} failed  reason → calls
 */

/**
 * Does something for each call that is picked. What fails doesn't keep the others from it.
 * @param {import("./picked.js").Picked} picked
 * @param {{signal: AbortSignal, show: (patch: object) => void}} job
 * @param {(row: import("../types.js").Recording) => Promise<void>} act
 * @returns {Promise<Result>}
 */
export async function each(picked, { signal, show }, act) {
  const result = { done: 0, of: picked.count, cancelled: false, failed: new Map() };
  const rows = picked.rows(signal)[Symbol.asyncIterator]();
  let attempted = 0;
  let shown = 0;
  const progress = () => {
    attempted += 1;
    if (picked.count === 1 || performance.now() - shown < OFTEN) return;
    shown = performance.now();
    show({ text: `${count(attempted)} of ${calls(picked.count)}`, part: attempted / Math.max(1, picked.count) });
  };
  const one = async (row) => {
    try {
      await act(row);
      result.done += 1;
    } catch (error) {
      if (signal.aborted || isGone(error)) throw error;
      result.failed.set(error.message, [...(result.failed.get(error.message) ?? []), parties(row)]);
    }
    progress();
  };
  const worker = async () => {
    while (!signal.aborted) {
      const { value, done } = await rows.next();
      if (done) return;
      await one(value);
    }
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, worker));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  result.cancelled = signal.aborted;
  return result;
}

/**
 * What came of it, in words.
 * @param {Result} result
 * @param {string} verb  what was done: "deleted"
 * @returns {string|{text: string, more: any}}
 */
export function outcome({ done, of, cancelled, failed }, verb) {
  if (cancelled) return { text: `Cancelled: ${count(done)} of ${calls(of)} ${verb}.`, more: reasons(failed) };
  if (failed.size === 0) return `${calls(done)} ${verb}`;
  const sum = [...failed.values()].reduce((total, names) => total + names.length, 0);
  return { text: done ? `${calls(done)} ${verb}, ${calls(sum)} not:` : `Not ${verb}:`, more: reasons(failed) };
}

/** Why, and which. */
function reasons(failed) {
  const line = ([reason, names]) => {
    const rest = names.length - NAMED;
    return html`<li><b>${reason}</b>: ${names.slice(0, NAMED).map((name, i) => html`${i ? ", " : ""}<bdi>${name}</bdi>`)}${rest > 0 ? ` and ${count(rest)} more` : ""}</li>`;
  };
  return failed.size ? html`<ul>${[...failed].map(line)}</ul>` : "";
}
