/** What is pressed or has the focus while the page redraws: no click is lost, no focus thrown away, nothing typed forgotten. */

import assert from "node:assert/strict";
import { drawn, settled } from "../page.js";
import { admin, calls, key, mark, panel, query, server, withPage } from "../suite.js";

async function middle(page, selector) {
  const { x, y, width, height } = await page.locator(selector).boundingBox();
  return [x + width / 2, y + height / 2];
}

/** Presses as a hand does, which takes a while; `meanwhile` happens while the button is down. */
async function press(page, selector, meanwhile = () => {}) {
  await page.mouse.move(...(await middle(page, selector)));
  await page.mouse.down();
  await meanwhile();
  await drawn(page); // what a press sets off has happened
  await page.mouse.up();
}

/** Touches as a finger does: the mouse events of a touch come at its end, one after the other. */
async function touch(page, selector) {
  await page.locator(selector).scrollIntoViewIfNeeded();
  await page.touchscreen.tap(...(await middle(page, selector)));
}

const says = (page, text) => page.waitForFunction((wanted) => location.search.includes(wanted), text);
const focus = (page) => page.evaluate(() => document.activeElement.dataset?.range ?? (document.activeElement.id || document.activeElement.nodeName));
/** Marks the node, to know it again. */
const tag = (page, selector) => page.locator(selector).evaluate((node) => (node.tagged = true));
const tagged = (page, selector) => page.locator(selector).evaluate((node) => node.tagged === true);

const FIELDS = ["#search", "#f-caller", "#f-called", "#f-min", "#f-max"];

withPage("the first click after typing counts, from every field, by a mouse that is held down", {}, async (page) => {
  for (const field of FIELDS) {
    await page.goto(server.url);
    await settled(page);
    await page.locator(field).click();
    await page.keyboard.type("1");
    await press(page, "[data-range=yesterday]");
    await says(page, "range=yesterday");
    await page.locator("[data-range=yesterday][aria-pressed=true]").waitFor();
    assert.match(await query(page), new RegExp(`${field.replace(/#(f-)?/, "")}=`), "what was typed counts too");
    await settled(page);
    await page.locator(field).click();
    await press(page, "#ranges .custom");
    await page.locator("#range-menu:popover-open").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(field).click();
    await page.keyboard.type("1");
    await press(page, "[data-sort=totaltime]");
    await says(page, "sort=totaltime");
    await page.locator(field).click();
    await page.keyboard.type("1");
    await press(page, "#clear");
    await page.waitForFunction(() => !/search|caller|called|min|max/.test(location.search));
    await page.locator(field).click();
    await page.keyboard.type("1");
    await press(page, "label:has([name=direction][value=out])");
    await says(page, "direction=out");
    await settled(page);
  }
});

/** Longer than the page waits for another letter. */
async function longer(page) {
  const since = await page.evaluate(() => performance.now());
  await page.waitForFunction((began) => performance.now() - began > 350, since);
}

withPage("a press in the chart after typing keeps what was typed, from every field, however long it is held", {}, async (page) => {
  for (const field of FIELDS) {
    for (const held of [false, true]) {
      await page.goto(server.url);
      await settled(page);
      await page.locator("#chart-plot svg").waitFor();
      await page.locator(field).click();
      await page.keyboard.type("1");
      await press(page, "#chart-plot", async () => held && (await longer(page)));
      await says(page, "start=");
      assert.match(await query(page), new RegExp(`${field.replace(/#(f-)?/, "")}=`), `${field}, ${held ? "held" : "short"}`);
      await settled(page);
      assert.match(await page.locator(field).inputValue(), /^1(:00)?$/);
    }
  }
});

withPage("a key that changes the search at once keeps what was typed before it", {}, async (page) => {
  await page.locator("#search").click();
  await page.keyboard.type("07");
  await page.evaluate(() => {
    const select = document.getElementById("per");
    select.value = "week";
    select.dispatchEvent(new Event("change"));
  });
  await says(page, "per=week");
  assert.match(await query(page), /search=07/);
  assert.equal(await page.locator("#search").inputValue(), "07");
});

withPage("the first touch after typing counts, on a phone", { width: 390, height: 844 }, async (page) => {
  await touch(page, "#search");
  await page.keyboard.type("07");
  await touch(page, "[data-range=today]");
  await says(page, "range=today");
  assert.match(await query(page), /search=07/);
  await touch(page, "#search");
  await page.keyboard.type("7");
  await touch(page, "#open-filters");
  await page.locator("#filters-sheet[open]").waitFor();
});

