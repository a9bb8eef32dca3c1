/** What people do before the scripts are there, what becomes of scripts that don't come, and what the first page asks for. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { accessible, browser, long, query, server } from "../suite.js";
import { logIn, openPage, settled } from "../page.js";
import { LENA, PASSWORD } from "../server.js";

const SCRIPTS = /\.js$/;

/** A page whose scripts wait, but for those that never come. @returns {Promise<{page: any, context: any, faults: string[], come: () => void}>} */
async function early(path = "/", lost = /^$/) {
  const opened = await openPage(browser, "about:blank");
  let come;
  const there = new Promise((done) => (come = done));
  await opened.page.route(SCRIPTS, async (route) => {
    await there;
    await (lost.test(route.request().url()) ? route.abort() : route.continue());
  });
  await opened.page.goto(server.url + path, { waitUntil: "commit" });
  return { ...opened, come };
}

async function fill(page, name) {
  await page.locator("#login-name").fill(name);
  await page.locator("#login-password").fill(PASSWORD);
}

/** All addresses that are asked for. */
function addresses(page) {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  return asked;
}

for (const [how, act] of [
  ["Enter", (page) => page.locator("#login-password").press("Enter")],
  ["a press of Log in", (page) => page.locator("#login-form [type=submit]").click()],
]) {
  test(`${how} before the scripts are there logs in once they are, and the link is followed`, async () => {
    const { page, context, come } = await early(`${long.path}&called=2007`);
    const asked = addresses(page);
    await fill(page, LENA);
    await act(page);
    await page.getByText("You will be logged in as soon as the page has loaded.").waitFor();
    assert.deepEqual(asked.filter((url) => !url.includes("/static/")), [], "nothing is sent by itself");
    come();
    await settled(page);
    assert.match(await query(page), /called=2007$/);
    assert.equal(asked.find((url) => url.includes("password") || url.includes(LENA)), undefined);
    await context.close();
  });
}

test("an early password that is being checked is said to be, and nothing is promised once the page has not come", async () => {
  const { page, context, come } = await early("/", /app\.js$/);
  let answer;
  const asked = new Promise((done) => (answer = done));
  await page.route("**/user/login", async (route) => {
    await asked;
    await route.continue();
  });
  await fill(page, "tess");
  await page.locator("#login-password").press("Enter");
  come();
  await page.getByText("Logging in…").waitFor();
  answer();
  await page.locator("#login-error").getByText("could not be loaded whole").waitFor();
  assert.equal(await page.getByText("You will be logged in").isVisible(), false);
  assert.equal(await page.locator("#login-form [type=submit]").isEnabled(), true);
  await context.close();
});

test("where no script comes at all, the promise goes when the page offers to reload", async () => {
  const { page, context } = await openPage(browser, "about:blank");
  await page.route(SCRIPTS, (route) => route.abort());
  await page.goto(server.url, { waitUntil: "commit" });
  await fill(page, "tess");
  await page.locator("#login-password").press("Enter");
  await page.getByText("You will be logged in as soon as").waitFor();
  await page.getByRole("link", { name: "Reload" }).waitFor();
  await page.getByText("You will be logged in as soon as").waitFor({ state: "hidden" });
  await context.close();
});

test("a wrong password, sent early, is refused in words; the next one logs in", async () => {
  const { page, context, come } = await early();
  await page.locator("#login-name").fill("tess");
  await page.locator("#login-password").fill("wrong");
  await page.locator("#login-password").press("Enter");
  come();
  await page.getByText("Name or password is wrong.").waitFor();
  assert.equal(await page.getByText("You will be logged in").isVisible(), false);
  await logIn(page);
  await settled(page);
  await context.close();
});

test("what is typed before the scripts are there stays, and so does where one is", async () => {
  const { page, context, come } = await early();
  await page.waitForFunction(() => document.activeElement.id === "login-name"); // one can begin to type at once
  await fill(page, "tess");
  const known = page.waitForResponse(/user\/login/);
  come();
  await known;
  await page.waitForFunction(() => document.title.startsWith("Log in") && document.getElementById("late") === null);
  assert.deepEqual(await page.evaluate(() => ["login-name", "login-password"].map((id) => document.getElementById(id).value)), ["tess", PASSWORD]);
  assert.equal(await page.evaluate(() => document.activeElement.id), "login-password");
  await page.keyboard.press("Enter");
  await settled(page);
  await context.close();
});

