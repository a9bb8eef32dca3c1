/** Whether there is anything that somebody may see of calls. */

import { who } from "../server/login.js";
import * as groups from "./groups.js";

/** Of these one is needed; with the second it is the calls of one's own groups. */
const LISTEN = ["record", "record_own", "owner"];

/** What keeps them from all calls: their role, or that they are in no group. @returns {"role"|"groups"|""} */
export function barrier() {
  const has = LISTEN.filter((privilege) => who()?.privileges.includes(privilege));
  if (has.length === 0) return "role";
  return has.join() === "record_own" && groups.none() ? "groups" : "";
}
