/** The record groups that the person may see. */

import { call } from "./api.js";

/** @type {Map<number, import("./types.js").Group>} */
let groups = new Map();

/** Asks the server for them. */
export async function load() {
  const { data } = await call("recording/groups/list");
  groups = new Map(data.map((group) => [group.id, group]));
}

/** By name. @returns {import("./types.js").Group[]} */
export const all = () => [...groups.values()].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));

/** @param {number} id */
export const name = (id) => groups.get(Number(id))?.name || `Group ${id}`;
