/** The bar below the list that shows what plays. */

import { $ } from "../kit/dom.js";
import { day, duration as clock, exact, hour } from "../kit/format.js";
import { now } from "../server/api.js";
import { html, icon, render } from "../kit/html.js";
import { SPEEDS } from "../kit/kept.js";
import { audio, current, duration, more, outline, player, seek, skip, sounding, stop, toggle } from "./player.js";
import { ends } from "../server/recording.js";
import { settings } from "./settings.js";
import { jump, skipped } from "./silence.js";
import { Waveform } from "./waveform.js";


const wave = new Waveform($("wave"), { seek, time: () => audio.currentTime, duration, skipped });
/** Milliseconds for a note that asks for nothing. */
const BRIEF = 4000;

let frame = 0;
let fading = 0;

/** What one should know of the call, behind its date. */
function say(text, { rest = false, brief = false } = {}) {
  clearTimeout(fading);
  fading = brief && text ? setTimeout(() => say(""), BRIEF) : 0;
  $("player-note").textContent = text;
  if (!rest && document.activeElement === $("player-more")) $("player-play").focus();
  $("player-more").hidden = !rest;
  $("dock").querySelector(".when").hidden = rest; // the button needs the room
}

function trouble(text) {
  $("dock").querySelector(".error").textContent = text;
  $("dock").classList.toggle("failed", text !== "");
}

function showTime() {
  const [at, whole] = [clock(Math.floor(audio.currentTime)), clock(duration())];
  if ($("player-at").textContent !== at) $("player-at").textContent = at;
  if ($("player-whole").textContent !== whole) $("player-whole").textContent = whole;
  wave.draw();
  wave.tick();
}

/** Smoothly, as long as it plays and is seen. */
function run() {
  cancelAnimationFrame(frame);
  frame = 0;
  jump();
  showTime();
  if (sounding()) frame = requestAnimationFrame(run);
}

function showState() {
  const on = sounding();
  render($("player-play"), icon(on ? "pause" : "play"));
  $("player-play").setAttribute("aria-label", on ? "Pause" : "Play");
  $("player-play").title = `${on ? "Pause" : "Play"} (space)`;
  if (on && !fading) say("");
  run();
}

function showCall({ at = 0 }) {
  const row = current();
  if (row === null && $("dock").contains(document.activeElement)) $("grid").focus({ preventScroll: true });
  $("dock").hidden = row === null;
  if (row === null) return;
  const { from, to } = ends(row);
  render($("dock").querySelector(".who"), html`<bdi>${from}</bdi> → <bdi>${to}</bdi>`);
  const when = $("dock").querySelector(".when");
  when.textContent = `${day(row.start, now())} ${hour(row.start)}${row.complete ? "" : ", in progress"}`;
  when.title = exact(row.start);
  trouble("");
  say(at > 0 ? `From ${clock(Math.floor(at))}` : "", { brief: true });
  showOutline();
  showState();
  wave.say();
}

function showOutline() {
  const known = outline();
  const stereo = known?.channels === 2;
  for (const label of $("dock").querySelectorAll(".lane")) label.hidden = !stereo;
  wave.peaks = known;
}

function showSettings() {
  $("player-rate").value = String(settings.rate);
  $("player-skip").setAttribute("aria-pressed", String(settings.skip));
  $("player-next").setAttribute("aria-pressed", String(settings.next));
  const silent = settings.muted || settings.volume === 0;
  render($("player-mute"), icon(silent ? "mute" : "volume"));
  $("player-mute").setAttribute("aria-pressed", String(settings.muted));
  $("player-volume").value = String(settings.muted ? 0 : settings.volume);
  wave.draw();
}

function finished() {
  const row = current();
  if (!row.complete) say("That is all so far.", { rest: true });
}

function controls() {
  const on = (id, name, act) => $(id).addEventListener(name, act);
  render($("player-rate"), html`${SPEEDS.map((speed) => html`<option value="${speed}">${speed}×</option>`)}`);
  on("player-play", "click", () => toggle(current()));
  on("player-back", "click", () => skip(-5));
  on("player-fore", "click", () => skip(5));
  on("player-more", "click", more);
  on("player-close", "click", stop);
  on("player-rate", "change", () => settings.change({ rate: Number($("player-rate").value) }));
  on("player-skip", "click", () => settings.change({ skip: !settings.skip }));
  on("player-next", "click", () => settings.change({ next: !settings.next }));
  on("player-mute", "click", () => settings.change({ muted: !settings.muted }));
  on("player-volume", "input", () => settings.change({ volume: Number($("player-volume").value), muted: false }));
}

export function start() {
  controls();
  showSettings();
  player.addEventListener("change", showCall);
  player.addEventListener("state", showState);
  player.addEventListener("peaks", showOutline);
  player.addEventListener("finished", finished);
  player.addEventListener("blocked", () => say(`Ready at ${clock(Math.floor(audio.currentTime))}`));
  player.addEventListener("failed", ({ text }) => trouble(text));
  player.addEventListener("moved", () => {
    showTime();
    wave.say();
  });
  settings.addEventListener("change", showSettings);
  audio.addEventListener("durationchange", () => current() && wave.redraw());
  for (const name of ["timeupdate", "seeked"]) audio.addEventListener(name, () => current() && showTime());
}
