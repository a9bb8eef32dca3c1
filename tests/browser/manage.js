/** Groups, people and the audit log. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, graceOver, logIn, openCalls, openPage, rested, rows, settled, shoot } from "./page.js";
import { PASSWORD } from "./server.js";
import { DEMO, accessible, browser, panel, server, strip, withPage } from "./suite.js";

const person = (name) => ({ name, password: DEMO });
const HOSTILE = [`<img src=x onerror="window.injected=1">`, `"><script>window.injected=1</script>`, `' onmouseover='window.injected=1`];

const save = (page, name = "Save") => panel(page).getByRole("button", { name, exact: true }).click();
const said = (page, text) => page.locator("#toast.shown").getByText(text).waitFor();
const row = (page, name) => page.locator("#manage tbody tr").filter({ hasText: name });

/** Goes to a page by the menu, as people do. */
async function go(page, name) {
  await page.locator("#me").click();
  await page.locator("#places").getByRole("link", { name }).click();
  await page.locator("#manage tbody tr").first().waitFor();
}

/** A page of its own, logged in, at one of the pages. */
const at = (name, who, path, body) =>
  test(name, async () => {
    const opened = await openPage(browser, server.url + path);
    try {
      await logIn(opened.page, who, DEMO);
      await opened.page.locator("#manage tbody tr").first().waitFor();
      await body(opened.page, opened);
      assert.deepEqual(opened.faults, []);
    } finally {
      await opened.context.close();
    }
  });

withPage("an agent sees none of it, by the menu or by the address", person("agnes"), async (page) => {
  await page.locator("#me").click();
  assert.equal(await page.locator("#places a").count(), 0);
  for (const path of ["/groups", "/people", "/audit"]) {
    await page.goto(server.url + path);
    await settled(page);
    assert.equal(new URL(page.url()).pathname, "/", path);
    assert.equal(await page.locator("#manage").isVisible(), false);
  }
});

withPage("a supervisor sees the groups and what may be changed of them, the sound goes on meanwhile", person("amir"), async (page) => {
  const index = await page.evaluate(() => Number(document.querySelector(".row:not(.now) .play button").closest(".row").dataset.index));
  await page.locator(`#call-${index} .play button`).click();
  await page.waitForFunction(() => document.getElementById("sound").currentTime > 0);
  await page.locator("#me").click();
  assert.deepEqual(await page.locator("#places a").allTextContents(), ["Calls", "Groups"]);
  await page.locator("#places").getByText("Groups").click();
  await row(page, "Reception").first().getByRole("button").click();
  assert.equal(await panel(page).getByText("Owner").count() + (await panel(page).getByText("Members").count()), 0);
  assert.equal(await page.getByRole("button", { name: /New group|Delete group/ }).count(), 0);
  assert.equal(await page.locator("#dock").isVisible(), true);
  const before = await page.evaluate(() => document.getElementById("sound").currentTime);
  await page.waitForFunction((time) => document.getElementById("sound").currentTime > time || document.getElementById("sound").ended, before);
  await page.locator("#tabs").getByText("Calls").click();
  await settled(page);
  assert.ok((await rows(page)).length > 5);
  await page.goBack();
  await page.locator("#manage tbody tr").first().waitFor();
  await page.goto(`${server.url}/people`);
  await settled(page);
  assert.equal(new URL(page.url()).pathname, "/");
});

