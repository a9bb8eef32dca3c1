/** The details of a call: what they tell, and what one does there. */

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ask, graceOver, logIn, openCalls, openPage, rested, rows, settled, shoot } from "./page.js";
import { HOSTILE, LENA, lanAddress } from "./server.js";
import { DEMO, accessible, admin, browser, calls, found, identity, key, mark, meta, panel, query, server, strip, total, withPage } from "./suite.js";

withPage("details open by key and by button, follow the marked call, and close with Esc, in the URL too", admin, async (page) => {
  const [first] = (await ask(page, "recording/recordings/list", { complete: 1, descending: 1, limit: 1 })).data;
  await page.keyboard.press("j");
  await page.keyboard.press("i");
  await panel(page).getByRole("heading", { level: 2 }).waitFor();
  assert.equal(await query(page), `?state=done&recording=${key(first)}`);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H2", "the panel is what is read next");
  for (const text of [first.snumber_name, first.cnumber_name].filter(Boolean)) assert.ok((await panel(page).textContent()).includes(text), text);
  await page.keyboard.press("j");
  await page.waitForFunction((id) => !location.search.includes(id) && location.search.includes("recording="), key(first));
  assert.equal(await page.evaluate(() => document.activeElement.id), "grid", "the keys go on in the list");
  await page.keyboard.press("Escape");
  await panel(page).waitFor({ state: "hidden" });
  assert.equal(await query(page), "?state=done");
  await page.goBack();
  await panel(page).waitFor();
  await panel(page).getByRole("button", { name: "Close" }).click();
  await panel(page).waitFor({ state: "hidden" });
  await page.locator("#call-2").hover();
  await page.locator("#call-2 [data-more]").click();
  await panel(page).waitFor();
});

withPage("all that is stored can be read", admin, async (page) => {
  const [row] = await calls(page, 1);
  await page.goto(`${server.url}/?recording=${key(row)}`);
  await panel(page).locator("summary").click();
  const text = (await panel(page).textContent()).replace(/\s+/g, " ");
  const told = [row.snumber_display || row.snumber, row.cnumber_display || row.cnumber, row.uniqueid, row.callid, row.asteriskid, row.machine, row.path, row.mimetype];
  for (const part of told.filter(Boolean)) assert.ok(text.includes(part.replace(/\s+/g, " ")), part);
});

withPage("where no sound was stored there is nothing to play", { ...admin, path: "/?start=900000000&end=900000100" }, async (page) => {
  server.sql("INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, end, totaltime, snumber, cnumber, complete) VALUES (2, 4, 'silent', '1', 900000000, 900000009, 9, '1', '2', 1);");
  await page.reload();
  await settled(page);
  await page.locator("#call-0 .play").getByText("No sound was stored").waitFor();
  assert.equal(await page.locator("#call-0 .play button").count(), 0);
  await page.locator("#call-0 .cell.time").click();
  await page.keyboard.press("i");
  await panel(page).waitFor();
  assert.equal(await panel(page).getByRole("button", { name: "Play" }).count(), 0);
  server.sql("DELETE FROM recordings WHERE uniqueid = 'silent';");
});

withPage("a link leads to a call that the list doesn't show, and to none where there is none", { ...admin, path: "/?search=nobody+is+called+so" }, async (page) => {
  const [row] = await calls(page, 1);
  await page.goto(`${server.url}/?search=nobody+is+called+so&recording=${key(row)}`);
  await panel(page).getByText(row.snumber_name || row.snumber_display || row.snumber).first().waitFor();
  for (const wrong of ["4:no.such:1", "4:%2541:1"]) {
    await page.goto(`${server.url}/?recording=${wrong}`);
    await panel(page).getByText("This recording is not there, or is not for you to see.").waitFor();
  }
  await page.goto(`${server.url}/?recording=x:%25:1`);
  await settled(page);
  assert.equal(await panel(page).isVisible(), false);
});

