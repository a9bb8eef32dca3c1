/** What is seen of a call, whole and in its place, on every size of screen. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, logIn, openCalls, openPage, settled } from "../page.js";
import { CUSTOMER, GROUP, LENA } from "../server.js";
import { DEMO, accessible, admin, browser, panel, server, total, withPage } from "../suite.js";

const SIZES = [[390, 844], [844, 390], [720, 450], [1024, 768], [1280, 800], [1440, 900]];
const names = { name: LENA, start: 1_250_000_000 };
const LONG = "Wolfeschlegelsteinhausenbergerdorff the Elder of Somewhere Else";

/** Calls with names of every script, one of them long. Some are on hold. */
function addNames() {
  const people = [["شركة الأمل للتجارة", "+33 6 39 98 37 56"], ["Ирина Шевченко", "0121 496 0073"], ["חברת אלון בע״מ", "07700 900164"], ["黄美咲", "0161 496 0164"], [LONG, "+353 20 911 0081"]];
  const rows = people.map(([name, number], i) => `(${CUSTOMER}, ${GROUP}, 'names.${i}', '1', ${names.start + i}, ${names.start + i + 60}, 60, 60, 'noanswer', '${i}', '${name}', '${number}', '2', '${name}', '${number}', 1, 'in', ${i % 2})`);
  server.sql(`INSERT OR REPLACE INTO recordings (customer, recordgroup, uniqueid, recordid, start, end, talktime, totaltime, status, snumber, snumber_name, snumber_display, cnumber, cnumber_name, cnumber_display, complete, direction, hold) VALUES ${rows.join(", ")};`);
  return people.length;
}
const ofNames = { name: names.name, path: `/?start=${names.start}&end=${names.start + 60}` };

/** What is cut off in the rows in view, as `class: text`. */
const cut = (page, what) =>
  page.evaluate((selector) => {
    const isCut = (element) => element.scrollWidth > element.clientWidth || element.getBoundingClientRect().right > element.closest(".cell").getBoundingClientRect().right + 0.5;
    return [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility() && isCut(one)).map((one) => `${one.className}: ${one.textContent}`);
  }, what);
const PARTS = ".row:not(.blank) :is(.party bdi, time span, .cell.status span, .cell.kept span, .length span):not(.unseen)";
/** Such names have no room beside a number, or in a narrow column. */
const LONGER = 16;
const wholly = (parts) => parts.filter((part) => !(part.startsWith("first: ") && part.length > "first: ".length + LONGER));


/** Buttons that lie over digits, or beyond their cell. */
const overlaid = (page) =>
  page.evaluate(() => {
    const over = (button) => {
      const [at, cell] = [button.getBoundingClientRect(), button.closest(".cell").getBoundingClientRect()];
      const number = button.closest(".party").querySelector(".number").getBoundingClientRect();
      return at.width > 0 && (at.left < number.right || at.right > cell.right || at.bottom > cell.bottom + 0.5);
    };
    return [...document.querySelectorAll(".row:not(.blank) .copy")].filter(over).map((one) => one.closest(".cell").textContent);
  });

for (const [width, height] of SIZES) {
  // Either clock, the one with AM and PM on the wide ones.
  const locale = width > 1000 ? "en-US" : "en-GB";
  test(`names, numbers, times and outcomes are whole at ${width}x${height}, ${locale}, beside the details too`, async () => {
    const { page, context } = await openCalls(browser, `${server.url}/`, { name: admin.name, password: DEMO, width, height, locale });
    const look = async (where) => {
      assert.deepEqual(wholly(await cut(page, PARTS)), [], where);
      assert.deepEqual(await overlaid(page), [], where);
      const unsaid = await page.evaluate(() => [...document.querySelectorAll(".row:not(.blank)")].filter((row) => !row.querySelector(".cell.status")?.checkVisibility()).length);
      assert.equal(unsaid, 0, "how each ended is seen");
      assert.equal(await page.evaluate(() => document.getElementById("grid").scrollWidth - document.getElementById("grid").clientWidth), 0, `${where}: nothing is beside the list`);
    };
    await look("list");
    if (width > 1120) {
      await page.locator("#call-1 .cell.time").click();
      await page.keyboard.press("i");
      await panel(page).waitFor();
      await drawn(page);
      await look("beside the details");
    } else if (width > 720 && height <= 520) {
      await page.locator("#call-1 .cell.time").click();
      await page.keyboard.press("i");
      await panel(page).waitFor();
      assert.equal(Math.round((await panel(page).boundingBox()).width), width, "the details have the whole width: nothing is half seen beside them");
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await panel(page).waitFor({ state: "hidden" });
    }
    await context.close();
  });

  withPage(`long names give way to numbers, and holds have a mark, at ${width}x${height}`, { ...ofNames, width, height }, async (page) => {
    const count = addNames();
    await page.reload();
    await settled(page);
    assert.deepEqual(await cut(page, ".row .number"), []);
    assert.deepEqual((await cut(page, ".row .first")).filter((text) => !text.includes(LONG)), []);
    const weights = await page.evaluate(() => [...document.querySelectorAll(".row .first")].map((one) => getComputedStyle(one).fontWeight));
    assert.ok(weights.length >= 2 && weights.every((weight) => weight === "600"), String(weights));
    const marks = page.locator("#rows .row").getByText("On hold", { exact: true });
    assert.equal(await marks.count(), Math.floor(count / 2));
    assert.ok(await page.locator(".held .icon").first().isVisible());
  });
}

