/** The audit log as an auditor reads it: words, filters, the call of each entry, and the table. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ask, logIn, openPage, rested, shoot } from "../page.js";
import { DEMO, accessible, browser, calls, identity, panel, server } from "../suite.js";

const lines = (page) => page.locator("#manage tbody tr");
const row = (page, name) => lines(page).filter({ hasText: name });
const cells = (page, which) => page.locator(`#manage tbody td.${which}`).allTextContents();

/** A page of its own, logged in, at the log. */
const at = (name, who, path, body, options = {}) =>
  test(name, async () => {
    const { page, context, faults } = await openPage(browser, server.url + path, options);
    try {
      await logIn(page, who, DEMO);
      await lines(page).first().or(page.getByText("Nothing was done that matches.")).waitFor();
      await body(page);
      assert.deepEqual(faults, []);
    } finally {
      await context.close();
    }
  });

async function table(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "CSV" }).click()]);
  return readFileSync(await download.path(), "utf8").replace(/^\ufeff/, "").trim().split("\r\n");
}

const held = (page, call, hold) => ask(page, "recording/recordings/update", { ...identity(call), hold });

at("an entry says what was done and with which call, and leads there", "lucia", "/audit", async (page) => {
  const [call] = await calls(page, 1, 3);
  for (const hold of [1, 0]) await held(page, call, hold);
  await ask(page, "recording/recordings/update", { ...identity(call), expires: Date.UTC(2031, 4, 6, 12) / 1000 });
  await page.locator("#m-action").selectOption({ label: "Changed date or hold" });
  await row(page, "Ended the hold").first().waitFor();
  assert.match(page.url(), /action=recordings%2Fupdate/);
  const [dated, ended, put] = await cells(page, "what");
  assert.deepEqual([dated.trim(), ended, put], ["Changed the date may be deleted from 6 May 2031", "Ended the hold", "Put on hold"]);
  const about = await lines(page).first().locator(".about").textContent();
  for (const word of [call.snumber_display, call.cnumber_display, call.snumber_name]) assert.ok(about.includes(word), `${word} in ${about}`);
  await row(page, "Ended the hold").first().getByRole("link").click();
  await panel(page).waitFor();
  assert.equal(new URL(page.url()).pathname, "/");
  await panel(page).getByText("lucia Ended the hold").first().waitFor();
  await panel(page).getByText("lucia Changed the date – may be deleted from 6 May 2031").first().waitFor();
});

at("what was asked for is in the address: person, number, time, and all but logins", "lucia", "/audit", async (page) => {
  const [call] = await calls(page, 1, 4);
  await held(page, call, 1);
  await held(page, call, 0);
  await page.locator("#m-action").selectOption({ label: "All but logins and log-outs" });
  await page.waitForFunction(() => document.querySelector("#manage tbody") && ![...document.querySelectorAll("#manage tbody .what")].some((cell) => /^Logged/.test(cell.textContent)));
  assert.match(page.url(), /except=user%2Flogin%2Cuser%2Flogout/);
  await page.locator("#m-number").fill(call.snumber);
  await row(page, "Ended the hold").first().waitFor();
  await page.waitForFunction((number) => [...document.querySelectorAll("#manage tbody .about")].every((cell) => cell.textContent.includes(number)), call.snumber_display);
  await page.reload();
  await row(page, "Ended the hold").first().waitFor();
  assert.equal(await page.locator("#m-number").inputValue(), call.snumber);
  assert.equal(await page.locator("#m-action").evaluate((select) => select.selectedOptions[0].textContent), "All but logins and log-outs");
  await page.locator("#m-person").selectOption({ label: 'Ruth "Ruthie" Byrne' });
  await page.getByText("Nothing was done that matches.").waitFor();
  await page.locator("#m-person").selectOption("");
  await row(page, "Ended the hold").first().waitFor();
  await page.getByLabel("Until").fill("2001-01-01T00:00");
  await page.getByText("Nothing was done that matches.").waitFor();
  assert.equal(await page.locator("#manage").getByLabel(/^(From|To)$/).count(), 0, "a column is called alike");
});

at("an export is told in words", "lucia", "/audit", async (page) => {
  await page.evaluate(async () => {
    const asked = { format: "zip", start: Date.UTC(2026, 10, 1) / 1000, end: Date.UTC(2026, 10, 2) / 1000, complete: -1, sort: "totaltime", descending: 1, search: "a customer=1 %41", totaltime_minimum: 60, recordgroup: "" };
    await (await fetch("/api/json/recording/recordings/export", { method: "POST", body: new URLSearchParams(asked) })).blob();
  });
  await page.locator("#m-action").selectOption({ label: "Exported" });
  const what = row(page, "Exported").first().locator(".what");
  await what.waitFor();
  assert.match(await what.textContent(), /^Exported \d+ recordings? as ZIP: 1 Nov 2026 – 2 Nov 2026, at least 1 min, search “a customer=1 %41”, longest first$/);
});

