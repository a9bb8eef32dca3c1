/** People: passwords that are chosen and forgotten, and who may not log in for now. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { logIn, module, openPage } from "../page.js";
import { PASSWORD } from "../server.js";
import { accessible, browser, panel, server, withPage } from "../suite.js";

/** The people's page, to an owner. */
const atPeople = (name, body) =>
  test(name, async () => {
    const { page, context, faults } = await openPage(browser, `${server.url}/people`, { bypassCSP: true });
    await logIn(page, "olga");
    await page.locator("#manage tbody tr").first().waitFor();
    await body(page);
    assert.deepEqual(faults, []);
    await context.close();
  });

test("a password is weighed by its length, by names in it and by what everybody tries", async () => {
  const { page, context } = await openPage(browser, server.url);
  const names = ["Yaël Ben-Ami", "yael", "Harbour Lane Shipping"];
  const path = await module(page, "server/strength.js");
  const advice = (password) => page.evaluate(async ([from, ...asked]) => (await import(from)).advice(...asked), [path, password, names]);
  for (const [word, passwords] of [
    ["Short", ["a", "seven77", "pässwör"]],
    ["Weak: this is among the first", ["12345678", "87654321", "password", "Password1!", "qwertyui", "asdfghjkl", "aaaaaaaa", "abcabcabc", "01021990", "tapeline"]],
    ["Weak: it has a name", ["yael-knows-best", "Harbour2026!", "my-SHIPPING-word", "benyaelbenyael9"]],
    ["Fair", ["wren-copper", "tq8!rz0#kd"]],
    ["Strong", ["four words in a row", "correct horse battery", "日本語の録音です、とても長いですね"]],
  ]) {
    for (const password of passwords) assert.match(await advice(password), new RegExp(`^${word}`), password);
  }
  assert.equal(await advice(""), "");
  await context.close();
});

withPage("who changes the own password is advised while it is typed, and told in words what is wrong, where it is wrong", { name: "tess", bypassCSP: true }, async (page) => {
  await page.locator("#me").click();
  await page.locator("#open-password").click();
  const focused = () => page.evaluate(() => document.activeElement.id);
  const told = (text) => page.locator("#password-error").getByText(text).waitFor();
  const change = async (old, fresh) => {
    await page.locator("#password-old").fill(old);
    await page.locator("#password-new").fill(fresh);
    await page.locator("#password-again").fill(fresh);
    await page.locator("#password-form .primary").click();
  };
  await page.locator("#password-new").fill("tess tess 1");
  assert.match(await page.locator("#password-advice").textContent(), /has a name in it/);
  await page.locator("#password-new").fill("a quiet afternoon");
  assert.equal(await page.locator("#password-advice").textContent(), "Strong.");

  await change(PASSWORD, "a");
  await told("The password has 1 character; choose one of at least 8");
  assert.equal(await focused(), "password-new");
  await change(PASSWORD, "password1");
  await told("one of the commonest");
  await change("not it at all", "a quiet afternoon");
  await told("That is not your present password");
  assert.equal(await focused(), "password-old");
  assert.deepEqual(await page.locator("#password [aria-invalid=true]").evaluateAll((all) => all.map(({ id }) => id)), ["password-old"]);
  await accessible(page, "the dialog with a fault");
});

atPeople("an administrator is advised too, and no fault has the API's words for a field", async (page) => {
  await page.getByRole("button", { name: "New person" }).click();
  const form = panel(page);
  await form.getByLabel("Name", { exact: true }).fill("Nadia");
  await form.getByLabel("Log-in name").fill("na:dia");
  await form.getByLabel("Password").fill("Nadia-2026");
  await form.getByText("Weak: it has a name in it that others know.").waitFor();
  await form.getByRole("button", { name: "Add person" }).click();
  await form.getByText("Log-in name must not have a colon").waitFor();
  await form.getByLabel("Log-in name").fill("nadia-2026");
  await form.getByRole("button", { name: "Add person" }).click();
  await form.getByText("The password is the name to log in with; choose another one").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.name), "password");
});

for (const scheme of ["light", "dark"]) {
  test(`whoever forgot the password reads what to do, ${scheme}`, async () => {
    const { page, context, faults } = await openPage(browser, server.url, { scheme, width: 390, height: 844, bypassCSP: true });
    await page.locator("#login-name").waitFor();
    await page.getByText("Forgot your password?").click();
    await page.getByText("tapeline user passwd NAME").waitFor();
    await page.getByText("An administrator of your office sets a new one").waitFor();
    await accessible(page, "the login with its word for whoever forgot");
    assert.deepEqual(faults, []);
    await context.close();
  });
}
