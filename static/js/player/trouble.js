/** Why a call can't be heard, and what to tell whoever can mend it. */

import { call, findsSound } from "../server/api.js";

/** A recording without sound, such as one of a call that nobody answered. */
export const EMPTY = "There is nothing to hear: the recording is empty.";

/**
 * @param {import("../types.js").Recording} row
 * @param {Promise<import("../types.js").Peaks>} peaks
 * @returns {Promise<{text: string, mend?: string}>}  mend: what more there is to tell whoever can mend it
 */
async function reason({ recordgroup, uniqueid, recordid }, peaks) {
  try {
    await call("recording/recordings/get", { recordgroup, uniqueid, recordid, wrap: "meta" });
    if (!(await findsSound({ recordgroup, uniqueid, recordid }))) return { text: "The sound file is missing.", mend: "" };
  } catch (error) {
    return { text: error.code === "404" ? "This recording is no longer there." : error.message };
  }
  try {
    if ((await peaks).duration === 0) return { text: EMPTY };
    return { text: "This browser can't play this sound.", mend: navigator.userAgent };
  } catch (error) {
    return { text: "The sound file is broken, or of a kind that can't be played.", mend: error.message };
  }
}

/**
 * A browser tells no more than that it failed; the server knows why.
 * @param {import("../types.js").Recording} row
 * @param {Promise<import("../types.js").Peaks>} peaks  what became of the outline
 */
export async function explain(row, peaks) {
  const { text, mend } = await reason(row, peaks);
  if (mend === undefined) return text;
  const tell = [`recording ${row.uniqueid}`, `file ${row.path || "unknown"}`, mend].filter(Boolean);
  return `${text} Tell your administrator: ${tell.join(", ")}`;
}
