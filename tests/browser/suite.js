/** What all tests share: one server, one browser, and a page for each test. */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { ask, openCalls, settled, startBrowser } from "./page.js";
import { LENA, LONG, startServer } from "./server.js";
import { makeSounds } from "./sounds.js";

export let server;
export let browser;

before(async () => {
  server = await startServer();
  makeSounds(server);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  server?.stop();
});

/** A test with a page of its own that must end without faults. */
export function withPage(name, options, body) {
  test(name, async () => {
    const opened = await openCalls(browser, server.url + (options.path ?? "/"), options);
    try {
      await body(opened.page, opened);
      assert.deepEqual(opened.faults, []);
    } finally {
      await opened.context.close();
    }
  });
}

/** Where the long list is. */
export const long = { name: LENA, path: `/?start=${LONG.start}&end=${LONG.start + LONG.rows * LONG.step}` };
export const query = (page) => page.evaluate(() => location.search);
/** Until so many calls are found and shown. */
export async function found(page, count) {
  await page.waitForFunction((n) => document.getElementById("totals").textContent.replace(/\D/g, "") === n, String(count));
  await settled(page);
}
/** Another list, of a million calls that no server has. */
export async function million(page) {
  const all = 1_000_000;
  const row = (i) => ({ recordgroup: 1, uniqueid: `m.${i}`, recordid: "1", start: 1_700_000_000 - i, end: 1, totaltime: 1, talktime: 1, complete: 1, status: "answer", snumber: `n${i}`, cnumber: "2", direction: "in", path: "a.wav" });
  await page.route("**/recordings/list", (route) => {
    const asked = new URLSearchParams(route.request().postData() ?? "");
    const from = Number(asked.get("after") ?? asked.get("offset") ?? 0);
    const data = asked.get("count") === "1" ? { count: all, totaltime: 1, size: 1 } : Array.from({ length: 200 }, (_, i) => row(from + i));
    return route.fulfill({ json: { responses: [{ code: "200", key: "", message: "OK" }], data, ...(from + 200 < all ? { next: String(from + 200) } : {}) } });
  });
  await page.locator("[data-range='30d']").click();
  await found(page, all);
}
export const total = async (page) => Number((await page.locator("#totals").textContent()).replace(/\D/g, ""));

/** The password of the demo's people. */
export const DEMO = "tapeline-demo";
/** The clinic's administrator: tests change and delete there, and leave the other customers alone. */
export const admin = { name: "lucia", password: DEMO, path: "/?state=done" };

/** What names a recording, in links and for the API. */
export const key = ({ recordgroup, uniqueid, recordid }) => [recordgroup, uniqueid, recordid].map(encodeURIComponent).join(":");
export const identity = ({ recordgroup, uniqueid, recordid }) => ({ recordgroup, uniqueid, recordid });
/** A recording's row, as the API has it now. */
export const meta = async (page, row) => (await ask(page, "recording/recordings/get", { ...identity(row), wrap: "meta" })).data;
export const panel = (page) => page.locator("#panel");
export const strip = (page) => page.locator("#work .strip");

/** Completed calls with sound, so many from the newest on. */
export async function calls(page, count, offset = 0) {
  const { data } = await ask(page, "recording/recordings/list", { complete: 1, descending: 1, limit: 100 });
  return data.filter(({ path, stale, hold }) => path && !stale && !hold).slice(offset, offset + count);
}

/** Marks a call that the list shows. */
export async function mark(page, row) {
  const index = await page.evaluate((time) => document.querySelector(`#rows time[datetime="${time}"]`).closest(".row").dataset.index, new Date(row.start * 1000).toISOString());
  await page.locator(`#call-${index} .cell.time`).click();
  return Number(index);
}

const axeSource = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Nothing that axe knows is wrong with what the page shows now. The page must have been opened with `bypassCSP`. */
export async function accessible(page, what) {
  await page.addScriptTag({ path: axeSource }).catch(() => page.evaluate(() => 0));
  const { violations } = await page.evaluate(async () => {
    // What is just coming is pale. What goes on for ever, as the dot of a call in progress, isn't waited for.
    const passing = document.getAnimations().filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime));
    await Promise.allSettled(passing.map(({ finished }) => finished));
    return window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  });
  assert.deepEqual(violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 160))]), [], what);
}
