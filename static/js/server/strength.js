/** How easily a new password is guessed: a word of advice. The server decides what is taken. */

const LEAST = 8;
const GOOD = 14;
/** What stands in a row on keyboards and in the alphabet. */
const ROWS = ["0123456789", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "abcdefghijklmnopqrstuvwxyz"];
const WORDS = ["password", "passw0rd", "p@ssw0rd", "passwort", "qwerty", "welcome", "letmein", "iloveyou", "changeme", "trustno1", "administrator", "admin", "sunshine", "princess", "football", "baseball", "superman", "whatever", "1q2w3e4r", "1qaz2wsx", "zaq12wsx", "a1b2c3d4", "tapeline", "asterisk", "freepbx", "freeswitch"];

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const backwards = (text) => [...text].reverse().join("");
const bare = (text) => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "");

/** Whether it is a few letters again and again, or one after the other as they lie. */
function isRow(text) {
  const again = /^(.{1,4}?)\1+.{0,3}$/su.test(text);
  return again || new Set(text).size < 4 || ROWS.some((row) => [row, backwards(row)].some((way) => (way + way).includes(text)));
}

/** Words of names that would be found in the password. */
const parts = (names) => names.flatMap((name) => plain(name ?? "").split(/[^\p{L}\p{N}]+/u)).filter((part) => part.length > 2);

/**
 * A sentence about a password; empty: nothing is typed.
 * @param {string} password @param {string[]} names  the person's and the office's
 */
export function advice(password, names = []) {
  const text = plain(password);
  const letters = [...text].length;
  if (letters === 0) return "";
  if (letters < LEAST) return `Short: ${letters} of at least ${LEAST} characters. Some words in a row are easy to keep in mind.`;
  if (WORDS.some((word) => text === word || bare(text) === word) || isRow(text) || /^\d+$/.test(text)) return "Weak: this is among the first that are tried.";
  if (parts(names).some((part) => text.includes(part))) return "Weak: it has a name in it that others know.";
  return letters < GOOD ? "Fair. Longer is stronger: some words in a row." : "Strong.";
}

/** Says it while it is typed. @param {HTMLInputElement} input @param {HTMLElement} place @param {() => string[]} names */
export function advise(input, place, names) {
  input.addEventListener("input", () => {
    place.classList.remove("error");
    place.textContent = advice(input.value, names());
  });
}
