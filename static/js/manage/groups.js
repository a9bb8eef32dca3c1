/** Groups: which recordings they list, from when those may be deleted, who owns them and who may listen. */

import { $ } from "../kit/dom.js";
import { call } from "../server/api.js";
import { isGone, send } from "../call/changes.js";
import * as groups from "../search/groups.js";
import { html, icon, render } from "../kit/html.js";
import { may } from "../server/login.js";
import { toast } from "../kit/notices.js";
import { done, edit } from "./editing.js";
import { asked, chosen, list, onCustomer, page, table, trouble } from "./frame.js";
import * as format from "../kit/format.js";
import { state } from "../search/state.js";
import { later } from "../page/work.js";

/** @type {import("../types.js").Group[]} */
let all = [];
/** @type {{id: number, username: string, name: string, role: string}[]} administrators know them */
let people = [];

const known = ({ name, username }) => (name ? `${name} (${username})` : username);
/** Name and log-in name, each in its own direction. */
const shown = ({ name, username }) => (name ? html`<bdi>${name}</bdi> (<bdi>${username}</bdi>)` : html`<bdi>${username}</bdi>`);
const person = (id) => {
  const found = people.find((one) => one.id === id);
  return found ? found.name || found.username : id ? `Person ${id}` : "";
};
const days = (n) => (n === 0 ? "" : n === 1 ? "After 1 day" : `After ${format.count(n)} days`);

/** Which new recordings get a row: calls within the office always do. */
function listed({ expires, record_in, record_out, fraction }) {
  if (expires === 0 || fraction === 0) return "None";
  const which = record_in && record_out ? "All" : record_in ? "All but outgoing" : record_out ? "All but incoming" : "Internal only";
  return fraction === 100 ? which : `${which}, ${fraction} %`;
}

const UNLISTED = "Tapeline leaves others out of its list; the PBX goes on recording them, and their files stay.";

const field = (group) => [
  { name: "name", label: "Name", value: group.name, required: true },
  { name: "description", label: "What it is for", value: group.description },
  { name: "expires", label: "May be deleted after so many days", type: "number", value: group.expires, max: 36500, required: true, note: "Sets a date for new recordings. Nothing is deleted by itself: people do that. 0: new recordings are left out of the list." },
  { name: "record_in", label: "List recordings of incoming calls", type: "check", value: group.record_in },
  { name: "record_out", label: "List recordings of outgoing calls", type: "check", value: group.record_out },
  { name: "fraction", label: "Percent of new recordings that are listed", type: "number", value: group.fraction, max: 100, required: true, note: UNLISTED },
  ...(may("administrator") ? [{ name: "owner", label: "Owner", type: "select", value: group.owner, options: owners(group), note: "Listens to the group like its members." }] : []),
];

function owners({ owner }) {
  const gone = owner && !people.some(({ id }) => id === owner) ? [{ value: owner, label: person(owner) }] : [];
  return [{ value: 0, label: "Nobody" }, ...gone, ...people.map((one) => ({ value: one.id, label: known(one) }))];
}

function draw() {
  const own = may("administrator");
  const heads = ["Group", "May be deleted", "Listed", ...(own ? ["Owner"] : [])];
  const cells = (group) => [
    html`<b><bdi>${group.name || `Group ${group.id}`}</bdi></b>${group.description ? html`<small><bdi>${group.description}</bdi></small>` : ""}`,
    days(group.expires),
    listed(group),
    ...(own ? [html`<bdi>${person(group.owner)}</bdi>`] : []),
  ];
  const none = html`<p class="note">There is no group yet.</p>`;
  list(all.length ? table("Groups", heads, all, cells, ({ id }) => id) : none, (id) => show(all.find((group) => String(group.id) === id)));
}

