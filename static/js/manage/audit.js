/** The audit log: who did what, and who heard what. */

import { $ } from "../kit/dom.js";
import { call, now } from "../server/api.js";
import * as format from "../kit/format.js";
import * as groups from "../search/groups.js";
import * as log from "../call/history.js";
import { html, icon, render } from "../kit/html.js";
import { href } from "../server/recording-key.js";
import { asked, list, onCustomer, page, trouble } from "./frame.js";
import { fromMoment, toMoment } from "../kit/dates.js";
import { save } from "../kit/save.js";
import { job } from "../page/work.js";

const PAGE = 100;
/** Entries that are asked for at a time for the CSV. */
const CHUNK = 1000;
/** Milliseconds after the last letter. */
const TYPING = 250;

let entries = [];
let next = "";
let asking = new AbortController();

/** What the address asks for; a link to it is a search too. */
const query = () => new URLSearchParams(location.search);

function filters() {
  const params = query();
  const whole = (key) => (/^\d{1,12}$/.test(params.get(key) ?? "") ? params.get(key) : "");
  const [action, except, number] = ["action", "except", "number"].map((key) => params.get(key) ?? "");
  return { customer: asked(), person: whole("person"), action, except, number, start: whole("start"), end: whole("end") };
}

/** The address holds what is asked for. @param {Object<string, string|number|null>} changed */
function change(changed) {
  const params = query();
  for (const [key, value] of Object.entries(changed)) {
    if (value === "" || value === null) params.delete(key);
    else params.set(key, value);
  }
  const text = params.toString();
  history.replaceState(null, "", text ? `/audit?${text}` : "/audit");
  load();
}

const at = (time) => html`<time datetime="${format.iso(time)}" title="${format.exact(time)}">${format.day(time, now())} ${format.hour(time)}</time>`;
const bdi = (text) => (text ? html`<bdi>${text}</bdi>` : "");
const party = (name, number) => (name && number ? html`<bdi>${name}</bdi> <bdi class="number">${number}</bdi>` : bdi(name || number));

/** From whom to whom, as the entry knows it. */
function parties({ snumber_name, snumber_display, cnumber_name, cnumber_display, dnumber_name, dnumber_display }) {
  const [from, to] = [party(snumber_name, snumber_display), party(cnumber_name, cnumber_display)];
  const answered = dnumber_display && dnumber_display !== cnumber_display ? party(dnumber_name, dnumber_display) : "";
  return from || to ? html`${from || "unknown"} → ${to || "unknown"}${answered ? html`, answered by ${answered}` : ""}` : "";
}

/** Whose it is: the group, and where all customers are shown, which one's. */
function place({ recordgroup, recordgroup_name, customer, customer_name }) {
  const names = [recordgroup ? recordgroup_name || `Group ${recordgroup}` : "", asked() === "" && customer ? customer_name || `Customer ${customer}` : ""].filter(Boolean);
  return html`${names.map((name, i) => html`${i ? ", " : ""}<bdi>${name}</bdi>`)}`;
}

/** Which call, group or customer an entry is about. The link leads to the call, while it is there. */
function about(entry) {
  if (!entry.uniqueid) return place(entry);
  const { recordgroup, uniqueid, recordid, start } = entry;
  return html`<a href="${href({ recordgroup, uniqueid, recordid })}">${start ? at(start) : "Call at an unknown time"}</a> ${parties(entry)} <span class="faint">${place(entry)}</span>`;
}

function who({ name, username, action }) {
  if (!username) return action === log.FAILED ? "no name of anybody's" : "command line";
  return name && name !== username ? html`<bdi>${name}</bdi> <span class="faint"><bdi>${username}</bdi></span>` : html`<bdi>${username}</bdi>`;
}

function line(entry) {
  const { what, more } = log.words(entry);
  return html`<tr><td class="when">${at(entry.time)}</td><td class="who">${who(entry)}</td>
    <td class="what">${what}${more ? html` <span class="more"><bdi>${more}</bdi></span>` : ""}</td>
    <td class="about">${about(entry)}</td><td class="address"><bdi>${entry.address}</bdi></td></tr>`;
}

function draw() {
  if (entries.length === 0) {
    list(html`<p class="note">Nothing was done that matches.</p>`);
    return;
  }
  list(html`<table class="log" aria-label="Audit log"><thead><tr>${["Time", "Who", "What", "Call, group or customer", "Address"].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
    <tbody>${entries.map(line)}</tbody></table>
    ${next ? html`<button id="m-more" class="button" type="button">Show more</button>` : ""}`);
  if (next) $("m-more").onclick = more;
}

async function ask(limit, after, signal) {
  return call("audit/list", { ...filters(), limit, after }, { signal });
}

async function load() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const answer = await ask(PAGE, "", signal);
    [entries, next] = [answer.data, answer.next ?? ""];
    draw();
  } catch (error) {
    if (!signal.aborted) trouble(error, load);
  }
}

async function more() {
  const { signal } = asking;
  const shown = entries.length;
  try {
    const answer = await ask(PAGE, next, signal);
    entries = [...entries, ...answer.data];
    next = answer.next ?? "";
    draw();
    $("m-list").querySelectorAll("tbody tr")[shown]?.scrollIntoView({ block: "nearest" });
    ($("m-more") ?? $("manage")).focus({ preventScroll: true });
  } catch (error) {
    if (!signal.aborted) trouble(error, load);
  }
}

/**
 * As exports of recordings are written: what a spreadsheet could take for a formula has an apostrophe before it, also where
 * another separator would begin a cell.
 */