at("a group is changed: days, options, description; what is wrong is said where it is", "amir", "/groups", async (page) => {
  await row(page, "Pharmacy").or(page.locator("#manage tbody tr").last()).first().getByRole("button").click();
  const { data: before } = await ask(page, "recording/groups/list", {});
  const name = await panel(page).getByLabel("Name", { exact: true }).inputValue();
  const group = before.find((one) => one.name === name);
  await panel(page).getByLabel("May be deleted after so many days").fill("90");
  await panel(page).getByLabel("What it is for").fill("");
  await panel(page).getByLabel("List recordings of outgoing calls").uncheck();
  await panel(page).getByLabel("Percent of new recordings").fill("50");
  await panel(page).getByLabel("Name", { exact: true }).fill("n".repeat(201));
  await save(page);
  const title = panel(page).getByLabel("Name", { exact: true });
  await page.waitForFunction(() => document.querySelector("#form-name").getAttribute("aria-invalid") === "true");
  assert.equal(await title.evaluate((field) => document.activeElement === field), true);
  assert.match(await page.locator("#form-name-note").textContent(), /200/);
  assert.equal(await panel(page).getByLabel("May be deleted after so many days").inputValue(), "90", "nothing is lost");
  await title.fill(name);
  await save(page);
  await said(page, "Saved");
  const { data } = await ask(page, "recording/groups/get", { id: group.id });
  assert.deepEqual(data, { ...group, description: "", expires: 90, record_out: 0, fraction: 50 });
  await row(page, name).getByText("All but outgoing, 50 %").waitFor();
  await save(page);
  await said(page, "Nothing has changed");
});

at("an administrator adds a group, gives it owner and members, and deletes it after ten seconds to undo", "lucia", "/groups", async (page) => {
  await page.clock.install();
  await page.getByRole("button", { name: "New group" }).click();
  await panel(page).getByLabel("Name", { exact: true }).fill("Night desk");
  await panel(page).getByLabel("Owner").selectOption({ label: "אמיר לוי (amir)" });
  await save(page, "Add group");
  await said(page, "Group Night desk added");
  const { data: groups } = await ask(page, "recording/groups/list", {});
  const group = groups.find(({ name }) => name === "Night desk");
  assert.equal(group.expires, 365);
  await panel(page).getByText("Nobody yet.").waitFor();
  await panel(page).getByLabel("Add somebody").selectOption({ label: "Gus D'Angelo (gus)" });
  await panel(page).getByRole("button", { name: "Add", exact: true }).click();
  const remove = panel(page).getByRole("button", { name: "Remove Gus D'Angelo (gus)" });
  await remove.waitFor();
  assert.deepEqual((await ask(page, "recording/groups/members/list", { recordgroup: group.id })).data.map(({ username }) => username), ["gus"]);
  await remove.click();
  await panel(page).getByText("Nobody yet.").waitFor();
  await panel(page).getByRole("button", { name: "Delete group" }).click();
  await strip(page).getByRole("button", { name: "Undo" }).click();
  assert.ok((await ask(page, "recording/groups/get", { id: group.id })).data);
  await row(page, "Night desk").getByRole("button").click();
  await panel(page).getByRole("button", { name: "Delete group" }).click();
  await graceOver(page);
  await said(page, "Group Night desk deleted");
  await row(page, "Night desk").waitFor({ state: "detached" });
  await row(page, "Reception").first().getByRole("button").click();
  await panel(page).getByRole("button", { name: "Delete group" }).click();
  await graceOver(page);
  await said(page, /stays: The group has recordings/);
});

/** The list asks for something, unless it has noticed by itself already, and the session has ended. */
async function ends(page) {
  await page.locator("[data-range='7d']").click({ timeout: 2_000 }).catch(() => 0);
  await page.getByText("Your session has ended.").waitFor();
}

at("an administrator adds a person, who can log in; role, groups and password change; the person is deleted", "lucia", "/people", async (page) => {
  await page.getByRole("button", { name: "New person" }).click();
  await panel(page).getByLabel("Name", { exact: true }).fill("Nina Nowak");
  await panel(page).getByLabel("Log-in name").fill("amir");
  await panel(page).getByLabel("Password").fill(PASSWORD);
  await save(page, "Add person");
  await panel(page).getByText("Somebody has this log-in name already").waitFor();
  assert.equal(await panel(page).getByLabel("Password").inputValue(), PASSWORD, "nothing is lost");
  await panel(page).getByLabel("Log-in name").fill("nina");
  await save(page, "Add person");
  await said(page, "Nina Nowak added");
  assert.equal(await panel(page).getByLabel("Role").locator("option", { hasText: "owner" }).count(), 0, "only owners make owners");
  await panel(page).getByLabel("Reception").check();
  const other = await openCalls(browser, server.url, { name: "nina", password: PASSWORD });
  assert.ok((await rows(other.page)).length > 5, "hears the calls of the group");
  await panel(page).getByLabel("Role").selectOption("supervisor");
  await save(page);
  await said(page, "Saved");
  await ends(other.page);
  await panel(page).getByLabel("New password").fill("another word 77");
  await panel(page).getByRole("button", { name: "Set password" }).click();
  await said(page, "Nina Nowak has a new password");
  await logIn(other.page, "nina", "another word 77");
  await settled(other.page);
  await page.clock.install();
  await panel(page).getByRole("button", { name: "Delete person" }).click();
  await graceOver(page);
  await said(page, "Nina Nowak deleted");
  await ends(other.page);
  await other.context.close();
  await row(page, "You").getByRole("button").click();
  assert.equal(await panel(page).getByRole("button", { name: /Delete person|Set password/ }).count(), 0, "not oneself");
});

