/** Finding calls: filters, search, sorts, the chart, keys, links, and what the list says when something is wrong. */

import assert from "node:assert/strict";
import { ask, drawn, rested, rows, settled } from "./page.js";
import { HOSTILE, LENA, LONG } from "./server.js";
import { found, long, million, query, server, total, withPage } from "./suite.js";

withPage("the newest calls come first, and the totals are the API's", {}, async (page) => {
  const seen = await rows(page);
  const { data } = await ask(page, "recording/recordings/list", { complete: -1, descending: 1, limit: 20 });
  assert.deepEqual(seen.slice(0, 20).map(({ time }) => Date.parse(time) / 1000), data.map(({ start }) => start));
  const counted = await ask(page, "recording/recordings/list", { complete: -1, count: 1 });
  assert.equal(await total(page), counted.data.count);
});

withPage("group, direction and state narrow the list, in the URL too", {}, async (page) => {
  const group = await page.locator("#f-group option").nth(2).textContent();
  await page.locator("#f-group").selectOption({ label: group });
  await settled(page);
  assert.match(await query(page), /group=\d+/);
  assert.ok((await rows(page)).every((row) => row.group === group));
  await page.locator("input[name=direction][value=out]").check();
  await settled(page);
  assert.ok((await rows(page)).every((row) => row.direction === "Outgoing"));
  await page.locator("#clear").click();
  await settled(page);
  await page.locator("#f-state").selectOption("live");
  await settled(page);
  const live = await rows(page);
  assert.ok(live.length > 0 && live.every((row) => row.length.startsWith("In progress")));
  assert.equal(await query(page), "?state=live");
});

withPage("a number may be typed with spaces, dashes, brackets, + and 00", long, async (page) => {
  for (const typed of ["+49 (301) 000-123", "0049 301000123", "49301000123", "49-301.000/123"]) {
    await page.locator("#f-caller").fill(typed);
    await found(page, 1);
    assert.equal((await rows(page))[0].from.includes("49301000123"), true, typed);
    await page.locator("#f-caller").fill("");
    await found(page, LONG.rows);
  }
  await page.locator("#f-called").fill("2 007");
  await settled(page);
  await found(page, LONG.rows / 40);
  assert.ok((await rows(page)).every((row) => row.to.includes("2007")));
});

withPage("who answered is found by number and by name, and the link says so", {}, async (page) => {
  const { data } = await ask(page, "recording/recordings/list", { complete: -1 });
  const { dnumber: phone, dnumber_name: name } = data.find(({ dnumber, cnumber, dnumber_name: named }) => named && dnumber !== cnumber);
  const of = (word) => data.filter(({ dnumber, dnumber_name: named, dnumber_display: shown }) => [dnumber, named, shown].some((text) => text.toLowerCase().includes(word.toLowerCase()))).length;
  assert.ok(of(phone) > 0 && of(phone) < data.length && of(name) < data.length);
  const typed = name.replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const field = page.getByRole("textbox", { name: "Answered by" });
  await field.fill(phone);
  await found(page, of(phone));
  await field.fill(typed);
  await found(page, of(name));
  assert.equal(new URLSearchParams(await query(page)).get("answered"), typed);
  await page.reload();
  await found(page, of(name));
  assert.equal(await field.inputValue(), typed);
  await field.fill("No One");
  await page.locator("#notice").getByText("Answered by “No One”", { exact: true }).waitFor();
  await page.getByRole("button", { name: /^Without answered by “No One”: / }).click();
  await found(page, data.length);
  assert.equal(await query(page), "");
});

withPage("the search box looks in numbers and names", long, async (page) => {
  await page.locator("#search").fill("+49 301 000123");
  await found(page, 1);
  assert.match((await rows(page))[0].from, /49301000123/);
});

withPage("a number is found as the list shows it and as it is dialled", {}, async (page) => {
  const { data } = await ask(page, "recording/recordings/list", { complete: 1, direction: "in", descending: 1, limit: 1 });
  const [{ snumber, snumber_display: shown }] = data;
  const { data: counted } = await ask(page, "recording/recordings/list", { complete: -1, caller: snumber, count: 1 });
  for (const typed of [shown, snumber, `+${snumber}`, `00${snumber}`]) {
    await page.locator("#f-caller").fill(typed);
    await found(page, counted.count);
    await page.locator("#f-caller").fill("no such number");
    await found(page, 0);
  }
});

