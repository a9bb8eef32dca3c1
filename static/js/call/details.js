/** All of one recording: who, when, how long it is kept, who has listened – and what can be done with it. */

import { call, fileUrl, now } from "../server/api.js";
import * as changes from "./changes.js";
import { copy } from "../kit/copy.js";
import { deletable, technical, title, when, who } from "./facts.js";
import { endOf, toDate } from "../kit/dates.js";
import * as format from "../kit/format.js";
import * as groups from "../search/groups.js";
import { html, icon, render } from "../kit/html.js";
import { describe } from "./history.js";
import { href, key, parse, same } from "../server/recording-key.js";
import { hasSound, parties } from "../server/recording.js";
import { may } from "../server/login.js";
import { toast } from "../kit/notices.js";
import * as panel from "../kit/panel.js";
import { afterPress, pressing } from "../kit/press.js";
import { here } from "../page/place.js";
import { audio, player, playing, sounding, toggle } from "../player/player.js";
import { deleteSoon, isGoing } from "./removing.js";
import { pages } from "../search/recordings.js";
import { these } from "./picked.js";
import { state } from "../search/state.js";

const OWNER = "details";

/** @type {import("../types.js").Recording|null} */
let row = null;
let history = null;
let asking = new AbortController();

function keeping(call) {
  if (!may("record")) return html`<p>${deletable(call, now())}</p>`;
  const date = call.expires > now() ? toDate(call.expires) : "";
  return html`<p id="d-kept">${deletable(call, now())}</p>
    <form id="d-keep" class="line">
      <label class="field"><span>May be deleted from</span><input type="date" name="date" required min="${toDate(now())}" max="9999-12-31" value="${date}"></label>
      <button class="button" type="submit">Set date</button>
      <button class="button" type="button" data-do="forever" ${call.expires ? "" : html`disabled`}>No date</button>
    </form>
    <div class="actions">
      <button class="button" type="button" data-do="hold">${icon("hold")}${call.hold ? "End hold" : "Hold"}</button>
      ${call.complete ? html`<button type="button" class="button danger" data-do="delete" ${call.hold ? html`disabled aria-describedby="d-held"` : ""}>${icon("trash")}Delete</button>` : ""}
    </div>
    ${call.complete && call.hold ? html`<p id="d-held" class="note">Delete is off: the recording is on hold. End the hold first.</p>` : ""}`;
}

function copying(call) {
  const others = groups.all().filter(({ id, customer }) => customer === call.customer && id !== call.recordgroup);
  if (!may("record") || others.length === 0 || !call.complete) return "";
  return html`<form id="d-copy" class="line">
      <label class="field"><span>Copy to group</span><select name="destination">${others.map(({ id, name }) => html`<option value="${id}">${name || `Group ${id}`}</option>`)}</select></label>
      <button class="button" type="submit">Copy</button>
    </form>`;
}

function actions(call) {
  const heard = hasSound(call);
  return html`<div class="actions">
    ${heard ? html`<button type="button" class="button" data-do="play">${icon("play")}<span>Play</span></button>` : ""}
    ${heard && call.complete ? html`<a class="button" download href="${fileUrl(call)}">${icon("download")}Download</a>` : ""}
    <button type="button" class="button" data-do="link">${icon("link")}Copy link</button>
    <button type="button" class="button" data-do="link-at" hidden>${icon("link")}<span></span></button>
  </div>`;
}

/** Who did what with it, the newest first. */
function told() {
  if (history === null) return "";
  const line = (entry) => html`<li><b><bdi>${entry.username || "Command line"}</bdi></b> ${describe(entry)}
    <time datetime="${format.iso(entry.time)}" title="${format.exact(entry.time)}">${format.day(entry.time, now())} ${format.hour(entry.time)}</time></li>`;
  return history.length ? html`<ul>${history.map(line)}</ul>` : html`<p class="faint">Nothing has been done with it yet.</p>`;
}

const MOST = 50;

/** Keys move faster than anybody reads. */
const SETTLED = 150;

async function askHistory({ customer, recordgroup, uniqueid, recordid }) {
  if (!may("administrator")) return;
  const { signal } = asking;
  await new Promise((done) => setTimeout(done, SETTLED));
  if (signal.aborted) return;
  try {
    const { data } = await call("audit/list", { customer, recordgroup, uniqueid, recordid, limit: MOST }, { signal });
    history = data;
    const place = panel.body()?.querySelector("#d-history");
    if (place) render(place, html`${told()}`);
  } catch (error) {
    const place = panel.body()?.querySelector("#d-history");
    if (!signal.aborted && place) render(place, html`<p class="error">${error.message}</p>`);
  }
}

/** The button is for the call that plays, from where it is. */
export function follow() {
  const body = panel.isOpen(OWNER) && panel.body();
  if (!body || row === null || pressing()) return; // a button more moves those behind it
  const loaded = playing(row);
  const plays = loaded && sounding();
  const button = body.querySelector("[data-do=play]");
  if (button && button.dataset.on !== String(plays)) {
    button.dataset.on = String(plays);
    render(button, html`${icon(plays ? "pause" : "play")}<span>${plays ? "Pause" : "Play"}</span>`);
  }
  const at = body.querySelector("[data-do=link-at]");
  const time = loaded ? Math.floor(audio.currentTime) : 0;
  at.hidden = time < 1;
  const words = `Copy link to ${format.duration(time)}`;
  if (!at.hidden && at.textContent !== words) at.querySelector("span").textContent = words;
}

function complain(error) {
  if (changes.isGone(error)) return;
  panel.body().querySelector("#d-error").textContent = error.message;
}

