/** The record groups that the person may see. */

import { call } from "../server/api.js";
import { who } from "../server/login.js";
import * as customers from "./customers.js";

/** @type {Map<number, import("../types.js").Group>} */
let groups = new Map();
/** Who sees them. */
let whose = 0;

/** Asks the server for them: one's own customer's, and another's that the search names. @param {string} customer */
export async function load(customer) {
  const lists = await Promise.all(["", customer].filter((id, i) => i === 0 || id).map((id) => call("recording/groups/list", { customer: id })));
  whose = who()?.id ?? 0;
  groups = new Map(lists.flatMap(({ data }) => data).map((group) => [group.id, group]));
}

/** Whether the server has said that there are none. */
export const none = () => groups.size === 0 && whose === who()?.id;

/** By name. @returns {import("../types.js").Group[]} */
export const all = () => [...groups.values()].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));

/** Those of a customer, where several are to be seen; without one, of one's own. @param {string} customer @returns {import("../types.js").Group[]} */
export function of(customer) {
  const wanted = Number(customer || customers.own());
  return customers.all().length ? all().filter((group) => group.customer === wanted) : all();
}

/** @param {number} id */
export const name = (id) => groups.get(Number(id))?.name || `Group ${id}`;
