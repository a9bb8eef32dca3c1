/** What stands in the list's place when there is nothing to list. */

import { Unreachable, call } from "../server/api.js";
import { may, who } from "../server/login.js";
import { describe, used, without } from "../search/filters.js";
import { calls, count } from "../kit/format.js";
import { html } from "../kit/html.js";
import { afterPress } from "../kit/press.js";
import { notice } from "../kit/notices.js";
import { pages, wouldFind } from "../search/recordings.js";
import { state } from "../search/state.js";

/** Where new recordings come from, for whoever runs the office. @param {{alerts: any[], sources: any[]}} status */
function comes({ alerts, sources }) {
  const from = sources.filter(({ name }) => !["rows", "rules"].includes(name));
  const line = ({ name, state, path, files }) =>
    html`<li><bdi>${path ?? name}</bdi>: <bdi>${state}</bdi>${typeof files === "number" ? `, ${count(files)} ${files === 1 ? "file" : "files"}` : ""}</li>`;
  return html`${alerts.map(({ sentence, todo }) => html`<p class="error">${sentence}. <span class="todo">${todo}.</span></p>`)}
    ${from.length ? html`<p>New recordings come from:</p><ul>${from.map(line)}</ul>` : ""}
    <p>More of it is on the page <a href="/status">Status</a>.</p>`;
}

/** No rows at all. */
async function fresh() {
  const title = "No recordings yet";
  const soon = html`<p>Calls appear here by themselves once they are recorded.</p>`;
  if (!may("administrator")) {
    notice({ title, text: html`${soon}<p>If you expected calls, ask your administrator whether you belong to a group.</p>` });
    return;
  }
  notice({ title, text: soon });
  const { search } = state;
  const { data } = await call("status/get", {}, { quiet: true }).catch(() => ({ data: { alerts: [], sources: [] } }));
  if (state.search === search && pages.length === 0) notice({ title, text: html`${soon}${comes(data)}` });
}

/** Nobody's calls are to be seen. @param {"role"|"groups"} barrier */
export function barred(barrier) {
  const group = html`<p>You hear the calls of your groups, and you are in none yet. Ask an administrator of Tapeline in your office to add you to one: its calls then appear here by themselves.</p>`;
  const role = html`<p>You are logged in, but your role, <b>${who()?.role}</b>, has no access to recordings. If you need them, ask an administrator of Tapeline in your office for another role.</p>`;
  notice({ title: "There are no calls for you here", text: barrier === "groups" ? group : role });
}

/** How many calls there would be without each filter, the most first. */
async function remedies(search) {
  const filters = used(search);
  const counts = await Promise.all(filters.map((filter) => wouldFind(without(search, filter)).catch(() => 0)));
  return filters.map((filter, i) => ({ filter, count: counts[i] })).filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
}

/** A filter in words, within a sentence: names and dates keep their capitals. */
function inside(search, filter) {
  const words = describe(search, filter);
  return filter.proper?.(search) ? words : words[0].toLowerCase() + words.slice(1);
}

/** Nothing matches: which filter to drop. */
async function noMatch(search) {
  const show = (actions) =>
    notice({
      title: "No call matches",
      text: html`<p>${used(search).map((filter) => describe(search, filter)).join(" · ")}</p>`,
      actions: [...actions, { label: "Clear all filters", act: () => state.clear(), primary: actions.length === 0 }],
    });
  show([]);
  const found = await remedies(search);
  // Buttons more would push away the one that is pressed.
  afterPress(() => state.search === search && show(found.slice(0, 3).map(({ filter, count }) => ({ label: `Without ${inside(search, filter)}: ${calls(count)}`, act: () => state.change(without(search, filter)) }))));
}

/** Nothing was found. */
export function nothing() {
  const { search } = state;
  if (used(search).length) noMatch(search);
  else fresh();
}

/** @param {Error} error @param {() => void} again */
export function trouble(error, again) {
  if (error instanceof Unreachable || error.code === "401") return notice(null);
  const wrong = error.code === "400";
  const barred = error.code === "402";
  const titles = { 400: "The search can't be run as it is", 402: "Your role may not list recordings", 429: "Too many requests", 503: "The server is busy" };
  return notice({
    symbol: "warning",
    title: titles[error.code] ?? "Something went wrong",
    text: html`${(error.responses ?? [{ said: error.message }]).map(({ said }) => html`<p>${said}</p>`)}`,
    actions: barred ? [] : wrong ? [{ label: "Clear all filters", act: () => state.clear(), primary: true }] : [{ label: "Try again", act: again, primary: true }],
  });
}
