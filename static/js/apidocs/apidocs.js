/** The API page: every function with its parameters, to read and to try. */

import { $ } from "../kit/dom.js";
import { openapi, tryOut } from "../server/api.js";
import { heard } from "../server/tabs.js";
import { copy } from "../kit/copy.js";
import { bytes } from "../kit/format.js";
import { html, icon, render, replace } from "../kit/html.js";
import { kind, operations } from "./openapi.js";

/** Longer answers are cut for reading. */
const READABLE = 200_000;
const FIRST = "recording/recordings/list";
/** How to ask at all, which stands in api.html. */
const GUIDE = "#guide";

/** @type {import("./openapi.js").Operation[]} */
let all = [];

const chosen = () => all.find(({ name }) => name === decodeURIComponent(location.hash.slice(1))) ?? all.find(({ name }) => name === FIRST) ?? all[0];

/** A name that breaks behind a slash, and within words only where there is no other way. @param {string} name */
const breakable = (name) => html`${name.split("/").map((part, i) => html`${i ? html`/<wbr>` : ""}${part}`)}`;

function drawFunctions(current) {
  const guide = html`<a href="${GUIDE}" ${current ? "" : html`aria-current="page"`}>How to ask</a>`;
  const tags = [...new Set(all.map(({ tag }) => tag))];
  const link = ({ name }) => html`<a href="#${name}" ${name === current?.name ? html`aria-current="page"` : ""}>${breakable(name)}</a>`;
  render($("functions"), html`${guide}${tags.map((tag) => html`<h2>${tag}</h2>${all.filter((one) => one.tag === tag).map(link)}`)}`);
}

function input({ name, schema }) {
  const placeholder = schema.default === undefined ? "" : String(schema.default);
  if (schema.enum) {
    return html`<select name="${name}" id="p-${name}"><option value="">${placeholder || "–"}</option>${schema.enum.filter((value) => value !== "").map((value) => html`<option>${value}</option>`)}</select>`;
  }
  const type = /password/.test(name) ? "password" : "text";
  return html`<input name="${name}" id="p-${name}" type="${type}" placeholder="${placeholder}" autocomplete="off" spellcheck="false">`;
}

function parameter(one) {
  const facts = [kind(one.schema), one.schema.default === undefined || one.schema.default === "" ? "" : `default ${one.schema.default}`].filter(Boolean).join(", ");
  return html`<div class="parameter">
    <div><label for="p-${one.name}"><b>${one.name}</b></label> ${one.required ? html`<span class="must kind">required</span>` : ""}<br><span class="kind">${facts}</span></div>
    <p>${one.description}</p>
    ${input(one)}
  </div>`;
}

function drawFunction(one) {
  document.title = `${one.name} – Tapeline API`;
  replace(
    $("function"),
    html`<div><h2>${breakable(one.name)}</h2><p class="about">${[one.summary, one.description].filter(Boolean).join("\n\n")}</p></div>
      <form id="try" aria-label="Try it">
        <h3>Parameters</h3>
        <div class="parameters">${one.parameters.length ? one.parameters.map(parameter) : html`<p class="note">None.</p>`}</div>
      </form>
      <div class="send">
        <label class="unseen" for="method">Method</label><select id="method" form="try">${one.methods.map((method) => html`<option>${method}</option>`)}</select>
        <button class="primary" type="submit" form="try">Send</button>
        <span class="note">It is sent as who you are logged in here. <a href="/">Log in</a></span>
      </div>
      <div class="request"><code id="curl"></code><button type="button" class="button" id="copy-curl">${icon("copy")}Copy</button></div>
      <div id="answer" aria-live="polite"></div>
      ${one.answers.length ? html`<section><h3>Answers</h3><div class="codes">${one.answers.map(({ code, description }) => html`<code>${code}</code><span>${description}</span>`)}</div></section>` : ""}
      ${one.fields.length ? html`<section><h3>Data</h3><div class="fields">${one.fields.map(({ name, type, description }) => html`<span><code>${name}</code></span><span>${type}</span><span>${description}</span>`)}</div></section>` : ""}`,
  );
  $("try").addEventListener("submit", (event) => send(event, one));
  $("function").oninput = () => drawCurl(one);
  $("copy-curl").addEventListener("click", () => copy($("curl").textContent));
  drawCurl(one);
}

/** Parameters as the person filled them in. */
function query() {
  const filled = [...$("try").querySelectorAll("[name]")].filter(({ value }) => value !== "");
  return new URLSearchParams(filled.map(({ name, value }) => [name, value])).toString();
}

function drawCurl(one) {
  if (!$("try")) return;
  const hidden = query().replace(/(password[^=&]*=)[^&]*/g, "$1…");
  const url = `${location.origin}${one.path}`;
  const get = $("method").value === "GET";
  const quoted = (text) => `'${text.replaceAll("'", "%27")}'`;
  const data = get || !hidden ? "" : ` -d ${quoted(hidden)}`;
  const asked = get && hidden ? `${url}?${hidden}` : url;
  $("curl").textContent = `curl${get ? "" : " -X POST"} -H 'Authorization: Bearer TOKEN'${data} ${quoted(asked)}`;
}

async function readable({ type, blob }) {
  if (!/json|text|csv/.test(type)) return "";
  const text = await blob.text();
  const shown = /json/.test(type) && text.length < READABLE ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return shown.length > READABLE ? `${shown.slice(0, READABLE)}\n… (cut here for reading)` : shown;
}

async function send(event, one) {
  event.preventDefault();
  render($("answer"), html`<p class="facts">Waiting…</p>`);
  try {
    const answer = await tryOut($("method").value, one.path, query());
    const text = await readable(answer);
    const good = answer.status < 400;
    const facts = [`${Math.round(answer.milliseconds)} ms`, bytes(answer.blob.size), answer.type];
    render(
      $("answer"),
      html`<p class="facts"><span class="${good ? "good" : "wrong"}">HTTP ${answer.status}</span>${facts.map((fact) => html`<span>${fact}</span>`)}</p>
        ${text ? html`<pre tabindex="0" aria-label="Answer">${text}</pre>` : html`<p class="note">Not text: ${bytes(answer.blob.size)}.</p>`}`,
    );
  } catch (error) {
    render($("answer"), html`<p class="error" role="alert">${error.message}</p>`);
  }
}

/** Shows what the address names, and returns it. */
function show() {
  const guided = location.hash === GUIDE;
  const shown = guided ? $("guide") : $("function");
  $("guide").hidden = !guided;
  $("function").hidden = guided;
  drawFunctions(guided ? null : chosen());
  if (guided) document.title = "How to ask – Tapeline API";
  else drawFunction(chosen());
  return shown;
}

/** Whoever comes next sees nothing of what somebody has asked for. */
heard(({ person }) => person === null && $("answer") && render($("answer"), html``));

async function start() {
  try {
    all = operations(await openapi());
  } catch (error) {
    render($("function"), html`<p class="error" role="alert">The description of the API can't be read: ${error.message}</p>`);
    return;
  }
  if (all.length === 0) {
    render($("function"), html`<p class="error" role="alert">The description of the API names no function.</p>`);
    return;
  }
  show();
  addEventListener("hashchange", () => {
    show().focus();
    scrollTo(0, 0);
  });
}

start();
