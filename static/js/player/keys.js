/** The player's keys. */

import { current, skip, toggle } from "./player.js";
import { faster } from "./settings.js";

/** Seconds that an arrow key goes. */
const STEP = 5;

const open = () => current() !== null;
/** Where arrows and the space bar have a meaning of their own they keep it. */
const free = ({ target }) => open() && !target.closest?.("input, select, textarea, button, a, summary");
const unless = ({ target }) => open() && !target.closest?.("input, select, textarea, [role=slider]");

/** @type {{keys: string[], shown?: string, text?: string, act: () => void, when: (event: KeyboardEvent) => boolean}[]} */
export const PLAYER_KEYS = [
  { keys: [" "], shown: "Space", text: "Pause, play on", act: () => toggle(current()), when: free },
  { keys: ["ArrowLeft"], shown: "← →", text: `${STEP} s back, ${STEP} s on`, act: () => skip(-STEP), when: unless },
  { keys: ["ArrowRight"], act: () => skip(STEP), when: unless },
  // Where brackets need a second hand, < and > do the same.
  { keys: ["[", "<"], shown: "[ ]", text: "Slower, faster", act: () => faster(-1), when: open },
  { keys: ["]", ">"], act: () => faster(1), when: open },
];
