/** What happens to recordings shows without a reload. */

import assert from "node:assert/strict";
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { idle, logIn, openCalls, openPage, rested, rows, settled, shoot } from "./page.js";
import { accessible, browser, found, long, server, total, withPage } from "./suite.js";
import { LONG, CUSTOMER, GROUP, startServer } from "./server.js";

/** Another one, which files what appears in a folder, and leaves out the rest. */
let watching;
const settings = `[[rules]]
folder = "live"
group = "Watched"

[[rules]]
folder = "nobody"
group = "Not yet"
customer = "Long"

[[rules]]
skip = true
`;

before(async () => {
  watching = await startServer({ settings });
});
after(() => watching?.stop());

const HEADER = 44;
const two = (n) => String(n).padStart(2, "0");
let calls = 0;

/** A call as FreePBX records it: a file of its own, whose header says nothing until the end. */
function begin(caller) {
  const at = new Date();
  calls += 1;
  const date = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join("");
  const folder = join(watching.media, "live");
  mkdirSync(folder, { recursive: true });
  const name = join(folder, `external-2001-${caller}-${date}-${clock}-${Math.floor(at / 1000)}.${calls}.wav`);
  const sound = readFileSync(join(server.media, "sounds", "steps.wav"));
  const header = Buffer.from(sound.subarray(0, HEADER));
  header.writeUInt32LE(0, 4);
  header.writeUInt32LE(0, 40);
  const file = openSync(name, "w");
  writeSync(file, header);
  return {
    speak: () => writeSync(file, sound, HEADER, 16_000),
    hangUp() {
      writeSync(file, sound, HEADER + 16_000, sound.length - HEADER - 16_000);
      writeSync(file, sound, 0, HEADER, 0);
      closeSync(file);
    },
    drop: () => rmSync(name),
  };
}

const row = (page, text) => page.locator("#rows .row", { hasText: text });
/** Rows of other programs, from a time on. */
const insert = (name, start, count = 1, { customer = 1, group = "(SELECT min(id) FROM recordgroups WHERE customer = 1)", at = server } = {}) =>
  at.sql(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
    INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, end, totaltime, snumber, snumber_name, cnumber, complete)
    SELECT ${customer}, ${group}, '${name}.' || i, '1', ${start} + i, ${start} + i + 1, 1, '55' || i, '${name} ' || i, '2', 1 FROM n;`);
const forget = (name, at = server) => at.sql(`DELETE FROM recordings WHERE uniqueid LIKE '${name}.%';`);
const seconds = () => Math.floor(Date.now() / 1000);
/** Whether the page is still the one it was. */
const stamp = (page) => page.evaluate(() => (window.stamp = true));
const stamped = (page) => page.evaluate(() => window.stamp);
/** The row at the middle of the list, and where it is on the screen. */
const middle = (page) =>
  page.evaluate(() => {
    const { left, top, height } = document.getElementById("grid").getBoundingClientRect();
    const at = document.elementFromPoint(left + 200, top + height / 2).closest(".row");
    return [at.querySelector(".from").textContent, at.getBoundingClientRect().top];
  });

test("a call is in the list when it begins and complete when it ends, in its place, without a reload", async () => {
  const { page, context, faults } = await openCalls(browser, watching.url, {});
  await stamp(page);
  const before = await total(page);
  const call = begin("4930555001");
  call.speak();
  await row(page, "4930555001").waitFor();
  assert.match(await row(page, "4930555001").getAttribute("class"), /now/);
  await found(page, before + 1);
  const id = await row(page, "4930555001").getAttribute("id");
  call.hangUp();
  await page.locator(`#${id}:not(.now)`, { hasText: "4930555001" }).waitFor();
  assert.ok(await stamped(page));
  assert.equal(await page.locator("#totals").getAttribute("aria-live"), "off", "nobody is told what nobody asked for");
  assert.deepEqual(faults, []);
  await context.close();
});

withPage("the marked call, the selected and the playing one go with their rows", { path: "/" }, async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  const name = (selector) => page.locator(`${selector} .from`).first().textContent();
  const marked = await name('#rows [aria-selected="true"]');
  insert("slides", seconds(), 2);
  await row(page, "slides 1").waitFor();
  await rested(page);
  assert.equal(await name('#rows [aria-selected="true"]'), marked);
  assert.equal(await name("#rows .picked"), marked);
  assert.equal(await page.locator("#rows .picked").count(), 1);
  const active = await page.locator("#grid").getAttribute("aria-activedescendant");
  assert.equal(await name(`#${active}`), marked);
  assert.equal(await page.evaluate(() => document.activeElement.id), "grid");
  await page.keyboard.press("k");
  assert.notEqual(await name('#rows [aria-selected="true"]'), marked);
  forget("slides");
  await row(page, "slides 1").waitFor({ state: "detached" });
});