at("a session that ends while one writes loses nothing of it", "lucia", "/groups", async (page, { context }) => {
  await row(page, "Reception").first().getByRole("button").click();
  const field = panel(page).getByLabel("What it is for");
  await field.fill("Written before the session ended");
  await context.clearCookies();
  await save(page);
  await page.getByText("Your session has ended.").waitFor();
  await logIn(page, "lucia", DEMO);
  await said(page, "Saved");
  const { data } = await ask(page, "recording/groups/list", {});
  assert.ok(data.some(({ description }) => description === "Written before the session ended"));
});

at("what is entered and not saved isn't left without a question", "lucia", "/groups", async (page) => {
  await row(page, "Reception").first().getByRole("button").click();
  await panel(page).getByLabel("What it is for").fill("Half a thou");
  let asked = 0;
  const answer = (accept) =>
    page.once("dialog", (dialog) => {
      asked += 1;
      return accept ? dialog.accept() : dialog.dismiss();
    });
  answer(false);
  await page.locator("#tabs").getByText("People").click();
  assert.equal(new URL(page.url()).pathname, "/groups");
  assert.equal(await panel(page).getByLabel("What it is for").inputValue(), "Half a thou");
  answer(true);
  await panel(page).getByRole("button", { name: "Close" }).click();
  await panel(page).waitFor({ state: "hidden" });
  assert.equal(asked, 2);
});

at("an owner chooses the customer, for groups, people and calls", "astrid", "/groups", async (page) => {
  await page.locator("#m-customer").selectOption({ label: "Clínica Alameda" });
  await row(page, "Reception").first().waitFor();
  await page.locator("#tabs").getByText("People").click();
  await row(page, "Lucía Fernández").waitFor();
  await page.locator("#tabs").getByText("Calls").click();
  await settled(page);
  const mine = await page.locator("#f-group option").allTextContents();
  await page.locator("#f-customer").selectOption({ label: "Clínica Alameda" });
  await settled(page);
  assert.equal(new URL(page.url()).search, "?customer=2");
  await page.waitForFunction((before) => [...document.querySelectorAll("#f-group option")].map((option) => option.textContent).join() !== before, mine.join());
  const { data } = await ask(page, "recording/groups/list", { customer: 2 });
  assert.deepEqual((await page.locator("#f-group option").allTextContents()).slice(1).sort(), data.map(({ name }) => name).sort());
  const counted = await ask(page, "recording/recordings/list", { customer: 2, complete: -1, count: 1 });
  await page.waitForFunction((n) => document.getElementById("totals").textContent.replace(/\D/g, "") === String(n), counted.data.count);
});

