/** Sessions that end elsewhere, servers that stop, rights that are lost: each open page notices by itself. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, logIn, openCalls, openPage, rows, settled } from "../page.js";
import { PASSWORD, startProxy, startServer } from "../server.js";
import { browser, identity, key, server, withPage } from "../suite.js";

let people = 0;

/** Somebody new, so that no other test loses them. */
async function somebody(owner, role, groups = []) {
  people += 1;
  const username = `leaver${people}`;
  const { data } = await ask(owner, "people/create", { username, name: username, role, password: PASSWORD });
  for (const recordgroup of groups) await ask(owner, "recording/groups/members/add", { recordgroup, person: data.id });
  return { name: username, id: data.id };
}

const ended = (page) => page.locator("#login-password").waitFor();
const groupOf = (page, name) => ask(page, "recording/groups/list", {}).then(({ data }) => data.find((one) => one.name === name) ?? data[0]);

/** With an owner who runs the office beside it. */
function withOwner(name, body) {
  test(name, async () => {
    const { page, context } = await openCalls(browser, server.url, { name: "olga" });
    try {
      await body(page);
    } finally {
      await context.close();
    }
  });
}

test("who logs out in one tab has logged out in all of them, and nobody sees the calls by going back", async () => {
  const { page, context, faults } = await openCalls(browser, server.url);
  const other = await context.newPage();
  await other.goto(`${server.url}/?range=any`);
  await settled(other);
  const [row] = (await ask(other, "recording/recordings/list", { complete: 1, limit: 1 })).data;
  await other.goto(`${server.url}/?recording=${key(row)}`);
  await settled(other);
  await other.locator("#panel[open] h2").waitFor();
  await page.locator("#me").click();
  await page.locator("#logout").click();
  // By whichever it learns first: the other tab, or the end of its stream.
  await other.getByText(/You have logged out in another tab\.|Your session has ended\./).waitFor();
  for (const tab of [page, other]) {
    assert.equal((await rows(tab)).length, 0);
    assert.equal(await tab.locator("#panel").textContent(), "");
  }
  await other.goBack();
  await other.locator("#login-name").waitFor();
  assert.equal((await rows(other)).length, 0);
  await page.goto("about:blank");
  await page.goBack();
  await page.locator("#login-name").waitFor();
  assert.equal((await rows(page)).length, 0);
  // And who comes in one tab comes in all of them.
  await logIn(page);
  await settled(page);
  await settled(other);
  assert.deepEqual(faults, []);
  await context.close();
});

withOwner("sessions that somebody else ends are over in every page, on whatever page it is", async (owner) => {
  const ends = [
    (person) => ask(owner, "people/password/update", { id: person.id, password_new: "quite another one" }),
    (person) => ask(owner, "people/update", { id: person.id, role: "supervisor" }),
    (person) => ask(owner, "people/delete", { id: person.id }),
    (person) => server.sql(`DELETE FROM sessions WHERE person = ${person.id};`),
  ];
  for (const end of ends) {
    const person = await somebody(owner, "administrator");
    const { page, context } = await openCalls(browser, server.url, person);
    const other = await context.newPage();
    await other.goto(`${server.url}/groups`);
    await other.locator("#m-list table").waitFor();
    await end(person);
    await Promise.all([ended(page), ended(other)]);
    assert.equal((await rows(page)).length, 0, String(end));
    assert.match(await page.locator("#login-note").textContent(), /session has ended/);
    await context.close();
  }
});

withOwner("one's own new password ends the other sessions, and not one's own", async (owner) => {
  const person = await somebody(owner, "supervisor");
  const [one, two] = [await openCalls(browser, server.url, person), await openCalls(browser, server.url, person)];
  await ask(one.page, "user/password/update", { password_old: PASSWORD, password_new: "quite another one" });
  await ended(two.page);
  assert.equal(await one.page.locator("#login").isVisible(), false);
  await one.context.close();
  await two.context.close();
});

withOwner("whoever leaves a group sees and hears its calls no more, and who comes to one sees them", async (owner) => {
  const group = await groupOf(owner, "Sales");
  const person = await somebody(owner, "agent", [group.id]);
  const { page, context } = await openCalls(browser, server.url, person);
  const [row] = (await ask(page, "recording/recordings/list", { complete: 1, limit: 1 })).data;
  await page.goto(`${server.url}/?recording=${key(row)}`);
  await settled(page);
  await page.locator("#panel[open] [data-do]").first().waitFor();
  await ask(owner, "recording/groups/members/remove", { recordgroup: group.id, person: person.id });
  await page.getByText("you are in none yet").waitFor();
  assert.equal((await rows(page)).length, 0);
  assert.equal(await page.locator("#panel").isVisible(), false);
  assert.equal(await page.locator("#filters").isVisible(), false);
  await ask(owner, "recording/groups/members/add", { recordgroup: group.id, person: person.id });
  await page.locator("#rows .row:not(.blank)").first().waitFor();
  assert.equal(await page.locator("#filters").isVisible(), true);
  await context.close();
});