withPage("no row comes under a pointer that is about to press one", { path: "/" }, async (page) => {
  await idle(page);
  const { x, y } = await page.locator("#rows .row .from").nth(3).boundingBox();
  const under = () => page.evaluate(([left, top]) => document.elementFromPoint(left, top).closest(".row").querySelector(".from").textContent, [x + 9, y + 5]);
  const before = await under();
  insert("aside", seconds());
  for (const end = Date.now() + 1_200; Date.now() < end; ) {
    await page.mouse.move(x + 9 + (Date.now() % 2), y + 5);
    assert.equal(await under(), before);
  }
  await row(page, "aside 0").waitFor();
  await rested(page);
  assert.notEqual(await under(), before);
  forget("aside");
  await row(page, "aside 0").waitFor({ state: "detached" });
});

withPage("a list that is scrolled stays where it is, and says how many calls are new", { path: "/" }, async (page) => {
  const all = await total(page);
  await page.locator("#grid").hover();
  await page.mouse.wheel(0, 2_015);
  await rested(page);
  const before = await middle(page);
  insert("newer", seconds(), 3);
  await page.getByRole("button", { name: "3 new calls" }).waitFor();
  assert.deepEqual(await middle(page), before);
  insert("older", seconds() - 300, 2); // in the middle of what is above
  await found(page, all + 2);
  await rested(page);
  assert.deepEqual(await middle(page), before, "nor do calls that come late move it");
  server.sql("DELETE FROM recordings WHERE uniqueid = 'older.0';");
  await found(page, all + 1);
  await rested(page);
  assert.deepEqual(await middle(page), before, "nor calls that go");
  await page.getByRole("button", { name: "3 new calls" }).click();
  await row(page, "newer 2").waitFor();
  await row(page, "older 1").waitFor();
  assert.equal(await page.locator("#newer").isVisible(), false);
  forget("newer");
  forget("older");
  await row(page, "newer 2").waitFor({ state: "detached" });
});

withPage("deep in a long list nothing moves", long, async (page) => {
  await page.evaluate(() => (document.getElementById("grid").scrollTop = 200_000));
  await page.waitForFunction(() => document.querySelector(".row:not(.blank)") && !document.querySelector(".row.blank"));
  await rested(page);
  const before = await middle(page);
  insert("deep", LONG.start + LONG.step * LONG.rows - 90, 5, { customer: CUSTOMER, group: GROUP });
  await found(page, LONG.rows + 5);
  await rested(page);
  assert.deepEqual(await middle(page), before);
  forget("deep");
  await found(page, LONG.rows);
});

withPage("lists in any order and with filters follow", { path: "/?sort=snumber&order=asc&search=sorted" }, async (page) => {
  await page.getByText("No call matches").waitFor();
  insert("sorted", seconds() - 50, 3);
  await found(page, 3);
  await row(page, "sorted 2").waitFor(); // the total may come before the rows
  assert.deepEqual((await rows(page)).map(({ from }) => from.slice(0, 8)), ["sorted 0", "sorted 1", "sorted 2"]);
  server.sql("UPDATE recordings SET snumber = '559' WHERE uniqueid = 'sorted.0';");
  await page.waitForFunction(() => document.querySelector("#call-2").textContent.includes("sorted 0"));
  forget("sorted");
  await page.getByText("No call matches").waitFor();
});

/** How often the list has been asked for. */
function counted(page) {
  const asked = [];
  page.on("request", (request) => request.url().endsWith("recordings/list") && asked.push(request.postData().includes("count=1")));
  return () => asked.filter((count) => !count).length;
}

withPage("a hundred calls a second are no hundred requests", { path: "/" }, async (page) => {
  const lists = counted(page);
  const began = Date.now();
  let storms = 0;
  for (; Date.now() - began < 2_000; storms += 1) insert(`storm${storms}`, seconds() + storms);
  await row(page, `storm${storms - 1} 0`).waitFor();
  assert.ok(lists() <= (Date.now() - began) / 1000 + 2, `${lists()} in ${Date.now() - began} ms`);
  server.sql("DELETE FROM recordings WHERE uniqueid LIKE 'storm%';");
});

const busy = (route) => route.fulfill({ status: 503, json: { responses: [{ code: "503", key: "", message: "Busy" }] } });
const kept = () => undefined;

for (const [what, answer] of [["all places are taken", busy], ["a proxy keeps them back", kept]]) {
  test(`where no events come since ${what}, the page asks every while`, async () => {
    const { page, context } = await openPage(browser, server.url);
    await page.route("**/api/json/events?*", answer);
    await logIn(page);
    await settled(page);
    insert("polled", seconds());
    await row(page, "polled 0").waitFor();
    forget("polled");
    await row(page, "polled 0").waitFor({ state: "detached" });
    await context.close();
  });
}

