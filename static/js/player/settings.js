/** How one likes to listen: speed, loudness, and what goes by itself. Kept in the browser. */

const KEY = "tapeline.player";
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {}; // unreadable, or storage is off
  }
}

const { rate, volume, muted, skip, next } = stored();

/** Fires "change". */
class Settings extends EventTarget {
  rate = SPEEDS.includes(rate) ? rate : 1;
  volume = volume >= 0 && volume <= 1 ? volume : 1;
  muted = muted === true;
  /** Silence is skipped. */
  skip = skip === true;
  /** The next call follows by itself. */
  next = next === true;

  /** @param {Partial<{rate: number, volume: number, muted: boolean, skip: boolean, next: boolean}>} patch */
  change(patch) {
    Object.assign(this, patch);
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...this }));
    } catch {
      // Storage is off: it lasts until the page is left.
    }
    this.dispatchEvent(new Event("change"));
  }
}

export const settings = new Settings();

/** So many speeds up or down. @param {number} by */
export function faster(by) {
  const at = SPEEDS.indexOf(settings.rate) + by;
  settings.change({ rate: SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))] });
}