withOwner("of two groups the calls of the one that is left stay", async (owner) => {
  const groups = (await ask(owner, "recording/groups/list", {})).data.slice(0, 2);
  const person = await somebody(owner, "agent", groups.map(({ id }) => id));
  const { page, context } = await openCalls(browser, server.url, person);
  const [row] = (await ask(page, "recording/recordings/list", { recordgroup: groups[0].id, complete: 1, limit: 1 })).data;
  await page.goto(`${server.url}/?recording=${key(row)}`);
  await settled(page);
  await page.locator("#panel[open] [data-do]").first().waitFor();
  await ask(owner, "recording/groups/members/remove", { recordgroup: groups[0].id, person: person.id });
  await page.locator("#panel").getByText("not there, or is not for you").waitFor();
  const { data } = await ask(page, "recording/recordings/list", { complete: -1, count: 1 });
  await page.waitForFunction((count) => document.getElementById("totals").textContent.replace(/\D/g, "") === String(count), data.count);
  assert.equal((await ask(page, "recording/recordings/get", { ...identity(row), wrap: "meta" })).responses[0].code, "404");
  await context.close();
});

withOwner("a role without access reads one sentence, and a shared link says it no second time", async (owner) => {
  const [row] = (await ask(owner, "recording/recordings/list", { complete: 1, limit: 1 })).data;
  const person = await somebody(owner, "user");
  for (const path of ["/", `/?recording=${key(row)}&t=3`]) {
    const { page, context, faults } = await openPage(browser, server.url + path);
    await logIn(page, person.name);
    await page.getByText("has no access to recordings").waitFor();
    await page.waitForLoadState("networkidle");
    for (const part of ["#search", "#ranges", "#filters", "#chart", "#grid", "#panel", "#toast.shown"]) assert.equal(await page.locator(part).isVisible(), false, part);
    const text = await page.locator("body").innerText();
    assert.equal(text.match(/access|role may|not for you|not answer/g).length, 1, text);
    assert.match(text, /ask an administrator/);
    assert.deepEqual(faults, []);
    await context.close();
  }
});

withOwner("a link to a call of another group says so once", async (owner) => {
  const [mine, other] = (await ask(owner, "recording/groups/list", {})).data;
  const [row] = (await ask(owner, "recording/recordings/list", { recordgroup: other.id, complete: 1, limit: 1 })).data;
  const person = await somebody(owner, "agent", [mine.id]);
  const { page, context } = await openPage(browser, `${server.url}/?recording=${key(row)}&t=3`);
  let asked = 0;
  const both = page.waitForResponse((response) => /recordings\/get/.test(response.url()) && ++asked === 2); // the details, and the player
  await logIn(page, person.name);
  await page.locator("#panel").getByText("not there, or is not for you to see").waitFor();
  await both;
  await settled(page);
  assert.equal(await page.locator("#toast.shown").count(), 0);
  await context.close();
});

test("a server that stops is told of, over nothing of the page, and one that is back is there by itself", async () => {
  const own = await startServer();
  const proxy = await startProxy(own);
  const tabs = [];
  for (const [url, path] of [[own.url, "/"], [own.url, "/groups"], [proxy.url, "/"]]) {
    const { page, context } = await openPage(browser, url, {});
    const listens = page.waitForResponse(/api\/json\/events/);
    await logIn(page, "olga");
    await settled(page);
    await listens;
    if (path !== "/") await page.locator("#me").click();
    if (path !== "/") await page.locator(`#places [href="${path}"]`).click();
    tabs.push({ page, context });
  }
  // Nothing but the end of the connection tells: all that the page does by itself every few seconds waits.
  own.stop();
  for (const { page } of tabs) {
    await page.locator("#offline").waitFor();
    const { y, height } = await page.locator("#offline").boundingBox();
    assert.ok((await page.locator(".top").boundingBox()).y >= y + height, "it lies over nothing");
  }
  await own.again();
  for (const { page, context } of tabs) {
    await page.locator("#offline").waitFor({ state: "hidden" });
    assert.equal(await page.locator("#login").isVisible(), false);
    await context.close();
  }
  proxy.stop();
  own.stop();
});

withOwner("a page that is chosen in the menu has the focus, and is heard", async (owner) => {
  await owner.locator("#me").focus();
  await owner.keyboard.press("Enter");
  await owner.locator('#places [href="/groups"]').focus();
  await owner.keyboard.press("Enter");
  await owner.waitForFunction(() => document.activeElement.matches("#manage h1"));
  assert.equal(await owner.evaluate(() => document.activeElement.textContent), "Groups");
  await owner.locator("#tabs a").first().focus();
  await owner.keyboard.press("Enter");
  await owner.waitForFunction(() => document.activeElement.id === "grid");
});

withPage("a word that is said for a moment lies over no row, and a moment of a link stands beside the call's day", {}, async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("c");
  await page.locator("#toast.shown").waitFor();
  const toast = await page.locator("#toast").boundingBox();
  const grid = await page.locator("#grid").boundingBox();
  assert.ok(toast.y + toast.height <= grid.y, `${toast.y} ${toast.height} ${grid.y}`);
  const { data } = await ask(page, "recording/recordings/list", { complete: 1, limit: 100 });
  const row = data.find(({ path, stale, totaltime }) => path && !stale && totaltime > 5);
  await page.goto(`${server.url}/?recording=${key(row)}&t=3`);
  await page.locator("#player-note").getByText("0:03").waitFor();
  assert.match(await page.locator("#dock .when").textContent(), /\d\d:\d\d/);
  assert.equal(await page.locator("#dock .when").isVisible(), true);
});
