/** Many calls at once: selecting, exporting, keeping, holding, deleting. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ask, graceOver, module } from "./page.js";
import { CUSTOMER, GROUP, LONG } from "./server.js";
import { admin, calls, found, long, mark, meta, server, strip, total, withPage } from "./suite.js";

withPage("calls are selected by click, by Shift and a range, by keys and all together; count, time and size are told", admin, async (page) => {
  const { data } = await ask(page, "recording/recordings/list", { complete: 1, descending: 1, limit: 12 });
  const told = async (list) => {
    const size = list.reduce((sum, row) => sum + row.size, 0);
    const time = list.reduce((sum, row) => sum + row.totaltime, 0);
    const words = await page.evaluate(async ([seconds, bytes, path]) => {
      const format = await import(path);
      return [format.spoken(seconds), bytes ? format.bytes(bytes) : ""].filter(Boolean).join(" · ");
    }, [time, size, await module(page, "kit/format.js")]);
    const plural = list.length === 1 ? "call" : "calls";
    await page.locator("#bulk-sum").getByText(`${list.length} ${plural} · ${words} selected`, { exact: true }).waitFor();
  };
  await page.locator("#call-1").hover();
  await page.locator("#call-1 .box").click();
  await told([data[1]]);
  await page.locator("#call-6 .cell.time").click({ modifiers: ["Shift"] });
  await told(data.slice(1, 7));
  await page.locator("#call-3 .cell.time").click({ modifiers: ["Control"] });
  await told([...data.slice(1, 3), ...data.slice(4, 7)]);
  await page.keyboard.press("Escape");
  await page.locator("#bulk").waitFor({ state: "hidden" });
  await page.locator("#call-2 .cell.time").click();
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await told(data.slice(2, 5));
  const counted = (await ask(page, "recording/recordings/list", { complete: 1, count: 1 })).data;
  await page.locator("#bulk-all").click();
  await page.locator("#bulk-sum").getByText(new RegExp(`^${counted.count.toLocaleString("en")} calls`)).waitFor();
  await page.locator("#call-0 .box").click();
  await page.locator("#bulk-sum").getByText(new RegExp(`^${(counted.count - 1).toLocaleString("en")} calls`)).waitFor();
  await page.locator("#pick-all").click();
  await page.keyboard.press("t");
  await page.locator("#bulk").waitFor({ state: "hidden" });
});

withPage("a range reaches over thousands of calls that were never in view", long, async (page) => {
  await page.locator("#call-0 .cell.time").click();
  await page.keyboard.press("x");
  await page.keyboard.press("G");
  await page.locator(`#call-${LONG.rows - 3}:not(.blank) .cell.time`).click({ modifiers: ["Shift"] });
  await page.locator("#bulk-sum").getByText(/^11,998 calls/).waitFor();
});

withPage("a list that changes meanwhile neither ends a range nor moves its ends", long, async (page) => {
  let go;
  const changed = new Promise((done) => (go = done));
  await page.route("**/recordings/list", async (route) => {
    if (route.request().postData().includes("limit=500")) await changed;
    await route.continue();
  });
  await page.locator("#call-0 .cell.time").click();
  await page.keyboard.press("x");
  await page.keyboard.press("G");
  await page.locator(`#call-${LONG.rows - 3}:not(.blank) .cell.time`).click({ modifiers: ["Shift"] });
  const start = LONG.start + LONG.rows * LONG.step - 1;
  server.sql(`INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, end, complete) VALUES (${CUSTOMER}, ${GROUP}, 'newer', '1', ${start}, ${start}, 1);`);
  await found(page, LONG.rows + 1);
  go();
  await page.locator("#bulk-sum").getByText(/^11,998 calls/).waitFor();
  server.sql("DELETE FROM recordings WHERE uniqueid = 'newer';");
});

/** Lists what a ZIP holds, with unzip. */
const unzip = (path, ...what) => execFileSync("unzip", [...what, path], { maxBuffer: 1 << 28 });

