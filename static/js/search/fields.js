/** The fields that narrow the search. */

import { now } from "../server/api.js";
import * as customers from "./customers.js";
import * as format from "../kit/format.js";
import * as groups from "./groups.js";
import { html, icon, render } from "../kit/html.js";
import { PRESETS, QUICK, bounds, fromInput, preset, toInput } from "./ranges.js";
import { state, used } from "./state.js";

const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 720px)");
const TYPING = 250;

/** Minutes as people write them: 5, 1:30, 2m, 90s, 1h. @returns {string} seconds, or empty */
export function seconds(text) {
  const trimmed = text.trim().toLowerCase();
  const clock = /^(?:(\d{1,3}):)?(\d{1,4}):(\d{2})$/.exec(trimmed);
  if (clock) return String(Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]));
  const unit = /^(\d{1,6}(?:[.,]\d+)?)\s*(s|m|h)?[a-z.]*$/.exec(trimmed);
  if (!unit) return "";
  return String(Math.round(Number(unit[1].replace(",", ".")) * { s: 1, m: 60, h: 3600 }[unit[2] ?? "m"]));
}

/** @param {import("../types.js").Search} search */
function rangeText(search) {
  const { start, end } = bounds(search, now());
  if (start === null && end === null) return "";
  const label = (time) => format.brief(time, now());
  if (start === null) return `until ${label(end)}`;
  if (end === null) return `since ${label(start)}`;
  const whole = toInput(start).endsWith("00:00") && toInput(end).endsWith("23:59");
  if (whole) return label(start) === label(end) ? label(start) : `${label(start)} – ${label(end)}`;
  const clocks = `${format.hour(start)} – ${format.hour(end)}`;
  if (label(start) === label(end)) return `${label(start)}, ${clocks}`;
  return `${label(start)} ${format.hour(start)} – ${label(end)} ${format.hour(end)}`;
}

const QUOTED = { search: "Search", caller: "Caller", called: "Called" };

const STATES = { done: "Ended", live: "In progress", missing: "Sound missing" };

/** A filter in words. @param {keyof import("../types.js").Search} key */
export function describe(search, key) {
  if (QUOTED[key]) return `${QUOTED[key]} “${search[key]}”`;
  if (key === "range") return QUICK.find((quick) => quick.id === search.range)?.label ?? rangeText(search);
  if (key === "group") return groups.name(search.group);
  if (key === "customer") return customers.name(search.customer);
  if (key === "direction") return format.direction(search.direction);
  if (key === "min") return `at least ${format.duration(search.min)}`;
  if (key === "max") return `at most ${format.duration(search.max)}`;
  return STATES[search.state];
}

function drawRanges(search) {
  const custom = search.range === "custom";
  const label = custom ? rangeText(search) : "Custom";
  render(
    $("ranges"),
    html`${QUICK.map(({ id, label: text }) => html`<button type="button" data-range="${id}" aria-pressed="${String(search.range === id)}">${text}</button>`)}
      <button type="button" class="custom" popovertarget="range-menu" aria-pressed="${String(custom)}">${icon("calendar")}<span>${label}</span></button>`,
  );
  if (phone.matches) $("ranges").querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

/** An owner sees every customer. */
function drawCustomers(search) {
  const all = customers.all();
  $("customer-field").hidden = all.length === 0;
  render($("f-customer"), html`${all.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}`);
  $("f-customer").value = search.customer || String(customers.own());
}

function drawGroups(search) {
  const many = customers.all().length > 0;
  const customer = Number(search.customer || customers.own());
  const options = groups.all().filter((group) => !many || group.customer === customer);
  const unlisted = search.group && !options.some((group) => String(group.id) === search.group);
  render(
    $("f-group"),
    html`<option value="">All groups</option>
      ${unlisted ? html`<option value="${search.group}">${groups.name(search.group)}</option>` : ""}
      ${options.map((group) => html`<option value="${group.id}">${group.name || `Group ${group.id}`}</option>`)}`,
  );
  $("f-group").value = search.group;
}

/** Leaves alone a field whose text, as far as it is typed, means just that. */
function put(id, value, meaning = (text) => text) {
  const field = $(id);
  if (document.activeElement === field && meaning(field.value) === meaning(value)) return;
  field.value = value;
}

/** Brings the fields into line with the search. */
export function draw() {
  const { search } = state;
  drawRanges(search);
  drawCustomers(search);
  drawGroups(search);
  put("search", search.search);
  put("f-caller", search.caller);
  put("f-called", search.called);
  put("f-min", search.min && format.duration(search.min), seconds);
  put("f-max", search.max && format.duration(search.max), seconds);
  $("f-state").value = search.state;
  $("f-sort").value = `${search.sort} ${search.order}`;
  for (const radio of $("filters").elements.direction) radio.checked = radio.value === search.direction;
  const count = used(search).length;
  const inside = used(search).filter((key) => key !== "range" && key !== "search").length;
  $("clear").hidden = count === 0;
  const badge = $("open-filters").querySelector(".badge");
  badge.hidden = inside === 0;
  badge.textContent = String(inside);
}

/** Typing searches by itself, a moment after the last letter. */
function typed(id, key, read = (text) => text) {
  let waiting = 0;
  const take = () => {
    clearTimeout(waiting);
    waiting = 0;
    const text = $(id).value;
    const value = read(text);
    $(id).setAttribute("aria-invalid", String(text.trim() !== "" && value === ""));
    state.change({ [key]: value }, { typing: true });
  };
  $(id).addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(take, TYPING);
  });
  $(id).addEventListener("change", () => {
    take();
    state.settle();
  });
  $(id).addEventListener("blur", () => {
    if (waiting) take();
    draw();
  });
}