withPage("a million rows scroll to both ends and stay where they are under the wheel", {}, async (page) => {
  await million(page);
  const top = () => page.evaluate(() => [...document.querySelectorAll("#rows .row")].map((row) => [Math.round(row.getBoundingClientRect().top), row.dataset.index]).sort(([one], [other]) => one - other).find(([y]) => y > 300));
  const filled = () => drawn(page).then(() => page.waitForFunction(() => document.querySelector(".row:not(.blank)") && !document.querySelector(".row.blank")));
  await page.locator("#grid").hover();
  for (const part of [0.25, 0.5, 0.75]) {
    await page.evaluate((p) => (document.getElementById("grid").scrollTop = document.getElementById("grid").scrollHeight * p), part);
    await filled();
    const [, before] = await top();
    assert.ok(Math.abs(Number(before) / 1_000_000 - part) < 0.05, `${before} at ${part}`);
    const step = await page.evaluate(() => document.querySelector(".row").offsetHeight * 5);
    await page.mouse.wheel(0, step);
    await rested(page);
    assert.equal(Number((await top())[1]), Number(before) + 5, "five rows further");
  }
  await page.keyboard.press("G");
  await filled();
  assert.equal((await rows(page)).at(-1).from, "n999999");
  await page.keyboard.press("g");
  await filled();
  assert.equal((await rows(page))[0].from, "n0");
});

withPage("lengths are minutes, clocks or units", long, async (page) => {
  await page.locator("#f-min").fill("9:50");
  await page.locator("#f-max").fill("595s");
  await page.locator("#f-max").press("Tab");
  await settled(page);
  assert.match(await query(page), /min=590&max=595/);
  assert.equal(await total(page), (LONG.rows / 600) * 6);
  await page.locator("#f-min").fill("x");
  await page.locator("#f-min").press("Tab");
  assert.equal(await page.locator("#f-min").getAttribute("aria-invalid"), "true");
});

withPage("every sortable column sorts both ways as the API does", long, async (page) => {
  const range = { start: LONG.start, end: LONG.start + LONG.rows * LONG.step, complete: -1, limit: 12 };
  for (const [sort, label] of [["snumber", "From"], ["cnumber", "To"], ["totaltime", "Length"], ["start", "Time"]]) {
    for (const again of [0, 1]) {
      await page.getByRole("columnheader", { name: label, exact: true }).getByRole("button").click();
      await settled(page);
      const header = page.getByRole("columnheader", { name: label, exact: true });
      const descending = (await header.getAttribute("aria-sort")) === "descending" ? 1 : 0;
      const { data } = await ask(page, "recording/recordings/list", { ...range, sort, descending });
      await page.waitForFunction((time) => document.querySelector("#call-0 time")?.dateTime.startsWith(time), new Date(data[0].start * 1000).toISOString().slice(0, 19));
      const seen = (await rows(page)).slice(0, 12).map(({ time }) => Date.parse(time) / 1000);
      assert.deepEqual(seen, data.map(({ start }) => start), `${sort} ${descending} ${again}`);
    }
  }
});

withPage("thousands of rows scroll, by wheel and by leaps, and only those seen are in the page", long, async (page) => {
  const asked = [];
  page.on("request", (request) => {
    const data = new URLSearchParams(request.postData() ?? "");
    if (request.url().endsWith("recordings/list") && data.has("limit")) asked.push(data);
  });
  await page.locator("#grid").hover();
  for (let i = 0; i < 40; i += 1) await page.mouse.wheel(0, 900);
  await page.waitForFunction(() => !document.querySelector(".row.blank") && document.getElementById("grid").scrollTop > 30000);
  // The beginning is looked at again now and then.
  assert.ok(asked.filter((data) => data.has("after")).length >= 2 && !asked.some((data) => data.has("offset")), "pages follow by cursor");
  const check = async () => {
    const seen = await rows(page);
    for (const { index, from } of seen) assert.ok(from.includes(`49301${String(LONG.rows - 1 - index).padStart(6, "0")}`), `${index}: ${from}`);
    assert.ok(seen.length < 80, `${seen.length} rows in the page`);
    return seen;
  };
  await check();
  for (const part of [0.5, 0.9, 0.2, 1]) {
    await page.evaluate((p) => {
      const grid = document.getElementById("grid");
      grid.scrollTop = p * grid.scrollHeight;
    }, part);
    await drawn(page);
    await page.waitForFunction(() => document.querySelector(".row:not(.blank)") && !document.querySelector(".row.blank"));
    await check();
  }
  assert.equal((await rows(page)).at(-1).index, LONG.rows - 1, "the end is reached");
});

