/** How recordings get in, what lacks, and how much room there is. */

import { call } from "../server/api.js";
import * as format from "../kit/format.js";
import { html, icon } from "../kit/html.js";
import { list, page, trouble } from "./frame.js";
import * as alarm from "../page/alarm.js";
import { here } from "../page/place.js";

/** Milliseconds between looks. */
const LOOK = 5_000;
/** Below this share of free room, or so many bytes, it is time to act: as among the alerts. */
const SCARCE = 0.02;
const SCARCE_BYTES = 1e9;

const DISKS = { database: "Database", sound: "Sound" };
let shown = "";
let time = 0;

const total = (reasons) => reasons.reduce((sum, { count }) => sum + count, 0);

/** @param {number} at  Unix seconds; 0 never */
function moment(at) {
  if (!at) return html`<span class="faint">Not yet</span>`;
  return html`<time datetime="${format.iso(at)}" title="${format.exact(at)}">${format.day(at, time)} ${format.hour(at)}</time>`;
}

/** 120 ms, 2.4 s, 3 min */
function lag(milliseconds) {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : format.spoken(milliseconds / 1000);
}

/** @param {{note?: string, bad?: boolean, to?: string}} [more]  `to`: the search that lists them */
function figure(label, value, { note = "", bad = false, to = "" } = {}) {
  const shown = to ? html`<a href="/?${to}">${value}</a>` : value;
  return html`<div class="figure ${bad ? "bad" : ""}"><dt>${label}</dt><dd>${bad ? icon("warning") : ""}${shown}</dd>${note ? html`<dd class="note">${note}</dd>` : ""}</div>`;
}

function disk({ name, size, free }) {
  if (!size) return figure(`${DISKS[name] ?? name}, free`, "Unknown", { note: "The folder can't be looked at", bad: true });
  const bad = free < size * SCARCE || free < SCARCE_BYTES;
  return figure(`${DISKS[name] ?? name}, free`, format.bytes(free), { note: `${Math.round((free / size) * 100)} % of ${format.bytes(size)}`, bad });
}

/** What is wrong, the worst first. */
function alerts(all) {
  if (all.length === 0) return "";
  const rows = all.map(({ sentence, todo, since }) => html`<tr><td data-label="What" class="wide"><span class="wrong">${icon("warning")}<bdi>${sentence}</bdi></span></td>
    <td data-label="What to do" class="wide"><bdi class="todo">${todo}</bdi></td><td data-label="Since">${moment(since)}</td></tr>`);
  return html`<h2>What is wrong</h2>
    <table class="reasons alerts" aria-label="What is wrong"><thead><tr><th scope="col">What</th><th scope="col">What to do</th><th scope="col">Since</th></tr></thead>
    <tbody>${rows}</tbody></table>`;
}

/** Recordings of which it isn't known whose they are. */
function waits(waiting) {
  if (waiting.length === 0) return "";
  const rows = waiting.map(({ reason, count, since }) => html`<tr><td data-label="Why"><span class="wrong">${icon("warning")}<bdi>${reason}</bdi></span></td>
    <td data-label="Since">${moment(since)}</td><td data-label="Recordings" class="end">${format.count(count)}</td></tr>`);
  return html`<h2>Recordings that wait</h2>
    <p class="note">They are in no list until it is known whose they are. Nothing is lost: they are filed by themselves, in order, within a minute after it is mended.</p>
    <table class="reasons waits" aria-label="Recordings that wait"><thead><tr><th scope="col">Why, and what to do</th><th scope="col">Since</th><th scope="col" class="end">Recordings</th></tr></thead>
    <tbody>${rows}</tbody></table>`;
}

function figures({ calls_today, in_progress, rows_without_files, rows_without_groups, files_without_rows, waiting, disks, descriptors, jobs }) {
  const waits = total(waiting);
  const out = total(files_without_rows);
  return html`<dl class="figures">
    ${figure("Calls today", format.count(calls_today), { to: "range=today" })}
    ${figure("In progress", format.count(in_progress), { to: "state=live" })}
    ${figure("Calls whose file is missing", format.count(rows_without_files), { bad: rows_without_files > 0, to: "state=missing" })}
    ${rows_without_groups > 0 ? figure("Calls in no group", format.count(rows_without_groups), { bad: true, note: "Another program filed them under a group that is not of their customer, or gone. They are among all calls of the customer: copy them to a group there" }) : ""}
    ${waits > 0 ? figure("Recordings that wait", format.count(waits), { bad: true }) : ""}
    ${figure("Files without a call in the list", format.count(out))}
    ${disks.map(disk)}
    ${(jobs ?? []).map(({ name, step, percent }) => figure(`Being made: ${name}`, `${percent} %`, { note: step }))}
    ${descriptors.open > descriptors.limit * 0.8 ? figure("Files and connections open", `${format.count(descriptors.open)} of ${format.count(descriptors.limit)}`, { bad: true, note: "Raise LimitNOFILE of the service (ulimit -n)" }) : ""}
  </dl>`;
}

