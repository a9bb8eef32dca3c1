/** Little height: a phone on its side, a page at twice its size. */

import assert from "node:assert/strict";
import { ask, drawn, settled } from "../page.js";
import { admin, found, withPage } from "../suite.js";

const LOW = [[844, 390], [720, 450], [667, 375]];
const person = { name: admin.name, password: admin.password };

/** The share of the window's height in which rows are seen. */
const rowsShare = (page) =>
  page.evaluate(() => {
    const top = document.querySelector("#rows").getBoundingClientRect().top;
    const dock = document.getElementById("dock");
    const end = dock.hidden ? Math.min(innerHeight, document.getElementById("grid").getBoundingClientRect().bottom) : dock.getBoundingClientRect().top;
    return (end - top) / innerHeight;
  });

for (const [width, height] of LOW) {
  withPage(`most of the height is rows at ${width}x${height}, also while a call plays, and the fold opens by keyboard and stays as it was left`, { ...person, width, height }, async (page) => {
    const fold = page.locator("#fold");
    assert.equal(await fold.getAttribute("aria-expanded"), "false");
    assert.equal(await page.locator("#chart").isVisible(), false);
    assert.ok((await rowsShare(page)) > 0.6, `${await rowsShare(page)}`);
    await page.evaluate(() => document.querySelector(".row:not(.now) .play button").click());
    await page.locator("#dock").waitFor();
    await drawn(page);
    assert.ok((await rowsShare(page)) > 0.5, `${await rowsShare(page)} with the player`);
    await fold.focus();
    await page.keyboard.press("Enter");
    assert.equal(await fold.getAttribute("aria-expanded"), "true");
    assert.equal(await page.evaluate(() => document.activeElement.id), "fold");
    assert.equal(await page.locator("#chart").isVisible(), true);
    await page.reload();
    await settled(page);
    assert.equal(await page.locator("#fold").getAttribute("aria-expanded"), "true", "as it was left");
    await page.locator("#fold").press("Space");
    await page.reload();
    await settled(page);
    assert.equal(await page.locator("#chart").isVisible(), false);
  });
}

withPage("what is folded away and narrows the list is told, and can be cleared", { ...person, width: 844, height: 390, path: "/?outcome=noanswer&direction=in" }, async (page) => {
  const told = page.locator("#told");
  await told.getByText("Only Incoming · Outcome “No answer”").waitFor();
  const { data } = await ask(page, "recording/recordings/list", { complete: -1, count: 1 });
  await page.locator("#told-clear").click();
  await found(page, data.count);
  assert.equal(await told.isVisible(), false);
  await page.locator("#fold").click();
  await page.locator("#f-outcome").selectOption("busy");
  await settled(page);
  assert.equal(await told.isVisible(), false, "the field says it");
  await page.locator("#fold").click();
  await told.getByText("Only Outcome “Busy”").waitFor();
});

withPage("a field in which somebody types stays when the height shrinks", { ...person, width: 1024, height: 768 }, async (page) => {
  assert.equal(await page.locator("#fold").isVisible(), false);
  await page.locator("#f-caller").click();
  await page.keyboard.type("0");
  await page.setViewportSize({ width: 1024, height: 400 });
  await page.locator("#fold").waitFor();
  await page.keyboard.type("7");
  assert.equal(await page.locator("#f-caller").inputValue(), "07");
  await page.locator("#search").click();
  await page.waitForFunction(() => document.getElementById("fold").getAttribute("aria-expanded") === "false");
  await page.locator("#told").getByText("Only Caller “07”").waitFor();
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.locator("#f-caller").waitFor();
});
