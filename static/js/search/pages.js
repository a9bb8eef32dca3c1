/** The rows of one search, fetched page by page as they come into view. */

import { call } from "../server/api.js";
import { key, same } from "../server/recording-key.js";

const SIZE = 200;
/** Rows of a request for many that nobody looks at. */
const WALK = 500;
const LIST = "recording/recordings/list";
/** So many pages stay in memory; their cursors all do. */
const KEPT = 40;

/**
 * Fires "change" when rows or their number are known better, with `renewed` where that is of the same search; "failed" with
 * `error` when they can't be had.
 */
export class Pages extends EventTarget {
  #params = {};
  #abort = new AbortController();
  /** Ends with the search. */
  #search = new AbortController();
  /** @type {Map<number, import("../types.js").Recording[]>} least recently wanted first */
  #pages = new Map();
  /** @type {Map<number, string>} page → the `next` that leads to it */
  #cursors = new Map();
  /** @type {Map<number, object>} page → the request for it */
  #loading = new Map();
  /** Pages that may have changed: shown until they are fetched anew. */
  #stale = new Set();
  #reached = 0;
  #complete = false;
  #counted = 0;
  #wanted = [0, 0];
  #stopped = false;
  #opening = false;
  #loaded = false;

  /**
   * Another search. What is there stays readable until the first page has come.
   * @param {object} params  of recording/recordings/list
   * @returns {Promise<string|null|undefined>}  of which moment the first page is, where it has come
   */
  async open(params) {
    this.#begin();
    this.#params = params;
    this.#loading.clear();
    this.#stale.clear();
    this.#stopped = false;
    this.#opening = true;
    this.#counted = 0;
    return this.#load(0, { fresh: true });
  }

  #begin() {
    for (const one of [this.#abort, this.#search]) one.abort();
    this.#abort = new AbortController();
    this.#search = new AbortController();
  }

  /** Forgets everything, for whoever logs in next. */
  clear() {
    this.#begin();
    this.#forget();
    this.#counted = 0;
    this.#changed();
  }

  /** Whether the search has been answered at all. */
  get loaded() {
    return this.#loaded;
  }

  /** Whether what is there answers the search. */
  get settled() {
    return this.#loaded && !this.#opening;
  }

  /** How many rows there are, as far as is known. */
  get length() {
    return this.#complete || this.#opening ? this.#reached : Math.max(this.#counted, this.#reached);
  }

  /** What a list with count=1 said. @param {number} count */
  counted(count) {
    this.#counted = count;
    if (!this.#complete && !this.#opening) this.#changed();
  }

  /** @param {number} index @returns {import("../types.js").Recording|undefined} */
  row(index) {
    return this.#pages.get(Math.floor(index / SIZE))?.[index % SIZE];
  }

  /** Where a recording is, among the rows that are here; -1 where it isn't. @param {import("../types.js").Recording} wanted */
  indexOf(wanted) {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => same(row, wanted));
      if (at >= 0) return page * SIZE + at;
    }
    return -1;
  }

