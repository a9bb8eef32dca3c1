/** How one likes to listen: speed, loudness, and what goes by itself. What there is to set stands in kit/kept.js. */

import { SPEEDS, kept } from "../kit/kept.js";

/** Fires "change". */
class Settings extends EventTarget {
  constructor() {
    super();
    Object.assign(this, kept.player.get());
  }

  /** @param {Partial<{rate: number, volume: number, muted: boolean, skip: boolean, next: boolean}>} patch */
  change(patch) {
    Object.assign(this, patch);
    kept.player.set({ ...this });
    this.dispatchEvent(new Event("change"));
  }
}

export const settings = new Settings();

/** So many speeds up or down. @param {number} by */
export function faster(by) {
  const at = SPEEDS.indexOf(settings.rate) + by;
  settings.change({ rate: SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))] });
}
