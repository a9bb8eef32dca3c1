/** Puts the player together, and beside the list. */

import { session } from "./login.js";
import { current, player } from "./player.js";
import * as bar from "./player-bar.js";
import { follow } from "./player-link.js";
import * as media from "./player-session.js";
import { settings } from "./player-settings.js";
import * as silence from "./player-silence.js";
import { playBeside } from "./table.js";

const beside = (by) => () => current() && playBeside(current(), by);

export function start() {
  silence.start();
  bar.start();
  media.start({ after: beside(1), before: beside(-1) });
  player.addEventListener("finished", () => settings.next && current().complete && playBeside(current(), 1));
  session.addEventListener("in", follow, { once: true });
}