/** Makes a change, then shows what the server has. */
async function change(work, said) {
  const changed = row;
  panel.body().querySelector("#d-error").textContent = "";
  try {
    await work(key(changed));
    toast(said);
  } catch (error) {
    if (row === changed) complain(error);
    return;
  }
  await renew(changed);
}

/** Asks for the row anew. */
async function renew(changed) {
  const { recordgroup, uniqueid, recordid } = changed;
  try {
    const { data } = await call("recording/recordings/get", { recordgroup, uniqueid, recordid, wrap: "meta" });
    pages.patch(new Map([[key(changed), data]]));
    if (row === changed) show(data);
  } catch {
    // What could not be asked for again is as before.
  }
}

const DO = {
  play: () => toggle(row),
  link: () => copy(href(row)),
  "link-at": () => copy(href(row, audio.currentTime)),
  forever: () => change((id) => changes.update(id, { expires: 0 }), "No date any more"),
  hold: () => {
    const hold = row.hold ? 0 : 1;
    return change((id) => changes.update(id, { hold }), hold ? "On hold" : "The hold has ended");
  },
  delete: () => {
    const going = row;
    state.open("");
    return deleteSoon(these([going]));
  },
};

function listen(body) {
  body.addEventListener("click", ({ target }) => {
    const number = target.closest("[data-copy]");
    if (number) copy(number.dataset.copy);
    else DO[target.closest("[data-do]")?.dataset.do]?.();
  });
  body.addEventListener("submit", (event) => {
    event.preventDefault();
    const { date, destination } = event.target.elements;
    if (date) change((id) => changes.update(id, { expires: endOf(date.value) }), `May be deleted from ${format.date(endOf(date.value))}`);
    else change((id) => changes.copyTo(id, destination.value), `Copied to ${groups.name(destination.value)}`);
  });
}

const closed = () => state.open("");

function show(call, focus = false) {
  if (row === null || !same(row, call)) history = null;
  row = call;
  panel.show(OWNER, {
    title: html`${call.direction ? icon(call.direction) : ""}${title(call)}`,
    label: `${title(call)}, ${parties(call)}`,
    focus,
    closed,
    about: key(call),
    body: html`${actions(call)}
      <p id="d-error" class="error" role="alert"></p>
      ${isGoing(call) ? html`<p class="note">It is about to be deleted.</p>` : ""}
      ${who(call)}${when(call)}
      <section aria-label="Deletion">${keeping(call)}${copying(call)}</section>
      ${may("administrator") ? html`<section><h3>History</h3><div id="d-history">${told()}</div></section>` : ""}
      ${technical(call)}`,
    filled: listen,
  });
  follow();
  asking.abort();
  asking = new AbortController();
  askHistory(call);
}

/** A link may lead to a call that the list doesn't show. */
async function fetchRow(id) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const { data } = await call("recording/recordings/get", { ...parse(id), wrap: "meta" }, { signal });
    show(data);
  } catch (error) {
    if (!signal.aborted && error.code !== "401") missing(error);
  }
}

/** In its place. @param {Error} error */
function missing(error) {
  row = null;
  const text = error.code === "404" ? "This recording is not there, or is not for you to see. If you need it, ask an administrator of Tapeline in your office." : error.message;
  panel.show(OWNER, { title: "Call", label: "Call", closed, body: html`<p class="error" role="alert">${text}</p>` });
}

/** Brings the panel into line with the URL. @param {{focus?: boolean}} [options] */
export function draw({ focus = false } = {}) {
  const id = here() === "calls" ? state.recording : "";
  if (!id) return close();
  const known = row !== null && key(row) === id ? row : pages.find(id);
  if (known) show(known, focus);
  else fetchRow(id);
}

/** The list may know better meanwhile: the call has ended, or many were changed together. */
function compare() {
  if (row === null || !panel.isOpen(OWNER)) return;
  const other = pages.find(key(row));
  if (other && JSON.stringify(other) !== JSON.stringify(row)) show(other);
}

/** Asks anew for what is shown: it may be gone, or not to be seen any more. */
export async function recheck() {
  const shown = row;
  if (shown === null || !panel.isOpen(OWNER)) return;
  const { recordgroup, uniqueid, recordid } = shown;
  try {
    const { data } = await call("recording/recordings/get", { recordgroup, uniqueid, recordid, wrap: "meta" });
    if (row === shown && JSON.stringify(data) !== JSON.stringify(shown)) show(data);
  } catch (error) {
    if (row === shown && /^40[0234]/.test(error.code)) missing(error);
  }
}

/** Takes it out of the page; the address still leads to it. */
export function close() {
  asking.abort();
  row = null;
  if (panel.isOpen(OWNER)) panel.hide();
}

/** Opens a recording's details, with the focus in them. @param {import("../types.js").Recording} call */
export function open(call) {
  state.open(key(call));
  panel.body()?.closest("dialog").querySelector("h2")?.focus({ preventScroll: true });
}

/** Opens the marked call's details, or closes them. */
export function toggleOf(call) {
  if (call && state.recording !== key(call)) open(call);
  else state.open("");
}

/** Whether details are open, so that they follow the marked row. */
export const isOpen = () => panel.isOpen(OWNER);

export function start() {
  state.addEventListener("open", () => draw());
  for (const name of ["change", "state"]) player.addEventListener(name, follow);
  pages.addEventListener("change", () => afterPress(compare));
  setInterval(() => {
    follow();
    const live = panel.isOpen(OWNER) && panel.body().querySelector("[data-since]");
    if (live) live.textContent = format.duration(now() - live.dataset.since);
  }, 500);
}