at("the table has the call, words and zones, and nothing that a spreadsheet takes for a formula", "lucia", "/audit", async (page) => {
  server.sql(`INSERT INTO audit (time, person, username, address, action, customer, recordgroup, uniqueid, recordid, detail, call) VALUES
    (1000000000, NULL, '@sum', '', 'recordings/delete', 2, 4, 'gone', '1', '', '{"complete":1,"start":993990000,"snumber":"+441134960123","snumber_name":"=1+1","cnumber":"07","cnumber_name":"-x"}'),
    (999999999, NULL, '', '', 'recordings/listen', 2, 4, 'lost', '1', '', '');`);
  await page.goto(`${server.url}/audit?end=1000000000&start=999999999`);
  await row(page, "Deleted a recording").waitFor();
  const [gone, lost] = await cells(page, "about");
  assert.match(gone, /=1\+1 \+441134960123 → -x 07/);
  assert.match(lost, /Call at an unknown time/);
  const [head, first, second] = await table(page);
  const named = (line) => Object.fromEntries(line.split(",").map((value, i) => [head.split(",")[i], value]));
  const one = named(first);
  assert.deepEqual([one.time, one.username, one.what, one.call_start], ["2001-09-09T03:46:40+02:00", "'@sum", "Deleted a recording", "2001-07-01T14:20:00+02:00"]);
  assert.deepEqual([one.from, one.from_name, one.to, one.to_name], ["+441134960123", "'=1+1", "07", "'-x"]);
  assert.deepEqual([one.action, one.customer, one.recordgroup, one.uniqueid], ["recordings/delete", "2", "4", "gone"]);
  assert.equal(named(second).call_start, "", "what is unknown is empty");
  server.sql("DELETE FROM audit WHERE uniqueid IN ('gone', 'lost');");
});

at("settings of groups and people are told in words", "lucia", "/audit", async (page) => {
  const { data: group } = await ask(page, "recording/groups/create", { name: "Words, no email", fraction: 25, record_in: 0, expires: 0 });
  await ask(page, "recording/groups/update", { id: group.id, expires: 30, record_in: 1 });
  await ask(page, "recording/groups/delete", { id: group.id });
  await page.goto(`${server.url}/audit?except=user/login,user/logout`);
  await row(page, "Deleted a group").first().waitFor();
  assert.deepEqual((await cells(page, "what")).slice(0, 3).map((text) => text.trim()), [
    "Deleted a group named “Words, no email”",
    "Changed a group new recordings may be deleted after 30 days, incoming calls are listed",
    "Added a group named “Words, no email”, new recordings are left out of the list, 25 % of new recordings are listed, incoming calls are left out of the list",
  ]);
});

at("an owner sees whose each entry is, and the address says of which customer", "astrid", "/audit", async (page) => {
  await page.locator("#m-customer").selectOption({ label: "Clínica Alameda" });
  await page.waitForURL(/customer=2/);
  await lines(page).first().waitFor();
  await page.reload();
  await lines(page).first().waitFor();
  assert.equal(await page.locator("#m-customer").inputValue(), "2");
  await page.locator("#m-customer").selectOption({ label: "All customers" });
  await row(page, "Clínica Alameda").first().waitFor();
});

at("long logs come in parts", "lucia", "/audit", async (page) => {
  server.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
    INSERT INTO audit (time, person, username, action, customer, detail) SELECT 1000000000 + i, NULL, '', 'part/' || i, 2, '=1+1' FROM n;`);
  await page.goto(`${server.url}/audit?end=1000000250`);
  await page.getByText("part/250").waitFor();
  assert.equal(await lines(page).count(), 100);
  await page.getByRole("button", { name: "Show more" }).click();
  await lines(page).nth(199).waitFor();
  await page.getByRole("button", { name: "Show more" }).click();
  await lines(page).nth(249).waitFor();
  assert.equal(await lines(page).count(), 250);
  assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
  const text = await table(page);
  assert.equal(text.length, 251);
  assert.ok(text[1].endsWith(",'=1+1"), "no formula in a spreadsheet");
  server.sql("DELETE FROM audit WHERE action LIKE 'part/%';");
});

test("what the server refuses is said in the page's words, not in the API's", async () => {
  const { page, context } = await openPage(browser, `${server.url}/?group=99&range=any`);
  await logIn(page, "lucia", DEMO);
  const notice = page.locator("#notice");
  await notice.getByText("There is no such").waitFor();
  assert.doesNotMatch(await notice.textContent(), /recordgroup|_/);
  await page.route("**/recordings/list", (route) => route.fulfill({ status: 400, json: { responses: [{ code: "400", key: "totaltime_minimum", message: "totaltime_minimum must be a whole number, 0 or more" }, { code: "400", key: "recordgroup", message: "recordgroup must be a whole number" }] } }));
  await page.locator("[data-range='7d']").click();
  await notice.getByText("The least length must be a whole number, 0 or more").waitFor();
  await notice.getByText("Group must be a whole number").waitFor();
  await context.close();
});

for (const scheme of ["light", "dark"]) {
  at(`an entry is four lines at most on a phone, and axe finds nothing, ${scheme}`, "lucia", "/audit", async (page) => {
    const [call] = await calls(page, 1, 5);
    for (const hold of [1, 0]) await held(page, call, hold);
    await page.reload();
    await row(page, "Ended the hold").first().waitFor();
    for (const [width, height] of [[390, 844], [844, 390], [1024, 768], [1440, 900]]) {
      await page.setViewportSize({ width, height });
      await rested(page);
      await accessible(page, `log ${width}`);
      await shoot(page, `log-${scheme}-${width}`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    const { high, line } = await row(page, "Ended the hold").first().evaluate((element) => ({ high: element.getBoundingClientRect().height, line: Number.parseFloat(getComputedStyle(element).lineHeight) }));
    assert.ok(high < 5 * line + 16, `${high} px of ${line} px each`);
  }, { scheme, bypassCSP: true });
}
