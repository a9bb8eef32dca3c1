/** A person at a browser. */

import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { PASSWORD } from "./server.js";

const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const shots = join(import.meta.dirname, "shots");

/** @param {{autoplay?: boolean}} [options]  autoplay: sound may begin without a click */
export const startBrowser = ({ autoplay = true } = {}) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...ARGUMENTS, `--autoplay-policy=${autoplay ? "no-user-gesture-required" : "user-gesture-required"}`] });

/** What a page must not do: break its own policy, fail, or ask anybody else. */
function watch(page, origin) {
  const faults = [];
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content.Security.Policy|violates/i.test(message.text())) faults.push(`policy: ${message.text()}`);
  });
  page.on("request", (request) => {
    const other = !request.url().startsWith(origin) && !/^(data|blob):/.test(request.url());
    if (other) faults.push(`third party: ${request.url()}`);
  });
  return faults;
}

/** @param {import("playwright-core").Browser} browser @param {string} url */
export async function openPage(browser, url, { width = 1440, height = 900, scheme = "light", ...more } = {}) {
  const phone = width < 500;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale: "en-GB", timezoneId: "Europe/Berlin", hasTouch: phone, isMobile: phone, ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = watch(page, new URL(url).origin);
  await page.goto(url);
  return { page, context, faults };
}

/** Where a page can import a module of the source from, since it has them joined to one file. @param {string} path  "kit/format.js" */
export async function module(page, path) {
  const source = (route) => readFileSync(join(import.meta.dirname, "../../static/js", new URL(route.request().url()).pathname.slice("/source/".length)));
  await page.route("**/source/**", (route) => route.fulfill({ contentType: "text/javascript", body: source(route) }));
  return `/source/${path}`;
}

/** Fills in the form. */
export async function logIn(page, name = "tess", password = PASSWORD) {
  await page.locator("#login-name").fill(name);
  await page.locator("#login-password").fill(password);
  await page.locator("#login-form [type=submit]").click();
}

/** Until the list shows what the search finds. */
export async function settled(page) {
  await page.waitForFunction(() => {
    const quiet = document.getElementById("progress").hidden && !document.querySelector(".waiting") && document.documentElement.dataset.view === "app";
    return quiet && (!document.getElementById("notice").hidden || document.querySelector(".row:not(.blank)"));
  });
}

/** Until nothing has moved for a while: no rows, no sheet, nothing that fades. What moves for ever doesn't count. */
export const rested = (page) =>
  page.waitForFunction(() => {
    const [now, quiet] = [performance.now(), 300];
    const rows = [...document.querySelectorAll(".row")].map((row) => [row.dataset.index, row.getBoundingClientRect().top]);
    const seen = JSON.stringify([document.getElementById("grid").scrollTop, rows]);
    const moving = document.getAnimations().some((one) => one.playState === "running" && one.effect.getTiming().iterations !== Infinity);
    if (moving || seen !== window.restedAt?.seen) window.restedAt = { seen, since: now };
    return now - window.restedAt.since > quiet;
  });

/** Until what was asked for just now can be drawn. */
export const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

/** Until the page has asked nothing for longer than it waits between two looks at the list. */
export async function idle(page) {
  const quiet = 1_500;
  for (let since = Date.now(); Date.now() - since < quiet; ) {
    const asked = await page.waitForRequest(/recordings\/list/, { timeout: quiet }).catch(() => null);
    if (asked) since = Date.now();
  }
}

/** Ten seconds pass in which a deletion could have been undone. The page's clock must have been installed before. */
export const graceOver = (page) => page.clock.runFor(11_000);

/** Logged in, with rows. */
export async function openCalls(browser, url, options) {
  const opened = await openPage(browser, url, options);
  await logIn(opened.page, options?.name, options?.password);
  await settled(opened.page);
  return opened;
}

/** What the rows in view say, top down. */
export const rows = (page) =>
  page.evaluate(() => {
    const cell = (row, name) => row.querySelector(`.cell.${name}`)?.textContent.trim() ?? "";
    return [...document.querySelectorAll("#rows .row:not(.blank)")]
      .sort((a, b) => a.dataset.index - b.dataset.index)
      .map((row) => ({ index: Number(row.dataset.index), from: cell(row, "from"), to: cell(row, "to"), group: cell(row, "group"), direction: cell(row, "direction"), length: cell(row, "length"), time: row.querySelector("time")?.dateTime }));
  });

/** Asks the API as the page's own person. */
export const ask = (page, name, params) =>
  page.evaluate(
    async ([path, query]) => (await fetch(`/api/json/${path}`, { method: "POST", body: new URLSearchParams(query) })).json(),
    [name, params],
  );

export async function shoot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}
