/** What the page looks for, mirrored in the URL: a link is a search, Back works. */

import { QUICK } from "./ranges.js";

/** @type {import("./types.js").Search} */
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
  state: oneOf("", "done", "live"),
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

/** Fires "change" whenever the search is another one. */
class State extends EventTarget {
  #search = fromQuery(location.search);
  #edited = "";

  constructor() {
    super();
    addEventListener("popstate", () => this.#take(fromQuery(location.search)));
  }

  /** @returns {import("./types.js").Search} */
  get search() {
    return this.#search;
  }

  /**
   * Changes parts of the search. Each change is a step for Back, except that letters
   * typed into one field are one step together.
   * @param {Partial<import("./types.js").Search>} patch
   * @param {{typing?: boolean}} [options]
   */
  change(patch, { typing = false } = {}) {
    const search = { ...this.#search, ...patch };
    if (search.range !== "custom") search.start = search.end = null;
    const query = toQuery(search);
    if (query === toQuery(this.#search)) return;
    const edited = typing ? Object.keys(patch).join() : "";
    const url = query ? `?${query}` : location.pathname;
    if (edited && edited === this.#edited) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
    this.#edited = edited;
    this.#search = search;
    this.dispatchEvent(new Event("change"));
  }

  /** The next letter typed is a new step for Back. */
  settle() {
    this.#edited = "";
  }

  /** Everything back to how it was at first, but for sort and chart. */
  clear() {
    const { sort, order, per } = this.#search;
    this.change({ ...DEFAULTS, sort, order, per });
  }

  #take(search) {
    this.#edited = "";
    this.#search = search;
    this.dispatchEvent(new Event("change"));
  }
}

export const state = new State();

/** The filters in use, apart from sort and chart, in the order of the page. @returns {(keyof import("./types.js").Search)[]} */
export function used(search) {
  const keys = ["search", "range", "customer", "group", "caller", "called", "direction", "min", "max", "state"];
  return keys.filter((key) => search[key] !== DEFAULTS[key]);
}

/** The search without one of its filters. */
export function without(search, key) {
  const rest = { ...search, [key]: DEFAULTS[key] };
  return key === "range" ? { ...rest, start: null, end: null } : rest;
}
