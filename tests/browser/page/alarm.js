/** What is wrong so that recordings are not filed: in red on every page, until it is over. */

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, logIn, openPage, settled, shoot } from "../page.js";
import { startServer } from "../server.js";
import { accessible, browser } from "../suite.js";

/** Servers of these tests: one where nothing is watched, one that watches a folder. */
let idle;
let watching;

before(async () => {
  idle = await startServer({ settings: "watch = false\n" });
  watching = await startServer({ settings: "[[folders]]\nfolder = \"pbx\"\n[[rules]]\nskip = true\n" });
  mkdirSync(join(watching.media, "pbx"));
});

after(() => [idle, watching].forEach((one) => one?.stop()));

const alarm = (page) => page.locator("#alarm");

async function open(server, path, name = "olga", options = {}) {
  const opened = await openPage(browser, server.url + path, options);
  await logIn(opened.page, name);
  await opened.page.waitForFunction(() => document.documentElement.dataset.view === "app");
  return opened;
}

test("where nothing is recorded, every page says so to those who run the office, with what to do and the way to the status", async () => {
  for (const path of ["/", "/groups", "/people", "/audit", "/status"]) {
    const { page, context, faults } = await open(idle, path, "olga", { bypassCSP: true });
    await alarm(page).getByText("Nothing is recorded: no folder is watched").waitFor();
    assert.match(await alarm(page).textContent(), /TAPELINE_WATCH/);
    assert.equal(await alarm(page).getAttribute("role"), "alert");
    await accessible(page, `${path} with an alarm`);
    await alarm(page).getByRole("link", { name: "Status" }).click();
    await page.getByRole("table", { name: "What is wrong" }).getByText("Nothing is recorded").waitFor();
    assert.equal(new URL(page.url()).pathname, "/status");
    assert.deepEqual(faults, []);
    await context.close();
  }
});

test("whoever doesn't run the office is not alarmed", async () => {
  const { page, context } = await open(idle, "/", "tess");
  await settled(page);
  const asked = page.waitForRequest(/status\/alerts/, { timeout: 3_000 }).catch(() => null);
  assert.equal(await asked, null);
  assert.equal(await alarm(page).isVisible(), false);
  await context.close();
});

test("the alarm comes when a folder goes away, is heard once, and goes by itself when it is back", async () => {
  const { page, context, faults } = await open(watching, "/");
  await settled(page);
  await page.waitForResponse(/status\/alerts/);
  assert.equal(await alarm(page).isVisible(), false);
  const [folder, aside] = [join(watching.media, "pbx"), join(watching.media, "aside")];
  renameSync(folder, aside);
  // What is said once is not written again by the looks that follow.
  await page.evaluate(() => {
    window.changes = 0;
    new MutationObserver(() => (window.changes += 1)).observe(document.getElementById("alarm"), { childList: true, subtree: true });
  });
  await alarm(page).getByText(/pbx is not there/).waitFor();
  for (let looks = 0; looks < 2; looks += 1) await page.waitForResponse(/status\/alerts/);
  assert.equal(await page.evaluate(() => window.changes), 1);
  assert.ok((await page.locator("#grid").boundingBox()).height > 300, "the list has the rest");
  renameSync(aside, folder);
  await alarm(page).waitFor({ state: "hidden" });
  assert.deepEqual(faults, []);
  await context.close();
});

test("the status says where a folder is and how many files are in it", async () => {
  copyFileSync(join(import.meta.dirname, "..", "..", "data", "call.wav"), join(watching.media, "pbx", "1795499606.0.wav"));
  const { page, context } = await open(watching, "/status");
  await page.getByRole("table", { name: "Sources" }).getByText(`${join(watching.media, "pbx")}, `).first().waitFor();
  const { data } = await ask(page, "status/get", {});
  assert.equal(data.alerts.filter(({ urgent }) => urgent).length, 0);
  await context.close();
});

test("an empty office tells whoever runs it where recordings come from", async () => {
  watching.sql("INSERT INTO customers (id, name) VALUES (50, 'New'); INSERT INTO recordgroups (id, customer, name) VALUES (500, 50, 'Office'); UPDATE people SET customer = 50 WHERE username = 'olga';");
  const owner = await open(watching, "/");
  const place = owner.page.locator("#notice");
  await place.getByText("New recordings come from:").waitFor();
  await place.getByText(join(watching.media, "pbx")).waitFor();
  assert.doesNotMatch(await place.textContent(), /ask your administrator|README/);
  await place.getByRole("link", { name: "Status" }).click();
  await owner.page.getByRole("heading", { name: "Sources" }).waitFor();
  assert.deepEqual(owner.faults, []);
  await owner.context.close();
});

test("an address where nothing is has a page with a title and a way back", async () => {
  for (const scheme of ["light", "dark"]) {
    const { page, context } = await openPage(browser, `${idle.url}/nope`, { scheme, bypassCSP: true });
    assert.match(await page.title(), /Not found/);
    await accessible(page, "/nope");
    await shoot(page, `nowhere-${scheme}`);
    await page.getByRole("link", { name: "To the calls" }).click();
    await page.locator("#login-form").waitFor();
    await context.close();
  }
});

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[1440, 900], [1024, 768], [844, 390], [390, 844]]) {
    test(`screenshots with an alarm, ${scheme} ${width}`, async () => {
      const { page, context } = await open(idle, "/", "olga", { scheme, width, height });
      await alarm(page).getByRole("link", { name: "Status" }).waitFor();
      await settled(page);
      await shoot(page, `alarm-${scheme}-${width}`);
      await page.goto(`${idle.url}/status`);
      await page.getByRole("table", { name: "What is wrong" }).waitFor();
      await shoot(page, `alarm-status-${scheme}-${width}`);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, "no horizontal scroll");
      await context.close();
    });
  }
}
