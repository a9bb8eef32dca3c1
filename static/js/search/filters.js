/**
 * The filters, each declared once. From this table follow what the page's address says of it (state.js), its field (fields.js),
 * what the server is asked (query.js), and the words that offer to drop it where nothing is found.
 *
 * To add a filter: a line here, in the order of the page. `key` is its name in the address; `wire` has the parameters of
 * recording/recordings/list that it sets, each with what is sent; `choice`, `text` and `length` bring the rest, and what such a
 * filter needs besides stands beside it, as with `group`. A test of the house knows which filters the API has, and names one that
 * is neither in a `wire` nor in NOT_SHOWN. A new kind of field is an entry of KINDS in fields.js.
 */

import * as format from "../kit/format.js";
import { number, seconds } from "../kit/typed.js";
import { now } from "../server/api.js";
import * as customers from "./customers.js";
import * as groups from "./groups.js";
import { QUICK, bounds, words as rangeWords } from "./ranges.js";

/** @typedef {import("../types.js").Search} Search */

/**
 * @typedef {object} Filter
 * @property {string} key
 * @property {string} [partOf]         it has no field and no words of its own, but belongs to this filter
 * @property {string} [label]          over its field
 * @property {"range"|"text"|"select"|"segments"} [field]  one of KINDS
 * @property {boolean} [top]           its field is in the page's heading, which index.html has
 * @property {string} [pair]           two filters that follow each other have their fields under this one heading
 * @property {any} usual               where nothing is asked for
 * @property {(text: string) => any} read  from the address, which may say anything
 * @property {Object<string, (value: any, search: Search, now: number) => any>} [wire]
 * @property {(value: any, search: Search) => string} [words]  what it asks for
 * @property {(search: Search) => boolean} [proper]  its words are a name or a date: they keep their capitals in a sentence
 *
 * Of "text":
 * @property {string} [placeholder]
 * @property {string} [hint]           says what the field is, where `pair` is over it
 * @property {(text: string) => string} [typed]    what somebody typed, as the search has it; empty where it means nothing
 * @property {(value: string) => string} [written]  the other way round
 *
 * Of "select" and "segments":
 * @property {() => [string, string][]} [options]  value and text; the first is the usual one
 * @property {(value: string) => string} [shown]   the option for a value that is none
 * @property {Partial<Search>} [drops]             what another choice takes back
 */

const whole = (text) => (/^\d{1,15}$/.test(text) ? text : "");
const time = (text) => (/^\d{1,12}$/.test(text) ? Number(text) : null);
const oneOf = (values) => (text) => (values.includes(text) ? text : values[0]);
const asIs = (value) => value;

/** Something typed. */
const text = (filter) => ({ field: "text", usual: "", read: (value) => value.slice(0, 500), words: (value) => `${filter.label} “${value}”`, ...filter });

/** Minutes, typed; seconds in the search. */
const length = (filter) => ({
  field: "text",
  usual: "",
  read: whole,
  typed: seconds,
  written: (value) => value && format.duration(value),
  pair: "Length in minutes",
  ...filter,
});

/** One of a few. @param {[string, string][]} options  value and text; the first asks for nothing */
const choice = (field, options, filter) => ({
  field,
  usual: options[0][0],
  read: oneOf(options.map(([value]) => value)),
  options: () => options,
  words: (value) => Object.fromEntries(options)[value],
  ...filter,
});

const STATES = [["", "All"], ["live", "In progress"], ["done", "Ended"], ["held", "On hold"], ["missing", "Sound missing"]];
const COMPLETE = { "": -1, live: 0, done: 1, held: -1, missing: -1 };
const OUTCOMES = [["", "Any"], ...format.OUTCOMES];
const onlyFor = (state) => (value) => (value === state ? 1 : "");
const DIRECTIONS = [["", "All"], ["in", "In"], ["out", "Out"], ["internal", "Internal"]];

/** @type {Filter[]} */
export const FILTERS = [
  text({ key: "search", label: "Search", top: true, wire: { search: (value) => value.trim() } }),
  {
    key: "range",
    field: "range",
    top: true,
    usual: "any",
    read: oneOf(["any", "custom", ...QUICK.map(({ id }) => id)]),
    wire: { start: (_, search, at) => bounds(search, at).start, end: (_, search, at) => bounds(search, at).end },
    words: (value, search) => QUICK.find(({ id }) => id === value)?.label ?? rangeWords(search, now()),
    proper: ({ range }) => range === "custom",
  },
  { key: "start", partOf: "range", usual: null, read: time },
  { key: "end", partOf: "range", usual: null, read: time },
  {
    key: "customer", // an owner sees every customer
    label: "Customer",
    field: "select",
    usual: "",
    read: whole,
    options: () => customers.all().map(({ id, name }) => [id === customers.own() ? "" : String(id), name]),
    shown: (value) => (value === String(customers.own()) ? "" : value),
    drops: { group: "" },
    wire: { customer: (value, { group }) => (group ? "" : value) },
    words: customers.name,
    proper: () => true,
  },
  {
    key: "group",
    label: "Group",
    field: "select",
    usual: "",
    read: whole,
    options: (search) => [["", "All groups"], ...groups.of(search.customer).map(({ id }) => [String(id), groups.name(id)])],
    wire: { recordgroup: asIs },
    words: groups.name,
    proper: () => true,
  },
  choice("segments", DIRECTIONS, { key: "direction", label: "Direction", wire: { direction: asIs }, words: format.direction }),
  text({ key: "caller", label: "Caller", placeholder: "Any number", wire: { caller: number } }),
  text({ key: "called", label: "Called", placeholder: "Any number", wire: { called: number } }),
  text({ key: "answered", label: "Answered by", placeholder: "Anyone", wire: { answered: number } }),
  length({ key: "min", hint: "Length at least, in minutes", placeholder: "from", wire: { totaltime_minimum: asIs }, words: (value) => `at least ${format.duration(value)}` }),
  length({ key: "max", hint: "Length at most, in minutes", placeholder: "to", wire: { totaltime_maximum: asIs }, words: (value) => `at most ${format.duration(value)}` }),
  choice("select", OUTCOMES, { key: "outcome", label: "Outcome", wire: { status: asIs }, words: (value) => `Outcome “${format.status(value)}”` }),
  choice("select", STATES, { key: "state", label: "State", wire: { complete: (value) => COMPLETE[value], hold: onlyFor("held"), stale: onlyFor("missing") } }),
];

/** The API's filters that the page has no field for. */
export const NOT_SHOWN = [];

/** Those that one sets and drops. */
const own = FILTERS.filter(({ partOf }) => !partOf);

/** The filters in use, in the order of the page. @param {Search} search @returns {Filter[]} */
export const used = (search) => own.filter(({ key, usual }) => search[key] !== usual);

/** The search without one of its filters. @param {Search} search @param {Filter} filter @returns {Search} */
export function without(search, filter) {
  const parts = FILTERS.filter(({ key, partOf }) => key === filter.key || partOf === filter.key);
  return { ...search, ...Object.fromEntries(parts.map(({ key, usual }) => [key, usual])) };
}

/** A filter in words. @param {Search} search @param {Filter} filter */
export const describe = (search, { key, words }) => words(search[key], search);
