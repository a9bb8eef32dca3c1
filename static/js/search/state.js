/**
 * What the page looks for and which recording is open, mirrored in the URL: a link is a search, or leads to a call, and
 * Back works.
 */

import { parse } from "../server/recording-key.js";
import { QUICK } from "./ranges.js";

/** @type {import("../types.js").Search} */
const DEFAULTS = {
  range: "any",
  start: null,
  end: null,
  customer: "",
  group: "",
  search: "",
  caller: "",
  called: "",
  direction: "",
  min: "",
  max: "",
  state: "",
  sort: "start",
  order: "desc",
  per: "",
};

const whole = (text) => (/^\d{1,15}$/.test(text) ? text : "");
const oneOf = (...words) => (text) => (words.includes(text) ? text : words[0]);
const time = (text) => (/^\d{1,12}$/.test(text) ? Number(text) : null);
const text = (value) => value.slice(0, 500);

/** A link can hold anything; what isn't understood falls back. */
const READ = {
  range: oneOf("any", "custom", ...QUICK.map((range) => range.id)),
  start: time,
  end: time,
  customer: whole,
  group: whole,
  search: text,
  caller: text,
  called: text,
  direction: oneOf("", "in", "out", "internal"),
  min: whole,
  max: whole,
  state: oneOf("", "done", "live", "missing"),
  sort: oneOf("start", "snumber", "cnumber", "totaltime", "expires"),
  order: oneOf("desc", "asc"),
  per: oneOf("", "hour", "day", "week", "month"),
};

function fromQuery(query) {
  const params = new URLSearchParams(query);
  const search = { ...DEFAULTS };
  for (const key of Object.keys(DEFAULTS)) {
    if (params.has(key)) search[key] = READ[key](params.get(key));
  }
  if (search.start !== null || search.end !== null) search.range = "custom";
  if (search.range === "custom" && search.start === null && search.end === null) search.range = "any";
  return search;
}

function toQuery(search) {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    const told = value !== DEFAULTS[key] && !(key === "range" && value === "custom");
    if (told) params.set(key, value);
  }
  return params.toString();
}

/** The recording that a link leads to, and the second to begin at. */
function opened(query) {
  const params = new URLSearchParams(query);
  const recording = params.get("recording") ?? "";
  return parse(recording) ? { recording, t: time(params.get("t") ?? "") } : { recording: "", t: null };
}

/** Milliseconds after which the URL follows the keys that move through the list; browsers refuse to change it all the time. */
const FOLLOW = 200;

/** Fires "change" whenever the search is another one, "open" whenever another recording is open, or none. */
class State extends EventTarget {
  #search = fromQuery(location.search);
  #opened = opened(location.search);
  #edited = "";
  #following = 0;

  constructor() {
    super();
    addEventListener("popstate", () => location.pathname === "/" && this.#take());
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

  /** The recording whose details are open, as link.js writes it; or empty. */
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

  /**
   * Changes parts of the search. Each change is a step for Back, except that letters
   * typed into one field are one step together.
   * @param {Partial<import("../types.js").Search>} patch
   * @param {{typing?: boolean}} [options]
   */
  change(patch, { typing = false } = {}) {
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

  /** The address is another one, without a step for Back that would say so. */
  reread() {
    if (location.pathname === "/") this.#take();
  }

  /** Everything back to how it was at first, but for sort and chart. */
  clear() {
    const { sort, order, per } = this.#search;
    this.change({ ...DEFAULTS, sort, order, per });
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

/** The filters in use, apart from sort and chart, in the order of the page. @returns {(keyof import("../types.js").Search)[]} */
export function used(search) {
  const keys = ["search", "range", "customer", "group", "caller", "called", "direction", "min", "max", "state"];
  return keys.filter((key) => search[key] !== DEFAULTS[key]);
}

/** The search without one of its filters. */
export function without(search, key) {
  const rest = { ...search, [key]: DEFAULTS[key] };
  return key === "range" ? { ...rest, start: null, end: null } : rest;
}
