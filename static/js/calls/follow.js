/** Where the rows that were in view are now: those one reads stay, at the top newer ones slide in. */

import { calm } from "../kit/screen.js";
import { pages } from "../search/recordings.js";
import { same } from "../server/recording-key.js";

const SLIDE = { duration: 220, easing: "cubic-bezier(0.2, 0, 0, 1)" };

/** The row of a recording, looked for where it was first. @returns {number} */
export function whereIs(row, index) {
  const there = pages.row(index);
  return there && same(there, row) ? index : pages.indexOf(row);
}

/**
 * Brings a list into line with its rows.
 * @param {import("../kit/list.js").VirtualList} list
 * @param {Map<number, import("../types.js").Recording>} was  what was in view, top down
 */
export function follow(list, was) {
  const places = new Map([...was].map(([index, row]) => [index, whereIs(row, index)]));
  const stayed = [...places].find(([index, place]) => place >= 0 && index >= list.visible[0]);
  const by = stayed && !list.atTop ? stayed[1] - stayed[0] : 0;
  const place = (index) => places.get(index) ?? index;
  const moves = [...places].filter(([index, to]) => index !== to);
  if (moves.length === 0) return;
  list.rearrange(place, by);
  if (by === 0 && !calm.matches && !document.hidden) slide(list, new Map([...places].map(([index, to]) => [to, index])));
}

/** @param {Map<number, number>} before  where the rows were */
function slide(list, before) {
  list.draw();
  const [first, last] = list.visible;
  const height = list.rowHeight;
  for (let index = first; index <= last; index += 1) {
    const row = list.element(index);
    const from = before.get(index);
    if (!row || from === index) continue;
    const frames = from === undefined ? { opacity: [0, 1], translate: [`0 ${-height / 2}px`, "0 0"] } : { translate: [`0 ${(from - index) * height}px`, "0 0"] };
    row.animate(frames, SLIDE);
  }
}
