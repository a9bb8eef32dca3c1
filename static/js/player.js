/** Plays one call at a time, with the browser's own controls. */

import { call, soundUrl } from "./api.js";
import { duration, exact } from "./format.js";
import { html, icon, render } from "./html.js";
import { identity } from "./pages.js";

const dock = document.getElementById("dock");

/** Fires "change" when another call plays. */
export const player = new EventTarget();

/** @type {import("./types.js").Recording|null} */
let row = null;

/** @param {import("./types.js").Recording} other */
export const playing = (other) => row !== null && identity(row) === identity(other);

/** A browser tells no more than that it failed; the server knows why. */
async function explain(failed) {
  let text = "The browser can't play this sound.";
  try {
    await call("recording/recordings/get", { recordgroup: failed.recordgroup, uniqueid: failed.uniqueid, recordid: failed.recordid, wrap: "meta" });
  } catch (error) {
    text = error.code === "404" ? "This recording is no longer there." : error.message;
  }
  if (row === failed) dock.querySelector(".error").textContent = `${text} Its file is ${failed.path || "unknown"}.`;
}

function name(person, number, display) {
  return person || display || number || "Unknown";
}

function show() {
  const from = name(row.snumber_name, row.snumber, row.snumber_display);
  const to = name(row.cnumber_name, row.cnumber, row.cnumber_display);
  render(
    dock,
    html`<div class="what"><span class="who"><bdi>${from}</bdi> → <bdi>${to}</bdi></span>
        <span class="when">${exact(row.start)}${row.complete ? `, ${duration(row.totaltime)}` : ""}</span></div>
      <audio controls preload="auto"></audio>
      <p class="error" role="alert"></p>
      <button type="button" class="button quiet" data-stop aria-label="Close the player" title="Close">${icon("close")}</button>`,
  );
  const audio = dock.querySelector("audio");
  const begun = row;
  audio.addEventListener("error", () => explain(begun));
  audio.src = soundUrl(row);
  audio.play().catch(() => {}); // an error is told by its event; a browser that forbids it shows its button
  dock.querySelector("[data-stop]").addEventListener("click", stop);
  dock.hidden = false;
}

/** Silence. */
export function stop() {
  if (row === null) return;
  const audio = dock.querySelector("audio");
  audio?.pause();
  audio?.removeAttribute("src");
  audio?.load();
  row = null;
  render(dock, html``);
  dock.hidden = true;
  player.dispatchEvent(new Event("change"));
}

/** Plays a call, or stops it. @param {import("./types.js").Recording} other */
export function toggle(other) {
  if (playing(other)) return stop();
  if (other.stale) return undefined;
  row = other;
  show();
  player.dispatchEvent(new Event("change"));
  return undefined;
}