withPage("dragging over the chart sets the range, and Back undoes it", long, async (page) => {
  const box = await page.locator("#chart-plot").boundingBox();
  const at = (part) => box.x + box.width * part;
  await page.waitForSelector("#chart-plot .bars");
  await page.mouse.move(at(0.3), box.y + 40);
  await page.mouse.down();
  await page.mouse.move(at(0.5), box.y + 40, { steps: 5 });
  assert.match(await page.locator("#chart .tip").textContent(), /calls/);
  const promised = Number(/: ([\d,]+) calls/.exec(await page.locator("#chart .tip").textContent())[1].replace(",", ""));
  await page.mouse.up();
  await settled(page);
  await found(page, promised);
  assert.ok(promised < LONG.rows);
  await page.goBack();
  await found(page, LONG.rows);
});

withPage("the chart works by keyboard", long, async (page) => {
  await page.locator("#chart-plot").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  const words = await page.locator("#chart-plot").getAttribute("aria-valuetext");
  const promised = /: ([\d,]+) calls/.exec(words)[1].replace(",", "");
  await page.keyboard.press("Enter");
  await found(page, promised);
});

withPage("everything goes by keys", {}, async (page) => {
  const marked = () => page.evaluate(() => document.querySelector("[aria-selected=true]")?.dataset.index ?? null);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  assert.equal(await marked(), "1");
  assert.equal(await page.locator("#grid").getAttribute("aria-activedescendant"), "call-1");
  await page.keyboard.press("G");
  await page.waitForFunction(() => document.querySelector("[aria-selected=true]:not(.blank)"));
  assert.equal(Number(await marked()) + 1, await total(page));
  await page.keyboard.press("g");
  assert.equal(await marked(), "0");
  await page.keyboard.press("Escape");
  assert.equal(await marked(), null);
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "search");
  await page.keyboard.type("jk?");
  assert.equal(await page.locator("#search").inputValue(), "jk?", "letters are letters in a field");
  await page.keyboard.press("Escape");
  await page.keyboard.press("X");
  await settled(page);
  await page.keyboard.press("?");
  assert.equal(await page.locator("#keys").isVisible(), true);
  await page.locator("#keys-on").uncheck();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#keys").isVisible(), false);
  await page.keyboard.press("t");
  assert.equal(await query(page), "", "single letters can be switched off");
});

withPage("a link is a search, and Back and Forward go through them", { path: "/?range=30d&direction=in&sort=totaltime" }, async (page) => {
  assert.equal(await page.locator("[data-range='30d']").getAttribute("aria-pressed"), "true");
  assert.equal(await page.locator("input[name=direction][value=in]").isChecked(), true);
  await page.locator("[data-range='7d']").click();
  await page.locator("#f-caller").pressSequentially("123", { delay: 20 });
  await page.waitForFunction(() => location.search.includes("caller=123"));
  await page.goBack();
  assert.equal(await query(page), "?range=7d&direction=in&sort=totaltime", "letters typed in one go are one step");
  assert.equal(await page.locator("#f-caller").inputValue(), "");
  await page.goBack();
  assert.equal(await query(page), "?range=30d&direction=in&sort=totaltime");
  await page.goForward();
  assert.equal(await query(page), "?range=7d&direction=in&sort=totaltime");
});

withPage("any range of time can be entered", { name: LENA }, async (page) => {
  await page.getByRole("button", { name: "Custom" }).click();
  await page.locator("#range-start").fill("2001-09-09T03:46");
  await page.locator("#range-end").fill("2001-09-09T04:45");
  await page.locator("#range-menu [type=submit]").click();
  await found(page, 60);
});

withPage("columns can be chosen and stay chosen", {}, async (page) => {
  await page.locator("#columns").click();
  await page.getByLabel("Machine").check();
  await page.getByLabel("Group", { exact: true }).last().uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await settled(page);
  assert.equal(await page.getByRole("columnheader", { name: "Machine" }).count(), 1);
  assert.equal(await page.getByRole("columnheader", { name: "Group" }).count(), 0);
});

withPage("names can't become part of the page", { name: LENA, path: `/?start=${HOSTILE.start}&end=${HOSTILE.start + 60}` }, async (page) => {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await drawn(page);
    const seen = await rows(page);
    assert.equal(seen.length, HOSTILE.names.length);
    for (const [i, name] of HOSTILE.names.slice(0, 6).entries()) assert.ok(seen.at(-1 - i).from.startsWith(name), seen.at(-1 - i).from);
    for (const row of await page.locator(".row").all()) await row.hover();
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.locator("#call-0").dblclick();
  await page.locator("#dock .who").waitFor();
  await page.locator("#search").fill(`${HOSTILE.names[0]} no`);
  await page.getByText("No call matches").waitFor();
  assert.equal(await page.evaluate(() => window.injected), undefined);
  assert.equal(await page.locator("#app img, #app iframe, #app script").count(), 0);
});