withPage("with further columns dates and names are whole", admin, async (page) => {
  await page.locator("#columns").click();
  for (const label of ["Answered by", "May be deleted from"]) await page.locator("#columns-menu").getByLabel(label).check();
  await page.keyboard.press("Escape");
  await drawn(page);
  assert.ok((await page.locator(".row .cell.kept").count()) > 5);
  assert.deepEqual(await cut(page, PARTS), []);
  assert.deepEqual(await overlaid(page), []);
});

withPage("what is on hold can't be deleted, and it says why", { ...admin, path: "/?state=held" }, async (page) => {
  await page.locator("#call-0 .cell.time").click();
  await page.keyboard.press("Delete");
  await page.locator("#toast").getByText("on hold").waitFor();
  await page.keyboard.press("i");
  await panel(page).getByRole("button", { name: "Delete", disabled: true }).waitFor();
  await panel(page).getByText("Delete is off: the recording is on hold. End the hold first.").waitFor();
  await page.keyboard.press("x");
  await page.locator("#bulk-delete:disabled").waitFor();
  assert.match(await page.locator("#bulk-delete").getAttribute("title"), /End the hold first/);
  await page.keyboard.press("Delete");
  await page.locator("#bulk-all").click();
  await page.locator("#bulk-sum").getByText(new RegExp(`^${await total(page)} calls`)).waitFor();
  await page.locator("#bulk-delete:disabled").waitFor();
  assert.equal(await page.locator("#work .strip").count(), 0);
  await page.keyboard.press("Escape");
  await page.locator("#bulk-none").click();
  await page.locator("#f-state").selectOption("done");
  await settled(page);
  const free = await page.evaluate(() => [...document.querySelectorAll("#rows .row")].find((row) => !row.querySelector(".held")).dataset.index);
  await page.locator(`#call-${free} .cell.time`).click();
  await page.keyboard.press("x");
  await page.locator("#bulk-delete:enabled").waitFor();
});

withPage("the pages are in the heading where there is room, else in the menu", { name: "tomas", password: DEMO }, async (page) => {
  await page.locator("#tabs").getByRole("link", { name: "People" }).click();
  await page.getByRole("heading", { name: "People" }).waitFor();
  await page.locator("#tabs").getByRole("link", { name: "Calls" }).click();
  await settled(page);
  for (const width of [1280, 1024, 390]) {
    await page.setViewportSize({ width, height: 844 });
    assert.equal(await page.locator("#tabs").isVisible(), false, String(width));
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), String(width));
  }
  await page.locator("#me").click();
  await page.locator("#places").getByRole("link", { name: "Status" }).click();
  await page.getByRole("heading", { name: "Status" }).waitFor();
});

withPage("where nothing is found no interval is named, and the line below the headings goes to the edge", { path: "/?search=nobody+at+all" }, async (page) => {
  await page.getByText("No call matches").waitFor();
  await page.waitForFunction(() => document.getElementById("per").selectedOptions[0].textContent === "Auto");
  const gap = await page.evaluate(() => {
    const line = getComputedStyle(document.getElementById("calls"), "::after");
    return innerWidth - document.querySelector(".head").getBoundingClientRect().right - parseFloat(line.width);
  });
  assert.ok(gap <= 0, `${gap} pixels without a line`);
});

test("names of functions break behind a slash only", async () => {
  const { page, context } = await openPage(browser, `${server.url}/api-docs`, {});
  await page.locator("#functions a").first().waitFor();
  const broken = await page.evaluate(() =>
    [...document.querySelectorAll("#functions a")].filter((link) => {
      const parts = [...link.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
      return parts.some((part) => {
        const range = document.createRange();
        range.selectNodeContents(part);
        return range.getClientRects().length > 1;
      });
    }).map((link) => link.textContent),
  );
  assert.deepEqual(broken, []);
  assert.ok(await page.getByRole("link", { name: "recording/groups/members/remove" }).isVisible());
  await context.close();
});

for (const [width, height] of SIZES) {
  for (const scheme of width === 390 || width === 1440 ? ["light", "dark"] : ["light"]) {
    test(`axe finds nothing beside details and player at ${width}x${height}, ${scheme}`, async () => {
      addNames();
      const { page, context } = await openPage(browser, server.url + ofNames.path, { width, height, scheme, bypassCSP: true });
      await logIn(page, names.name);
      await settled(page);
      await accessible(page, "list");
      await page.locator("#call-0 .cell.time").click();
      await page.keyboard.press("Enter");
      await page.keyboard.press("i");
      await panel(page).waitFor();
      await accessible(page, "details");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is beside the page");
      await context.close();
    });
  }
}
