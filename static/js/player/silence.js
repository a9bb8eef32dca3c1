/** Jumps over the stretches in which nobody speaks. */

import { silences } from "./peaks.js";
import { audio, outline, player, sounding } from "./player.js";
import { settings } from "./settings.js";

/** A jump shorter than this isn't worth its click. */
const LEAST = 0.2;

/** @type {[number, number][]} */
let stretches = [];

/** What is skipped now. */
export const skipped = () => (settings.skip ? stretches : []);

/** Called as often as the sound's place is looked at. */
export function jump() {
  if (!settings.skip || !sounding() || audio.seeking) return;
  const at = audio.currentTime;
  const stretch = stretches.find(([from, to]) => at >= from && at < to - LEAST);
  if (stretch) audio.currentTime = stretch[1];
}

function known() {
  stretches = outline() ? silences(outline()) : [];
}

export function start() {
  player.addEventListener("peaks", known);
  player.addEventListener("change", known);
  audio.addEventListener("timeupdate", jump); // frames rest in a hidden tab
}
