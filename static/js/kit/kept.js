/**
 * What the browser keeps for the person from one visit to the next, each declared once. Storage may be off, and may hold
 * anything: then a setting is as usual, and what is set lasts until the page is left.
 *
 * To add a setting: a line in `kept`, which says what it is where nothing, or nonsense, is stored; of those for listening a line
 * in `player`, which player/settings.js then has. `get` and `set` are called where it matters.
 */

/** Speeds at which calls can be heard. */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];

/**
 * @template T
 * @typedef {{get: () => T, set: (value: T) => void}} Setting
 */

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text; // a bare word, as earlier versions wrote it
  }
}

/**
 * @template T
 * @param {string} name
 * @param {(stored: any) => T} read  of what is stored, which may be anything; null where nothing is
 * @returns {Setting<T>}
 */
function setting(name, read) {
  const key = `tapeline.${name}`;
  let last = null;
  return {
    get() {
      try {
        return read(parsed(localStorage.getItem(key)));
      } catch {
        return read(last);
      }
    },
    set(value) {
      last = value;
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // Storage is off, or full.
      }
    },
  };
}

const flag = (stored) => stored === true;
const among = (values, usual) => (stored) => (values.includes(stored) ? stored : usual);
const share = (stored) => (typeof stored === "number" && stored >= 0 && stored <= 1 ? stored : 1);
const pairs = (stored) => (Array.isArray(stored) && stored.every(Array.isArray) ? stored : []);
const parts = (readers) => (stored) => Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read(stored?.[name])]));

export const kept = {
  /** The columns of the list that are shown, by their ids; null: the usual ones. @type {Setting<string[]|null>} */
  columns: setting("columns", (stored) => (Array.isArray(stored) ? stored : null)),
  /** Whether filters and chart are folded where there is little height. @type {Setting<boolean>} */
  folded: setting("folded", (stored) => stored !== false),
  /** Whether single letters are shortcuts. @type {Setting<"on"|"off">} */
  letters: setting("keys", among(["off"], "on")),
  /** How one likes to listen. */
  player: setting(
    "player",
    parts({
      rate: among(SPEEDS, 1),
      volume: share,
      muted: flag,
      /** Silence is skipped. */
      skip: flag,
      /** The next call follows by itself. */
      next: flag,
    }),
  ),
  /** How far one has heard which call: its name and seconds, the latest last. @type {Setting<[string, number][]>} */
  heard: setting("heard", pairs),
};
