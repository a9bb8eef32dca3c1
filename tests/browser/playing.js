/** Somebody who listens. */

import assert from "node:assert/strict";
import { LENA } from "./server.js";
import { indexOf, path } from "./sounds.js";

export const here = { name: LENA, path };
export const sound = (page, what) => page.evaluate((name) => document.getElementById("sound")[name], what);
export const pause = (page) => page.evaluate(() => document.getElementById("sound").pause());
export const until = (page, test, value) => page.waitForFunction(test, value);
export const at = (page, second) => until(page, (least) => document.getElementById("sound").currentTime >= least, second);
export const near = (seen, expected, by, what) => assert.ok(Math.abs(seen - expected) <= by, `${what ?? ""} ${seen}, not ${expected}`);

export async function click(page, name) {
  await page.locator(`#call-${indexOf(name)} .play button`).click();
}

/** Plays a recording until its outline is drawn. */
export async function play(page, name) {
  const peaks = page.waitForResponse((response) => response.url().endsWith("/recordings/peaks"));
  await click(page, name);
  await peaks;
  await at(page, 0.05);
}

/** In the page: what has been heard at which time, with every frame. */
export const listen = (page) =>
  page.evaluate(() => {
    const audio = document.getElementById("sound");
    window.heard = [];
    const look = () => {
      if (!audio.paused && !audio.seeking) window.heard.push(audio.currentTime);
      requestAnimationFrame(look);
    };
    look();
  });