withPage("a call gets a date from which it may be deleted, none, or a hold; a held one isn't deleted", admin, async (page) => {
  const [row] = await calls(page, 1, 1);
  await mark(page, row);
  await page.keyboard.press("i");
  await panel(page).getByLabel("May be deleted from").fill("2031-05-06");
  await panel(page).getByRole("button", { name: "Set date" }).click();
  await panel(page).getByText("May be deleted from 6 May 2031, in").waitFor();
  assert.equal((await meta(page, row)).expires, Date.UTC(2031, 4, 6, 21, 59, 59) / 1000, "the whole day, in Berlin");
  await panel(page).getByRole("button", { name: "No date" }).click();
  await panel(page).getByText("No date is set from which it may be deleted.").waitFor();
  assert.equal((await meta(page, row)).expires, 0);
  await panel(page).getByRole("button", { name: "Hold", exact: true }).click();
  await panel(page).getByRole("button", { name: "End hold" }).waitFor();
  assert.equal((await meta(page, row)).hold, 1);
  await panel(page).getByRole("button", { name: "Delete", disabled: true }).waitFor();
  await panel(page).getByText("on hold. End the hold first.").waitFor();
  assert.equal(await strip(page).count(), 0);
  await panel(page).getByRole("button", { name: "End hold" }).click();
  await panel(page).getByText("No date is set from which it may be deleted.").waitFor();
  assert.equal((await meta(page, row)).hold, 0);
});

withPage("a call is copied to another group of the customer, and the copy is another row with the same sound", admin, async (page) => {
  const [row] = await calls(page, 1, 2);
  const { data: groups } = await ask(page, "recording/groups/list", {});
  const other = groups.find(({ id }) => id !== row.recordgroup);
  await mark(page, row);
  await page.keyboard.press("i");
  const choice = panel(page).getByLabel("Copy to group");
  assert.equal(await choice.locator("option").count(), groups.length - 1);
  await choice.selectOption(String(other.id));
  await panel(page).getByRole("button", { name: "Copy", exact: true }).click();
  await page.locator("#toast.shown").getByText(`Copied to ${other.name}`).waitFor();
  const { sounds, ...copy } = await meta(page, { ...row, recordgroup: other.id });
  assert.deepEqual({ ...copy, recordgroup: row.recordgroup }, row);
  assert.deepEqual(sounds.map(({ path, size }) => [path, size]), [[row.path, row.size]]);
});

withPage("the file that the PBX stored is downloaded, byte for byte", admin, async (page) => {
  const [row] = await calls(page, 1, 3);
  await mark(page, row);
  await page.keyboard.press("i");
  const [download] = await Promise.all([page.waitForEvent("download"), panel(page).getByRole("link", { name: "Download" }).click()]);
  assert.deepEqual(readFileSync(await download.path()), readFileSync(join(server.media, row.path)));
});

withPage("who has listened is told, to administrators", admin, async (page) => {
  const [row] = await calls(page, 1, 14);
  await mark(page, row);
  await page.keyboard.press("i");
  await panel(page).getByText("Nothing has been done with it yet.").waitFor();
  await panel(page).getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(() => document.querySelector("#dock audio").currentTime > 0.1);
  await panel(page).getByRole("button", { name: /Hold/ }).click();
  await panel(page).getByText(/lucia Listened/).waitFor();
  await panel(page).getByText(/lucia Put on hold/).waitFor();
  await panel(page).getByRole("button", { name: "End hold" }).click();
  await panel(page).getByText(/lucia Ended the hold/).waitFor();
});

test("a link to a moment of the call is copied, by plain HTTP too", async (t) => {
  const address = lanAddress();
  if (!address) return t.skip("this machine has no other address");
  const { page, context } = await openCalls(browser, `http://${address}:${server.port}/?state=done`, { name: "lucia", password: DEMO });
  const [row] = await calls(page, 1, 5);
  await mark(page, row);
  await page.keyboard.press("i");
  const copied = async (name) => {
    await panel(page).getByRole("button", { name }).click();
    await page.locator("#toast.shown").getByText(/^Copied/).waitFor();
    await page.locator("#search").fill("");
    await page.locator("#search").focus();
    await page.keyboard.press("Control+v");
    const text = await page.locator("#search").inputValue();
    await page.locator("#search").fill("");
    return text;
  };
  assert.equal(await copied("Copy link"), `http://${address}:${server.port}/?recording=${key(row)}`);
  await panel(page).getByRole("button", { name: "Play" }).click();
  await page.waitForFunction(() => document.querySelector("#dock audio").currentTime > 1.2);
  assert.match(await copied(/^Copy link to 0:0/), new RegExp(`recording=${key(row).replaceAll(".", "\\.")}&t=\\d+$`));
  return context.close();
});

