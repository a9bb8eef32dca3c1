/** What the form of a group says of each setting, and how its members are written. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, logIn, openPage } from "../page.js";
import { DEMO, browser, panel, server } from "../suite.js";

const row = (page, name) => page.locator("#manage tbody tr").filter({ hasText: name });

async function atGroups(body) {
  const { page, context, faults } = await openPage(browser, `${server.url}/groups`);
  try {
    await logIn(page, "lucia", DEMO);
    await page.locator("#manage tbody tr").first().waitFor();
    await body(page);
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

test("the form has what is heeded here alone, and says what it does here; the rest stays as it was stored", () =>
  atGroups(async (page) => {
    const { data } = await ask(page, "recording/groups/create", { name: "Beep box", beep: 1, transcribe: 1, email: "calls@example.com" });
    await page.reload();
    await row(page, "Beep box").getByRole("button").click();
    await panel(page).locator("#m-members").waitFor();
    const labels = await panel(page).locator("#m-form label").allTextContents();
    assert.deepEqual(labels.map((label) => label.trim()), ["Name", "What it is for", "May be deleted after so many days", "List recordings of incoming calls", "List recordings of outgoing calls", "Percent of new recordings that are listed", "Owner"]);
    const words = await panel(page).locator("#m-form").textContent();
    assert.match(words, /Nothing is deleted by itself/);
    assert.match(words, /the PBX goes on recording them/);
    await panel(page).getByLabel("List recordings of incoming calls").uncheck();
    await panel(page).getByRole("button", { name: "Save", exact: true }).click();
    await row(page, "Beep box").getByText("All but incoming").waitFor();
    const group = (await ask(page, "recording/groups/get", { id: data.id })).data;
    assert.deepEqual([group.record_in, group.beep, group.transcribe, group.email], [0, 1, 1, "calls@example.com"]);
    for (const [fields, said] of [[{ record_out: 0 }, "Internal only"], [{ record_in: 1, record_out: 1, fraction: 0 }, "None"], [{ fraction: 100, expires: 0 }, "None"], [{ expires: 1 }, "After 1 day"]]) {
      await ask(page, "recording/groups/update", { id: data.id, ...fields });
      await page.reload();
      await row(page, "Beep box").getByText(said, { exact: true }).waitFor();
    }
    await ask(page, "recording/groups/delete", { id: data.id });
  }));

test("a member's name and log-in name run each in its own direction", () =>
  atGroups(async (page) => {
    const { data: people } = await ask(page, "people/list", {});
    const hebrew = people.find(({ username }) => username === "amir");
    const { data } = await ask(page, "recording/groups/create", { name: "Two ways" });
    await ask(page, "recording/groups/members/add", { recordgroup: data.id, person: hebrew.id });
    await page.reload();
    await row(page, "Two ways").getByRole("button").click();
    const names = panel(page).locator("#m-members li bdi");
    await names.first().waitFor();
    assert.deepEqual(await names.allTextContents(), [hebrew.name, "amir"]);
    const [name, login] = await names.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().left));
    assert.ok(name < login, "the log-in name stands behind the name");
    await ask(page, "recording/groups/delete", { id: data.id });
  }));
