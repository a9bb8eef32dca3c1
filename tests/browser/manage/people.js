/** The list of people: found, known by when they logged in last, and disabled for now. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, logIn, openCalls, openPage } from "../page.js";
import { DEMO, accessible, browser, panel, server } from "../suite.js";

const row = (page, name) => page.locator("#manage tbody tr").filter({ hasText: name });
const said = (page, text) => page.locator("#toast.shown").getByText(text).waitFor();
const cell = (page, name, label) => row(page, name).locator(`[data-label="${label}"]`).textContent();

/** The clinic's people, to its administrator. */
async function open(options = {}) {
  const opened = await openPage(browser, `${server.url}/people`, { bypassCSP: true, ...options });
  await logIn(opened.page, "lucia", DEMO);
  await opened.page.locator("#manage tbody tr").first().waitFor();
  return opened;
}

test("people are found by a part of what the list says, whatever the accents, and the number of them is said", async () => {
  const { page, context, faults } = await open();
  const all = await page.locator("#manage tbody tr").count();
  const found = async (text) => {
    await page.getByLabel("Search", { exact: true }).fill(text);
    return page.locator("#manage tbody tr td:nth-child(2)").allTextContents();
  };
  assert.deepEqual(await found("thorsson bjorn"), [], "þ is no th");
  assert.deepEqual(await found("orsson bjorn"), ["bjorn"]);
  assert.deepEqual(await found("אמיר"), ["amir"]);
  assert.ok((await found("agent reception")).length > 1);
  assert.equal(await page.locator("#m-count").textContent(), `${await page.locator("#manage tbody tr").count()} of ${all}`);
  await found("agent reception");
  const before = await page.locator("#manage tbody tr").count();
  await page.reload();
  await page.locator("#manage tbody tr").first().waitFor();
  assert.equal(await page.getByLabel("Search", { exact: true }).inputValue(), "agent reception", "the address keeps it");
  assert.equal(await page.locator("#manage tbody tr").count(), before);
  await found("nobody at all");
  await page.getByText("Nobody is found.").waitFor();
  assert.equal((await found("")).length, all);
  assert.equal(await page.locator("#m-count").textContent(), "");
  assert.deepEqual(faults, []);
  await context.close();
});

test("the list says whose groups somebody hears, and when they logged in: now, never, or before anybody noted it", async () => {
  server.sql("UPDATE people SET last_login = NULL WHERE username = 'eleni';");
  const { page, context } = await open();
  assert.match(await cell(page, "lucia", "Last login"), /^Today/);
  assert.equal(await cell(page, "eleni", "Last login"), "Not known");
  assert.equal(await cell(page, "mina", "Last login"), "Never");
  assert.equal(await cell(page, "amir", "Hears the groups"), "All");
  assert.equal(await cell(page, "mina", "Hears the groups"), "Reception");
  assert.match(await cell(page, "mina", "Since"), /20\d\d/, "a day");
  await context.close();
});

test("who is disabled is out at once, cannot log in, and is back when enabled", async () => {
  const { page, context, faults } = await open();
  const other = await openCalls(browser, server.url, { name: "mina", password: DEMO });
  await row(page, "mina").getByRole("button").click();
  await panel(page).getByLabel("Disabled: may not log in").check();
  await panel(page).getByRole("button", { name: "Save", exact: true }).click();
  await said(page, "Saved");
  await row(page, "mina").getByText("Disabled").waitFor();
  assert.equal((await ask(other.page, "user/login", {})).responses[0].code, "401");
  await other.page.reload();
  await logIn(other.page, "mina", DEMO);
  await other.page.getByText("Name or password is wrong.").waitFor();
  await panel(page).getByLabel("Disabled: may not log in").uncheck();
  await panel(page).getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForFunction(() => !document.querySelector("#manage .off"));
  await logIn(other.page, "mina", DEMO);
  await other.page.locator("#me-name").getByText("mina").waitFor();
  await other.context.close();
  await row(page, "You").getByRole("button").click();
  await panel(page).getByLabel("Log-in name").waitFor();
  assert.equal(await panel(page).getByLabel("Disabled: may not log in").count(), 0, "not oneself");
  assert.deepEqual(faults, []);
  await context.close();
});

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[390, 844], [844, 390], [1024, 768], [1440, 900]]) {
    test(`the people's page is accessible and stays within ${width}x${height}, ${scheme}`, async () => {
      const { page, context } = await open({ scheme, width, height });
      server.sql("UPDATE people SET disabled = 1 WHERE username = 'eleni';");
      await page.reload();
      await page.locator("#manage tbody tr").first().waitFor();
      await accessible(page, "the list");
      await row(page, "mina").getByRole("button").click();
      await panel(page).getByLabel("Log-in name").waitFor();
      await accessible(page, "the form");
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/people-${width}-${scheme}.png` });
      server.sql("UPDATE people SET disabled = 0 WHERE username = 'eleni';");
      await context.close();
    });
  }
}