const HEADS = ["Source", "State", "Since", "Last event", "Lag", "New", "Ended", "Better known", "Left out"];

/** What is wrong, as it was told above: a source doesn't say it again. */
let told = "";
const isTold = (wrong) => wrong.split(/[;:] /).every((part) => told.includes(part));

/** Of a folder. */
function where(path, files) {
  if (!path) return "";
  return files === null ? ` · ${path}, files not counted yet` : ` · ${path}, ${format.count(files)} ${files === 1 ? "file" : "files"}`;
}

/** Numbers of rows as everywhere else; a port or an address stays as it is. */
const grouped = (name, state) => (name === "rows" ? state.replace(/\d+/g, (digits) => format.count(Number(digits))) : state);

function source({ name, state, path = "", files = null, since, last_event, lag: behind, inserted, completed, enriched, excluded, trouble: wrong }) {
  const cells = [
    html`<bdi>${name}</bdi>`,
    html`<bdi>${grouped(name, state)}${where(path, files)}</bdi>${wrong && !isTold(wrong) ? html`<span class="wrong">${icon("warning")}<bdi>${wrong}</bdi></span>` : ""}`,
    moment(since),
    // Where there are several customers, only owners see what is counted for all of them.
    last_event === undefined ? "" : moment(last_event),
    last_event ? lag(behind) : "",
    ...[inserted, completed, enriched, excluded].map((count) => (count === undefined ? "" : format.count(count))),
  ];
  return html`<tr>${cells.map((cell, i) => html`<td data-label="${HEADS[i]}" class="${i > 3 ? "end" : i === 1 ? "wide" : ""}">${cell}</td>`)}</tr>`;
}

function sources(all) {
  if (all.length === 0) return html`<p class="note">None.</p>`;
  return html`<table class="log sources" aria-label="Sources">
    <thead><tr>${HEADS.map((head, i) => html`<th scope="col" class="${i > 3 ? "end" : ""}">${head}</th>`)}</tr></thead>
    <tbody>${all.map(source)}</tbody></table>
    <p class="note">Counts of sources are those of today, from the start of the server on where that was today.</p>`;
}

function reasons(title, some) {
  if (some.length === 0) return "";
  return html`<h2>${title}</h2><table class="reasons" aria-label="${title}"><thead><tr><th scope="col">Why</th><th scope="col" class="end">Files</th></tr></thead>
    <tbody>${some.map(({ reason, count }) => html`<tr><td data-label="Why"><bdi>${reason}</bdi></td><td data-label="Files" class="end">${format.count(count)}</td></tr>`)}</tbody></table>`;
}

function draw(status) {
  time = status.time;
  alarm.show(status.alerts);
  told = status.alerts.map(({ sentence, todo }) => `${sentence}: ${todo}`).join("\n");
  const text = html`${alerts(status.alerts)}${figures(status)}${waits(status.waiting)}
    <h2>Sources</h2>${sources(status.sources)}
    ${reasons("Files without a call in the list", status.files_without_rows)}
    ${status.sources.map(({ name, skipped }) => reasons(`Not understood, ${name}`, skipped))}`;
  if (text.text === shown) return;
  shown = text.text;
  list(text);
}

let asking = new AbortController();
let next = 0;

async function load() {
  clearTimeout(next);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const { data } = await call("status/get", {}, { signal });
    if (!signal.aborted && here() === "status") draw(data);
  } catch (error) {
    if (signal.aborted || here() !== "status") return;
    // What is there is better than nothing.
    if (!shown) trouble(error, load);
    if (error.code === "401" || error.code === "402") return;
  }
  later();
}

function later() {
  clearTimeout(next);
  if (here() === "status" && !document.hidden) next = setTimeout(() => here() === "status" && load(), LOOK);
}

document.addEventListener("visibilitychange", () => here() === "status" && !document.hidden && load());

/** Shows the page. */
export function open() {
  shown = "";
  page({ title: "Status", whose: false });
  load();
}
