/** The customers that the person sees: an owner all, everybody else the own. */

import { call } from "../server/api.js";
import { may, who } from "../server/login.js";

/** @type {{id: number, name: string}[]} */
let customers = [];

/** Asks the server for them, where there is more than one to see. */
export async function load() {
  customers = may("owner") ? (await call("customers/list")).data : [];
}

/** By name; none where there is nothing to choose. */
export const all = () => (customers.length > 1 ? customers.toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })) : []);

/** The own customer's id. */
export const own = () => who()?.customer ?? 0;

/** @param {number|string} id */
export const name = (id) => customers.find((customer) => customer.id === Number(id))?.name || `Customer ${id}`;
