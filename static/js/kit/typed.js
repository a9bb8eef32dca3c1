/** Telephone numbers and lengths as people type and paste them. */

/**
 * Without what only makes it readable (spaces, dashes, brackets, dots), and without what one
 * writes in front depending on where one calls from: +, 00, 0. The rest is part of the number
 * in each of its spellings, and the server looks for parts.
 */
function digits(text) {
  const international = text.replace(/^\s*(\+|00)(.*?)\(0\)/, "$2");
  return international.replace(/[^\d*#]/g, "").replace(/^0{1,2}(?=\d{3})/, "");
}

/**
 * What is asked of `caller` and `called`: digits, unless letters say that it isn't a number.
 * @param {string} text
 */
export function number(text) {
  const trimmed = text.trim();
  return /^[+\d\s()\-–./*#\u00a0]+$/.test(trimmed) && /[\d*#]/.test(trimmed) ? digits(trimmed) : trimmed;
}

/** The seconds of a length in minutes: 5, 1:30, 2m, 90s, 1h. @returns {string} empty where it is none */
export function seconds(text) {
  const trimmed = text.trim().toLowerCase();
  const clock = /^(?:(\d{1,3}):)?(\d{1,4}):(\d{2})$/.exec(trimmed);
  if (clock) return String(Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]));
  const unit = /^(\d{1,6}(?:[.,]\d+)?)\s*(s|m|h)?[a-z.]*$/.exec(trimmed);
  if (!unit) return "";
  return String(Math.round(Number(unit[1].replace(",", ".")) * { s: 1, m: 60, h: 3600 }[unit[2] ?? "m"]));
}
