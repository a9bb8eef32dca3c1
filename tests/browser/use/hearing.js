/** In which form the page asks for sound. */

import assert from "node:assert/strict";
import { settled } from "../page.js";
import { at, click, here, near, sound } from "../playing.js";
import { SOUNDS, indexOf } from "../sounds.js";
import { withPage } from "../suite.js";

/** Plays a call and says what came. */
async function comes(page, name) {
  const answer = page.waitForResponse((response) => response.url().includes("play=1"));
  await click(page, name);
  await at(page, 0.3);
  near(await sound(page, "duration"), SOUNDS[indexOf(name)][2], 1.1, name);
  return (await answer).headers()["content-type"];
}

/** As a browser says it that has found its line to be slow. */
const slow = () => Object.defineProperty(navigator.connection, "effectiveType", { get: () => "3g" });

withPage("on a slow line sound comes as FLAC, and plays from anywhere; MP3 comes as it is stored", here, async (page) => {
  await page.evaluate(slow);
  assert.equal(await comes(page, "gsm"), "audio/flac");
  assert.equal(await comes(page, "mp3"), "audio/mpeg");
  assert.equal(await comes(page, "steps"), "audio/flac");
  await page.evaluate(() => (document.getElementById("sound").currentTime = 4));
  await at(page, 4.2);
});

withPage("a browser that plays no FLAC gets WAV on a slow line too, and others get it on a fast one", here, async (page) => {
  assert.equal(await comes(page, "gsm"), "audio/wav");
  await page.addInitScript(slow);
  await page.addInitScript(() => (HTMLMediaElement.prototype.canPlayType = () => ""));
  await page.reload();
  await settled(page);
  assert.equal(await comes(page, "gsm"), "audio/wav");
});
