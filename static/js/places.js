/**
 * The pages, each declared once. From this table follow the tabs, the menu, titles and who may see what (page/place.js).
 *
 * To add a page: a line here, and a module that exports `open`, which shows it by manage/frame.js. Its path is one of PLACES in
 * src/viewer/mod.rs too, since a browser may ask for it first: a test names one that isn't. An icon is a symbol of icons.svg.
 */

import { state } from "./search/state.js";

/** @type {import("./page/place.js").Place[]} */
export const PLACES = [
  { id: "calls", label: "Calls", symbol: "calls", path: "/", link: () => state.url },
  { id: "groups", label: "Groups", symbol: "folder", path: "/groups", privilege: "record", page: () => import("./manage/groups.js") },
  { id: "people", label: "People", symbol: "people", path: "/people", privilege: "administrator", page: () => import("./manage/people.js") },
  { id: "audit", label: "Audit log", symbol: "log", path: "/audit", privilege: "administrator", page: () => import("./manage/audit.js") },
  { id: "status", label: "Status", symbol: "pulse", path: "/status", privilege: "administrator", page: () => import("./manage/status.js") },
];
