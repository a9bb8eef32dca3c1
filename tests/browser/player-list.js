/** The player and what is around it: the list, the keys, links, the system; and what can be wrong with sound. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { logIn, openCalls, openPage, rested, settled, shoot, startBrowser } from "./page.js";
import { at, click, here, near, pause, play, sound, until } from "./playing.js";
import { LENA } from "./server.js";
import { HOSTILE_NAME, hangUp, indexOf, path, repair } from "./sounds.js";
import { accessible, browser, long, million, query, server, withPage } from "./suite.js";

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

withPage("a call of which no sound was stored is no next one, nor one whose sound is missing", here, async (page) => {
  server.sql("UPDATE recordings SET path = '' WHERE uniqueid = 'gsm'; UPDATE recordings SET stale = 1 WHERE uniqueid = 'wav49';");
  await page.reload();
  await settled(page);
  await play(page, "pause");
  await page.locator("#player-next").click();
  await page.locator("#wave").press("End");
  await until(page, (index) => document.querySelector(`#call-${index}`).getAttribute("aria-current") === "true", indexOf("ulaw"));
  server.sql("UPDATE recordings SET path = 'sounds/call.gsm' WHERE uniqueid = 'gsm'; UPDATE recordings SET stale = 0 WHERE uniqueid = 'wav49';");
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
  const link = (recording, t) => `${server.url}/?recording=${recording}&t=${t}`;
  try {
    const { page, context } = await openCalls(shy, link("90:last:1", 2), { name: LENA });
    await at(page, 2);
    const follow = async (...where) => {
      const tab = await context.newPage();
      tab.setDefaultTimeout(60_000);
      await tab.goto(link(...where), { waitUntil: "commit" });
      return tab;
    };
    for (const [t, second] of [["2", 2], ["0:02", 2], ["0:00:03", 3]]) {
      // Whatever Playwright evaluates in a page counts as a click: nothing is looked at before the page has tried to play.
      const tried = context.waitForEvent("response", (response) => response.url().endsWith("/recordings/peaks"));
      const tab = await follow("90:last:1", t);
      await tried;
      await tab.getByText(`Ready at 0:0${second}`).waitFor();
      assert.deepEqual([await sound(tab, "paused"), await tab.locator("#player-at").textContent()], [true, `0:0${second}`]);
      await settled(tab);
      await tab.keyboard.press(" ");
      await at(tab, second + 0.3);
      await tab.locator("[data-range='30d']").click();
      assert.equal(await query(tab), `?range=30d&recording=90:last:1&t=${second}`, "another search leads to the same moment");
      await tab.close();
    }
    for (const wrong of ["90:nobody:1", "1:last:1", "x", "90:%zz:1"]) {
      const tab = await follow(wrong, 2);
      await settled(tab);
      assert.equal(await tab.locator("#dock").isVisible(), false, wrong);
      await tab.close();
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
  await rested(page);
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
  await rested(page);
  await until(page, () => document.querySelector(".row:not(.blank)") && !document.querySelector(".row.blank"));
  const before = await place();
  await page.locator(`#call-${JSON.parse(before)[0][0]} .play button`).click();
  await page.locator("#dock").waitFor();
  await rested(page);
  assert.equal(await place(), before);
  await page.locator("#player-close").click();
  await rested(page);
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
      await rested(page);
      await shoot(page, `player-missing-${scheme}-${width}`);
      await context.close();
    });
  }
}