withPage("calls are exported as a ZIP that unzip opens, with their sound", admin, async (page) => {
  const wanted = await calls(page, 3, 10);
  for (const row of wanted) {
    await mark(page, row);
    await page.keyboard.press("x");
  }
  await page.locator("#bulk-export").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /ZIP with sound/ }).click()]);
  assert.match(download.suggestedFilename(), /^recordings \d{4}-\d\d-\d\d\.zip$/);
  const path = await download.path();
  unzip(path, "-tq");
  const index = unzip(path, "-p").toString("latin1");
  const names = execFileSync("unzip", ["-Z1", path], { encoding: "utf8" }).trim().split("\n");
  assert.equal(names.length, 4, names.join());
  for (const row of wanted) assert.ok(index.includes(readFileSync(join(server.media, row.path)).toString("latin1")), row.path);
  await page.locator("#toast.shown").getByText(/^3 calls exported/).waitFor();
});

withPage("all that match are exported as CSV, and an export that is cancelled gives no file", long, async (page) => {
  await page.keyboard.press("A");
  await page.locator("#bulk-export").click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /CSV table/ }).click()]);
  const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
  assert.equal(lines.length, LONG.rows + 1);
  assert.ok(lines[1].includes(`49301${String(LONG.rows - 1).padStart(6, "0")}`), lines[1]);
  await page.locator("#bulk-export").click();
  const [table] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /CSV for Excel/ }).click()]);
  const kept = readFileSync(await table.path(), "utf8").trim().split("\r\n");
  assert.equal(kept.length, LONG.rows + 1);
  assert.ok(kept[1].includes(`,"=""49301${String(LONG.rows - 1).padStart(6, "0")}""",`), kept[1]);
  await page.route("**/recordings/export", () => {}); // never answers
  await page.locator("#bulk-export").click();
  await page.getByRole("button", { name: /CSV table/ }).click();
  await strip(page).getByText(/^Exporting/).waitFor();
  await strip(page).getByRole("button", { name: "Cancel" }).click();
  await page.locator("#toast.shown").getByText("Cancelled").waitFor();
  assert.equal(await strip(page).count(), 0);
});

withPage("many are held, kept and released; what fails is told with its reason", admin, async (page) => {
  const some = await calls(page, 4, 14);
  const select = async () => {
    for (const row of some) {
      await mark(page, row);
      await page.keyboard.press("x");
    }
  };
  await select();
  await page.locator("#bulk-hold").click();
  await page.locator("#toast.shown").getByText("4 calls held").waitFor();
  for (const row of some) assert.equal((await meta(page, row)).hold, 1);
  await page.locator("#bulk-keep").click();
  await page.locator("#keep-date").fill("2033-03-03");
  await page.locator("#keep-menu [type=submit]").click();
  await page.locator("#toast.shown").getByText("4 calls may be deleted from 3 Mar 2033").waitFor();
  await page.locator("#bulk-keep").click();
  await page.locator("#keep-ever").click();
  await page.locator("#toast.shown").getByText("4 calls without a date").waitFor();
  for (const row of some) assert.equal((await meta(page, row)).expires, 0);
  await page.locator("#bulk-release").click();
  await page.locator("#toast.shown").getByText("4 calls no longer held").waitFor();
  // Somebody else holds one of them and deletes another meanwhile.
  const [held, gone] = some;
  server.sql(`UPDATE recordings SET hold = 1 WHERE uniqueid = '${held.uniqueid}'; DELETE FROM recordings WHERE uniqueid = '${gone.uniqueid}';`);
  const before = await total(page);
  await page.clock.install();
  await page.locator("#bulk-delete").click();
  await strip(page).getByText(/^4 calls will be deleted/).waitFor();
  await graceOver(page);
  await strip(page).getByText("3 calls deleted, 1 call not:").waitFor();
  assert.match(await strip(page).textContent(), /held; end the hold first/);
  await found(page, before - 3);
  await strip(page).getByRole("button", { name: "Close" }).click();
  assert.equal(await strip(page).count(), 0);
});

withPage("a change of many can be cancelled, and says how far it came", long, async (page) => {
  await page.keyboard.press("A");
  await page.locator("#bulk-hold").click();
  await strip(page).getByText(/\d+ of 12,000 calls/).waitFor();
  await strip(page).getByRole("button", { name: "Cancel" }).click();
  await strip(page).getByText(/^Cancelled: [\d,]+ of 12,000 calls held\./).waitFor();
  const done = Number(/[\d,]+/.exec(await strip(page).textContent())[0].replace(",", ""));
  const held = Number(server.sql("SELECT count(*) FROM recordings WHERE hold = 1 AND recordgroup = 90;"));
  assert.equal(held, done, "what is told is what was done");
  assert.ok(done < LONG.rows);
  server.sql("UPDATE recordings SET hold = 0 WHERE recordgroup = 90;");
});
