/** Says in red, on every page, that recordings are not filed: to those who run the office, until it is over. */

import { $ } from "../kit/dom.js";
import { html, icon, render } from "../kit/html.js";
import { afterPress } from "../kit/press.js";
import { call } from "../server/api.js";
import { may, session } from "../server/login.js";

/** Milliseconds after the login, when the rows are there; between two looks; and while something is wrong. */
const FIRST = 1_500;
const LOOK = 20_000;
const SOON = 4_000;

let next = 0;
let asking = new AbortController();
/** What is said. */
let words = "";
let kinds = "";

const line = ([first, ...others]) => html`<p>${icon("warning")}<span><b>${first.sentence}.</b>
  <span class="todo">${first.todo}.</span> ${others.length ? html`<span>And ${others.length} more.</span> ` : ""}<a href="/status">Status</a></span></p>`;

/** @param {import("../types.js").Alert[]} alerts */
export function show(alerts) {
  const urgent = alerts.filter(({ urgent }) => urgent);
  const text = urgent.length ? line(urgent) : html``;
  if (text.text === words) return;
  const what = urgent.map(({ what }) => what).join();
  // Heard once, and not with every number that changes in it.
  $("alarm").ariaLive = what === kinds ? "off" : "assertive";
  [words, kinds] = [text.text, what];
  // It moves the page down, or up again.
  afterPress(() => {
    $("alarm").hidden = words === "";
    render($("alarm"), text);
  });
}

async function look() {
  clearTimeout(next);
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const { data } = await call("status/alerts/list", {}, { signal, quiet: true });
    if (!signal.aborted) show(data);
  } catch {
    // That the server is away is said elsewhere.
  }
  if (!signal.aborted) later(words ? SOON : LOOK);
}

function later(milliseconds) {
  clearTimeout(next);
  if (may("administrator") && !document.hidden) next = setTimeout(look, milliseconds);
}

function end() {
  clearTimeout(next);
  asking.abort();
  show([]);
}

export function start() {
  session.addEventListener("in", ({ same }) => {
    if (!same || !may("administrator")) end();
    later(FIRST);
  });
  session.addEventListener("out", end);
  document.addEventListener("visibilitychange", () => later(0));
}
