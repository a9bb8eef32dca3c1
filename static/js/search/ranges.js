/** Spans of time, in the browser's zone. */

import { toMoment } from "../kit/dates.js";
import * as format from "../kit/format.js";

const midnight = (date, days = 0) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
const seconds = (date) => Math.floor(date.getTime() / 1000);
const monday = (date) => midnight(date, -((date.getDay() + 6) % 7));
const first = (date, months = 0) => new Date(date.getFullYear(), date.getMonth() + months, 1);

/** The ranges that one click sets, in the order shown. @type {{id: string, label: string, key: string}[]} */
export const QUICK = [
  { id: "today", label: "Today", key: "t" },
  { id: "yesterday", label: "Yesterday", key: "y" },
  { id: "7d", label: "7 days", key: "w" },
  { id: "30d", label: "30 days", key: "e" },
  { id: "month", label: "This month", key: "m" },
  { id: "any", label: "Any time", key: "a" },
];

/** Whole spans that have ended or go on, by name. @type {Object<string, (today: Date) => [Date, Date]>} from, up to */
const SPANS = {
  "This week": (today) => [monday(today), midnight(monday(today), 7)],
  "Last week": (today) => [midnight(monday(today), -7), monday(today)],
  "Last month": (today) => [first(today, -1), first(today)],
  "This year": (today) => [new Date(today.getFullYear(), 0, 1), new Date(today.getFullYear() + 1, 0, 1)],
};

/** The names of further spans. */
export const PRESETS = Object.keys(SPANS);

/** @param {string} name  one of PRESETS @param {number} now  Unix seconds */
export function preset(name, now) {
  const [from, upTo] = SPANS[name](midnight(new Date(now * 1000)));
  return { start: seconds(from), end: seconds(upTo) - 1 };
}

const STARTS = {
  today: (today) => today,
  "7d": (today) => midnight(today, -6),
  "30d": (today) => midnight(today, -29),
  month: (today) => new Date(today.getFullYear(), today.getMonth(), 1),
};

/**
 * From when to when; null is open.
 * @param {import("../types.js").Search} search
 * @param {number} now  Unix seconds
 * @returns {{start: number|null, end: number|null}}
 */
export function bounds(search, now) {
  const today = midnight(new Date(now * 1000));
  if (search.range === "custom") return { start: search.start, end: search.end };
  if (search.range === "yesterday") return { start: seconds(midnight(today, -1)), end: seconds(today) - 1 };
  const start = STARTS[search.range];
  return { start: start ? seconds(start(today)) : null, end: null };
}

/** The interval that gives a readable number of bars. @returns {"hour"|"day"|"week"|"month"} */
export function fitting(start, end) {
  const days = (end - start) / 86400;
  if (days <= 8) return "hour";
  if (days <= 100) return "day";
  if (days <= 900) return "week";
  return "month";
}

/** Where the interval after the one that begins at `start` begins. */
export function following(start, interval) {
  const date = new Date(start * 1000);
  if (interval === "hour") return start + 3600;
  if (interval === "day") return seconds(midnight(date, 1));
  if (interval === "week") return seconds(midnight(date, 7));
  return seconds(new Date(date.getFullYear(), date.getMonth() + 1, 1));
}

/** In words; empty where it is open at both ends. @param {import("../types.js").Search} search @param {number} now  Unix seconds */
export function words(search, now) {
  const { start, end } = bounds(search, now);
  if (start === null && end === null) return "";
  const label = (time) => format.brief(time, now);
  if (start === null) return `until ${label(end)}`;
  if (end === null) return `since ${label(start)}`;
  const whole = toMoment(start).endsWith("00:00") && toMoment(end).endsWith("23:59");
  if (whole) return label(start) === label(end) ? label(start) : `${label(start)} – ${label(end)}`;
  const clocks = `${format.hour(start)} – ${format.hour(end)}`;
  if (label(start) === label(end)) return `${label(start)}, ${clocks}`;
  return `${label(start)} ${format.hour(start)} – ${label(end)} ${format.hour(end)}`;
}
