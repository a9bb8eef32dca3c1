/** Numbers, times and names as people read them. */

// The page is in English: dates too, in the reader's own English and with the reader's clock.
const locale = navigator.languages?.find((language) => /^en\b/i.test(language)) ?? "en-GB";
const hourCycle = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hourCycle;

/** Whether the reader's clock says AM and PM, which takes more room. */
export const twelve = /^h1/.test(hourCycle ?? "");

/** The browser's time zone, such as Europe/Berlin. */
export const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The last moment that a Date can hold; rows of other programs may say anything. */
const LAST = 8.64e12;
const milliseconds = (seconds) => Math.min(LAST, Math.max(-LAST, Number(seconds) || 0)) * 1000;

const dates = (options) => {
  const format = new Intl.DateTimeFormat(locale, options.hour ? { ...options, hourCycle } : options);
  return (seconds) => format.format(milliseconds(seconds));
};

/** 2026-11-24T14:03:22.000Z, for programs. */
export const iso = (seconds) => new Date(milliseconds(seconds)).toISOString();

/** 2026-11-24T14:03:22+01:00: the reader's clock with its zone, for tables that people and programs read. */
export function zoned(seconds) {
  const minutes = -new Date(milliseconds(seconds)).getTimezoneOffset();
  const there = new Date(milliseconds(Number(seconds) + minutes * 60)).toISOString().slice(0, 19);
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${there}${minutes < 0 ? "-" : "+"}${two(h)}:${two(m)}`;
}

const clock = { hour: twelve ? "numeric" : "2-digit", minute: "2-digit" };
const dayOfYear = dates({ weekday: "short", day: "numeric", month: "short" });
const dayOfOldYear = dates({ day: "numeric", month: "short", year: "numeric" });

/** 14:03 */
export const hour = dates(clock);
/** Tuesday 24 November 2026 at 14:03:22 GMT+1 */
export const exact = dates({ dateStyle: undefined, weekday: "long", day: "numeric", month: "long", year: "numeric", ...clock, second: "2-digit", timeZoneName: "short" });
/** 24 Nov 2026 */
export const date = dayOfOldYear;
/** Nov 2026 */
export const month = dates({ month: "short", year: "numeric" });
/** 24 Nov */
export const shortDay = dates({ day: "numeric", month: "short" });
/** Tue 24 Nov 2026 */
export const longDay = dates({ weekday: "short", day: "numeric", month: "short", year: "numeric" });

const year = (seconds) => new Date(milliseconds(seconds)).getFullYear();

/** 24 Nov, or 24 Nov 2025 in another year. */
export const brief = (seconds, now) => (year(seconds) === year(now) ? shortDay(seconds) : dayOfOldYear(seconds));

/** A day of the calendar as a number that goes up by one from day to day, whatever the clocks do between. */
function ordinal(seconds) {
  const date = new Date(milliseconds(seconds));
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000;
}

/** How many days of the calendar lie between two moments. */
export const daysBetween = (from, to) => ordinal(to) - ordinal(from);

/** Today, Yesterday, Tue 24 Nov, or 24 Nov 2025 in another year. */
export function day(seconds, now) {
  const ago = daysBetween(seconds, now);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  return year(seconds) === year(now) ? dayOfYear(seconds) : dayOfOldYear(seconds);
}

/** UTC+1 */
export function offset(seconds) {
  const minutes = -new Date(seconds * 1000).getTimezoneOffset();
  const sign = minutes < 0 ? "−" : "+";
  const [h, m] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return minutes === 0 ? "UTC" : `UTC${sign}${h}${m ? `:${String(m).padStart(2, "0")}` : ""}`;
}

const plain = new Intl.NumberFormat(locale);
/** 12,345 */
export const count = (n) => plain.format(n);

/** 1 call, 2 calls */
export const calls = (n) => `${count(n)} ${n === 1 ? "call" : "calls"}`;

const two = (n) => String(n).padStart(2, "0");

/** 3:04 or 1:03:04 */
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** 3 min 4 s, for those who hear it, and 212 h 5 min for sums. */
export function spoken(seconds) {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  if (h) return m && h < 1000 ? `${count(h)} h ${m} min` : `${count(h)} h`;
  return s % 60 ? `${m} min ${s % 60} s` : `${m} min`;
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];
/** 1.2 GB */
export function bytes(n) {
  const unit = n < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(n) / 3));
  const value = n / 1000 ** unit;
  return `${plain.format(value < 10 && unit > 0 ? Math.round(value * 10) / 10 : Math.round(value))} ${UNITS[unit]}`;
}

/** How a call may have ended, as lists can be narrowed by it: the API's word and what people say. A test knows the API's words. */
export const OUTCOMES = [
  ["answer", "Answered"],
  ["noanswer", "No answer"],
  ["busy", "Busy"],
  ["cancel", "Hung up"],
  ["congestion", "Congestion"],
  ["chanunavail", "Unreachable"],
  ["failed", "Failed"],
  ["rejected", "Rejected"],
  ["interrupted", "Interrupted"],
];
const STATUS = new Map([...OUTCOMES, ["answered", "Answered"]]);
/** How a call ended. */
export const status = (word) => STATUS.get(word.toLowerCase()) ?? word;

const DIRECTION = new Map([["in", "Incoming"], ["out", "Outgoing"], ["internal", "Internal"]]);
/** Which way a call went; empty where it isn't known. */
export const direction = (word) => DIRECTION.get(word) ?? "";