withPage("Tab goes from the search box to the ranges, and Space there leaves the focus where it is", {}, async (page) => {
  await page.locator("#search").click();
  await page.keyboard.type("07");
  await page.keyboard.press("Tab");
  assert.equal(await focus(page), "today");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await says(page, "range=yesterday");
  assert.equal(await focus(page), "yesterday");
  await settled(page);
  assert.equal(await focus(page), "yesterday");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focus(page), "search");
});

withPage("a heading of the list keeps the focus while it sorts", {}, async (page) => {
  await page.locator("[data-sort=totaltime]").focus();
  for (const order of ["sort=totaltime", "order=asc"]) {
    await page.keyboard.press("Enter");
    await says(page, order);
    await settled(page);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.sort), "totaltime");
  }
});

/** Another program changes a call; until the page has asked for it. */
async function change(page, { uniqueid }, set) {
  const renewed = page.waitForResponse((response) => /recordings\/list/.test(response.url()) && !/count=1/.test(response.request().postData() ?? ""));
  server.sql(`UPDATE recordings SET ${set} WHERE uniqueid = '${uniqueid}';`);
  await renewed;
  await drawn(page);
}

withPage("details that change keep what is pressed, written, chosen and unfolded", admin, async (page) => {
  const [call] = await calls(page, 1, 3);
  await page.goto(`${server.url}/?state=done&recording=${key(call)}`);
  await settled(page);
  await panel(page).locator("#d-history").waitFor();
  await panel(page).locator(".fold summary").click();
  await panel(page).locator("[name=date]").fill("2031-05-06");
  await panel(page).locator("[data-do=link]").focus();
  await change(page, call, "snumber_name = 'Changed once'");
  await panel(page).getByText("Changed once").first().waitFor();
  assert.equal(await panel(page).locator("[name=date]").inputValue(), "2031-05-06");
  assert.equal(await panel(page).locator(".fold").evaluate((node) => node.open), true);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.do), "link");
  // Until the page has heard of it, the button stays down.
  await page.mouse.move(...(await middle(page, "#panel [data-do=hold]")));
  await page.mouse.down();
  server.sql(`UPDATE recordings SET snumber_name = 'Changed twice' WHERE uniqueid = '${call.uniqueid}';`);
  await page.locator("#rows").getByText("Changed twice").first().waitFor();
  await page.mouse.up();
  await panel(page).getByText("Changed twice").first().waitFor();
  await page.locator("#toast.shown").getByText("On hold").waitFor();
  await panel(page).locator("[data-do=hold]").getByText("End hold").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.do), "hold");
});

withPage("a row that changes keeps the button that is pressed", admin, async (page) => {
  const [call] = await calls(page, 1, 1);
  const index = await mark(page, call);
  const button = `#call-${index} [data-more]`;
  await page.mouse.move(...(await middle(page, button)));
  await page.mouse.down();
  server.sql(`UPDATE recordings SET snumber_name = 'Changed below a press' WHERE uniqueid = '${call.uniqueid}';`);
  await page.locator(`#call-${index}`).getByText("Changed below a press").waitFor();
  await page.mouse.up();
  await panel(page).locator("h2").waitFor();
});

withPage("what the list offers where nothing is found stays under the button that is held down", {}, async (page) => {
  let go = () => {};
  const known = new Promise((done) => (go = done));
  await page.route("**/recordings/list", async (route) => {
    const counts = /count=1/.test(route.request().postData() ?? "") && !/nothing/.test(route.request().postData());
    if (counts) await known;
    await route.continue();
  });
  await page.locator("#f-caller").fill("0");
  await page.locator("#search").fill("nothing is called so");
  await page.getByRole("button", { name: "Clear all filters" }).waitFor();
  await press(page, "#notice [data-act='Clear all filters']", async () => {
    const told = page.waitForResponse((response) => /count=1/.test(response.request().postData() ?? "") && !/nothing/.test(response.request().postData()));
    go();
    await told;
    await drawn(page);
  });
  await page.waitForFunction(() => location.search === "");
});

withPage("the menu's links and the range's button are the same nodes after a search", admin, async (page) => {
  const all = ["#places a >> nth=0", "#places a >> nth=1", "#ranges .custom", "[data-range=any]", "[data-sort=start]", "#f-group option >> nth=1"];
  for (const one of all) await tag(page, one);
  await page.locator("#search").fill("07");
  await says(page, "search=07");
  await settled(page);
  await page.locator("#search").blur();
  for (const one of all) assert.ok(await tagged(page, one), one);
});
