/** Listening, with real sound. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, openCalls, openPage, logIn, settled, shoot, startBrowser } from "./page.js";
import { LENA } from "./server.js";
import { FORMATS, HOSTILE_NAME, SOUNDS, hangUp, indexOf, path, repair, samples } from "./sounds.js";
import { accessible, browser, long, million, server, withPage } from "./suite.js";

const here = { name: LENA, path };
const sound = (page, what) => page.evaluate((name) => document.getElementById("sound")[name], what);
const pause = (page) => page.evaluate(() => document.getElementById("sound").pause());
const until = (page, test, value) => page.waitForFunction(test, value);
const at = (page, second) => until(page, (least) => document.getElementById("sound").currentTime >= least, second);
const near = (seen, expected, by, what) => assert.ok(Math.abs(seen - expected) <= by, `${what ?? ""} ${seen}, not ${expected}`);

async function click(page, name) {
  await page.locator(`#call-${indexOf(name)} .play button`).click();
}

/** Plays a recording until its outline is drawn. */
async function play(page, name) {
  const peaks = page.waitForResponse((response) => response.url().endsWith("/recordings/peaks"));
  await click(page, name);
  await peaks;
  await at(page, 0.05);
}

/** In the page: what has been heard at which time, with every frame. */
const listen = (page) =>
  page.evaluate(() => {
    const audio = document.getElementById("sound");
    window.heard = [];
    const look = () => {
      if (!audio.paused && !audio.seeking) window.heard.push(audio.currentTime);
      requestAnimationFrame(look);
    };
    look();
  });

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
    await page.waitForTimeout(100);
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
    await page.waitForTimeout(200);
    const [heard, rest] = [await token("--accent"), await token("--edge")];
    assert.notEqual(heard, rest);
    assert.deepEqual(await colours(), [heard, heard, rest, rest], scheme);
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
  for (const rate of ["0.5", "1", "2"]) {
    await page.locator("#player-rate").selectOption(rate).catch(async () => {
      await play(page, "last");
      await page.locator("#player-rate").selectOption(rate);
    });
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

withPage("the next call follows by itself, if one wants it", here, async (page) => {
  await play(page, "short");
  await until(page, () => document.getElementById("sound").ended);
  assert.equal(await page.locator(`#call-${indexOf("short")}`).getAttribute("aria-current"), "true", "it stays");
  await page.locator("#player-next").click();
  await click(page, "ogg");
  await at(page, 0.1);
  await page.locator("#wave").press("End");
  const plays = (name) => until(page, (index) => document.querySelector(`#call-${index}`).getAttribute("aria-current") === "true", indexOf(name));
  await plays("short");
  await plays("missing");
  await until(page, () => document.querySelector("#dock .error").textContent !== "");
  await page.waitForTimeout(500);
  await plays("missing");
});

withPage("a call in progress is no next one", here, async (page) => {
  server.sql("UPDATE recordings SET stale = 1 WHERE uniqueid IN ('missing', 'broken', 'empty');");
  await page.reload();
  await settled(page);
  await play(page, "short");
  await page.locator("#player-next").click();
  await until(page, (index) => document.querySelector(`#call-${index}`).getAttribute("aria-current") === "true", indexOf("last"));
  assert.equal(await page.locator(`#call-${indexOf("last")}`).getAttribute("aria-selected"), "true", "the mark goes with it");
  server.sql("UPDATE recordings SET stale = 0 WHERE uniqueid IN ('missing', 'broken', 'empty');");
});

withPage("where one stopped is remembered, for each call and person, and not for ever", here, async (page) => {
  await play(page, "stereo");
  await pause(page);
  await page.evaluate(() => (document.getElementById("sound").currentTime = 3));
  await page.reload();
  await settled(page);
  await click(page, "stereo");
  await page.getByText("From 0:03").waitFor();
  await at(page, 3);
  await click(page, "steps");
  await until(page, () => document.getElementById("sound").currentTime > 0.05 && document.getElementById("sound").currentTime < 2);
  const kept = () => page.evaluate(() => JSON.parse(localStorage.getItem("tapeline.heard")));
  assert.match((await kept())[0][0], /^\d+ \[90,"stereo","1"\]$/);
  await click(page, "stereo");
  await until(page, () => document.getElementById("sound").ended);
  assert.deepEqual(await kept(), [], "heard to the end");
  await page.evaluate(() => localStorage.setItem("tapeline.heard", JSON.stringify(Array.from({ length: 900 }, (_, i) => [`${1000 + i} [90,"last","1"]`, 2]))));
  await click(page, "last");
  await at(page, 0.1);
  assert.equal(await page.locator("#player-note").textContent(), "", "what others heard");
  await page.locator("#player-close").click();
  assert.equal((await kept()).length, 300);
});

withPage("unreadable storage is no hindrance", here, async (page) => {
  await page.evaluate(() => {
    localStorage.setItem("tapeline.heard", "{");
    localStorage.setItem("tapeline.player", `{"rate":"fast","volume":9}`);
  });
  await page.reload();
  await settled(page);
  await play(page, "steps");
  assert.deepEqual([await sound(page, "playbackRate"), await sound(page, "volume")], [1, 1]);
});

withPage("the player goes by keys", here, async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await at(page, 0.1);
  await page.keyboard.press(" ");
  assert.equal(await sound(page, "paused"), true);
  await page.keyboard.press("ArrowRight");
  assert.ok((await sound(page, "currentTime")) > 5);
  await page.keyboard.press("ArrowLeft");
  assert.ok((await sound(page, "currentTime")) < 1);
  await page.keyboard.press("]");
  await page.keyboard.press("]");
  assert.equal(await page.locator("#player-rate").inputValue(), "1.5");
  await page.keyboard.press("[");
  assert.equal(await sound(page, "playbackRate"), 1.25);
  await page.locator("#search").focus();
  await page.keyboard.type(" [");
  await page.keyboard.press("ArrowLeft");
  assert.deepEqual([await page.locator("#search").inputValue(), await sound(page, "paused"), await sound(page, "playbackRate")], [" [", true, 1.25]);
  await page.locator("#search").fill("");
  await settled(page);
  await page.locator("#wave").focus();
  await page.keyboard.press("End");
  near(await sound(page, "currentTime"), 6, 0.01);
  await page.keyboard.press("PageDown");
  assert.equal(await sound(page, "currentTime"), 0);
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.locator("#wave").getAttribute("aria-valuenow"), "5");
  await page.keyboard.press(" ");
  assert.equal(await sound(page, "paused"), false);
  await page.locator("#player-mute").focus();
  await page.keyboard.press(" ");
  assert.deepEqual([await sound(page, "muted"), await sound(page, "paused")], [true, false], "a button is a button");
  await page.keyboard.press("?");
  assert.match(await page.locator("#keys-list").textContent(), /Space.*← →.*\[ \]/);
  await page.keyboard.press(" ");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#dock").isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), "grid", "the keys go on from the list");
  assert.equal(await page.locator("[aria-current=true]").count(), 0);
});

