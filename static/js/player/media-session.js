/** What the system shows of the call that plays, and its media keys. */

import { exact } from "../kit/format.js";
import { audio, current, duration, player, seek, skip, stop, toggle } from "./player.js";
import { parties } from "../server/recording.js";

const session = navigator.mediaSession;

function tell() {
  const row = current();
  session.metadata = row ? new MediaMetadata({ title: parties(row), artist: exact(row.start), album: "Tapeline" }) : null;
  state();
}

function state() {
  session.playbackState = current() === null ? "none" : audio.paused ? "paused" : "playing";
}

function place() {
  const whole = duration();
  const known = current() !== null && audio.readyState > 0 && whole > 0;
  session.setPositionState?.(known ? { duration: whole, playbackRate: audio.playbackRate, position: Math.min(whole, audio.currentTime) } : undefined);
}

/** @param {{after: () => void, before: () => void}} list  the calls beside the one that plays */
export function start({ after, before }) {
  if (!session) return;
  const keep = () => current() && toggle(current());
  const handlers = {
    play: keep,
    pause: () => audio.pause(),
    stop,
    seekbackward: ({ seekOffset }) => skip(-(seekOffset || 5)),
    seekforward: ({ seekOffset }) => skip(seekOffset || 5),
    seekto: ({ seekTime }) => seek(seekTime),
    nexttrack: after,
    previoustrack: before,
  };
  for (const [name, act] of Object.entries(handlers)) {
    try {
      session.setActionHandler(name, act);
    } catch {
      // This browser has no such key.
    }
  }
  player.addEventListener("change", tell);
  player.addEventListener("state", state);
  for (const name of ["loadedmetadata", "seeked", "ratechange", "pause", "play"]) audio.addEventListener(name, place);
}
