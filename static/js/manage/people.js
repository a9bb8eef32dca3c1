/** People: who may log in, and as what. */

import { $ } from "../kit/dom.js";
import { call, now } from "../server/api.js";
import { isGone, send } from "../call/changes.js";
import * as customers from "../search/customers.js";
import * as format from "../kit/format.js";
import { html, icon, render } from "../kit/html.js";
import { may, who } from "../server/login.js";
import { done, edit } from "./editing.js";
import { asked, chosen, list, onCustomer, page, table, trouble } from "./frame.js";
import { toast } from "../kit/notices.js";
import { advise } from "../server/strength.js";
import { later } from "../page/work.js";

let all = [];
let roles = [];
let groups = [];

const called = ({ name, username }) => name || username;

/** What others know of a person. */
const known = (person) => [person.name, person.username, ...customers.all().filter(({ id }) => id === (person.customer ?? chosen())).map(({ name }) => name)];

/** Only an owner makes owners. */
const options = (role) => roles.filter(({ name, privileges }) => name === role || may("owner") || !privileges.includes("owner")).map(({ name, description }) => ({ value: name, label: description ? `${name}: ${description}` : name }));

const field = (person) => [
  { name: "name", label: "Name", value: person.name },
  { name: "username", label: "Log-in name", value: person.username, required: true },
  { name: "role", label: "Role", type: "select", value: person.role, options: options(person.role), note: person.id ? "Another role logs the person out." : "" },
  ...(person.id && person.id !== who()?.id ? [{ name: "disabled", label: "Disabled: may not log in", type: "check", value: person.disabled, note: "Ends all sessions and tokens of the person at once. Groups, role and history stay." }] : []),
  ...(customers.all().length && person.id ? [{ name: "customer", label: "Customer", type: "select", value: person.customer, options: customers.all().map(({ id, name }) => ({ value: id, label: name })) }] : []),
];

const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Whose calls somebody hears, in words. */
function hears({ role, groups: ids }) {
  const privileges = roles.find(({ name }) => name === role)?.privileges ?? [];
  if (privileges.some((privilege) => privilege === "record" || privilege === "owner")) return "All";
  if (!privileges.includes("record_own")) return "";
  const named = ids.split(",").flatMap((id) => groups.filter((group) => String(group.id) === id)).map(({ id, name }) => name || `Group ${id}`);
  return named.length ? named.join(", ") : "None";
}

/** When somebody logged in last; what is from before it was noted is not known. */
const lately = ({ last_login: time }) => (time === null ? "Not known" : time === 0 ? "Never" : format.day(time, now()));

/** Those that have each word of the search in what the list says of them. */
function found() {
  const words = folded($("m-find").value).split(/\s+/).filter(Boolean);
  const text = (person) => folded([person.name, person.username, person.role, hears(person), person.disabled ? "disabled" : ""].join(" "));
  return all.filter((person) => words.every((word) => text(person).includes(word)));
}

function draw() {
  const state = (person) => html`${person.id === who()?.id ? html`<small>You</small>` : ""}${person.disabled ? html`<small class="off">Disabled</small>` : ""}`;
  const cells = (person) => [html`<b><bdi>${called(person)}</bdi></b>${state(person)}`, html`<bdi>${person.username}</bdi>`, html`<bdi>${person.role}</bdi>`, html`<bdi>${hears(person)}</bdi>`, lately(person), format.date(person.created)];
  const shown = found();
  const nobody = html`<p class="note">${all.length ? "Nobody is found." : "There is nobody yet."}</p>`;
  list(shown.length ? table("People", ["Name", "Log-in name", "Role", "Hears the groups", "Last login", "Since"], shown, cells, ({ id }) => id) : nobody, (id) => show(all.find((person) => String(person.id) === id)));
  $("m-count").textContent = shown.length === all.length ? "" : `${format.count(shown.length)} of ${format.count(all.length)}`;
}

/** The address holds what is looked for. */
function find() {
  const search = $("m-find").value.trim();
  history.replaceState(null, "", search ? `/people?${new URLSearchParams({ search })}` : "/people");
  draw();
}

async function load() {
  try {
    const customer = asked();
    const answers = await Promise.all([call("people/list", { customer }), call("roles/list"), call("recording/groups/list", { customer })]);
    [all, roles, groups] = answers.map(({ data }) => data);
    draw();
  } catch (error) {
    trouble(error, load);
  }
}

