/** The sound: one call at a time, its outline, and where it is. */

import { $ } from "../kit/dom.js";
import { call, soundUrl } from "../server/api.js";
import { same } from "../server/recording-key.js";
import { peaksOf } from "./peaks.js";
import { heard, keep } from "./position.js";
import { settings } from "./settings.js";
import { EMPTY, explain } from "./trouble.js";

/** The element that plays. */
export const audio = $("sound");

/**
 * Fires "change" when another call plays or none, "state" when it pauses or goes on, "peaks" when its outline is
 * known, "finished" when it has ended by itself, "blocked" where the browser waits for a click,
 * "failed" with `text`, "moved" after a seek.
 */
export const player = new EventTarget();

/** Seconds between two notes of how far one is. */
const NOTE = 5;

/** @type {import("../types.js").Recording|null} */
let row = null;
/** @type {import("../types.js").Peaks|null} */
let peaks = null;
let loading = new AbortController();
let noted = 0;
let loads = 0;

const tell = (name, detail = {}) => player.dispatchEvent(Object.assign(new Event(name), detail));

/** The call in the player. */
export const current = () => row;

/** Its outline, once that is known. */
export const outline = () => peaks;

/** @param {import("../types.js").Recording} other */
export const playing = (other) => row !== null && same(row, other);

/** Whether there is something to hear right now. */
export const sounding = () => row !== null && !audio.paused && !audio.ended;

/** How long it is, as far as is known. */
export const duration = () => (Number.isFinite(audio.duration) ? audio.duration : (peaks?.duration ?? row?.totaltime ?? 0));

function start() {
  const begun = row;
  // Why sound fails is told by its event; here it is only that a browser wants a click first.
  audio.play().catch((error) => error.name === "NotAllowedError" && begun === row && tell("blocked"));
}

function tune() {
  audio.preservesPitch = true;
  audio.defaultPlaybackRate = audio.playbackRate = settings.rate;
  audio.volume = settings.volume;
  audio.muted = settings.muted;
}

function failed(begun, outlined) {
  const { signal } = loading;
  explain(begun, outlined).then((text) => signal.aborted || tell("failed", { text }));
}

/** Sound first; its outline comes when it comes. */
function load(at) {
  loading.abort();
  loading = new AbortController();
  const { signal } = loading;
  const begun = row;
  peaks = null;
  loads += 1;
  // Browsers keep what an address once brought, even if told not to; of a call in progress it brings more.
  audio.src = `${soundUrl(row)}#${loads}`;
  tune();
  if (at > 0) audio.currentTime = at;
  start();
  const seconds = row.complete ? row.totaltime : Date.now() / 1000 - row.start;
  const outlined = peaksOf(row, seconds, signal);
  outlined.then((known) => {
    peaks = known;
    tell("peaks");
    if (known.duration === 0) tell("failed", { text: EMPTY });
  }, () => {}); // the sound is what matters; its failure tells why
  audio.addEventListener("error", () => failed(begun, outlined), { signal });
}

function note() {
  if (row && audio.readyState > 0) keep(row, audio.ended ? 0 : audio.currentTime, duration());
}

/**
 * Plays a call from where one has heard it to.
 * @param {import("../types.js").Recording} other
 * @param {{at?: number}} [options]  from this second
 */
export function open(other, { at = heard(other) } = {}) {
  note();
  row = other;
  load(at);
  tell("change", { at });
}

/** Silence, and nothing in the player. */
export function stop() {
  if (row === null) return;
  note();
  loading.abort();
  row = peaks = null;
  audio.removeAttribute("src");
  audio.load();
  tell("change");
}

/** Plays a call, or pauses the one that plays. @param {import("../types.js").Recording} other */
export function toggle(other) {
  if (!playing(other)) open(other);
  else if (sounding()) audio.pause();
  else if (audio.error || (audio.ended && !row.complete)) more();
  else start();
}

/** To a second of the call. @param {number} second */
export function seek(second) {
  if (row === null) return;
  audio.currentTime = Math.min(duration(), Math.max(0, second));
  tell("moved");
}

/** So many seconds on, or back. @param {number} by */
export const skip = (by) => seek(audio.currentTime + by);

/** Loads it again, from where it is: what a call in progress has brought since, or what failed. */
export async function more() {
  const { recordgroup, uniqueid, recordid } = row;
  const begun = row;
  const at = audio.currentTime;
  try {
    const { data } = await call("recording/recordings/get", { recordgroup, uniqueid, recordid, wrap: "meta" });
    if (begun === row) row = data;
  } catch {
    // The sound itself will tell what is wrong.
  }
  if (row === null || !playing(begun)) return;
  load(at);
  tell("change");
}

/** Silence, if the call is gone or not to be heard any more. */
export async function recheck() {
  const begun = row;
  if (begun === null) return;
  const { recordgroup, uniqueid, recordid } = begun;
  try {
    await call("recording/recordings/get", { recordgroup, uniqueid, recordid, wrap: "meta" });
  } catch (error) {
    if (row === begun && /^40[0234]/.test(error.code)) stop();
  }
}

function passed() {
  if (Math.abs(audio.currentTime - noted) < NOTE) return;
  noted = audio.currentTime;
  note();
}

audio.addEventListener("timeupdate", passed);
for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, () => row && tell("state"));
audio.addEventListener("pause", note);
audio.addEventListener("ended", () => {
  note();
  tell("finished");
});
addEventListener("pagehide", note);
settings.addEventListener("change", tune);
