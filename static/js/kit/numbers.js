/** Telephone numbers as people type and paste them. */

const LOOKS_LIKE_NUMBER = /^[+\d\s()\-–./\u00a0]+$/;

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

/** What is asked of `search`: as typed, unless it is plainly a telephone number. */
export function term(text) {
  const trimmed = text.trim().replace(/\s+/g, " ");
  const count = trimmed.replace(/\D/g, "").length;
  return LOOKS_LIKE_NUMBER.test(trimmed) && count >= 3 ? digits(trimmed) : trimmed;
}