at("names of groups and people can't become part of the page", "lucia", "/groups", async (page) => {
  const text = (value) => `'${value.replaceAll("'", "''")}'`;
  const values = HOSTILE.map((name, i) => `(${700 + i}, 2, ${text(name)}, ${text(name)})`).join();
  const people = HOSTILE.map((name, i) => `(${700 + i}, 2, ${text(name)}, ${text(name)}, 'agent', 'x')`).join();
  server.sql(`INSERT INTO recordgroups (id, customer, name, description) VALUES ${values}; INSERT INTO people (id, customer, username, name, role, hash) VALUES ${people};
    INSERT INTO recordgroup_members (person, recordgroup) VALUES (700, 700); UPDATE recordgroups SET owner = 701 WHERE id = 700;
    INSERT INTO audit (time, person, username, address, action, customer, uniqueid, recordid, recordgroup, detail) VALUES (unixepoch(), 700, ${text(HOSTILE[0])}, ${text(HOSTILE[1])}, ${text(HOSTILE[2])}, 2, ${text(HOSTILE[0])}, ${text(HOSTILE[1])}, 700, ${text(HOSTILE[1])});`);
  await page.reload();
  for (const [i, name] of HOSTILE.entries()) {
    await page.locator(`[data-row="${700 + i}"] button`).click();
    await panel(page).locator("#m-members :is(ul, p)").first().waitFor();
    assert.equal(await panel(page).getByRole("heading", { level: 2 }).textContent(), name);
  }
  await page.locator("#tabs").getByText("People").click();
  for (const i of HOSTILE.keys()) {
    await page.locator(`[data-row="${700 + i}"] button`).click();
    await panel(page).locator("#m-groups label").first().waitFor();
  }
  await page.locator("#tabs").getByText("Audit log").click();
  await row(page, HOSTILE[2]).first().waitFor();
  await page.locator("#tabs").getByText("Calls").click();
  await settled(page);
  assert.equal(await page.evaluate(() => window.injected), undefined);
  assert.equal(await page.locator("#app img, #app iframe, #app script").count(), 0);
  server.sql("DELETE FROM recordgroup_members WHERE recordgroup >= 700; DELETE FROM recordgroups WHERE id >= 700; DELETE FROM people WHERE id BETWEEN 700 AND 702; DELETE FROM audit WHERE person = 700;");
});

at("an error says what it is, with its id, and can be tried again", "lucia", "/groups", async (page) => {
  await page.route("**/people/list", (route) => route.fulfill({ status: 500, json: { responses: [{ code: "500", key: "", message: "Something broke; the log has it as e4f1." }] } }));
  await page.locator("#tabs").getByText("People").click();
  await page.getByText("the log has it as e4f1").waitFor();
  await page.unroute("**/people/list");
  await page.getByRole("button", { name: "Try again" }).click();
  await row(page, "Lucía Fernández").waitFor();
});

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing on the pages for groups, people and the log, ${scheme}`, async () => {
    const { page, context } = await openPage(browser, `${server.url}/groups`, { scheme, bypassCSP: true });
    await logIn(page, "lucia", DEMO);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 844 });
      for (const [name, ready] of [["Groups", "#m-members :is(ul, p)"], ["People", "#m-form"], ["Audit log", ""]]) {
        await page.locator("#tabs").getByText(name).click();
        await page.locator("#manage tbody tr").first().waitFor();
        await accessible(page, `${name} ${width}`);
        if (!ready) continue;
        await page.locator("#manage tbody tr").first().getByRole("button").click();
        await panel(page).locator(ready).first().waitFor();
        await rested(page);
        await accessible(page, `${name} ${width}, open`);
        await page.keyboard.press("Escape");
        await panel(page).waitFor({ state: "hidden" });
      }
    }
    await context.close();
  });
}

for (const scheme of ["light", "dark"]) {
  for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
    test(`screenshots of groups, people and the log, ${scheme} ${width}`, async () => {
      const { page, context } = await openCalls(browser, server.url, { scheme, width, height, ...person("astrid") });
      const shot = (name) => shoot(page, `${name}-${scheme}-${width}`);
      await page.locator("#me").click();
      await shot("menu");
      await page.keyboard.press("Escape");
      await go(page, "Groups");
      await shot("groups");
      await page.locator("#manage tbody tr").first().getByRole("button").click();
      await panel(page).locator("#m-members ul").waitFor();
      await rested(page);
      await shot("group");
      await page.keyboard.press("Escape");
      await page.locator("#tabs").getByText("People").click();
      await row(page, "Hannah").getByRole("button").click();
      await panel(page).locator("#m-groups label").first().waitFor();
      await rested(page);
      await shot("person");
      await page.keyboard.press("Escape");
      await page.locator("#tabs").getByText("Audit log").click();
      await page.locator("#manage tbody tr").first().waitFor();
      await shot("audit");
      await context.close();
    });
  }
}
