/** Entries of the audit log in words: what was done, to what, and with which filters. */

import * as format from "../kit/format.js";
import * as groups from "../search/groups.js";
import * as customers from "../search/customers.js";
import { SORTS } from "../search/sorts.js";

/** Wrong passwords, summed; without a username where the name was nobody's. */
export const FAILED = "user/login/failed";
/** What fills the log, and is asked for least. */
export const LOGINS = "user/login,user/logout";

/** What was done, by the log's name of it. @type {Map<string, string>} */
const ACTIONS = new Map([
  ["recordings/listen", "Listened"],
  ["recordings/export", "Exported"],
  ["recordings/update", "Changed date or hold"],
  ["recordings/copy", "Copied to another group"],
  ["recordings/delete", "Deleted a recording"],
  ["recordings/withdraw", "Left out of the list"],
  ["recordings/merge", "Put two files of a recording together"],
  ["recordings/sound", "Found other sound in a file"],
  ["groups/create", "Added a group"],
  ["groups/update", "Changed a group"],
  ["groups/delete", "Deleted a group"],
  ["groups/members/add", "Added a member"],
  ["groups/members/remove", "Removed a member"],
  ["people/create", "Added a person"],
  ["people/update", "Changed a person"],
  ["people/password/update", "Set a password"],
  ["people/delete", "Deleted a person"],
  ["people/refused", "Asked for a log-in name that somebody has"],
  ["customers/create", "Added a customer"],
  ["customers/update", "Renamed a customer"],
  ["customers/delete", "Deleted a customer"],
  ["user/login", "Logged in"],
  [FAILED, "Failed to log in"],
  ["user/logout", "Logged out"],
  ["user/password/update", "Changed the own password"],
]);

/** All that can be asked for. */
export const actions = [...ACTIONS];

/** @type {Map<number, string>} */
let people = new Map();

/** What people are called, for entries that have their numbers only. */
export function know(list) {
  people = new Map(list.map(({ id, name, username }) => [id, name || username]));
}

const person = (id) => (Number(id) ? (people.get(Number(id)) ?? `person ${id}`) : "nobody");

/**
 * The parts of a detail such as "name Sales, expires 30, no email": what was told, and its value; `undefined` for "no".
 * @param {string} detail @param {string[]} known  what may be told
 * @returns {[string, string|undefined][]}
 */
function parts(detail, known) {
  const begin = `(?:no )?(?:${known.join("|")})(?= |,|$)`;
  return detail.split(new RegExp(`, (?=${begin})`)).map((part) => {
    const [, none, what, value] = part.match(/^(no )?(\S+) ?(.*)$/s) ?? [];
    return known.includes(what) ? [what, none ? undefined : value] : [part, ""];
  });
}

/** @param {Object<string, (value: string|undefined) => string>} words */
const told = (detail, words) => parts(detail, Object.keys(words)).map(([what, value]) => (words[what] ? words[what](value) : what)).filter(Boolean).join(", ");

