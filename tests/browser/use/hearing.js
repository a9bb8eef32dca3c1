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

withPage("sound comes as FLAC where the browser plays that, and plays from anywhere; MP3 comes as it is stored", here, async (page) => {
  assert.equal(await comes(page, "gsm"), "audio/flac");
  assert.equal(await comes(page, "mp3"), "audio/mpeg");
  assert.equal(await comes(page, "steps"), "audio/flac");
  await page.evaluate(() => (document.getElementById("sound").currentTime = 4));
  await at(page, 4.2);
});

withPage("a browser that plays no FLAC gets what it gets without it", here, async (page) => {
  await page.addInitScript(() => (HTMLMediaElement.prototype.canPlayType = () => ""));
  await page.reload();
  await settled(page);
  assert.equal(await comes(page, "gsm"), "audio/wav");
});
