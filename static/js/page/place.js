/** Which page is shown: the calls, or one for those who run the office. The player and what is under way go on. */

import { html, icon, render } from "../kit/html.js";
import { may } from "../server/login.js";
import { state } from "../search/state.js";

const $ = (id) => document.getElementById(id);

/** @type {{id: string, label: string, symbol: string, path: string, privilege?: string}[]} */
const PLACES = [
  { id: "calls", label: "Calls", symbol: "calls", path: "/" },
  { id: "groups", label: "Groups", symbol: "folder", path: "/groups", privilege: "record" },
  { id: "people", label: "People", symbol: "people", path: "/people", privilege: "administrator" },
  { id: "audit", label: "Audit log", symbol: "log", path: "/audit", privilege: "administrator" },
  { id: "status", label: "Status", symbol: "pulse", path: "/status", privilege: "administrator" },
];

/** Fires "change" when another page is shown. */
export const place = new EventTarget();

/** Where one may leave only if this says so. @type {() => boolean} */
let leave = () => true;

/** @param {() => boolean} allowed  asked before another page is shown */
export const guard = (allowed) => (leave = allowed);

const named = () => PLACES.find(({ path }) => path === location.pathname) ?? PLACES[0];

/** @returns {string} */
export const here = () => document.documentElement.dataset.page;

const open = () => PLACES.filter(({ privilege }) => !privilege || may(privilege));

/** Which page the address names, if the role may see it. */
export function enter() {
  const wanted = named();
  if (!open().includes(wanted)) history.replaceState(null, "", "/");
  const { id } = open().includes(wanted) ? wanted : PLACES[0];
  document.documentElement.dataset.page = id;
  entitle();
  draw();
  place.dispatchEvent(new Event("change"));
}

/** Says which page it is. */
export function entitle() {
  document.title = `${PLACES.find(({ id }) => id === here()).label} – Tapeline`;
}

/** Shows another page. @param {string} url */
export function go(url) {
  if (!leave()) return;
  history.pushState(null, "", url);
  state.reread();
  enter();
}

function draw() {
  const places = open();
  const current = (id) => (id === here() ? html`aria-current="page"` : "");
  const several = places.length > 1;
  const href = ({ id, path }) => (id === "calls" ? state.url : path);
  render($("tabs"), several ? html`${places.map((one) => html`<a href="${href(one)}" ${current(one.id)}>${one.label}</a>`)}` : html``);
  render($("places"), several ? html`${places.map((one) => html`<a href="${href(one)}" ${current(one.id)}>${icon(one.symbol)}${one.label}</a>`)}` : html``);
}

/** A link within the page doesn't load it anew. */
function click(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (!PLACES.some(({ path }) => path === link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

export function start() {
  document.documentElement.dataset.page = named().id;
  document.addEventListener("click", click);
  addEventListener("popstate", () => document.documentElement.dataset.view === "app" && enter());
  state.addEventListener("change", draw);
  state.addEventListener("open", draw);
}