function cell(value) {
  // A telephone number is no formula, and nobody wants to dial an apostrophe.
  if (/^\+[\d ]+$/.test(value)) return value;
  const text = String(value).replace(/(^|[,;\t\r\n])(?="*[=+\-@＝＋－＠]|')/g, "$1'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const or = (key) => (entry) => entry[key] || "";
/** What a table has of an entry: words for people first, then what the log itself has. @type {[string, (entry: any) => string|number][]} */
const COLUMNS = [
  ["time", ({ time }) => format.zoned(time)],
  ["username", or("username")],
  ["name", or("name")],
  ["what", (entry) => log.words(entry).what],
  ["more", (entry) => log.words(entry).more],
  ["call_start", ({ start }) => (start ? format.zoned(start) : "")],
  ["from", or("snumber_display")],
  ["from_name", or("snumber_name")],
  ["to", or("cnumber_display")],
  ["to_name", or("cnumber_name")],
  ["answered_by", or("dnumber_display")],
  ["answered_by_name", or("dnumber_name")],
  ["group", or("recordgroup_name")],
  ["customer_name", or("customer_name")],
  ...["address", "person", "action", "customer", "recordgroup", "uniqueid", "recordid", "detail"].map((key) => [key, or(key)]),
];
const BYTE_ORDER_MARK = "\ufeff";
const HEAD = COLUMNS.map(([name]) => name).join();
const row = (entry) => `${COLUMNS.map(([, value]) => cell(value(entry))).join()}\r\n`;

function download() {
  const until = filters().end || now();
  job("Exporting the audit log", async ({ signal, show }) => {
    const parts = [`${BYTE_ORDER_MARK}${HEAD}\r\n`];
    let [count, after] = [0, ""];
    do {
      const answer = await call("audit/list", { ...filters(), end: until, limit: CHUNK, after }, { signal });
      parts.push(answer.data.map(row).join(""));
      count += answer.data.length;
      after = answer.next ?? "";
      show({ text: `Exporting the audit log: ${format.count(count)} entries` });
    } while (after && !signal.aborted);
    if (signal.aborted) return "Cancelled";
    save(new Blob(parts, { type: "text/csv" }), `audit ${format.iso(now()).slice(0, 10)}.csv`);
    return `${format.count(count)} entries exported`;
  });
}

const option = (value, label, chosen) => html`<option value="${value}" ${String(value) === chosen ? html`selected` : ""}>${label}</option>`;

async function drawPeople() {
  const { person } = filters();
  try {
    const [{ data }] = await Promise.all([call("people/list", { customer: asked() }), groups.load(asked())]);
    log.know(data);
    if (entries.length) draw();
    const gone = person && !data.some(({ id }) => String(id) === person);
    render($("m-person"), html`${option("", "Everybody", person)}${gone ? option(person, `Person ${person}`, person) : ""}${data.map(({ id, name, username }) => option(id, name || username, person))}`);
  } catch {
    // The log itself says what is wrong.
  }
}

/** The customer that a link names; "all" of them. */
function choose(wanted) {
  const select = $("m-customer");
  const value = wanted === "all" ? "" : wanted;
  if (wanted && [...(select?.options ?? [])].some((one) => one.value === value)) select.value = value;
}

/** Typing looks by itself, a moment after the last letter. @param {HTMLInputElement} input */
function listenToNumber(input) {
  let waiting = 0;
  const take = () => {
    clearTimeout(waiting);
    const number = input.value.trim();
    if (input.isConnected && number !== (query().get("number") ?? "")) change({ number });
  };
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(take, TYPING);
  });
  input.addEventListener("change", take);
}

/** Shows the page. */
export function open() {
  [entries, next] = [[], ""];
  const { action = "", except, number = "", start, end } = Object.fromEntries(query());
  const doing = except ? `-${except}` : action;
  const moment = (text) => (/^\d{1,12}$/.test(text ?? "") ? toMoment(Number(text)) : "");
  const known = [["", "Everything"], [`-${log.LOGINS}`, "All but logins and log-outs"], ...log.actions];
  const odd = known.some(([id]) => id === doing) ? [] : [[doing, except ? "All but some" : doing]];
  page({
    title: "Audit log",
    all: true,
    more: html`<label class="field"><span>Person</span><select id="m-person"><option value="">Everybody</option></select></label>
      <label class="field"><span>Action</span><select id="m-action">${[...known, ...odd].map(([id, label]) => option(id, label, doing))}</select></label>
      <label class="field"><span>Number in the call</span><input id="m-number" type="search" value="${number}" placeholder="Any number" autocomplete="off" spellcheck="false"></label>
      <label class="field"><span>Since</span><input id="m-start" type="datetime-local" value="${moment(start)}"></label>
      <label class="field"><span>Until</span><input id="m-end" type="datetime-local" value="${moment(end)}"></label>
      <button id="m-csv" class="button" type="button">${icon("download")}CSV</button>`,
  });
  choose(query().get("customer"));
  onCustomer(() => {
    drawPeople();
    change({ customer: asked() || "all" });
  });
  $("m-person").addEventListener("change", ({ target }) => change({ person: target.value }));
  $("m-action").addEventListener("change", ({ target: { value } }) => change(value.startsWith("-") ? { action: "", except: value.slice(1) } : { action: value, except: "" }));
  listenToNumber($("m-number"));
  $("m-start").addEventListener("change", ({ target }) => change({ start: fromMoment(target.value) }));
  $("m-end").addEventListener("change", ({ target }) => change({ end: fromMoment(target.value, true) }));
  $("m-csv").addEventListener("click", download);
  drawPeople();
  load();
}
