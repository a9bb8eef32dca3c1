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

let entries = [];
let next = "";
let asking = new AbortController();

/** What the address asks for; a link to it is a search too. */
const query = () => new URLSearchParams(location.search);

function filters() {
  const params = query();
  const whole = (key) => (/^\d{1,12}$/.test(params.get(key) ?? "") ? params.get(key) : "");
  return { customer: asked(), person: whole("person"), action: params.get("action") ?? "", start: whole("start"), end: whole("end") };
}

function change(key, value) {
  const params = query();
  if (value === "" || value === null) params.delete(key);
  else params.set(key, value);
  const text = params.toString();
  history.replaceState(null, "", text ? `/audit?${text}` : "/audit");
  load();
}

function about({ recordgroup, uniqueid, recordid }) {
  if (uniqueid) return html`<a href="${href({ recordgroup, uniqueid, recordid })}">Call</a> <span class="faint"><bdi>${groups.name(recordgroup)}</bdi></span>`;
  return recordgroup ? html`<bdi>${groups.name(recordgroup)}</bdi>` : "";
}

function line(entry) {
  const cells = {
    Time: html`<time datetime="${format.iso(entry.time)}" title="${format.exact(entry.time)}">${format.day(entry.time, now())} ${format.hour(entry.time)}</time>`,
    Who: entry.username || (entry.action === log.FAILED ? "no name of anybody's" : "command line"),
    What: log.name(entry.action),
    About: about(entry),
    Detail: log.detail(entry),
    From: entry.address,
  };
  return html`<tr>${Object.entries(cells).map(([head, cell]) => html`<td data-label="${head}" class="${head === "Detail" ? "wide" : ""}">${cell === "" || cell === undefined ? "" : html`<bdi>${cell}</bdi>`}</td>`)}</tr>`;
}

function draw() {
  if (entries.length === 0) {
    list(html`<p class="note">Nothing was done that matches.</p>`);
    return;
  }
  list(html`<table class="log" aria-label="Audit log"><thead><tr>${["Time", "Who", "What", "About", "Detail", "From"].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
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
  const text = String(value).replace(/(^|[,;\t\r\n])(?="*[=+\-@＝＋－＠]|')/g, "$1'");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const COLUMNS = ["time", "person", "username", "address", "action", "customer", "recordgroup", "uniqueid", "recordid", "detail"];
const BYTE_ORDER_MARK = "\ufeff";
const row = (entry) => `${COLUMNS.map((column) => cell(column === "time" ? format.iso(entry.time) : entry[column] || "")).join()}\r\n`;

function download() {
  const until = filters().end || now();
  job("Exporting the audit log", async ({ signal, show }) => {
    const parts = [`${BYTE_ORDER_MARK}${COLUMNS.join()}\r\n`];
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

/** Shows the page. */
export function open() {
  [entries, next] = [[], ""];
  const { action, start, end } = Object.fromEntries(query());
  const at = (text) => (/^\d{1,12}$/.test(text ?? "") ? toMoment(Number(text)) : "");
  page({
    title: "Audit log",
    all: true,
    more: html`<label class="field"><span>Person</span><select id="m-person"><option value="">Everybody</option></select></label>
      <label class="field"><span>Action</span><select id="m-action">${option("", "Everything", action ?? "")}${log.actions.map(([id, label]) => option(id, label, action))}</select></label>
      <label class="field"><span>From</span><input id="m-start" type="datetime-local" value="${at(start)}"></label>
      <label class="field"><span>To</span><input id="m-end" type="datetime-local" value="${at(end)}"></label>
      <button id="m-csv" class="button" type="button">${icon("download")}CSV</button>`,
  });
  onCustomer(() => {
    drawPeople();
    load();
  });
  $("m-person").addEventListener("change", ({ target }) => change("person", target.value));
  $("m-action").addEventListener("change", ({ target }) => change("action", target.value));
  $("m-start").addEventListener("change", ({ target }) => change("start", fromMoment(target.value)));
  $("m-end").addEventListener("change", ({ target }) => change("end", fromMoment(target.value, true)));
  $("m-csv").addEventListener("click", download);
  drawPeople();
  load();
}