test("the connection is made again when it broke off, and what came meanwhile is there", async () => {
  const { page, context } = await openPage(browser, server.url);
  let broken = 0;
  await page.route("**/api/json/events?*", (route) => ((broken += 1) > 1 ? route.continue() : route.abort()));
  await logIn(page);
  await settled(page);
  const listening = page.waitForResponse((response) => response.url().includes("/events?"));
  insert("again", seconds());
  assert.equal((await listening).status(), 200);
  await row(page, "again 0").waitFor();
  forget("again");
  await row(page, "again 0").waitFor({ state: "detached", timeout: 5_000 });
  await context.close();
});

/** What a number of the status says. */
const figure = (page, label) => page.locator(".figure", { hasText: label }).locator("dd").first().textContent();

/** Until the page says as many as the database holds. */
async function figured(page, label, query, above = -1) {
  for (;;) {
    const [said, held] = [await figure(page, label), Number(watching.sql(query))];
    if (Number(said.replace(/\D/g, "")) === held && held > above) return held;
    await page.waitForResponse(/status\/get/);
  }
}

const MISSING = "SELECT count(*) FROM recordings WHERE stale = 1;";

async function openStatus(options = {}) {
  const opened = await openPage(browser, `${watching.url}/status`, options);
  await logIn(opened.page, "olga");
  await opened.page.getByRole("heading", { name: "Sources" }).waitFor();
  return opened;
}

test("the status says which files are left out and which calls lack their file, and follows", async () => {
  const { page, context, faults } = await openStatus();
  const missing = await figured(page, "file is missing", MISSING);
  const call = begin("4930555002");
  call.hangUp();
  const folder = join(watching.media, "private");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(server.media, "sounds", "steps.wav"), join(folder, "steps.wav"));
  await page.getByRole("table", { name: "Files without a call in the list" }).getByText("rule").first().waitFor();
  const reason = await page.getByRole("table", { name: "Files without a call in the list" }).textContent();
  call.drop();
  await figured(page, "file is missing", MISSING, missing);
  assert.match(reason, /rule/);
  const source = page.getByRole("table", { name: "Sources" }).locator("tbody tr").first();
  assert.match(await source.textContent(), /Today/);
  assert.match(await figure(page, "Sound, free"), /[GMT]B/);
  await page.locator(".figure", { hasText: "file is missing" }).getByRole("link").click();
  await settled(page);
  assert.equal(await page.evaluate(() => location.pathname + location.search), "/?state=missing");
  await page.locator("#grid").getByText("The sound is missing").first().waitFor();
  assert.deepEqual(faults, []);
  await context.close();
});

test("recordings of which it isn't known whose they are stand in red on the status, with what to do, until it is done", async () => {
  const folder = join(watching.media, "nobody");
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(server.media, "sounds", "steps.wav"), join(folder, "steps.wav"));
  const { page, context, faults } = await openStatus({ bypassCSP: true });
  const waiting = page.getByRole("table", { name: "Recordings that wait" });
  await waiting.getByText("rule 2").first().waitFor({ timeout: 60_000 });
  assert.match(await waiting.textContent(), /there is no group "Not yet"; add it with: tapeline group add/);
  assert.match(await figure(page, "Recordings that wait"), /1/);
  await accessible(page, "status with recordings that wait");
  watching.sql(`INSERT INTO recordgroups (customer, name) VALUES (${CUSTOMER}, 'Not yet');`);
  await waiting.waitFor({ state: "detached", timeout: 60_000 });
  assert.equal(watching.sql("SELECT count(*) FROM recordings WHERE path = 'nobody/steps.wav';").trim(), "1");
  assert.deepEqual(faults, []);
  await context.close();
});

withPage("a supervisor gets no status page", { path: "/status" }, async (page) => {
  assert.equal(new URL(page.url()).pathname, "/");
  assert.equal(await page.getByRole("link", { name: "Status" }).count(), 0);
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing about the status and new calls, ${scheme}`, async () => {
    const { page, context } = await openStatus({ scheme, bypassCSP: true });
    await accessible(page, "status");
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await settled(page);
    await page.locator("#grid").hover();
    await page.mouse.wheel(0, 2_015);
    await rested(page);
    insert("axe", seconds(), 1, { at: watching });
    await page.locator("#newer").waitFor();
    await accessible(page, "new calls");
    forget("axe", watching);
    await context.close();
  });
  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    test(`screenshots of the status and of new calls, ${scheme} ${width}`, async () => {
      const { page, context } = await openStatus({ scheme, width, height });
      await shoot(page, `status-${scheme}-${width}`);
      await page.goto(watching.url);
      await settled(page);
      await page.evaluate(() => (document.getElementById("grid").scrollTop = 2_015));
      await rested(page);
      insert("shot", seconds(), 3, { at: watching });
      await page.locator("#newer").waitFor();
      await shoot(page, `new-calls-${scheme}-${width}`);
      forget("shot", watching);
      await context.close();
    });
  }
}
