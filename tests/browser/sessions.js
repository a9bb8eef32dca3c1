/** Who is there: logging in and out, sessions that end, passwords, other origins, no connection. */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { logIn, openCalls, openPage, rows, settled } from "./page.js";
import { LENA, PASSWORD, lanAddress, startProxy } from "./server.js";
import { DEMO, browser, long, query, server, total } from "./suite.js";

test("a wrong password is refused in words, the right one shows the calls, and a reload keeps them", async () => {
  const { page, context, faults } = await openPage(browser, server.url);
  await logIn(page, "tess", "wrong");
  await page.getByText("Name or password is wrong.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "login-password");
  await logIn(page);
  await settled(page);
  assert.equal(await page.locator("#me-name").textContent(), "tess");
  await page.reload();
  await settled(page);
  assert.equal(await page.locator("#login").isVisible(), false);
  await page.locator("#me").click();
  await page.locator("#logout").click();
  await page.locator("#login-name").waitFor();
  assert.equal((await rows(page)).length, 0, "nothing stays behind");
  assert.deepEqual(faults, []);
  await context.close();
});

test("a session that ends keeps the search, and another person sees nothing of it", async () => {
  const { page, context, faults } = await openPage(browser, `${server.url}${long.path}&called=2007`);
  await page.route("**/api/json/events?*", (route) => route.abort()); // nothing asks but the person
  await logIn(page, LENA);
  await settled(page);
  await context.clearCookies();
  await page.getByRole("columnheader", { name: "Length" }).getByRole("button").click();
  await page.getByText("Your session has ended.").waitFor();
  assert.equal(await page.locator("#login-name").inputValue(), LENA);
  await logIn(page, LENA);
  await settled(page);
  assert.match(await query(page), /called=2007&sort=totaltime/);
  assert.equal(await total(page), 300);
  assert.deepEqual(faults, []);
  await context.close();
});

test("an agent without groups sees no calls and learns why", async () => {
  const { page, context } = await openCalls(browser, server.url, { name: "newcomer" });
  await page.getByText("you are in none yet").waitFor();
  assert.equal(await page.locator("#grid-help").evaluate((node) => getComputedStyle(node).display), "none", "no keys for a list that isn't there");
  await context.close();
});

test("whose role hears no calls is not asked for what the role can't get, and the page draws nothing of a list", async () => {
  const { page, context, faults } = await openPage(browser, "about:blank");
  const refused = [];
  page.on("response", (response) => response.status() >= 400 && response.status() !== 401 && refused.push(response.url()));
  await page.goto(server.url);
  await logIn(page, "hannah", DEMO);
  await page.getByText("has no access to recordings").waitFor();
  await page.evaluate(() => fetch("/api/json/user/login", { method: "POST" })); // behind what was on its way
  assert.deepEqual(refused, []);
  assert.equal(await page.locator("#calls").evaluate((node) => getComputedStyle(node, "::after").display), "none");
  assert.deepEqual(faults.filter((fault) => !fault.startsWith("third party")), []);
  await context.close();
});

test("one's own password can be changed", async () => {
  const { page, context } = await openCalls(browser, server.url, { name: "newcomer" });
  const change = async (old, fresh, again = fresh) => {
    await page.locator("#password-old").fill(old);
    await page.locator("#password-new").fill(fresh);
    await page.locator("#password-again").fill(again);
    await page.locator("#password-form .primary").click();
  };
  await page.locator("#me").click();
  await page.locator("#open-password").click();
  await change(PASSWORD, "another one 1", "another one 2");
  await page.getByText("The new passwords differ.").waitFor();
  await change("not it", "another one 1");
  await page.waitForFunction(() => document.getElementById("password-error").textContent.length > 5 && !document.getElementById("password-error").textContent.includes("differ"));
  await change(PASSWORD, "another one 1");
  await page.getByText("Password changed").waitFor();
  await page.reload();
  await page.locator("#me-name").waitFor();
  await context.clearCookies();
  await page.reload();
  await logIn(page, "newcomer", "another one 1");
  await page.locator("#me-name").waitFor();
  await context.close();
});

test("offline says so, and the list goes on when the server is back", async () => {
  const { page, context } = await openCalls(browser, server.url);
  await context.setOffline(true);
  await page.locator("#offline").waitFor();
  await context.setOffline(false);
  await page.locator("#offline").waitFor({ state: "hidden", timeout: 20_000 });
  await settled(page);
  await context.close();
});

test("at an address of the local network, by plain HTTP: log in, list, copy", async (t) => {
  const address = lanAddress();
  if (!address) return t.skip("this machine has no other address");
  const { page, context, faults } = await openCalls(browser, `http://${address}:${server.port}`);
  assert.equal(await page.evaluate(() => isSecureContext), false);
  await page.keyboard.press("j");
  await page.keyboard.press("c");
  await page.locator("#toast.shown").getByText(/^Copied/).waitFor();
  const copied = (await page.locator("#toast").textContent()).replace("Copied ", "");
  await page.locator("#search").focus();
  await page.keyboard.press("Control+v");
  assert.equal(await page.locator("#search").inputValue(), copied);
  assert.deepEqual(faults, []);
  return context.close();
});

test("another origin gets neither data nor a frame, cookie or not", async () => {
  const { page, context } = await openCalls(browser, server.url);
  const stranger = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>stranger</p>"));
  await new Promise((done) => stranger.listen(0, "127.0.0.1", done));
  await page.goto(`http://127.0.0.1:${stranger.address().port}/`);
  const outcome = await page.evaluate(async (url) => {
    const attempt = (init) => fetch(`${url}/api/json/recording/recordings/list?limit=1`, { credentials: "include", ...init }).then((r) => r.text(), () => "refused");
    const opaque = await fetch(`${url}/api/json/user/logout`, { method: "POST", mode: "no-cors", credentials: "include" }).catch(() => null);
    const frame = document.createElement("iframe");
    frame.src = url;
    document.body.append(frame);
    await new Promise((done) => frame.addEventListener("load", done));
    let framed = "blocked";
    try {
      framed = frame.contentDocument ? "readable" : "blocked";
    } catch {
      framed = "blocked";
    }
    return { get: await attempt({}), post: await attempt({ method: "POST" }), opaque: opaque?.type, framed };
  }, server.url);
  assert.deepEqual(outcome, { get: "refused", post: "refused", opaque: "opaque", framed: "blocked" });
  assert.ok(page.frames().slice(1).every((frame) => !frame.url().startsWith(server.url)), "no frame");
  await page.goto(server.url);
  await settled(page);
  assert.equal(await page.locator("#login").isVisible(), false, "the other origin could not log out");
  stranger.close();
  await context.close();
});

/** A page behind an nginx of its own. */
async function behind(options, body) {
  const proxy = await startProxy(server, options);
  const { page, context, faults } = await openPage(browser, proxy.url, options);
  try {
    await body(page);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
    proxy.stop();
  }
}

test("behind an nginx that passes no Host, or one without its port: log in, list, reload", async () => {
  for (const how of ["", "proxy_set_header Host $host;"]) {
    await behind({ how }, async (page) => {
      await logIn(page);
      await settled(page);
      await page.reload();
      await settled(page);
    });
  }
});

test("behind an nginx that asks for a password of its own: log in, list, log out, be wrong", async () => {
  const how = "auth_basic Office; auth_basic_user_file htpasswd; proxy_set_header Host $http_host;";
  await behind({ how, httpCredentials: { username: "front", password: "door" } }, async (page) => {
    await logIn(page);
    await settled(page);
    await page.reload();
    await settled(page);
    await page.locator("#me").click();
    await page.locator("#logout").click();
    await logIn(page, "tess", "not it");
    await page.getByText("Name or password is wrong.").waitFor();
  });
});

test("where the server cannot know the page's address, the page says what to do", async (t) => {
  const at = lanAddress();
  if (!at) return t.skip("this machine has no other address");
  return behind({ at }, async (page) => {
    await logIn(page);
    await page.locator("#login-error").getByText("public_url").waitFor();
  });
});

test("a neighbour's cookie with letters beyond ASCII logs nobody out", async () => {
  const { page, context } = await openPage(browser, server.url);
  await page.evaluate(() => (document.cookie = "name=Jürgen; path=/"));
  await logIn(page);
  await settled(page);
  await page.reload();
  await settled(page);
  await context.close();
});
