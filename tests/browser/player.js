/** Listening, with real sound: what is heard and what is drawn. */

import assert from "node:assert/strict";
import { ask, rested } from "./page.js";
import { at, click, here, listen, near, pause, play, sound, until } from "./playing.js";
import { FORMATS, SOUNDS, indexOf, samples } from "./sounds.js";
import { withPage } from "./suite.js";

withPage("every format that a PBX stores plays in the page", here, async (page) => {
  const waits = [];
  for (const name of FORMATS) {
    await page.evaluate(() => {
      window.began = 0;
      document.getElementById("rows").addEventListener("click", () => (window.clicked = performance.now()), { capture: true, once: true });
      document.getElementById("sound").addEventListener("playing", () => (window.began = performance.now()), { once: true });
    });
    await click(page, name);
    await at(page, 0.3);
    waits.push(await page.evaluate(() => Math.round(window.began - window.clicked)));
    const [, , seconds] = SOUNDS[indexOf(name)];
    near(await sound(page, "duration"), seconds, 1.1, name);
    assert.equal(await page.locator("#dock .error").textContent(), "", name);
    assert.equal(await page.locator(`#call-${indexOf(name)}`).getAttribute("aria-current"), "true");
    assert.equal(await page.locator("[aria-current=true]").count(), 1);
  }
  console.log(`# from click to sound: ${FORMATS.map((name, i) => `${name} ${waits[i]}`).join(", ")} ms`);
});

/** Least and largest sample of so many parts of equal length. */
function parts(values, count) {
  return Array.from({ length: count }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / count), Math.floor(((i + 1) * values.length) / count));
    return [Math.min(...part), Math.max(...part)];
  });
}

/** What is drawn, column by column: top and bottom of each lane, and the colour of its middle. */
const drawn = (page, lanes) =>
  page.evaluate((count) => {
    const canvas = document.querySelector("#wave canvas");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const inked = (x, y) => data[(y * width + x) * 4 + 3] > 127;
    const lane = (x, from, to) => {
      const ys = Array.from({ length: to - from }, (_, i) => from + i).filter((y) => inked(x, y));
      const middle = (Math.floor((from + to) / 2) * width + x) * 4;
      return { top: ys[0], bottom: ys.at(-1) + 1, colour: [...data.slice(middle, middle + 3)].join() };
    };
    const each = height / count;
    const columns = Array.from({ length: width }, (_, x) => Array.from({ length: count }, (_, i) => lane(x, Math.round(i * each), Math.round((i + 1) * each))));
    return { width, height, clientWidth: canvas.clientWidth, columns };
  }, lanes);

for (const [name, lanes] of [["steps", 1], ["stereo", 2]]) {
  withPage(`the outline is that of sox's samples, from the API and as it is drawn: ${name}`, { ...here, deviceScaleFactor: 2 }, async (page) => {
    const channels = samples(`${name}.wav`);
    const { data } = await ask(page, "recording/recordings/peaks", { recordgroup: 90, uniqueid: name, recordid: 1, points: 100 });
    assert.equal(data.channels, lanes);
    for (const [i, channel] of channels.entries()) {
      for (const [point, [least, largest]] of parts(channel, 100).entries()) {
        near(data.peaks[i][point][0], least, 0.0001, `least of ${point}`);
        near(data.peaks[i][point][1], largest, 0.0001, `largest of ${point}`);
      }
    }
    await play(page, name);
    await pause(page);
    await page.locator("#wave").press("Home");
    await rested(page);
    const { width, height, clientWidth, columns } = await drawn(page, lanes);
    assert.equal(width, clientWidth * 2, "crisp on a screen of twice the dots");
    const gain = 0.94 / Math.max(...channels.map((channel) => Math.max(...channel.map(Math.abs))));
    const half = height / lanes / 2;
    for (const [i, channel] of channels.entries()) {
      // A column may show a little of its neighbours, where the outline is coarser than the screen.
      const around = parts(channel, width);
      for (let x = 3; x < width - 3; x += 1) {
        const near5 = around.slice(x - 3, x + 4);
        const least = (side) => Math.min(...near5.map((span) => Math.abs(span[side])));
        const most = (side) => Math.max(...near5.map((span) => Math.abs(span[side])));
        const middle = (2 * i + 1) * half;
        const [above, below] = [middle - columns[x][i].top, columns[x][i].bottom - middle];
        assert.ok(above >= least(1) * gain * half - 2 && above <= most(1) * gain * half + 2, `${x}: ${above} above, ${most(1) * gain * half}`);
        assert.ok(below >= least(0) * gain * half - 2 && below <= most(0) * gain * half + 2, `${x}: ${below} below, ${most(0) * gain * half}`);
      }
    }
    const loud = columns.map((column) => column[0].bottom - column[0].top);
    assert.ok(loud[Math.round(width / 6)] > 1.8 * loud[Math.round((width * 5) / 6)], "0.8 is twice as high as 0.4");
    assert.deepEqual(await page.locator(".lane:visible").allTextContents(), lanes === 2 ? ["Caller", "Called"] : []);
  });
}

