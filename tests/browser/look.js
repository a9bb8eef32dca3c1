/** How it looks: accessibility, weight, screenshots. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { logIn, openCalls, openPage, rested, settled, shoot } from "./page.js";
import { accessible, browser, server } from "./suite.js";

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing, ${scheme}`, async () => {
    const { page, context } = await openPage(browser, server.url, { scheme, bypassCSP: true });
    await page.locator("#login-name").waitFor();
    await accessible(page, "login");
    await logIn(page);
    await settled(page);
    await page.keyboard.press("j");
    await accessible(page, "list");
    await page.locator("#columns").click();
    await accessible(page, "columns");
    await page.keyboard.press("Escape");
    await page.locator("#me").click();
    await accessible(page, "menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await accessible(page, "keys");
    await page.keyboard.press("Escape");
    await page.locator("#search").fill("nothing is called so");
    await page.getByText("No call matches").waitFor();
    await accessible(page, "no match");
    await page.setViewportSize({ width: 390, height: 844 });
    await page.keyboard.press("Escape");
    await page.keyboard.press("X");
    await settled(page);
    await accessible(page, "phone");
    await page.locator("#open-filters").click();
    await accessible(page, "filters on a phone");
    await page.goto(`${server.url}/api-docs`);
    await page.locator("#try").waitFor();
    await accessible(page, "API");
    await page.getByRole("link", { name: "How to ask" }).click();
    await page.getByRole("heading", { name: "How to ask" }).waitFor();
    await accessible(page, "how to ask");
    await context.close();
  });
}

test("the API page lists the functions and tries one", async () => {
  const { page, context, faults } = await openCalls(browser, server.url);
  await page.goto(`${server.url}/api-docs#recording/recordings/list`);
  await page.locator("#p-limit").fill("1");
  await page.locator("#try").press("Enter").catch(() => {});
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("#answer .good").waitFor();
  assert.match(await page.locator("#answer pre").textContent(), /"code": "200"/);
  assert.match(await page.locator("#function .about").textContent(), /Paging: with `limit`/);
  await page.getByRole("link", { name: "How to ask" }).click();
  await page.getByText("curl -u anna:secret").waitFor();
  assert.equal(await page.locator("#function").isVisible(), false);
  await page.getByRole("link", { name: "recording/recordings/get" }).click();
  await page.getByRole("heading", { name: "recording/recordings/get" }).waitFor();
  assert.equal(await page.locator("#guide").isVisible(), false);
  assert.deepEqual(faults, []);
  await context.close();
});

/** A cold visit: a context has a cache of its own. */
async function coldVisit() {
  const { page, context } = await openPage(browser, server.url);
  await page.locator("#login-name").waitFor();
  const visit = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    // Where an answer wasn't compressed this counts it in full, so the bar stays honest.
    weight: [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")].filter(({ name }) => !name.includes("/api/")).reduce((sum, entry) => sum + entry.encodedBodySize, 0),
  }));
  await context.close();
  return visit;
}

test("the page is small; its first paint is measured", async () => {
  const visits = [await coldVisit(), await coldVisit(), await coldVisit()];
  const paint = visits.map((visit) => visit.paint).sort((one, other) => one - other)[1];
  const { weight } = visits[0];
  console.log(`# first paint ${Math.round(paint)} ms (median of 3), page ${(weight / 1024).toFixed(1)} KiB compressed`);
  assert.ok(weight < 100 * 1024, `${weight} bytes`);
});

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    test(`screenshots, ${scheme} ${width}`, async () => {
      const { page, context } = await openPage(browser, server.url, { scheme, width, height });
      const shot = (name) => shoot(page, `${name}-${scheme}-${width}`);
      await page.locator("#login-name").waitFor();
      await shot("login");
      await logIn(page, "yael", "tapeline-demo");
      await settled(page);
      await page.mouse.move(0, 0);
      await rested(page);
      await shot("list");
      await page.locator("[data-range='30d']").click();
      await settled(page);
      await page.keyboard.press("j");
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await rested(page);
      await shot("playing");
      await page.keyboard.press("Escape");
      await page.keyboard.press("?");
      await shot("keys");
      await page.keyboard.press("Escape");
      await page.locator("#search").fill("nobody of this name");
      await page.getByText("No call matches").waitFor();
      await rested(page);
      await shot("no-match");
      await page.locator("#search").fill("");
      await settled(page);
      if (width < 500) {
        await page.locator("#open-filters").click();
        await shot("filters");
        await page.keyboard.press("Escape");
      }
      await page.locator("#ranges .custom").click();
      await shot("range");
      await page.goto(`${server.url}/api-docs`);
      await page.locator("#try").waitFor();
      await shot("api");
      await context.close();
    });
  }
}
