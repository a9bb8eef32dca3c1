/** Puts the player together. */

import { session } from "../server/login.js";
import { current, player } from "./player.js";
import * as bar from "./bar.js";
import { follow } from "./moment.js";
import * as media from "./media-session.js";
import { settings } from "./settings.js";
import * as silence from "./silence.js";

/** @param {(call: import("../types.js").Recording, by: 1|-1) => void} playBeside  plays the call after one, or before it */
export function start(playBeside) {
  const beside = (by) => () => current() && playBeside(current(), by);
  silence.start();
  bar.start();
  media.start({ after: beside(1), before: beside(-1) });
  player.addEventListener("finished", () => settings.next && current().complete && playBeside(current(), 1));
  session.addEventListener("in", follow, { once: true });
}
