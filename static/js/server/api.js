/** The only file that talks to the server. */

import { plain } from "./plain.js";

const BASE = "/api/json/";

/** The server said no: `message` and what its `responses` said are for people, their `message` is the API's own. */
class ApiError extends Error {
  /** @param {{code: string, key: string, message: string}[]} responses @param {number} retryAfter */
  constructor(responses, retryAfter) {
    super(plain(responses[0].message));
    this.code = responses[0].code;
    this.key = responses[0].key;
    this.responses = responses.map((one) => ({ ...one, said: plain(one.message) }));
    this.retryAfter = retryAfter;
  }
}

/** The server could not be reached, or its answer broke off. */
export class Unreachable extends Error {}

/** Tells of what concerns the whole page: "unauthorized" with its `error`, "unreachable", "reached". */
export const wire = new EventTarget();

let skew = 0;

/** Unix seconds by the server's clock, which the recordings go by. */
export const now = () => Math.floor(Date.now() / 1000 + skew);

function keepTime(response) {
  const date = Date.parse(response.headers.get("date") ?? "");
  // The header has whole seconds; a difference below two is noise.
  if (!Number.isNaN(date)) skew = Math.abs(date - Date.now()) < 2000 ? 0 : (date - Date.now()) / 1000;
}

/** Parameters without what is empty, unless that means something. @returns {URLSearchParams} */
function body(params, empty = false) {
  const kept = Object.entries(params).filter(([, value]) => (value !== "" || empty) && value !== null && value !== undefined);
  return new URLSearchParams(kept.map(([key, value]) => [key, String(value)]));
}

/** Attempts in all where the server is busy for a moment. */
const ATTEMPTS = 3;
const LONGEST_WAIT = 5;

const pause = (seconds, signal) =>
  new Promise((done, fail) => {
    setTimeout(done, seconds * 1000);
    signal?.addEventListener("abort", () => fail(signal.reason), { once: true });
  });

function tell(name, error) {
  wire.dispatchEvent(Object.assign(new Event(name), { error }));
}

/**
 * Whether nobody is known by what was shown: a session that ended, a wrong password. Another 401 is for where the page is,
 * and says what to do.
 */
export const isNobody = (error) => error.code === "401" && error.message.startsWith("Log in");

/** What a reverse proxy answers when the server behind it is away. */
const AWAY = [502, 503, 504];

async function exchange(path, init) {
  try {
    const response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
    const text = await response.text();
    if (AWAY.includes(response.status) && !/json/.test(response.headers.get("content-type") ?? "")) throw new Error("a proxy's answer");
    keepTime(response);
    tell("reached");
    return { response, text };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    tell("unreachable");
    throw new Unreachable("The server can't be reached.");
  }
}

/** A reverse proxy may answer in the server's place. */
function parse(response, text) {
  try {
    const answer = JSON.parse(text);
    if (Array.isArray(answer.responses) && answer.responses.length > 0) return answer;
  } catch {
    // Not ours: told below.
  }
  const message = `The answer was not the recorder's (HTTP ${response.status}).`;
  throw new ApiError([{ code: String(response.status), key: "", message }], 0);
}

async function once(name, params, { signal, empty }) {
  const { response, text } = await exchange(BASE + name, { method: "POST", body: body(params, empty), signal });
  const answer = parse(response, text);
  if (/^2/.test(answer.responses[0].code)) return { ...answer, moment: response.headers.get("tapeline-moment") };
  throw new ApiError(answer.responses, Number(response.headers.get("retry-after") ?? 0));
}

/**
 * Calls a function of the API.
 * @param {string} name  such as "recording/recordings/list"
 * @param {Object<string, string|number>} [params]  empty ones are not sent
 * @param {{signal?: AbortSignal, quiet?: boolean, empty?: boolean}} [options]
 *   quiet: a 401 is the caller's business alone; empty: texts that are empty are sent
 * @returns {Promise<{data: any, next?: string, moment: string|null}>}
 *   moment: what a list shows, see `listen`
 */
export async function call(name, params = {}, options = {}) {
  const { signal, quiet = false } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(name, params, options);
    } catch (error) {
      if (error.code === "401" && !quiet) tell("unauthorized", error);
      if (error.code !== "503" || attempt === ATTEMPTS) throw error;
      await pause(Math.min(LONGEST_WAIT, error.retryAfter || 1), signal);
    }
  }
}

const playsFlac = new Audio().canPlayType("audio/flac") !== "";

/**
 * What is asked for instead of WAV on a slow line, where a browser tells that it is one: FLAC begins to sound sooner, since
 * Chromium wants to see 240 kB of a WAV before it plays.
 */