withPage("sound that is missing, broken or empty says so, with what to tell the administrator", here, async (page) => {
  const says = async (name, text) => {
    await click(page, name);
    await until(page, (part) => document.querySelector("#dock .error").textContent.includes(part), text);
    return page.locator("#dock .error").textContent();
  };
  assert.match(await says("missing", "The sound file is missing"), /administrator: recording missing, file sounds\/gone\/away\.wav$/);
  assert.match(await says("broken", "broken, or of a kind"), /administrator: recording broken, file sounds\/broken\.wav, .*format/);
  await says("empty", "There is nothing to hear");
  await play(page, "steps");
  assert.equal(await page.locator("#dock .error").textContent(), "", "and is forgotten with the next call");
  await says("missing", "The sound file is missing");
  repair("gone/away.wav");
  await page.locator("#player-play").click();
  await at(page, 0.1);
  assert.equal(await page.locator("#dock.failed").count(), 0, "once it is mended it plays");
  repair("gone/away.wav", false);
  server.sql("UPDATE recordings SET recordid = '2' WHERE uniqueid = 'broken';");
  await says("broken", "This recording is no longer there.");
  server.sql("UPDATE recordings SET recordid = '1' WHERE uniqueid = 'broken';");
});

withPage("a call in progress is heard so far, and then the rest", here, async (page) => {
  await page.locator(`#call-${indexOf("growing")} .play button`).click();
  await until(page, () => document.getElementById("sound").ended);
  near(await sound(page, "duration"), 2, 0.1);
  await page.getByText("That is all so far.").waitFor();
  hangUp(server);
  await page.getByRole("button", { name: "Play what came since" }).click();
  await until(page, () => document.getElementById("sound").duration > 5);
  await at(page, 2.2);
  assert.equal(await page.locator("#player-more").isVisible(), false);
  assert.doesNotMatch(await page.locator("#dock .when").textContent(), /in progress/);
  await until(page, () => document.getElementById("sound").ended);
  assert.equal(await page.getByText("That is all so far.").count(), 0);
});

