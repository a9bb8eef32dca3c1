/** Which page is shown: the calls, or one for those who run the office. The player and what is under way go on. */

import { $ } from "../kit/dom.js";
import { html, icon, render } from "../kit/html.js";
import { may } from "../server/login.js";

/**
 * @typedef {object} Place
 * @property {string} id           what the document's data-page says
 * @property {string} label
 * @property {string} symbol       an icon of icons.svg
 * @property {string} path
 * @property {string} [privilege]  whose page it is; without one it is everybody's
 * @property {() => string} [link]  what leads back to it as it was left; otherwise its path does
 * @property {() => Promise<{open: () => void}>} [page]  what shows it; the calls are always there
 */

/** The first is where one comes to. @type {Place[]} */
let places = [];

/** Fires "address" when a link has led to another address, then "change" when a page is shown, the same one too. */
export const place = new EventTarget();

/** Whether one may leave the page. @type {() => boolean} */
let allowed = () => true;

/** @param {() => boolean} asked  before another page is shown */
export const guard = (asked) => (allowed = asked);

/** Whether what is entered may be lost. */
export const mayLeave = () => allowed();

const named = () => places.find(({ path }) => path === location.pathname.replace(/(.)\/+$/, "$1")) ?? places[0];

/** @returns {string} */
export const here = () => document.documentElement.dataset.page;

/** What is shown. @returns {Place} */
export const current = () => places.find(({ id }) => id === here());

const open = () => places.filter(({ privilege }) => !privilege || may(privilege));

/** Shows the page that the address names, if the role may see it. */
export function enter() {
  const wanted = named();
  if (!open().includes(wanted)) history.replaceState(null, "", places[0].path);
  const { id } = open().includes(wanted) ? wanted : places[0];
  document.documentElement.dataset.page = id;
  entitle();
  draw();
  place.dispatchEvent(new Event("change"));
}

/** Says which page it is. */
export function entitle() {
  document.title = `${current().label} – Tapeline`;
}

/** Whether a link has led to another page, and the focus isn't there yet. */
let moving = false;

/** Whether the focus is to go to the page that is shown now; asked once. */
export function arriving() {
  const was = moving;
  moving = false;
  return was;
}

/** Shows another page. @param {string} url */
function go(url) {
  if (!mayLeave()) return;
  moving = true;
  history.pushState(null, "", url);
  place.dispatchEvent(new Event("address"));
  enter();
}

/** The links to the pages, as they were left. */
export function draw() {
  const link = ({ id, path, link: back = () => path }, inside) => html`<a data-place="${id}" href="${back()}" ${id === here() ? html`aria-current="page"` : ""}>${inside}</a>`;
  const several = open().length > 1 ? open() : [];
  render($("tabs"), html`${several.map((one) => link(one, one.label))}`);
  render($("places"), html`${several.map((one) => link(one, html`${icon(one.symbol)}${one.label}`))}`);
}

/** A link within the page doesn't load it anew. */
function click(event) {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (!places.some(({ path }) => path === link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

/** @param {Place[]} all */
export function start(all) {
  places = all;
  document.documentElement.dataset.page = named().id;
  document.addEventListener("click", click);
  addEventListener("popstate", () => document.documentElement.dataset.view === "app" && enter());
}
