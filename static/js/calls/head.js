/** The heading of the list: what a click on it sorts by; and the menu in which one chooses the columns. */

import { $ } from "../kit/dom.js";
import { html, icon, render } from "../kit/html.js";
import { kept } from "../kit/kept.js";
import { firstOrder } from "../search/sorts.js";
import { state } from "../search/state.js";
import { COLUMNS, active } from "./columns.js";

/** @typedef {import("./columns.js").Column} Column */

/** The classes of a column's cells. @param {Column} column */
export const look = ({ id, sign, end }) => ["cell", id, sign && "sign", end && "end"].filter(Boolean).join(" ");

/** What stands in it. @param {Column} column @param {"asc"|"desc"|""} order  by which the list is sorted by it */
function title({ label, head, sign, sort }, order) {
  if (sort) return html`<button type="button" data-sort="${sort}">${label}${order ? icon(order === "asc" ? "up" : "down") : ""}</button>`;
  return head ? head() : html`<span class="${sign ? "unseen" : ""}">${label}</span>`;
}

const WORDS = { asc: "ascending", desc: "descending", "": "none" };

function heading(column) {
  const { sort, order } = state.search;
  const sorted = column.sort === sort ? order : "";
  return html`<div role="columnheader" data-column="${column.id}" ${column.sort ? html`aria-sort="${WORDS[sorted]}"` : ""} class="${look(column)}">${title(column, sorted)}</div>`;
}

/** @param {Column[]} columns */
export function draw(columns) {
  render($("head"), html`${columns.map(heading)}`);
}

/** Sorts the list, or turns it round. @param {string} sort */
export function sortBy(sort) {
  const { sort: before, order } = state.search;
  const other = order === "asc" ? "desc" : "asc";
  state.change({ sort, order: before === sort ? other : firstOrder(sort) });
}

/** @param {() => void} chosen  other columns are to be shown */
export function start(chosen) {
  const shown = new Set(active("screen").map(({ id }) => id));
  const choices = COLUMNS.filter(({ fixed }) => !fixed);
  render($("columns-menu"), html`${choices.map(({ id, label }) => html`<label class="check"><input type="checkbox" value="${id}" ${shown.has(id) ? html`checked` : ""}> ${label}</label>`)}`);
  $("columns-menu").addEventListener("change", () => {
    kept.columns.set([...$("columns-menu").querySelectorAll("input:checked")].map(({ value }) => value));
    chosen();
  });
}