withPage("no match names the filter to drop, and dropping it helps", { name: LENA, path: `${long.path}&called=2007&caller=999999999` }, async (page) => {
  const drop = page.getByRole("button", { name: "Without caller “999999999”: 300 calls" });
  await drop.click();
  await settled(page);
  assert.equal(await total(page), 300);
});

withPage("calls in progress tick, and their end shows", { path: "/?state=live" }, async (page) => {
  const first = page.locator("[data-since]").first();
  const before = await first.textContent();
  await page.waitForFunction((text) => document.querySelector("[data-since]").textContent !== text, before);
  await page.locator("#f-state").selectOption("");
  await settled(page);
  const { data } = await ask(page, "recording/recordings/list", { complete: 0, descending: 1 });
  const shown = await page.locator(".row.now").count();
  server.sql(`UPDATE recordings SET complete = 1, end = start + 75, totaltime = 75, talktime = 70, status = 'answer' WHERE uniqueid = '${data[0].uniqueid}';`);
  await page.waitForFunction((n) => document.querySelectorAll(".row.now").length < n, shown, { timeout: 25_000 });
  server.sql(`UPDATE recordings SET complete = 0, end = 0, totaltime = 0, talktime = 0, status = '' WHERE uniqueid = '${data[0].uniqueid}';`);
});

withPage("a call plays and stops", {}, async (page) => {
  const index = await page.evaluate(() => Number(document.querySelector(".row:not(.now) .play button").closest(".row").dataset.index));
  await page.locator(`#call-${index} .play button`).click();
  await page.waitForFunction(() => document.querySelector("#dock audio")?.currentTime > 0.2);
  await page.locator("#grid").focus();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#dock").isVisible(), false);
});

withPage("missing sound says so", long, async (page) => {
  await page.locator("#call-0 .play button").click();
  await page.waitForFunction(() => document.querySelector("#dock .error")?.textContent.length > 10);
});

withPage("an error says what happened, with its id, and can be tried again", {}, async (page) => {
  const answer = { responses: [{ code: "500", key: "", message: "Something broke; the log has it as e4f1." }] };
  await page.route("**/recordings/list", (route) => route.fulfill({ status: 500, json: answer }));
  await page.locator("[data-range='30d']").click();
  await page.getByText("the log has it as e4f1").waitFor();
  assert.equal((await rows(page)).length, 0, "rows of another search would mislead");
  await page.unroute("**/recordings/list");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator("#notice").waitFor({ state: "hidden" });
  await settled(page);
});

withPage("a busy server is asked again, and rows that can't be loaded on the way can be asked for again", long, async (page) => {
  let busy = 2;
  await page.route("**/recordings/list", (route) => {
    const rows = new URLSearchParams(route.request().postData() ?? "").has("limit");
    if (!rows || (busy -= 1) < 0) return route.fallback();
    return route.fulfill({ status: 503, headers: { "retry-after": "1" }, json: { responses: [{ code: "503", key: "", message: "Busy" }] } });
  });
  await page.locator("[data-range=any]").click();
  await settled(page);
  assert.equal(await page.locator("#notice").isVisible(), false);
  await page.unroute("**/recordings/list");
  await page.route("**/recordings/list", (route) => route.fulfill({ status: 500, json: { responses: [{ code: "500", key: "", message: "Broken" }] } }));
  await page.evaluate(() => (document.getElementById("grid").scrollTop = 200_000));
  await page.locator("#again").waitFor();
  await page.unroute("**/recordings/list");
  await page.locator("#again").click();
  await page.waitForFunction(() => document.querySelector(".row:not(.blank)") && !document.querySelector(".row.blank"));
});

withPage("an agent sees the own groups only", { name: "agnes", password: "tapeline-demo" }, async (page) => {
  const { data } = await ask(page, "recording/groups/list", {});
  const offered = await page.locator("#f-group option").allTextContents();
  assert.deepEqual(offered.slice(1), data.map(({ name }) => name).sort());
  assert.ok((await rows(page)).every(({ group }) => offered.includes(group)));
});

withPage("what a hand-made link can't mean falls back, and a range that ends before it begins is explained", { path: "/?sort=secret&direction=up&min=-1&state=x&group=1e9&range=never" }, async (page) => {
  assert.ok((await rows(page)).length > 10);
  await page.goto(`${server.url}/?start=200&end=100`);
  await page.getByText("The search can't be run as it is").waitFor();
  await page.getByRole("button", { name: "Clear all filters" }).click();
  await settled(page);
  assert.ok((await rows(page)).length > 10);
});
