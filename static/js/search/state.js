/**
 * What the page looks for and which recording is open, mirrored in the URL: a link is a search, or leads to a call, and
 * Back works.
 */

import { place } from "../page/place.js";
import { moment, parse } from "../server/recording-key.js";
import { FILTERS, without } from "./filters.js";
import { SORTS } from "./sorts.js";

const oneOf = (...words) => (text) => (words.includes(text) ? text : words[0]);

/** How the page shows it, whatever is looked for. @type {{key: string, usual: string, read: (text: string) => string}[]} */
const VIEW = [
  { key: "sort", usual: "start", read: oneOf(...SORTS.map(({ sort }) => sort)) },
  { key: "order", usual: "desc", read: oneOf("desc", "asc") },
  { key: "per", usual: "", read: oneOf("", "hour", "day", "week", "month") },
];

const ALL = [...FILTERS, ...VIEW];
/** @type {import("../types.js").Search} */
const USUAL = Object.fromEntries(ALL.map(({ key, usual }) => [key, usual]));

/** A link can hold anything; what isn't understood falls back. */
function fromQuery(query) {
  const params = new URLSearchParams(query);
  const search = { ...USUAL };
  for (const { key, read } of ALL) {
    if (params.has(key)) search[key] = read(params.get(key));
  }
  if (search.start !== null || search.end !== null) search.range = "custom";
  if (search.range === "custom" && search.start === null && search.end === null) search.range = "any";
  return search;
}

function toQuery(search) {
  const params = new URLSearchParams();
  for (const { key, usual } of ALL) {
    const told = search[key] !== usual && !(key === "range" && search.range === "custom");
    if (told) params.set(key, search[key]);
  }
  return params.toString();
}

/** The recording that a link leads to, and the second to begin at. */
function opened(query) {
  const params = new URLSearchParams(query);
  const recording = params.get("recording") ?? "";
  return parse(recording) ? { recording, t: moment(params.get("t") ?? "") } : { recording: "", t: null };
}

/** Milliseconds after which the URL follows the keys that move through the list; browsers refuse to change it all the time. */
const FOLLOW = 200;

/** Fires "change" whenever the search is another one, "open" whenever another recording is open, or none. */
class State extends EventTarget {
  #search = fromQuery(location.search);
  #opened = opened(location.search);
  #edited = "";
  #following = 0;
  /** Takes over what is typed in a field and not looked for yet. @type {Set<() => void>} */
  #typed = new Set();

  constructor() {
    super();
    addEventListener("popstate", () => this.#reread());
    place.addEventListener("address", () => this.#reread());
  }

  /** Where the page is, as a link. */
  get url() {
    const params = new URLSearchParams(toQuery(this.#search));
    const { recording, t } = this.#opened;
    if (recording) params.set("recording", recording);
    if (t !== null) params.set("t", t);
    const query = params.toString().replaceAll("%3A", ":");
    return query ? `/?${query}` : "/";
  }

  /** The recording whose details are open, by its key; or empty. */
  get recording() {
    return this.#opened.recording;
  }

  /** The second that the link leads to, or null. */
  get t() {
    return this.#opened.t;
  }

  /**
   * Opens a recording, or none with "". To open and to close are steps for Back; to go from one to the next isn't.
   * @param {string} recording
   */
  open(recording) {
    const before = this.#opened.recording;
    if (recording === before) return;
    this.#opened = { recording, t: null };
    this.#edited = "";
    clearTimeout(this.#following);
    if (recording && before) this.#following = setTimeout(() => location.pathname === "/" && history.replaceState(null, "", this.url), FOLLOW);
    else history.pushState(null, "", this.url);
    this.dispatchEvent(new Event("open"));
  }

  /** @returns {import("../types.js").Search} */
  get search() {
    return this.#search;
  }

  /** Something is being typed: whatever changes the search next takes it over first, and no control can forget it. @param {() => void} take */
  expect(take) {
    this.#typed.add(take);
  }

  /** It has been taken over. @param {() => void} take */
  expected(take) {
    this.#typed.delete(take);
  }

  /**
   * Changes parts of the search. Each change is a step for Back, except that letters
   * typed into one field are one step together.
   * @param {Partial<import("../types.js").Search>} patch
   * @param {{typing?: boolean}} [options]
   */
  change(patch, { typing = false } = {}) {
    if (!typing) for (const take of [...this.#typed]) take();
    const search = { ...this.#search, ...patch };
    if (search.range !== "custom") search.start = search.end = null;
    if (toQuery(search) === toQuery(this.#search)) return;
    const edited = typing ? Object.keys(patch).join() : "";
    this.#search = search;
    if (edited && edited === this.#edited) history.replaceState(null, "", this.url);
    else history.pushState(null, "", this.url);
    this.#edited = edited;
    this.dispatchEvent(new Event("change"));
  }

  /** The next letter typed is a new step for Back. */
  settle() {
    this.#edited = "";
  }

  /** Everything back to how it was at first, but for sort and chart. */
  clear() {
    this.change(FILTERS.reduce(without, this.#search));
  }

  /** The address is another one. */
  #reread() {
    if (location.pathname === "/") this.#take();
  }

  #take() {
    this.#edited = "";
    clearTimeout(this.#following);
    this.#search = fromQuery(location.search);
    this.dispatchEvent(new Event("change"));
    const before = this.#opened.recording;
    this.#opened = opened(location.search);
    if (before !== this.#opened.recording) this.dispatchEvent(new Event("open"));
  }
}

export const state = new State();