const form = () => (playsFlac && (navigator.connection?.effectiveType ?? "4g") !== "4g" ? "flac" : "");

/**
 * Where a browser plays a recording from.
 * @param {import("../types.js").Recording} row
 */
export function soundUrl({ recordgroup, uniqueid, recordid }) {
  return `${BASE}recording/recordings/get?${body({ recordgroup, uniqueid, recordid, wrap: "none", play: 1, form: form() })}`;
}

/** Whether the server finds a recording's sound file. @param {import("../types.js").Recording} row */
export async function findsSound(row) {
  const { response } = await exchange(soundUrl(row), { method: "HEAD" });
  return response.status !== 404;
}

/**
 * Where the file itself is, as the PBX stored it.
 * @param {import("../types.js").Recording} row
 */
export function fileUrl({ recordgroup, uniqueid, recordid }) {
  return `${BASE}recording/recordings/get?${body({ recordgroup, uniqueid, recordid, wrap: "none" })}`;
}

/** Bytes that are held before they go where the browser keeps what is large. */
const HELD = 4 << 20;

/** Reads an answer to its end. @returns {Promise<Blob>} */
async function gather(response, progress) {
  const reader = response.body.getReader();
  const [blobs, chunks] = [[], []];
  let held = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return new Blob([...blobs, ...chunks], { type: response.headers.get("content-type") ?? "" });
    chunks.push(value);
    held += value.length;
    progress(value);
    if (held >= HELD) {
      blobs.push(new Blob(chunks.splice(0)));
      held = 0;
    }
  }
}

/**
 * Fetches a file that a function makes.
 * @param {(chunk: Uint8Array) => void} progress
 * @returns {Promise<{blob: Blob, name: string}>}
 */
export async function download(name, params, { signal, progress }) {
  let response;
  try {
    response = await fetch(BASE + name, { method: "POST", body: body(params), signal, credentials: "same-origin", cache: "no-store" });
    if (response.ok) {
      const [, file = ""] = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
      return { blob: await gather(response, progress), name: file };
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable(response ? "The download broke off. Try again." : "The server can't be reached. Try again.");
  }
  const error = new ApiError(parse(response, await response.text()).responses, 0);
  if (response.status === 401) tell("unauthorized", error);
  throw error;
}

/** The same as a link, which the browser downloads by itself. */
export const downloadUrl = (name, params) => `${BASE}${name}?${body(params)}`;

/**
 * Listens to a function that tells events (Server-Sent Events), until the connection ends.
 * @param {{signal: AbortSignal, since: (moment: string|null) => void, heard: (name: string) => void}} options
 *   since: where a list is of the same moment, nothing has happened in between; heard: an event by its name, or a sign of
 *   life by ""
 */
export async function listen(name, params, { signal, since, heard }) {
  const response = await fetch(`${BASE}${name}?${body(params)}`, { headers: { Accept: "text/event-stream" }, signal, credentials: "same-origin", cache: "no-store" });
  if (!response.ok) {
    const error = new ApiError(parse(response, await response.text()).responses, Number(response.headers.get("retry-after") ?? 0));
    if (response.status === 401) tell("unauthorized", error);
    throw error;
  }
  since(response.headers.get("tapeline-moment"));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let text = ""; ; ) {
    const { value, done } = await reader.read();
    if (done) return;
    const messages = (text + value).split("\n\n");
    text = messages.pop();
    for (const message of messages) heard(/^event: (.+)$/m.exec(message)?.[1] ?? "");
  }
}

/** The description of the whole API. */
export async function openapi() {
  const { response, text } = await exchange("/api/openapi.json", { method: "GET" });
  if (!response.ok) throw new ApiError([{ code: String(response.status), key: "", message: `HTTP ${response.status}` }], 0);
  return JSON.parse(text);
}

/**
 * A request as the person composed it, for the API page.
 * @returns {Promise<{status: number, type: string, milliseconds: number, blob: Blob}>}
 */
export async function tryOut(method, path, query) {
  const started = performance.now();
  const init = method === "GET" ? { method } : { method, body: new URLSearchParams(query) };
  const url = method === "GET" && query ? `${path}?${query}` : path;
  try {
    const response = await fetch(url, { credentials: "same-origin", cache: "no-store", ...init });
    const blob = await response.blob();
    const type = response.headers.get("content-type") ?? "";
    return { status: response.status, type, milliseconds: performance.now() - started, blob };
  } catch {
    throw new Unreachable("The server can't be reached.");
  }
}