/** A text as it was: what could be taken for a separator is encoded, but not in entries of older versions. */
function decoded(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const date = (value) => (Number(value) ? `may be deleted from ${format.date(Number(value))}` : "no date from which it may be deleted");
const switched = (on, off) => (value) => (value === "1" ? on : off);
const named = (value) => (value === undefined ? "no name" : `named “${decoded(value)}”`);

const GROUP = {
  name: named,
  description: (value) => (value === undefined ? "no description" : `for “${decoded(value)}”`),
  expires: (value) => (value === "0" ? "new recordings are left out of the list" : `new recordings may be deleted after ${value === "1" ? "1 day" : `${format.count(Number(value))} days`}`),
  fraction: (value) => `${value} % of new recordings are listed`,
  record_in: switched("incoming calls are listed", "incoming calls are left out of the list"),
  record_out: switched("outgoing calls are listed", "outgoing calls are left out of the list"),
  owner: (value) => (Number(value) ? `owner ${person(value)}` : "no owner"),
  email: (value) => (value === undefined ? "no address" : `address ${decoded(value)}`),
  beep: switched("marked for a beep", "not marked for a beep"),
  transcribe: switched("marked for transcripts", "not marked for transcripts"),
};

const PERSON = {
  username: (value) => `log-in name ${value}`,
  name: named,
  role: (value) => `role ${value}`,
  customer: (value) => `at home at ${customers.name(value)}`,
  disabled: () => "may not log in any more",
  enabled: () => "may log in again",
  person: () => "",
};

/** Whom an entry is about, before the colon, and the rest in words. */
function ofPerson(detail) {
  const [, who, rest = ""] = detail.match(/^([^:]*)(?:: (.*))?$/s) ?? [null, detail];
  return [who, rest && told(rest, PERSON)].filter(Boolean).join(": ");
}

/** From when to when: 1–30 Nov 2026. */
function span(start, end) {
  const [from, to] = [start && format.date(Number(start)), end && format.date(Number(end))];
  if (from && to) return from === to ? from : `${from} – ${to}`;
  return from ? `since ${from}` : to ? `until ${to}` : "";
}

function order({ sort = "", descending }) {
  const known = SORTS.find((one) => one.sort === sort);
  const way = descending === "1" ? "desc" : "asc";
  const label = known?.orders.find(([one]) => one === way)?.[1];
  return label ? label.toLowerCase() : known ? `by ${known.orders[0][1].toLowerCase()}, downwards` : "";
}

const quoted = (label) => (value) => `${label} “${value}”`;
const length = (label) => (value) => (Number(value) < 0 ? "" : `${label} ${format.spoken(Number(value))}`);
const ONLY = { complete: { 0: "in progress", 1: "ended" }, hold: { 1: "on hold" }, stale: { 1: "sound missing" } };

/** A filter of an export in words. @type {Object<string, (value: string) => string>} */
const FILTERS = {
  customer: customers.name,
  recordgroup: (value) => `group ${groups.name(value)}`,
  direction: (value) => format.direction(value).toLowerCase(),
  called: quoted("called"),
  caller: quoted("caller"),
  answered: quoted("answered by"),
  search: quoted("search"),
  status: (value) => format.status(value).toLowerCase(),
  complete: (value) => ONLY.complete[value] ?? "",
  hold: (value) => ONLY.hold[value] ?? "",
  stale: (value) => ONLY.stale[value] ?? "",
  totaltime_minimum: length("at least"),
  totaltime_maximum: length("at most"),
  ids: () => "chosen one by one",
};
const OF_EXPORT = [...Object.keys(FILTERS), "start", "end", "sort", "descending", "limit", "offset", "after"];

/** "zip, 235 recordings: start=… sort=…" as "235 recordings as ZIP: 1 Nov 2026 – 30 Nov 2026, longest first". */
function exported(detail) {
  const [, kind, count, what = ""] = detail.match(/^(\w+), (\d+ recordings?)(?:: (.*))?$/s) ?? [];
  if (!kind) return detail;
  const pairs = what.split(new RegExp(` (?=(?:${OF_EXPORT.join("|")})=)`)).map((pair) => pair.match(/^(\w+)=(.*)$/s)).filter(Boolean);
  const sent = Object.fromEntries(pairs.map(([, key, value]) => [key, decoded(value)]));
  const filters = Object.entries(sent).map(([key, value]) => FILTERS[key]?.(value));
  const words = [span(sent.start, sent.end), ...filters, order(sent)].filter(Boolean).join(", ");
  return `${format.count(Number.parseInt(count, 10))} ${count.split(" ")[1]} as ${kind.toUpperCase()}${words ? `: ${words}` : ""}`;
}

/** What changed of a recording. @returns {[what: string, more: string]} */
function updated(detail) {
  const { hold, expires } = Object.fromEntries(parts(detail, ["expires", "hold"]));
  const more = expires === undefined ? "" : date(expires);
  if (hold !== undefined) return [hold === "1" ? "Put on hold" : "Ended the hold", more];
  return expires === undefined ? ["Changed date or hold", detail] : ["Changed the date", more];
}

const HOW = { session: "in the browser", token: "by a program" };
const one = (text) => [text];

/** What an entry says of some actions. @type {Object<string, (detail: string) => [what: string, more?: string]|[more: string]>} */
const DETAILS = {
  "recordings/export": (text) => one(exported(text)),
  "recordings/copy": (text) => ["Copied", text.replace(/^to group (\d+)$/, (_, id) => `to ${groups.name(id)}`)],
  "recordings/withdraw": (text) => one(text.replace(/ \((?:expires|record_in|record_out|fraction) \d+\)/g, "")),
  "recordings/merge": (text) => one(text.replace(/^a form of \S+ from now on: (.*)$/s, "$1 belongs to another recording from now on").replace(/^takes over \S+: (.*)$/s, "took over $1")),
  "groups/create": (text) => one(told(text, GROUP)),
  "groups/update": (text) => one(told(text, GROUP)),
  "groups/delete": (text) => one(told(text, GROUP)),
  "groups/members/add": (text) => one(text.replace(/^person (\d+)$/, (_, id) => person(id))),
  "groups/members/remove": (text) => one(text.replace(/^person (\d+)$/, (_, id) => person(id))),
  "people/create": (text) => one(ofPerson(text)),
  "people/update": (text) => one(ofPerson(text)),
  "people/delete": (text) => one(ofPerson(text)),
  "people/refused": (text) => one(text.replace(/^username (.*): somebody has it$/s, "$1")),
  "customers/create": (text) => one(told(text, { name: named })),
  "customers/update": (text) => one(told(text, { name: named })),
  "user/login": (text) => one(HOW[text] ?? text),
  "recordings/update": updated,
};

/** An entry in words. @returns {{what: string, more: string}}  what was done, and the rest of it */
export function words({ action, detail }) {
  const said = detail && DETAILS[action] ? DETAILS[action](detail) : one(detail);
  const [what, more = ""] = said.length > 1 ? said : [ACTIONS.get(action) ?? action, said[0]];
  return { what, more };
}

/** An entry in one line, without who and when. */
export function describe(entry) {
  const { what, more } = words(entry);
  return more ? `${what} ${/^(to|in the|by a) /.test(more) || entry.action === "recordings/export" ? "" : "– "}${more}` : what;
}
