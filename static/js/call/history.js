/** Entries of the audit log in words. */

import * as format from "../kit/format.js";
import * as groups from "../search/groups.js";

/** Wrong passwords, summed; without a username where the name was nobody's. */
export const FAILED = "user/login/failed";

/** What was done, by the log's name of it. @type {Map<string, string>} */
const ACTIONS = new Map([
  ["recordings/listen", "Listened"],
  ["recordings/export", "Exported"],
  ["recordings/update", "Changed how long it is kept"],
  ["recordings/copy", "Copied to another group"],
  ["recordings/delete", "Deleted a recording"],
  ["recordings/withdraw", "Left out by a rule"],
  ["groups/create", "Added a group"],
  ["groups/update", "Changed a group"],
  ["groups/delete", "Deleted a group"],
  ["groups/members/add", "Added a member"],
  ["groups/members/remove", "Removed a member"],
  ["people/create", "Added a person"],
  ["people/update", "Changed a person"],
  ["people/password/update", "Set a password"],
  ["people/delete", "Deleted a person"],
  ["people/refused", "Asked for a username that somebody has"],
  ["user/login", "Logged in"],
  [FAILED, "Failed to log in"],
  ["user/logout", "Logged out"],
  ["user/password/update", "Changed the own password"],
]);

/** All that can be asked for. */
export const actions = [...ACTIONS];

/** @param {string} action */
export const name = (action) => ACTIONS.get(action) ?? action;

/** What the log notes of a change of a recording, as people say it. */
function changed(detail) {
  const words = detail.split(", ").map((part) => {
    const [what, value] = part.split(" ");
    if (what === "expires") return value === "0" ? "keep for ever" : `keep until ${format.date(Number(value))}`;
    if (what === "hold") return value === "1" ? "hold" : "end of hold";
    return part;
  });
  return words.join(", ");
}

/** @type {Map<number, string>} */
let people = new Map();

/** What people are called, for entries that have their numbers only. */
export function know(list) {
  people = new Map(list.map(({ id, name, username }) => [id, name || username]));
}

/** The rest of an entry. @returns {string} */
export function detail({ action, detail: text }) {
  if (action === "recordings/update") return changed(text);
  if (action === "recordings/copy") return text.replace(/^to group (\d+)$/, (_, id) => `to ${groups.name(id)}`);
  if (action.startsWith("groups/members/")) return text.replace(/^person (\d+)$/, (all, id) => people.get(Number(id)) ?? all);
  return text;
}

/** An entry in one line, without who and when. */
export function describe(entry) {
  const more = detail(entry);
  const word = name(entry.action);
  if (entry.action === "recordings/update" && more) return more[0].toUpperCase() + more.slice(1);
  return more ? `${word} ${more}` : word;
}