withPage("a deletion can be undone for ten seconds, by button and by key", admin, async (page) => {
  const [row] = await calls(page, 1, 6);
  const before = await total(page);
  await mark(page, row);
  await page.keyboard.press("i");
  await panel(page).getByRole("button", { name: "Delete" }).click();
  await panel(page).waitFor({ state: "hidden" });
  await strip(page).getByText(/will be deleted in \d+ s/).waitFor();
  assert.equal(await page.locator(".row.going").count(), 1);
  await strip(page).getByRole("button", { name: "Undo" }).click();
  assert.equal(await strip(page).count(), 0);
  assert.equal(await page.locator(".row.going").count(), 0);
  await page.locator("#grid").focus();
  await page.clock.install();
  await page.keyboard.press("Delete");
  await strip(page).waitFor();
  await page.keyboard.press("z");
  await graceOver(page);
  assert.equal((await meta(page, row)).uniqueid, row.uniqueid);
  assert.equal(await total(page), before);
});

test("a page that is closed within the ten seconds has deleted nothing", async () => {
  const first = await openCalls(browser, `${server.url}/?state=done`, admin);
  const [row] = await calls(first.page, 1, 6);
  await mark(first.page, row);
  await first.page.keyboard.press("Delete");
  await strip(first.page).waitFor();
  const asked = [];
  first.context.on("request", (request) => asked.push(request.url()));
  await first.page.close();
  const page = await first.context.newPage();
  await page.goto(server.url);
  assert.equal((await meta(page, row)).uniqueid, row.uniqueid);
  assert.ok(existsSync(join(server.media, row.path)));
  assert.deepEqual(asked.filter((url) => url.includes("/delete")), []);
  await first.context.close();
});

withPage("otherwise the call is gone after ten seconds, with its file, and the list closes up where it is", admin, async (page) => {
  const [row] = await calls(page, 1, 7);
  const before = await total(page);
  const index = await mark(page, row);
  const [{ from, to, time }] = (await rows(page)).filter((one) => one.index === index + 1);
  await page.clock.install();
  await page.keyboard.press("Delete");
  await strip(page).waitFor();
  await graceOver(page);
  await found(page, before - 1);
  const [next] = (await rows(page)).filter((one) => one.index === index);
  assert.deepEqual([next.from, next.to, next.time], [from, to, time], "the next call moves up");
  const answer = await ask(page, "recording/recordings/get", { ...identity(row), wrap: "meta" });
  assert.equal(answer.responses[0].code, "404");
  assert.equal(existsSync(join(server.media, row.path)), false);
});

/** The session ends as a change is sent. Not before: what the page asks by itself would find out sooner. */
function endSessionAtUpdate(page, context) {
  const end = async (route) => {
    await context.clearCookies();
    await route.continue();
  };
  return page.route("**/recordings/update", end, { times: 1 });
}

withPage("a session that ends in the middle of a change loses nothing", admin, async (page, { context }) => {
  const [row] = await calls(page, 1, 8);
  await mark(page, row);
  await page.keyboard.press("i");
  await panel(page).getByLabel("May be deleted from").fill("2032-01-01");
  await endSessionAtUpdate(page, context);
  await panel(page).getByRole("button", { name: "Set date" }).click();
  await page.getByText("Your session has ended.").waitFor();
  assert.equal(await page.locator("#login-name").inputValue(), "lucia");
  await logIn(page, "lucia", DEMO);
  await panel(page).getByText("May be deleted from 1 Jan 2032, in").waitFor();
  assert.notEqual((await meta(page, row)).expires, row.expires);
});

test("what one did does not become another person's doing", async () => {
  const { page, context } = await openCalls(browser, `${server.url}/?state=done`, admin);
  const [row] = await calls(page, 1, 9);
  await mark(page, row);
  await page.keyboard.press("i");
  await endSessionAtUpdate(page, context);
  await panel(page).getByRole("button", { name: "Hold", exact: true }).click();
  await page.getByText("Your session has ended.").waitFor();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await logIn(page, "amir", DEMO);
  await settled(page);
  assert.deepEqual(asked.filter((url) => url.includes("/update")), []);
  assert.equal((await meta(page, row)).hold, 0);
  assert.equal(await panel(page).isVisible(), false);
  await context.close();
});

withPage("an agent reads, hears and exports, and changes nothing", { name: "agnes", password: DEMO, path: "/?state=done" }, async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("i");
  await panel(page).waitFor();
  for (const name of ["Set date", "No date", "Hold", "Delete", "Copy"]) assert.equal(await panel(page).getByRole("button", { name, exact: true }).count(), 0, name);
  assert.equal(await panel(page).getByText("History").count(), 0);
  await page.keyboard.press("x");
  assert.deepEqual(await page.locator("#bulk > button:visible").allTextContents().then((all) => all.map((text) => text.trim()).filter((text) => text && !/^Select all/.test(text))), ["Export"]);
  await page.keyboard.press("Delete");
  assert.equal(await strip(page).count(), 0);
});

