/** Telephone numbers as people type and paste them. */

const LOOKS_LIKE_NUMBER = /^[+\d\s()\-–./\u00a0]+$/;

/** Without what only makes it readable: spaces, dashes, brackets, dots, a leading + or 00. */
function digits(text) {
  return text.replace(/[^\d*#]/g, "").replace(/^00(?=\d)/, "");
}

/**
 * What is asked of `caller` and `called`: digits, unless letters say that it isn't a number.
 * @param {string} text
 */
export function number(text) {
  const trimmed = text.trim();
  return /^[+\d\s()\-–./*#\u00a0]+$/.test(trimmed) && /[\d*#]/.test(trimmed) ? digits(trimmed) : trimmed;
}

/** What is asked of `search`: as typed, unless it is plainly a telephone number. */
export function term(text) {
  const trimmed = text.trim().replace(/\s+/g, " ");
  const count = trimmed.replace(/\D/g, "").length;
  return LOOKS_LIKE_NUMBER.test(trimmed) && count >= 3 ? digits(trimmed) : trimmed;
}
