/** What the pages for groups, people and the audit log have in common: heading, table, and a form in the panel. */

import { isGone } from "../call/changes.js";
import * as customers from "../search/customers.js";
import { changed, complain, form, values } from "../kit/form.js";
import { html, icon, render } from "../kit/html.js";
import { toast } from "../kit/notices.js";
import * as panel from "../kit/panel.js";
import { guard, here } from "../page/place.js";
import { state } from "../search/state.js";

const root = document.getElementById("manage");
const OWNER = "manage";

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
  render(
    root,
    html`<div class="heading"><h1>${title}</h1>
        ${many.length ? html`<label class="field"><span>Customer</span><select id="m-customer">${all ? html`<option value="">All customers</option>` : ""}${many.map(option)}</select></label>` : ""}
        ${more}<span class="gap"></span>
        ${add ? html`<button id="m-add" class="primary" type="button">${icon("plus")}${add}</button>` : ""}</div>
      <div id="m-list"><p class="note">Loading…</p></div>`,
  );
  return root;
}

/** Calls back when another customer is chosen. @param {() => void} again */
export function onCustomer(again) {
  root.querySelector("#m-customer")?.addEventListener("change", ({ target }) => {
    if (!left()) return;
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
  root.querySelector("#m-list button").addEventListener("click", again);
}

/** Marks the row that the panel shows. */
function mark(name) {
  for (const row of root.querySelectorAll("[data-row]")) row.classList.toggle("current", row.dataset.row === String(name));
}

/** The form in the panel and its fields. @type {{element: HTMLFormElement, fields: import("../kit/form.js").Field[], name: string}|null} */
let editing = null;

/** Whether nothing is lost by leaving the form, or the person says that it may be. */
function left() {
  const dirty = editing?.element.isConnected && Object.keys(changed(editing.element, editing.fields)).length > 0;
  return !dirty || confirm("What you have entered is not saved. Leave it?");
}

function close() {
  if (!left()) return;
  editing = null;
  mark("");
  panel.hide();
}

/**
 * A form in the panel.
 * @param {{name: string, title: string, fields: import("../kit/form.js").Field[], submit: string, more?: any,
 *   filled?: (body: HTMLElement) => void, save: (values: Object<string, string>) => Promise<string>}} what
 *   save: gets what has changed, or – where `name` is empty – all; gives what to say
 */
export function edit({ name, title, fields, submit, more = "", filled = () => {}, save }) {
  if (editing && editing.name !== name && !left()) return;
  panel.show(OWNER, { title, label: title, closed: close, focus: true, body: html`${form("m-form", fields, submit)}${more}`, filled: (body) => listen(body) });
  mark(name);
  function listen(body) {
    const element = body.querySelector("#m-form");
    editing = { element, fields, name };
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      send(element, fields, name ? changed(element, fields) : values(element, fields), save);
    });
    filled(body);
  }
}

async function send(element, fields, what, save) {
  if (Object.keys(what).length === 0) {
    toast("Nothing has changed");
    return;
  }
  const button = element.querySelector("[type=submit]");
  button.disabled = true;
  complain(element, fields, null);
  try {
    const said = await save(what);
    // What was entered is what there is now.
    for (const field of fields) if (field.name in what) field.value = what[field.name];
    toast(said);
  } catch (error) {
    if (!isGone(error) && element.isConnected) complain(element, fields, error);
  } finally {
    button.disabled = false;
  }
}

/** Closes the form whatever it holds: it was saved, or its subject is gone. */
export function done() {
  editing = null;
  mark("");
  panel.hide();
}

const PAGES = { groups: () => import("./groups.js"), people: () => import("./people.js"), audit: () => import("./audit.js"), status: () => import("./status.js") };

/** Shows the page that the address names. */
export async function show() {
  editing = null;
  if (panel.isOpen(OWNER)) panel.hide();
  const wanted = PAGES[here()];
  if (!wanted) return;
  const { open } = await wanted();
  open();
}

/** Whoever comes next sees nothing of it. */
export function clear() {
  editing = null;
  customer = "";
  render(root, html``);
}

guard(left);
addEventListener("beforeunload", (event) => {
  if (editing?.element.isConnected && Object.keys(changed(editing.element, editing.fields)).length) event.preventDefault();
});
