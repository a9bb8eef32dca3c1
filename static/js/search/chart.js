/** Calls over time as bars; dragging over them sets the range. */

import { $ } from "../kit/dom.js";
import { Unreachable, call, now } from "../server/api.js";
import { label, spell, ticks } from "./axis.js";
import * as format from "../kit/format.js";
import { html, render } from "../kit/html.js";
import { filters } from "./query.js";
import { bounds, fitting, following } from "./ranges.js";
import { state } from "./state.js";

const plot = $("chart-plot");

const AXIS = 18;
const HEADROOM = 4;

/** @type {import("../types.js").Interval[]} */
let bars = [];
let interval = "day";
let request = new AbortController();
/** Bars from–to under the pointer or marked by keys; null: none. @type {[number, number]|null} */
let marked = null;
let cursor = 0;
let message = "";

const size = () => ({ width: plot.clientWidth, height: plot.clientHeight });
const most = () => bars.reduce((top, bar) => Math.max(top, bar.calls), 0);

function outline(width, height) {
  const step = width / bars.length;
  const gap = step > 12 ? 2 : step > 4 ? 1 : 0;
  const scale = (height - HEADROOM) / (most() || 1);
  return bars
    .map((bar, i) => {
      if (bar.calls === 0) return "";
      const tall = Math.max(2, bar.calls * scale);
      const wide = Math.max(1, Math.min(step - gap, 56));
      const left = i * step + (step - wide) / 2;
      return `M${left.toFixed(1)} ${height}v${(-tall).toFixed(1)}h${wide.toFixed(1)}v${tall.toFixed(1)}z`;
    })
    .join("");
}

function draw() {
  const { width, height } = size();
  const floor = height - AXIS;
  if (bars.length === 0 || width === 0) {
    render(plot, html`<p class="none">${message}</p>`);
    return;
  }
  const step = width / bars.length;
  const text = (i) => {
    const at = i * step + (interval === "hour" ? 0 : step / 2);
    const first = at < 12;
    return html`<text x="${first ? 0 : at.toFixed(1)}" y="${height - 4}" class="${first ? "first" : ""}">${label(bars[i].start, interval)}</text>`;
  };
  render(
    plot,
    html`<svg aria-hidden="true" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
        <rect class="mark" y="0" height="${floor}" width="0"></rect>
        <path class="floor" d="M0 ${floor + 0.5}h${width}"></path>
        <path class="bars" d="${outline(width, floor)}"></path>
        ${ticks(bars.map(({ start }) => start), interval, width).map(text)}
      </svg><span class="tip" hidden></span>`,
  );
  point();
}

/** Shows what is marked. */
function point() {
  const mark = plot.querySelector(".mark");
  const tip = plot.querySelector(".tip");
  if (!mark) return;
  const { width } = size();
  const step = width / bars.length;
  const [from, to] = marked ? [Math.min(...marked), Math.max(...marked)] : [0, -1];
  mark.setAttribute("x", from * step);
  mark.setAttribute("width", Math.max(0, (to - from + 1) * step));
  tip.hidden = marked === null;
  if (!marked) return;
  const words = describe(from, to);
  tip.textContent = words;
  const centre = ((from + to + 1) / 2) * step;
  const half = tip.offsetWidth / 2;
  tip.style.left = `${Math.min(width - half, Math.max(half, centre))}px`;
  plot.setAttribute("aria-valuenow", String(marked[1]));
  plot.setAttribute("aria-valuetext", words);
}

function describe(from, to) {
  const some = bars.slice(from, to + 1);
  const calls = format.calls(some.reduce((sum, bar) => sum + bar.calls, 0));
  const time = format.spoken(some.reduce((sum, bar) => sum + bar.totaltime, 0));
  const [first, last] = [spell(bars[from].start, interval), spell(bars[to].start, interval)];
  return `${from === to ? first : `${first} – ${last}`}: ${calls}, ${time}`;
}

function choose() {
  if (!marked) return;
  const [from, to] = [Math.min(...marked), Math.max(...marked)];
  const limits = bounds(state.search, now());
  const start = Math.max(bars[from].start, limits.start ?? 0);
  const end = Math.min(following(bars[to].start, interval) - 1, limits.end ?? Infinity);
  marked = null;
  state.change({ range: "custom", start, end, per: "" });
}

