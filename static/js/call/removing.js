/** Deleting: after ten seconds in which it can be undone. Closing the page undoes it too, since nothing has been asked yet. */

import { each, outcome } from "./batch.js";
import { remove } from "./changes.js";
import { calls } from "../kit/format.js";
import { key } from "../server/recording-key.js";
import { parties } from "../server/recording.js";
import { later, job } from "../page/work.js";

/** Fires "change" when calls are about to go, or are not any more; "gone" with `keys` when they are deleted. */
export const removals = new EventTarget();

/** @type {Set<import("./picked.js").Picked>} */
const going = new Set();

/** Whether a call is about to be deleted. @param {import("../types.js").Recording} row */
export const isGoing = (row) => [...going].some((picked) => picked.has(row));

function changed() {
  removals.dispatchEvent(new Event("change"));
}

const what = (picked) => (picked.count === 1 && picked.list ? parties(picked.list[0]) : calls(picked.count));

async function act(picked) {
  const keys = new Set();
  await job(`Deleting ${what(picked)}`, async (doing) => {
    const result = await each(picked, doing, async (row) => {
      await remove(key(row), doing.signal);
      keys.add(key(row));
    });
    return outcome(result, "deleted");
  });
  going.delete(picked);
  removals.dispatchEvent(Object.assign(new Event("gone"), { keys }));
  changed();
}

/** @param {import("./picked.js").Picked} picked */
export function deleteSoon(picked) {
  going.add(picked);
  changed();
  later(
    `${what(picked)} will be deleted`,
    () => act(picked),
    () => {
      going.delete(picked);
      changed();
    },
  );
}