async function load() {
  try {
    const wanted = asked();
    const [rows, names] = await Promise.all([call("recording/groups/list", { customer: wanted }), may("administrator") ? call("people/list", { customer: wanted }) : { data: [] }]);
    [all, people] = [rows.data, names.data];
    draw();
    groups.load(state.search.customer).catch(() => {}); // the list of calls shows their names
  } catch (error) {
    trouble(error, load);
  }
}

/** The members, and who may become one. */
function drawMembers(body, group, members) {
  const others = people.filter(({ id }) => !members.some(({ person: member }) => member === id));
  render(
    body.querySelector("#m-members"),
    html`${members.length ? html`<ul>${members.map((one) => html`<li><span>${shown(one)}</span> <span class="faint">${one.role}</span>
        <button type="button" class="tool" data-remove="${one.person}" aria-label="Remove ${known(one)}" title="Remove">${icon("close")}</button></li>`)}</ul>` : html`<p class="faint">Nobody yet. Agents listen to the groups that they are members of.</p>`}
      ${others.length ? html`<form class="line"><label class="field"><span>Add somebody</span><select name="person">${others.map((one) => html`<option value="${one.id}">${known(one)}</option>`)}</select></label><button class="button" type="submit">Add</button></form>` : ""}
      <p class="error" role="alert"></p>`,
  );
}

async function loadMembers(body, group) {
  const { data } = await call("recording/groups/members/list", { recordgroup: group.id });
  if (body.isConnected) drawMembers(body, group, data);
}

function listenMembers(body, group) {
  const place = body.querySelector("#m-members");
  if (!place) return;
  const set = async (what, id) => {
    try {
      await send(`recording/groups/members/${what}`, { recordgroup: group.id, person: id });
      await loadMembers(body, group);
      if (!place.contains(document.activeElement)) place.querySelector("select, button")?.focus();
    } catch (error) {
      if (!isGone(error)) place.querySelector(".error").textContent = error.message;
    }
  };
  place.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-remove]");
    if (button) set("remove", button.dataset.remove);
  });
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    set("add", event.target.elements.person.value);
  });
  loadMembers(body, group).catch((error) => render(place, html`<p class="error" role="alert">${error.message}</p>`));
}

function remove(group) {
  done();
  later(`Group ${group.name} will be deleted`, async () => {
    try {
      await send("recording/groups/delete", { id: group.id });
      toast(`Group ${group.name} deleted`);
    } catch (error) {
      if (!isGone(error)) toast(`Group ${group.name} stays: ${error.message}`);
    }
    if ($("m-list")) load();
  }, () => {});
}

function show(group) {
  const own = may("administrator");
  edit({
    name: String(group.id),
    title: group.name || `Group ${group.id}`,
    fields: field(group),
    submit: "Save",
    more: own
      ? html`<section><h3>Members</h3><div id="m-members"></div></section>
        <section><div class="actions"><button type="button" id="m-delete" class="button danger">${icon("trash")}Delete group</button></div><p class="note">Only a group without recordings can be deleted.</p></section>`
      : "",
    filled: (body) => {
      listenMembers(body, group);
      body.querySelector("#m-delete")?.addEventListener("click", () => remove(group));
    },
    save: async (changed) => {
      await send("recording/groups/update", { id: group.id, ...changed });
      await load();
      return "Saved";
    },
  });
}

function add() {
  const fresh = { name: "", description: "", expires: 365, fraction: 100, owner: 0, record_in: 1, record_out: 1 };
  edit({
    name: "",
    title: "New group",
    fields: field(fresh),
    submit: "Add group",
    save: async (given) => {
      const { data } = await send("recording/groups/create", { customer: chosen(), ...given }, { twice: false });
      done();
      await load();
      show(all.find(({ id }) => id === data.id));
      return `Group ${given.name} added`;
    },
  });
}

/** Shows the page. */
export function open() {
  const root = page({ title: "Groups", add: may("administrator") ? "New group" : "" });
  root.querySelector("#m-add")?.addEventListener("click", add);
  onCustomer(open);
  load();
}