function at(event) {
  const x = event.clientX - plot.getBoundingClientRect().left;
  return Math.min(bars.length - 1, Math.max(0, Math.floor((x / size().width) * bars.length)));
}

function followPointer() {
  let from = null;
  plot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || bars.length === 0) return;
    from = at(event);
    marked = [from, from];
    plot.setPointerCapture(event.pointerId);
    point();
  });
  plot.addEventListener("pointermove", (event) => {
    if (bars.length === 0) return;
    marked = from === null ? [at(event), at(event)] : [from, at(event)];
    point();
  });
  plot.addEventListener("pointerup", () => {
    if (from === null) return;
    from = null;
    choose();
    point();
  });
  const cancel = () => {
    from = null;
    marked = null;
    point();
  };
  plot.addEventListener("pointercancel", cancel);
  plot.addEventListener("pointerleave", () => from === null && cancel());
  plot.addEventListener("keydown", (event) => event.key === "Escape" && cancel());
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity };

function keydown(event) {
  if (bars.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter") return choose();
  const step = STEPS[event.key];
  if (step === undefined) return;
  event.preventDefault();
  cursor = Math.min(bars.length - 1, Math.max(0, cursor + step));
  marked = [event.shiftKey && marked ? marked[0] : cursor, cursor];
  point();
}

async function ask(per, signal) {
  const params = { ...filters(state.search, now()), interval: per, timezone: format.zone };
  const { data } = await call("recording/recordings/summary", params, { signal });
  return data;
}

/** Where the range is open nobody knows how many bars there will be; weeks tell. */
async function fetchBars(signal) {
  const { search } = state;
  const { start, end } = bounds(search, now());
  const guess = search.per || (start === null ? "week" : fitting(start, end ?? now()));
  const data = await ask(guess, signal);
  if (search.per || start !== null || data.length === 0) return [data, guess];
  const better = fitting(data[0].start, end ?? now());
  return better === guess ? [data, guess] : [await ask(better, signal), better];
}

function problem(error) {
  if (error.key === "interval") return "Too many bars: choose a longer interval.";
  if (error instanceof Unreachable) return "No chart while the server can't be reached.";
  const why = { 402: "your role may not see these calls", 429: "there were too many requests", 503: "the server is busy" };
  return `No chart: ${why[error.code] ?? error.message}.`.replace("..", ".");
}

function settle() {
  marked = null;
  cursor = Math.max(0, bars.length - 1);
  plot.classList.remove("waiting");
  plot.setAttribute("aria-valuemax", String(cursor));
  plot.setAttribute("aria-valuenow", String(cursor));
  plot.setAttribute("aria-valuetext", bars.length ? describe(0, cursor) : "No calls");
  // Where it shows nothing there is nothing to choose, unless another interval would show something.
  $("per").parentElement.hidden = bars.length === 0 && message === "";
  $("per").options[0].textContent = bars.length ? `Auto (${interval})` : "Auto";
  draw();
}

/** Bars for what the search finds now; without a word, while nobody points at them. */
export async function renew() {
  if (marked || plot.classList.contains("waiting")) return;
  const { signal } = request;
  try {
    const [fresh, per] = await fetchBars(signal);
    if (signal.aborted || marked) return;
    const same = fresh.length === bars.length && fresh[0]?.start === bars[0]?.start;
    [bars, interval, message] = [fresh, per, ""];
    if (same) draw();
    else settle();
  } catch {
    // What is there stays.
  }
}

/** Bars for what the search finds now. */
export async function open() {
  request.abort();
  request = new AbortController();
  const { signal } = request;
  plot.classList.add("waiting");
  $("per").value = state.search.per;
  try {
    [bars, interval] = await fetchBars(signal);
    message = "";
  } catch (error) {
    if (signal.aborted) return;
    bars = [];
    message = problem(error);
  }
  if (!signal.aborted) settle();
}

/** Leaves nothing of it in the page. */
export function close() {
  request.abort();
  bars = [];
  settle();
}

export function start() {
  followPointer();
  plot.addEventListener("keydown", keydown);
  plot.addEventListener("blur", () => {
    marked = null;
    point();
  });
  $("per").addEventListener("change", () => state.change({ per: $("per").value }));
  new ResizeObserver(draw).observe(plot);
}