  /** A row, once it is here; undefined where it can't be had. @param {number} index */
  soon(index) {
    if (!this.row(index)) this.want(index, index);
    if (this.row(index) || this.#stopped) return Promise.resolve(this.row(index));
    return new Promise((done) => {
      const look = ({ type }) => {
        if (!this.row(index) && type === "change") return;
        for (const name of ["change", "failed"]) this.removeEventListener(name, look);
        done(this.row(index));
      };
      for (const name of ["change", "failed"]) this.addEventListener(name, look);
    });
  }

  /** A row that is here, by its key. @param {string} id */
  find(id) {
    for (const rows of this.#pages.values()) {
      const row = rows.find((one) => key(one) === id);
      if (row) return row;
    }
    return undefined;
  }

  /**
   * All rows from one to another, those that were not in view too. Walks by itself: a look at what is in view doesn't end it,
   * and rows that come or go meanwhile move neither end.
   * @param {{index: number, row: import("../types.js").Recording}} first
   * @param {import("../types.js").Recording} last
   * @returns {Promise<import("../types.js").Recording[]>}
   */
  async range(first, last) {
    const { signal } = this.#search;
    const near = await this.#between(first.row, last, this.#position(Math.floor(first.index / SIZE)), signal);
    const rows = near ?? (await this.#between(first.row, last, {}, signal));
    if (rows) return rows;
    throw new Error("The list has changed meanwhile. Please select once more.");
  }

  /** Rows from one to another, which lies behind `position`; null where they aren't there in this order. */
  async #between(first, last, position, signal) {
    const params = this.#params;
    const rows = [];
    for (let at = position; at; ) {
      const { data, next } = await call(LIST, { ...params, limit: WALK, ...at }, { signal });
      const from = rows.length ? 0 : data.findIndex((row) => same(row, first));
      if (from < 0 && "offset" in position) return null; // counted from the top, it must be in the first ones
      const to = data.findIndex((row) => same(row, last));
      if (from >= 0) rows.push(...data.slice(from, to < 0 ? undefined : to + 1));
      if (to >= 0) return rows.length ? rows : null;
      at = next ? { after: next } : null;
    }
    return null;
  }

  /** Rows have changed; nothing moves. @param {Map<string, object>} changes  what is different, by key */
  patch(changes) {
    for (const [number, rows] of this.#pages) {
      if (rows.some((row) => changes.has(key(row)))) this.#pages.set(number, rows.map((row) => ({ ...row, ...changes.get(key(row)) })));
    }
    this.#changed();
  }

  /** Rows that are no longer there: what follows moves up. @param {Set<string>} keys  of recording-key.js */
  removed(keys) {
    if (keys.size === 0 || !this.#loaded || this.#opening) return;
    const pages = [...this.#pages].sort(([one], [other]) => one - other);
    const held = ([, rows]) => rows.filter((row) => keys.has(key(row))).length;
    if (pages.reduce((sum, page) => sum + held(page), 0) < keys.size) {
      this.open(this.#params); // some are where nobody looks
      return;
    }
    const first = pages.find(held)[0];
    const kept = [];
    for (let page = first; this.#pages.has(page); page += 1) kept.push(...this.#pages.get(page).filter((row) => !keys.has(key(row))));
    this.#reached = Math.max(0, this.#reached - keys.size);
    this.#counted = Math.max(0, this.#counted - keys.size);
    this.#keepFrom(first, kept);
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#loading.clear();
    this.#changed();
  }

  /** From a page on there are these rows; a page that isn't full is asked for anew, unless it is the last. */
  #keepFrom(first, rows) {
    for (const page of [...this.#pages.keys()]) if (page >= first) this.#pages.delete(page);
    for (const page of [...this.#cursors.keys()]) if (page > first) this.#cursors.delete(page);
    for (let i = 0; i < rows.length; i += SIZE) {
      const some = rows.slice(i, i + SIZE);
      const end = first * SIZE + i + some.length;
      if (some.length === SIZE || (this.#complete && end === this.#reached)) this.#pages.set(first + i / SIZE, some);
    }
  }

  /** Rows first to last are in view: fetches what is missing of them, and what follows. */
  want(first, last) {
    const lastPage = Math.max(0, Math.ceil(this.length / SIZE) - 1);
    const page = (index) => Math.min(lastPage, Math.max(0, Math.floor(index / SIZE)));
    this.#wanted = [page(first), page(last + SIZE / 2)];
    this.#fill();
  }

  /** Asks once more after an error. */
  retry() {
    this.#stopped = false;
    if (this.#opening) this.#load(0, { fresh: true });
    else this.#fill();
  }

  /**
   * Looks again at what is in view, and at the rest when it comes into view; until then all stays as it is.
   * @param {object} params  the same search, which may reach to a later moment
   */
  renew(params) {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#loading.clear();
    this.#params = params;
    this.#stopped = false;
    this.#counted = this.length;
    this.#complete = false;
    this.#reached = 0;
    this.#stale = new Set(this.#pages.keys());
    this.#fill();
  }

  #fill() {
    if (this.#stopped || this.#opening || !this.#loaded) return;
    const [first, last] = this.#wanted;
    for (let page = first; page <= last; page += 1) {
      const rows = this.#pages.get(page);
      if (rows) {
        this.#pages.delete(page);
        this.#pages.set(page, rows);
        if (this.#stale.has(page)) this.#load(page);
      } else if (this.#loading.has(page - 1) && !this.#cursors.has(page)) {
        return; // its cursor is on the way
      } else {
        this.#load(page);
      }
    }
  }

  /** By cursor where one leads there; by offset after a long jump of the scroll bar. */
  #position(page) {
    if (page === 0) return {};
    return this.#cursors.has(page) ? { after: this.#cursors.get(page) } : { offset: page * SIZE };
  }

  #ask(page, signal) {
    return call(LIST, { ...this.#params, limit: SIZE, ...this.#position(page) }, { signal });
  }

  async #load(page, { fresh = false } = {}) {
    if (this.#loading.has(page)) return undefined;
    const { signal } = this.#abort;
    const request = {};
    let moment;
    this.#loading.set(page, request);
    const over = () => signal.aborted || this.#loading.get(page) !== request;
    try {
      const answer = await this.#ask(page, signal);
      if (over()) return undefined;
      ({ moment } = answer);
      if (fresh) this.#forget();
      this.#opening = false;
      this.#loaded = true;
      this.#keep(page, answer);
    } catch (error) {
      if (!over() && !this.#stale.delete(page)) this.#fail(error, fresh);
    } finally {
      if (!over()) this.#loading.delete(page);
    }
    if (!signal.aborted && !this.#stopped) this.#fill();
    return moment;
  }

  #forget() {
    this.#pages.clear();
    this.#stale.clear();
    this.#cursors.clear();
    this.#reached = 0;
    this.#complete = false;
    this.#loaded = false;
    this.#wanted = [0, 0];
  }

  #keep(page, { data, next }) {
    const renewed = this.#stale.delete(page);
    this.#pages.set(page, data);
    this.#follow(page, next);
    const end = page * SIZE + data.length;
    const last = data.length < SIZE;
    if (last && !next) {
      this.#complete = true;
      this.#reached = end;
      for (const beyond of [...this.#pages.keys()]) if (beyond > page) this.#pages.delete(beyond);
    } else if (!this.#complete) {
      this.#reached = Math.max(this.#reached, end + (next ? 1 : 0));
    }
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) break;
      this.#pages.delete(oldest);
    }
    this.#changed(renewed);
  }

  /** Where rows have come or gone, the next page begins at another one. */
  #follow(page, next) {
    if (!next || this.#cursors.get(page + 1) === next) return;
    this.#cursors.set(page + 1, next);
    if (!this.#pages.has(page + 1)) return;
    this.#stale.add(page + 1);
    this.#loading.delete(page + 1);
  }

  #fail(error, fresh) {
    this.#stopped = true;
    if (fresh) {
      this.#forget(); // rows of the search before would pass for answers
      this.#changed();
    }
    this.dispatchEvent(Object.assign(new Event("failed"), { error }));
  }

  #changed(renewed = false) {
    this.dispatchEvent(Object.assign(new Event("change"), { renewed }));
  }
}
