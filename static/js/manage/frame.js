/** What the pages for groups, people and the like have in common: heading, list, and whose they show. */

import { $ } from "../kit/dom.js";
import { html, icon, render, replace } from "../kit/html.js";
import * as panel from "../kit/panel.js";
import { mayLeave } from "../page/place.js";
import * as customers from "../search/customers.js";
import { state } from "../search/state.js";
import { session } from "../server/login.js";

const root = $("manage");

let customer = "";

/** Whose groups and people are shown. */
export const chosen = () => Number(customer || state.search.customer || customers.own());

/**
 * The heading of a page, and a place for what it shows.
 * @param {{title: string, add?: string, all?: boolean, whose?: boolean, more?: any}} what
 *   add: what the button adds; all: all customers may be chosen; whose: false: it isn't a customer's
 */
export function page({ title, add = "", all = false, whose = true, more = "" }) {
  const many = whose ? customers.all() : [];
  const option = ({ id, name }) => html`<option value="${id}" ${id === chosen() && !(all && !customer) ? html`selected` : ""}>${name}</option>`;
  const focused = root.contains(document.activeElement) ? document.activeElement.id : "";
  replace(
    root,
    html`<div class="heading"><h1 tabindex="-1">${title}</h1>
        ${many.length ? html`<label class="field"><span>Customer</span><select id="m-customer">${all ? html`<option value="">All customers</option>` : ""}${many.map(option)}</select></label>` : ""}
        ${more}<span class="gap"></span>
        ${add ? html`<button id="m-add" class="primary" type="button">${icon("plus")}${add}</button>` : ""}</div>
      <div id="m-list"><p class="note">Loading…</p></div>`,
  );
  if (focused) $(focused)?.focus({ preventScroll: true });
  return root;
}

/** Calls back when another customer is chosen. @param {() => void} again */
export function onCustomer(again) {
  root.querySelector("#m-customer")?.addEventListener("change", ({ target }) => {
    if (!mayLeave()) return;
    panel.hide();
    customer = target.value;
    again();
  });
}

/** The customer that the select shows; empty: all. */
export const asked = () => root.querySelector("#m-customer")?.value ?? String(chosen());

/**
 * A table whose rows open by click and by the button in their first cell.
 * @param {string[]} heads @param {any[]} rows @param {(row: any) => any[]} cells @param {(row: any) => string|number} name
 */
export const table = (label, heads, rows, cells, name) => html`<table aria-label="${label}">
    <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr data-row="${name(row)}">${cells(row).map((cell, i) => html`<td data-label="${heads[i]}">${i === 0 ? html`<button type="button" class="opener">${cell}</button>` : cell}</td>`)}</tr>`)}</tbody>
  </table>`;

/** Fills the page's list. @param {any} safe @param {(name: string) => void} [opened] */
export function list(safe, opened) {
  const place = render(root.querySelector("#m-list"), safe);
  place.onclick = ({ target }) => {
    const row = target.closest("[data-row]");
    if (row && opened && !target.closest("a")) opened(row.dataset.row);
  };
}

/** Says what went wrong in the list's place. @param {Error} error @param {() => void} again */
export function trouble(error, again) {
  if (error.code === "401") return;
  list(html`<p class="error" role="alert">${error.message}</p><button type="button" class="button">Try again</button>`);
  root.querySelector("#m-list > button").onclick = again;
}

/** Marks the row that the panel shows. */
export function mark(name) {
  for (const row of root.querySelectorAll("[data-row]")) row.classList.toggle("current", row.dataset.row === String(name));
}

/** Whoever comes next sees nothing of it. */
function clear() {
  customer = "";
  render(root, html``);
}

session.addEventListener("out", clear);
session.addEventListener("in", ({ same }) => same || clear());
