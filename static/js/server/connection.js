/** Offline and back. */

import { wire } from "./api.js";
import { check } from "./login.js";
import { banner } from "../kit/notices.js";

const LONGEST = 5_000;

let waiting = 0;
let pause = 1000;
let lost = false;

/** "reached" and "unreachable" tell what came of it. */
function knock() {
  clearTimeout(waiting);
  check();
}

function unreachable() {
  lost = true;
  banner(navigator.onLine ? "The server can't be reached. Trying again…" : "You are offline. The list goes on when you are back.");
  clearTimeout(waiting);
  waiting = setTimeout(knock, pause);
  pause = Math.min(LONGEST, pause * 2);
}

/** @param {() => void} back  what to do when the server answers again */
export function start(back) {
  wire.addEventListener("unreachable", unreachable);
  wire.addEventListener("reached", () => {
    if (!lost) return;
    lost = false;
    pause = 1000;
    clearTimeout(waiting);
    banner("");
    back();
  });
  addEventListener("offline", () => {
    knock();
    // An answer that was on its way may come after that, and look like a connection.
    setTimeout(knock, 1000);
  });
  addEventListener("online", () => lost && knock());
}