test("a link leads to a moment, and where the browser wants a click first it is ready there", async () => {
  const shy = await startBrowser({ autoplay: false });
  const link = `${server.url}/?recording=90:last:1&t=2`;
  try {
    const { page } = await openCalls(shy, link, { name: LENA });
    await at(page, 2);
    await page.reload();
    await settled(page);
    await page.getByText("Ready at 0:02").waitFor();
    assert.deepEqual([await sound(page, "paused"), await page.locator("#player-at").textContent()], [true, "0:02"]);
    await page.keyboard.press(" ");
    await at(page, 2.3);
    for (const wrong of ["90:nobody:1", "1:last:1", "x", "90:%zz:1"]) {
      await page.goto(`${server.url}/?recording=${wrong}&t=2`);
      await settled(page);
      assert.equal(await page.locator("#dock").isVisible(), false, wrong);
    }
  } finally {
    await shy.close();
  }
});

withPage("the player comes and goes without moving the list, and hides no marked row", long, async (page) => {
  const place = () => page.evaluate(() => {
    const grid = document.getElementById("grid");
    const rows = [...document.querySelectorAll(".row")].map((row) => [row.dataset.index, row.getBoundingClientRect().top]).sort();
    return JSON.stringify([grid.scrollTop, grid.clientHeight, rows.filter(([, top]) => top > 300 && top < 700)]);
  });
  await page.evaluate(() => (document.getElementById("grid").scrollTop = 90_000));
  await until(page, () => document.querySelector(".row:not(.blank)") && !document.querySelector(".row.blank"));
  await page.waitForTimeout(400);
  const index = await page.evaluate(() => [...document.querySelectorAll(".row")].find((row) => row.getBoundingClientRect().top > 400).dataset.index);
  const before = await place();
  await page.locator(`#call-${index} .play button`).click();
  await page.locator("#dock").waitFor();
  assert.equal(await place(), before);
  const shown = () => page.evaluate(() => document.querySelector("[aria-selected=true]").getBoundingClientRect().bottom - document.getElementById("dock").getBoundingClientRect().top < 1);
  for (let i = 0; i < 15; i += 1) await page.keyboard.press("j");
  assert.ok(await shown(), "below the player");
  await page.keyboard.press("G");
  await until(page, () => document.querySelector("[aria-selected=true]:not(.blank)"));
  assert.ok(await shown(), "the last row");
  await page.locator("#player-close").click();
  const last = await page.evaluate(() => document.querySelector("[aria-selected=true]").getBoundingClientRect().bottom - document.getElementById("grid").getBoundingClientRect().bottom);
  near(last, 0, 1, "the last row is at the end again");
});