/** Whose calls an agent hears. */
async function drawGroups(place, person) {
  const members = await Promise.all(groups.map(({ id }) => call("recording/groups/members/list", { recordgroup: id })));
  const belongs = (i) => members[i].data.some(({ person: member }) => member === person.id);
  if (!place.isConnected) return;
  render(place, html`${groups.map(({ id, name, owner }, i) => html`<label class="check"><input type="checkbox" value="${id}" ${belongs(i) ? html`checked` : ""}> <bdi>${name || `Group ${id}`}</bdi>${owner === person.id ? html` <span class="faint">owner</span>` : ""}</label>`)}<p class="error" role="alert"></p>`);
}

function listenGroups(body, person) {
  const place = body.querySelector("#m-groups");
  if (!place) return;
  place.addEventListener("change", async ({ target }) => {
    try {
      await send(`recording/groups/members/${target.checked ? "add" : "remove"}`, { recordgroup: target.value, person: person.id });
      place.querySelector(".error").textContent = "";
      await load();
    } catch (error) {
      target.checked = !target.checked;
      if (!isGone(error)) place.querySelector(".error").textContent = error.message;
    }
  });
  drawGroups(place, person).catch((error) => render(place, html`<p class="error" role="alert">${error.message}</p>`));
}

function listenPassword(body, person) {
  const element = body.querySelector("#m-password");
  if (!element) return;
  const { password } = element.elements;
  const error = element.querySelector(".error");
  advise(password, element.querySelector("#m-advice"), () => known(person));
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    password.setAttribute("aria-invalid", "false");
    try {
      await send("people/password/update", { id: person.id, password_new: password.value });
      password.value = "";
      element.querySelector("#m-advice").textContent = "";
      toast(`${called(person)} has a new password`);
    } catch (fault) {
      if (isGone(fault)) return;
      error.textContent = fault.message;
      password.setAttribute("aria-invalid", "true");
      password.focus();
    }
  });
}

function remove(person) {
  done();
  later(`${called(person)} will be deleted`, async () => {
    try {
      await send("people/delete", { id: person.id });
      toast(`${called(person)} deleted`);
    } catch (error) {
      if (!isGone(error)) toast(`${called(person)} stays: ${error.message}`);
    }
    if ($("m-list")) load();
  }, () => {});
}

function more(person) {
  if (person.id === who()?.id) return html`<p class="note">You change your own password in the menu with your name.</p>`;
  return html`${groups.length ? html`<section><h3>Member of</h3><div id="m-groups"></div></section>` : ""}
    <section><form id="m-password" class="line">
      <label class="field"><span>New password</span><input name="password" type="password" autocomplete="new-password" aria-describedby="m-advice" required></label>
      <button class="button" type="submit">Set password</button>
      <p id="m-advice" class="note" role="status"></p><p class="error" role="alert"></p><p class="note">It ends all sessions of the person.</p>
    </form></section>
    <section><div class="actions"><button type="button" id="m-delete" class="button danger">${icon("trash")}Delete person</button></div></section>`;
}

function show(person) {
  edit({
    name: String(person.id),
    title: called(person),
    fields: field(person),
    submit: "Save",
    more: more(person),
    filled: (body) => {
      listenGroups(body, person);
      listenPassword(body, person);
      body.querySelector("#m-delete")?.addEventListener("click", () => remove(person));
    },
    save: async (changed) => {
      await send("people/update", { id: person.id, ...changed });
      await load();
      return "Saved";
    },
  });
}

function add() {
  const usual = roles.some(({ name }) => name === "agent") ? "agent" : (roles[0]?.name ?? "");
  edit({
    name: "",
    title: "New person",
    fields: [...field({ name: "", username: "", role: usual }), { name: "password", label: "Password", type: "password", autocomplete: "new-password", required: true }],
    submit: "Add person",
    filled: (body) => {
      const { name, username, password } = body.querySelector("#m-form").elements;
      advise(password, body.querySelector("#form-password-note"), () => known({ name: name.value, username: username.value }));
    },
    save: async (given) => {
      const { data } = await send("people/create", { customer: chosen(), ...given }, { twice: false });
      done();
      await load();
      show(all.find(({ id }) => id === data.id));
      return `${given.name || given.username} added`;
    },
  });
}

/** Shows the page. */
export function open() {
  const more = html`<label class="field"><span>Search</span><input id="m-find" type="search" value="${new URLSearchParams(location.search).get("search") ?? ""}" autocomplete="off" autocapitalize="none" spellcheck="false"></label><p id="m-count" class="note" role="status"></p>`;
  const root = page({ title: "People", add: "New person", more });
  root.querySelector("#m-add").addEventListener("click", add);
  root.querySelector("#m-find").addEventListener("input", find);
  onCustomer(open);
  load();
}