withPage("names can't become part of the details, of a report, or of a file's name", { name: LENA, path: `/?start=${HOSTILE.start}&end=${HOSTILE.start + 60}` }, async (page) => {
  for (let i = 0; i < HOSTILE.names.length; i += 1) {
    await page.locator(`#call-${i} .cell.time`).click();
    if (i === 0) await page.keyboard.press("i");
    await panel(page).waitFor();
    const shown = await panel(page).textContent();
    assert.ok(shown.includes(HOSTILE.names.at(-1 - i).replace("\u0000", "").slice(0, 8)), shown);
    await page.keyboard.press("x");
  }
  await page.reload();
  await panel(page).waitFor();
  await page.route("**/recordings/update", (route) => route.fulfill({ status: 400, json: { responses: [{ code: "400", key: "hold", message: HOSTILE.names[0] }] } }));
  await page.locator("#pick-all").click();
  await page.locator("#bulk-hold").click();
  await strip(page).getByText(/^Not held/).waitFor();
  assert.ok((await strip(page).textContent()).includes(HOSTILE.names[0]));
  await page.unroute("**/recordings/update");
  await page.locator("#call-0 .cell.time").click();
  await page.keyboard.press("Escape");
  await page.locator("#call-0 .cell.time").click();
  await page.keyboard.press("Delete");
  await strip(page).getByText(/will be deleted/).waitFor();
  await page.keyboard.press("z");
  assert.equal(await page.evaluate(() => window.injected), undefined);
  assert.equal(await page.locator("#app img, #app iframe, #app script").count(), 0);
});

withPage("on a phone: a touch opens the details, and Select selects", { ...admin, width: 390, height: 844 }, async (page) => {
  await page.locator("#call-1").tap();
  await panel(page).waitFor();
  assert.equal(await page.evaluate(() => document.getElementById("panel").matches(":modal")), true);
  await panel(page).locator("[data-copy]").first().tap();
  await page.locator("#toast").getByText(/^Copied/).waitFor();
  await page.goBack();
  await panel(page).waitFor({ state: "hidden" });
  await page.locator("#pick").tap();
  await page.locator("#call-1").tap();
  await page.locator("#call-2 .box").tap();
  await page.locator("#bulk-sum").getByText(/^2 calls/).waitFor();
  await page.locator("#pick").tap();
  await page.locator("#bulk").waitFor({ state: "hidden" });
  await page.locator("#call-1").tap();
  await panel(page).waitFor();
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing in details and selection, ${scheme}`, async () => {
    const { page, context } = await openPage(browser, `${server.url}/?state=done`, { scheme, bypassCSP: true });
    await logIn(page, "lucia", DEMO);
    await settled(page);
    await page.keyboard.press("j");
    await page.keyboard.press("i");
    await panel(page).locator("summary").click();
    await panel(page).locator("#d-history :is(ul, p)").waitFor();
    await accessible(page, "details");
    await page.keyboard.press("Escape");
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await accessible(page, "selection");
    await page.locator("#bulk-export").click();
    await accessible(page, "export");
    await page.keyboard.press("Escape");
    await page.locator("#bulk-keep").click();
    await accessible(page, "keep");
    await page.keyboard.press("Escape");
    await page.locator("#bulk-delete").click();
    await strip(page).waitFor();
    await rested(page);
    await accessible(page, "undo");
    await page.keyboard.press("z");
    await page.setViewportSize({ width: 390, height: 844 });
    await settled(page);
    await page.locator("#call-1").click();
    await panel(page).waitFor();
    await rested(page);
    await accessible(page, "details on a phone");
    await context.close();
  });
}

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    test(`screenshots of details and selection, ${scheme} ${width}`, async () => {
      const { page, context } = await openCalls(browser, `${server.url}/?range=30d`, { scheme, width, height, name: "tomas", password: DEMO });
      const shot = (name) => shoot(page, `${name}-${scheme}-${width}`);
      await page.mouse.move(0, 0);
      for (let i = 0; i < 4; i += 1) await page.keyboard.press("j");
      await page.keyboard.press("i");
      await panel(page).locator("#d-history :is(ul, p)").waitFor();
      await rested(page);
      await shot("details");
      await page.keyboard.press("Escape");
      await page.keyboard.press("x");
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press("Shift+ArrowDown");
      await rested(page);
      await shot("selected");
      await page.locator("#bulk-keep").click();
      await shot("keep");
      await page.keyboard.press("Escape");
      await page.locator("#bulk-delete").click();
      await rested(page);
      await shot("undo");
      await page.keyboard.press("z");
      await context.close();
    });
  }
}