test("without scripts the form asks nobody for anything, and the page says what it needs", async () => {
  const { page, context } = await openPage(browser, `${server.url}/?search=a`, { javaScriptEnabled: false });
  const asked = addresses(page);
  await page.locator("noscript p").waitFor();
  await fill(page, "tess");
  await page.locator("#login-password").press("Enter");
  await page.locator("#login-form [type=submit]").click();
  assert.equal(await page.getByText("You will be logged in").isVisible(), false);
  assert.equal(page.url(), `${server.url}/?search=a`);
  assert.deepEqual(asked.filter((url) => !url.includes("/static/")), []);
  await context.close();
});

for (const [what, file, act] of [
  ["the first script breaks off", /start\.js$/, (route) => route.abort()],
  ["the first script is refused", /start\.js$/, (route) => route.fulfill({ status: 401, body: "Who are you?" })],
  ["the rest breaks off", /app\.js$/, (route) => route.abort()],
  ["a gateway answers for the rest", /app\.js$/, (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>Bad gateway</h1>" })],
  ["the stylesheet does not come", /app\.css$/, (route) => route.fulfill({ status: 503 })],
]) {
  for (const known of [false, true]) {
    test(`where ${what}, the page says so and offers to reload, ${known ? "with" : "without"} a session`, async () => {
      const { page, context } = await openPage(browser, `${server.url}/?search=a`, { bypassCSP: true });
      if (known) {
        await logIn(page);
        await settled(page);
      }
      await page.route(file, act);
      await page.reload({ waitUntil: "commit" });
      const reload = page.getByRole("link", { name: "Reload" });
      await reload.waitFor();
      // The first script, where it has come, knows better than the time that passes.
      if (!file.test("start.js")) await page.locator("#late[data-now]").waitFor();
      assert.match(await page.locator("#late").textContent(), /page/);
      if (!known && !file.test("app.css")) await accessible(page, what);
      await page.unroute(file);
      await reload.click();
      if (!known) await logIn(page);
      await settled(page);
      assert.equal(await query(page), "?search=a");
      await context.close();
    });
  }
}

/** What a page loads from now on: the path of each request, and the bytes that came for each path. */
async function load(page) {
  const line = await page.context().newCDPSession(page);
  const [paths, bytes] = [new Map(), new Map()];
  await line.send("Network.enable");
  line.on("Network.requestWillBeSent", ({ requestId, request }) => paths.set(requestId, new URL(request.url).pathname.replace(/^\/static\/\w+/, "")));
  line.on("Network.dataReceived", ({ requestId, encodedDataLength }) => bytes.set(paths.get(requestId), (bytes.get(paths.get(requestId)) ?? 0) + encodedDataLength));
  return { asked: () => [...paths.values()], bytes };
}

test("the page asks for few files, each once, and the login needs little of them", async () => {
  const { page, context } = await openPage(browser, "about:blank");
  const { asked, bytes } = await load(page);
  await page.goto(server.url);
  await page.waitForFunction(() => document.title.startsWith("Log in") && document.getElementById("late") === null);
  const paths = asked();
  assert.deepEqual([...paths].sort(), [...new Set(paths)].sort(), "each once");
  const known = ["/", "/app.css", "/js/start.js", "/js/app.js", "/icons.svg", "/favicon.svg", "/api/json/user/login"];
  assert.deepEqual(paths.filter((path) => !known.includes(path)), []);
  const before = paths.length;
  bytes.delete("/js/app.js");
  const needed = [...bytes.values()].reduce((sum, some) => sum + some, 0);
  assert.ok(needed > 5_000 && needed < 40_000, `${needed} bytes before one can log in`);
  await logIn(page);
  await settled(page);
  await page.evaluate(() => fetch("/api/json/user/login", { method: "POST" })); // behind what was on its way
  const opened = asked().slice(before).filter((path) => path.startsWith("/api/"));
  const lists = opened.filter((path) => path.endsWith("recordings/list"));
  assert.equal(lists.length, 2, `rows and their number, once each: ${opened}`);
  assert.ok(opened.includes("/api/json/events"), "somebody listens");
  await context.close();
});
