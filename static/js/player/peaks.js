/** The outline of a call's sound, and where in it nobody speaks. */

import { call } from "../server/api.js";

/** Points a second, within what the API gives. */
const DENSITY = 10;
const [FEWEST, MOST] = [800, 4000];
/** Below this part of full scale is silence (−40 dB), and below this part of the channel's loudest. */
const [FLOOR, SHARE] = [0.01, 0.02];
/** Seconds: shorter pauses belong to speech, and at both ends of a longer one some are left. */
const [SHORTEST, MARGIN] = [1.2, 0.25];

/**
 * @param {import("../types.js").Recording} row
 * @param {number} seconds  about how long it is
 * @param {AbortSignal} signal
 * @returns {Promise<import("../types.js").Peaks>}
 */
export async function peaksOf({ recordgroup, uniqueid, recordid }, seconds, signal) {
  const points = Math.round(Math.min(MOST, Math.max(FEWEST, seconds * DENSITY)));
  const { data } = await call("recording/recordings/peaks", { recordgroup, uniqueid, recordid, points }, { signal });
  return data;
}

const size = ([least, largest]) => Math.max(largest, -least);

/** The loudest sample of all channels. @param {import("../types.js").Peaks} peaks */
export const loudest = ({ peaks }) => peaks.flat().reduce((most, point) => Math.max(most, size(point)), 0);

/** Whether a channel is silent, point by point. */
function quiet(channel) {
  const limit = Math.max(FLOOR, SHARE * channel.reduce((most, point) => Math.max(most, size(point)), 0));
  return channel.map((point) => size(point) < limit);
}

/**
 * The stretches that can be skipped: from, to in seconds.
 * @param {import("../types.js").Peaks} peaks
 * @returns {[number, number][]}
 */
export function silences({ duration, peaks }) {
  const channels = peaks.map(quiet);
  const points = Math.max(0, ...channels.map(({ length }) => length));
  const silent = (i) => channels.every((channel) => channel[i] ?? true);
  const found = [];
  for (let i = 0, from = 0; i <= points; i += 1) {
    if (i < points && silent(i)) continue;
    found.push([from, i]);
    from = i + 1;
  }
  const second = (i) => (i / points) * duration;
  return found
    .map(([from, to]) => [second(from), second(to)])
    .filter(([from, to]) => to - from >= SHORTEST)
    .map(([from, to]) => [from === 0 ? 0 : from + MARGIN, to >= duration ? duration : to - MARGIN]);
}