function takeRange(event) {
  event.preventDefault();
  const [start, end] = [fromInput($("range-start").value), fromInput($("range-end").value, true)];
  const wrong = start !== null && end !== null && end < start;
  $("range-error").textContent = wrong ? "It ends before it begins." : "";
  if (wrong) return;
  $("range-menu").hidePopover();
  state.change(start === null && end === null ? { range: "any" } : { range: "custom", start, end });
}

function fillRange() {
  const { start, end } = bounds(state.search, now());
  $("range-start").value = toInput(start);
  $("range-end").value = toInput(end);
  $("range-error").textContent = "";
}

/** On a phone the fields are in a sheet of their own. */
function settlePlace() {
  $(phone.matches ? "filters-sheet-place" : "filters-place").append($("filters"));
  if (!phone.matches) $("filters-sheet").close();
}

/** @param {() => void} again  the same search once more */
export function start(again) {
  $("ranges").addEventListener("click", (event) => {
    const id = event.target.closest("[data-range]")?.dataset.range;
    if (!id) return;
    if (id === state.search.range) again();
    else state.change({ range: id });
    $("ranges").querySelector(`[data-range="${id}"]`).focus();
  });
  $("f-group").addEventListener("change", () => state.change({ group: $("f-group").value }));
  $("f-customer").addEventListener("change", () => {
    const { value } = $("f-customer");
    state.change({ customer: value === String(customers.own()) ? "" : value, group: "" });
  });
  $("f-state").addEventListener("change", () => state.change({ state: $("f-state").value }));
  $("f-sort").addEventListener("change", () => {
    const [sort, order] = $("f-sort").value.split(" ");
    state.change({ sort, order });
  });
  for (const radio of $("filters").elements.direction) radio.addEventListener("change", () => state.change({ direction: radio.value }));
  typed("search", "search");
  typed("f-caller", "caller");
  typed("f-called", "called");
  typed("f-min", "min", seconds);
  typed("f-max", "max", seconds);
  for (const form of [$("find"), $("filters")]) {
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  $("clear").addEventListener("click", () => {
    for (const id of ["f-caller", "f-called", "f-min", "f-max"]) $(id).setAttribute("aria-invalid", "false");
    state.clear();
    $("search").focus();
  });
  render($("presets"), html`${PRESETS.map((name) => html`<button type="button">${name}</button>`)}`);
  $("presets").addEventListener("click", ({ target }) => {
    if (target.matches("button")) state.change({ range: "custom", ...preset(target.textContent, now()) });
  });
  $("range-menu").addEventListener("submit", takeRange);
  $("range-menu").addEventListener("beforetoggle", fillRange);
  $("open-filters").addEventListener("click", () => $("filters-sheet").showModal());
  phone.addEventListener("change", settlePlace);
  state.addEventListener("change", draw);
  settlePlace();
  draw();
}