withPage("nor does it move a list of a million", {}, async (page) => {
  await million(page);
  const place = () => page.evaluate(() => JSON.stringify([...document.querySelectorAll(".row")].map((row) => [row.dataset.index, row.getBoundingClientRect().top]).filter(([, top]) => top > 300 && top < 600).sort()));
  await page.evaluate(() => (document.getElementById("grid").scrollTop = 9_000_000));
  await page.waitForTimeout(600);
  await until(page, () => document.querySelector(".row:not(.blank)") && !document.querySelector(".row.blank"));
  const before = await place();
  await page.locator(`#call-${JSON.parse(before)[0][0]} .play button`).click();
  await page.locator("#dock").waitFor();
  await page.waitForTimeout(400);
  assert.equal(await place(), before);
  await page.locator("#player-close").click();
  await page.waitForTimeout(400);
  assert.equal(await place(), before);
});

withPage("names in the player are text, the system shows them too, and paper shows no player", here, async (page) => {
  await play(page, "steps");
  assert.equal(await page.locator("#dock .who").textContent(), `${HOSTILE_NAME} steps → 2001`);
  const { title, state } = await page.evaluate(() => ({ title: navigator.mediaSession.metadata.title, state: navigator.mediaSession.playbackState }));
  assert.deepEqual([title, state], [`${HOSTILE_NAME} steps → 2001`, "playing"]);
  assert.equal(await page.locator("#dock img").count(), 0);
  assert.equal(await page.evaluate(() => window.injected), undefined);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#dock").isVisible(), false);
});

withPage("media keys play, pause, seek and go to the calls beside", here, async (page) => {
  await page.addInitScript(() => {
    window.mediaKeys = {};
    const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
    navigator.mediaSession.setActionHandler = (name, act) => {
      window.mediaKeys[name] = act;
      set(name, act);
    };
  });
  await page.reload();
  await settled(page);
  const press = (name, details = {}) => page.evaluate(([key, more]) => void window.mediaKeys[key](more), [name, details]);
  const plays = (name) => until(page, (index) => document.querySelector(`#call-${index}`).getAttribute("aria-current") === "true", indexOf(name));
  await play(page, "steps");
  await press("pause");
  assert.equal(await sound(page, "paused"), true);
  await press("seekto", { seekTime: 3 });
  near(await sound(page, "currentTime"), 3, 0.01);
  await press("seekbackward", { seekOffset: 2 });
  near(await sound(page, "currentTime"), 1, 0.01);
  await press("seekforward");
  near(await sound(page, "currentTime"), 6, 0.01);
  await press("seekto", { seekTime: 1 });
  await press("play");
  await at(page, 1.1);
  await press("nexttrack");
  await plays("stereo");
  await press("previoustrack");
  await plays("steps");
  await press("stop");
  assert.equal(await page.locator("#dock").isVisible(), false);
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing in the player, ${scheme}`, async () => {
    const { page, context } = await openPage(browser, `${server.url}${path}`, { scheme, bypassCSP: true });
    await logIn(page, LENA);
    await settled(page);
    await play(page, "stereo");
    await page.locator("#player-skip").click();
    await accessible(page, "player");
    await click(page, "missing");
    await until(page, () => document.querySelector("#dock.failed"));
    await accessible(page, "missing");
    await page.setViewportSize({ width: 390, height: 844 });
    await accessible(page, "phone");
    await context.close();
  });

  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    test(`screenshots of the player, ${scheme} ${width}`, async () => {
      const { page, context } = await openPage(browser, `${server.url}${path}`, { scheme, width, height });
      await logIn(page, LENA);
      await settled(page);
      await play(page, "stereo");
      await page.locator("#player-skip").click();
      await page.locator("#wave").press("End");
      await page.locator("#wave").press("ArrowLeft");
      await pause(page);
      await page.locator("#wave").hover();
      await shoot(page, `player-${scheme}-${width}`);
      await page.locator("#player-close").click();
      await page.locator("#grid").press("G");
      await click(page, "missing");
      await until(page, () => document.querySelector("#dock.failed"));
      await page.waitForTimeout(200);
      await shoot(page, `player-missing-${scheme}-${width}`);
      await context.close();
    });
  }
}
