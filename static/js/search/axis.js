/** The axis of the chart: which bars carry a label, and what bars are called. */

import * as format from "../kit/format.js";
import { following } from "./ranges.js";

/** Pixels that a label needs. */
const LABEL = 64;

const date = (time) => new Date(time * 1000);

/** For each interval: which bars may carry a label, finest first. */
const LABELLED = {
  hour: [() => true, ...[3, 6, 12, 24].map((n) => (d) => d.getHours() % n === 0)],
  day: [() => true, (d) => d.getDay() === 1, (d) => d.getDate() === 1, (d) => d.getDate() === 1 && d.getMonth() === 0],
  week: [() => true, ...[1, 3, 12].map((n) => (d) => d.getDate() <= 7 && d.getMonth() % n === 0)],
  month: [() => true, (d) => d.getMonth() % 3 === 0, ...[1, 2, 5, 10, 20].map((n) => (d) => d.getMonth() === 0 && d.getFullYear() % n === 0)],
};

/** Below a bar. @param {number} time @param {"hour"|"day"|"week"|"month"} interval */
export function label(time, interval) {
  const d = date(time);
  if (interval === "hour") return d.getHours() === 0 ? format.shortDay(time) : format.hour(time);
  if (interval === "month") return d.getMonth() === 0 ? String(d.getFullYear()) : format.month(time).split(" ")[0];
  if (interval === "week" && d.getMonth() === 0 && d.getDate() <= 7) return format.month(time);
  return format.shortDay(time);
}

/** A bar's time in words. */
export function spell(time, interval) {
  if (interval === "hour") return `${format.longDay(time)}, ${format.hour(time)} – ${format.hour(following(time, interval))}`;
  if (interval === "day") return format.longDay(time);
  if (interval === "week") return `Week of ${format.longDay(time)}`;
  return format.month(time);
}

/**
 * The bars with the finest labels that fit side by side.
 * @param {number[]} starts  where each bar begins
 * @param {"hour"|"day"|"week"|"month"} interval
 * @param {number} width     pixels of all bars
 */
export function ticks(starts, interval, width) {
  const step = width / starts.length;
  for (const rule of LABELLED[interval]) {
    const indexes = starts.flatMap((start, i) => (rule(date(start)) ? [i] : []));
    const close = indexes.some((i, n) => n > 0 && (i - indexes[n - 1]) * step < LABEL);
    if (!close) return indexes.filter((i) => i * step < width - LABEL / 2);
  }
  return [];
}
