/** Why a call can't be heard, and what to tell whoever can mend it. */

import { call, Unreachable } from "./api.js";

/** @param {import("./types.js").Recording} row */
async function reason(row, peaks) {
  const { recordgroup, uniqueid, recordid } = row;
  try {
    await call("recording/recordings/get", { recordgroup, uniqueid, recordid, wrap: "meta" });
    await peaks;
  } catch (error) {
    if (error.code !== "404") return { text: error.message, mendable: !(error instanceof Unreachable) && error.code !== "401" };
    const file = error.key === "path";
    return { text: file ? "The sound file is missing." : "This recording is no longer there.", mendable: file };
  }
  return { text: "This browser can't play this sound.", mendable: true };
}

/**
 * A browser tells no more than that it failed; the server knows why.
 * @param {import("./types.js").Recording} row
 * @param {Promise<any>} peaks  what became of the outline
 * @returns {Promise<string>}
 */
export async function explain(row, peaks) {
  const { text, mendable } = await reason(row, peaks);
  return mendable ? `${text} Tell your administrator: recording ${row.uniqueid}, file ${row.path || "unknown"}.` : text;
}
