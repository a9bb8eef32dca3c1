/** Filters by outcome and hold: their fields at every width, the address, what the server is asked, exports and live events. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { ask, rows, settled } from "../page.js";
import { admin, found, identity, query, total, withPage } from "../suite.js";

const LIST = "recording/recordings/list";
const count = async (page, filters) => (await ask(page, LIST, { complete: -1, count: 1, ...filters })).data.count;

/** The fields, where they are on this screen. */
async function toFields(page) {
  if (await page.locator("#open-filters").isVisible()) await page.locator("#open-filters").click();
  else if (await page.locator("#fold[aria-expanded=false]").isVisible()) await page.locator("#fold").click();
}
const away = async (page) => (await page.locator("#filters-sheet").isVisible()) && page.locator("#sheet-show").click();

for (const [width, height] of [[390, 844], [844, 390], [1024, 768], [1440, 900]]) {
  withPage(`calls are found by outcome and by hold, and all again with Clear, at ${width}x${height}`, { name: admin.name, password: admin.password, width, height }, async (page) => {
    const [all, busy, held] = [await count(page, {}), await count(page, { status: "busy" }), await count(page, { hold: 1 })];
    assert.ok(busy > 0 && held > 0 && busy < all && held < all, `${busy} busy, ${held} held of ${all}`);
    await toFields(page);
    await page.getByRole("combobox", { name: "Outcome", exact: true }).selectOption({ label: "Busy" });
    await away(page);
    await found(page, busy);
    assert.equal(await query(page), "?outcome=busy");
    await toFields(page);
    await page.getByRole("combobox", { name: "State", exact: true }).selectOption({ label: "On hold" });
    await away(page);
    await found(page, await count(page, { status: "busy", hold: 1 }));
    assert.equal(await query(page), "?outcome=busy&state=held");
    await toFields(page);
    await page.getByRole("combobox", { name: "Outcome", exact: true }).selectOption({ label: "Any" });
    await away(page);
    await found(page, held);
    await toFields(page);
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await away(page);
    await found(page, all);
    assert.equal(await query(page), "");
    await page.goBack();
    await found(page, held);
  });
}

withPage("a link has the filters, and what they find in nobody's words is named", { ...admin, path: "/?outcome=noanswer&state=held" }, async (page) => {
  assert.equal(await page.locator("#f-outcome").inputValue(), "noanswer");
  assert.equal(await page.locator("#f-state").inputValue(), "held");
  await page.locator("#notice").getByText("Outcome “No answer” · On hold").waitFor();
  await page.getByRole("button", { name: `Without on hold: ${await count(page, { status: "noanswer" })} calls` }).click();
  await settled(page);
  assert.equal(await query(page), "?outcome=noanswer");
  await page.goto(page.url().replace("noanswer", "NOANSWER"));
  await settled(page);
  assert.equal(await page.locator("#f-outcome").inputValue(), "", "what no outcome is asks for nothing");
});

withPage("an export has what the filters leave", { ...admin, path: "/?outcome=busy" }, async (page) => {
  const busy = await total(page);
  await page.locator("#pick-all").click();
  await page.locator("#bulk-export").click();
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("[data-export=csv]").click()]);
  const lines = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  assert.equal(lines.length, busy + 1);
  assert.ok(lines.slice(1).every((line) => line.includes(",busy,")), lines[1]);
});

withPage("a call comes into the list of holds when it is put on hold, and goes when the hold ends", { ...admin, path: "/?state=held" }, async (page) => {
  const held = await total(page);
  const before = await rows(page);
  const { data } = await ask(page, LIST, { complete: 1, descending: 1, limit: 50 });
  const free = data.find(({ hold }) => !hold);
  const update = (hold) => ask(page, "recording/recordings/update", { ...identity(free), hold });
  await update(1);
  await found(page, held + 1);
  const time = new Date(free.start * 1000).toISOString();
  await page.locator(`#rows time[datetime="${time}"]`).waitFor();
  await update(0);
  await found(page, held);
  await page.locator(`#rows time[datetime="${time}"]`).waitFor({ state: "detached" });
  assert.deepEqual(await rows(page), before);
});