withPage("what has been heard is coloured, and the colours follow the theme", here, async (page) => {
  const colours = async () => {
    const { width, columns } = await drawn(page, 1);
    return [columns[Math.round(width * 0.1)][0].colour, columns[Math.round(width * 0.4)][0].colour, columns[Math.round(width * 0.6)][0].colour, columns[Math.round(width * 0.9)][0].colour];
  };
  const token = (name) =>
    page.evaluate((custom) => {
      const probe = document.createElement("p");
      probe.style.color = getComputedStyle(document.documentElement).getPropertyValue(custom);
      document.body.append(probe);
      const { color } = getComputedStyle(probe);
      probe.remove();
      return color.replace(/rgb\(|\)| /g, "");
    }, name);
  await play(page, "steps");
  await pause(page);
  await page.evaluate(() => (document.getElementById("sound").currentTime = 3));
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    await rested(page);
    const [heard, rest] = [await token("--accent"), await token("--edge")];
    assert.notEqual(heard, rest);
    let seen = await colours();
    for (let looks = 0; looks < 50 && seen[0] !== heard; looks += 1) {
      await rested(page);
      seen = await colours();
    }
    assert.deepEqual(seen, [heard, heard, rest, rest], scheme);
  }
});

withPage("a click and a drag in the outline seek, and the time under the pointer shows", here, async (page) => {
  await play(page, "steps");
  await pause(page);
  const { x, y, width } = await page.locator("#wave").boundingBox();
  const goes = async (part) => near(await sound(page, "currentTime"), part * 6, (6 / width) * 2, `at ${part}`);
  await page.mouse.click(x + width * 0.25, y + 10);
  await goes(0.25);
  assert.equal(await page.locator("#wave").getAttribute("aria-valuetext"), "1 s of 6 s");
  await page.mouse.move(x + width * 0.5 + 1, y + 10);
  assert.equal(await page.locator("#wave .tip").textContent(), "0:03");
  await page.mouse.down();
  await page.mouse.move(x + width * 0.9, y + 200, { steps: 6 });
  assert.equal(await page.locator("#wave .tip").textContent(), "0:05");
  await goes(0.25);
  await page.mouse.up();
  await goes(0.9);
  await page.mouse.move(x, y - 200);
  assert.equal(await page.locator("#wave .tip").isVisible(), false);
  assert.equal(await page.locator("#player-at").textContent(), "0:05");
});

withPage("the speed changes and the pitch stays", here, async (page) => {
  await page.evaluate(() => {
    const context = new AudioContext();
    window.analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaElementSource(document.getElementById("sound")).connect(window.analyser).connect(context.destination);
  });
  const pitch = () =>
    page.evaluate(() => {
      const bins = new Float32Array(window.analyser.frequencyBinCount);
      window.analyser.getFloatFrequencyData(bins);
      return (bins.indexOf(Math.max(...bins)) * window.analyser.context.sampleRate) / window.analyser.fftSize;
    });
  await play(page, "last");
  for (const rate of ["0.5", "1", "2"]) {
    await page.locator("#player-rate").selectOption(rate);
    await page.locator("#wave").press("Home");
    await at(page, 0.5 * Number(rate));
    assert.deepEqual([await sound(page, "playbackRate"), await sound(page, "preservesPitch")], [Number(rate), true]);
    near(await pitch(), 440, 12, `pitch at ${rate}`);
  }
  await play(page, "steps");
  assert.equal(await sound(page, "playbackRate"), 2, "the next call goes as fast");
});

withPage("silence is skipped, and only if one wants it", here, async (page) => {
  const between = (heard, from, to) => heard.filter((second) => second > from && second < to).length;
  await play(page, "pause");
  await page.locator("#player-rate").selectOption("3");
  assert.equal(await page.locator("#player-skip").getAttribute("aria-pressed"), "false");
  await page.locator("#wave").press("Home");
  await listen(page);
  await until(page, () => document.getElementById("sound").ended);
  assert.ok(between(await page.evaluate(() => window.heard), 3, 7) > 10, "the silence is heard");
  await page.locator("#player-skip").click();
  await page.locator("#player-rate").selectOption("1");
  await page.evaluate(() => (window.heard = []));
  await page.locator("#player-play").click();
  await until(page, () => document.getElementById("sound").ended);
  const heard = await page.evaluate(() => window.heard);
  assert.ok(between(heard, 0, 2) > 5 && between(heard, 8, 9.5) > 5, "both tones are heard");
  // Two to eight is silent; a quarter of a second of it stays on either side.
  assert.equal(between(heard, 2.7, 7.6), 0, "the silence isn't");
  assert.equal(between(heard, 10.2, 10.9), 0, "nor that at the end");
});
