/** Moments as the browser's own fields for dates have them, in the browser's zone. */

const two = (n) => String(n).padStart(2, "0");

/** For <input type="date">. @param {number} time  Unix seconds */
export function toDate(time) {
  const d = new Date(time * 1000);
  return `${String(d.getFullYear()).padStart(4, "0")}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** The last second of a day. @param {string} date  of <input type="date"> */
export function endOf(date) {
  const [year, month, day] = date.split("-").map(Number);
  return Math.floor(new Date(year, month - 1, day + 1).getTime() / 1000) - 1;
}

/** For <input type="datetime-local">. @param {number|null} time  Unix seconds */
export function toMoment(time) {
  if (time === null) return "";
  const d = new Date(time * 1000);
  return `${toDate(time)}T${two(d.getHours())}:${two(d.getMinutes())}`;
}

/** From <input type="datetime-local">; an end is the last second of its minute. @returns {number|null} */
export function fromMoment(text, end = false) {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : Math.floor(time / 1000) + (end ? 59 : 0);
}
