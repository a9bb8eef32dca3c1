/** Who is using the page: log in, log out, and what happens when a session ends. */

import { $ } from "../kit/dom.js";
import { call, isNobody, wire } from "./api.js";
import * as tabs from "./tabs.js";


/** @type {import("../types.js").Person|null} */
let person = null;
/** Who was there last. */
let last = 0;

/** Whether the role has a privilege: record, administrator, owner. @param {string} privilege */
export const may = (privilege) => person !== null && (person.privileges.includes(privilege) || person.privileges.includes("owner"));

/** Who it is. @returns {import("../types.js").Person|null} */
export const who = () => person;

/** Fires "in" with `person` and `same` (it is who was there before), and "out". */
export const session = new EventTarget();

function view(name) {
  document.documentElement.dataset.view = name;
  if (name === "login") document.title = "Log in – Tapeline";
}

/** What shows the page to whoever has logged in. */
let rest = Promise.resolve();

async function enter(who) {
  const same = [0, who.id].includes(last) && (person === null || String(person.privileges) === String(who.privileges));
  person = who;
  last = who.id;
  await rest;
  if (person !== who) return;
  $("me-name").textContent = who.username;
  $("me-role").textContent = who.role;
  view("app");
  session.dispatchEvent(Object.assign(new Event("in"), { person: who, same }));
}

/** Whether the form has been shown, by the script. */
let asked = false;

function ask(note) {
  // What is being typed stays: several requests may learn of the end of a session, one after the other.
  if (asked && document.documentElement.dataset.view === "login" && (!note || !$("login-note").hidden)) return;
  asked = true;
  view("login");
  for (const dialog of document.querySelectorAll("dialog[open]:not(#entry)")) dialog.close();
  for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
  $("login-note").textContent = note;
  $("login-note").hidden = note === "";
  $("login-error").textContent = "";
  if (person) $("login-name").value = person.username;
  if ($("login-form").contains(document.activeElement)) return; // somebody was there before the script
  ($("login-name").value ? $("login-password") : $("login-name")).focus();
}

function refusal(error) {
  if (isNobody(error)) return "Name or password is wrong.";
  if (error.code === "429") {
    const minutes = Math.ceil((error.retryAfter || 60) / 60);
    return `Too many attempts. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`;
  }
  return error.message;
}

/** The page did not come whole: there is nothing to show to whoever has logged in. */
export class Incomplete extends Error {}

/** How often somebody has asked to be let in. */
let tries = 0;

/** What is said while the dialog is closed: somebody waits. @param {string} text */
function early(text) {
  $("login-early").textContent = text;
  $("login-early").dataset.kept = "";
}

async function submit(event) {
  event.preventDefault();
  tries += 1;
  const button = event.target.querySelector("[type=submit]");
  button.disabled = true;
  $("login-error").textContent = "";
  early("Logging in…");
  try {
    const credentials = { auth_username: $("login-name").value, auth_password: $("login-password").value, session: 1 };
    const { data } = await call("user/login", credentials, { quiet: true });
    $("login-password").value = "";
    early("You will be logged in as soon as the page has loaded.");
    $("entry").open = false;
    tabs.tell({ person: data.id });
    await enter(data);
  } catch (error) {
    $("login-error").textContent = refusal(error);
    $("login-password").select();
  } finally {
    button.disabled = false;
    $("entry").open = true;
  }
}

async function logout() {
  try {
    await call("user/logout", {}, { quiet: true });
  } catch (error) {
    // An ended session is what was wanted; anything else must be known.
    if (error.code !== "401") return session.dispatchEvent(Object.assign(new Event("failed"), { error }));
  }
  leave("");
  return tabs.tell({ person: null });
}

/** Nobody is there any more. @param {string} note */
function leave(note) {
  person = null;
  $("login-name").value = "";
  ask(note);
  session.dispatchEvent(new Event("out"));
}

/** Somebody has logged in or out in another tab, and so in this one. */
function elsewhere({ person: id }) {
  if (id === null && person) leave("You have logged out in another tab.");
  else if (id !== null && person?.id !== id) identify();
}

/** Asks whether it is still who it was: the session may have ended, and the server may be away, which is told elsewhere. */
export async function check() {
  const before = person;
  try {
    const { data } = await call("user/login", {}, { quiet: before === null });
    if (before && person === before && JSON.stringify(data) !== JSON.stringify(before)) enter(data);
  } catch {
    // "unauthorized" and "unreachable" have been told.
  }
}

/** A page that the browser keeps for Back shows nothing before it is known who goes back. */
function keepFromHistory() {
  addEventListener("pagehide", () => view("start"));
  addEventListener("pageshow", ({ persisted }) => persisted && identify());
}

function told(error) {
  if (!isNobody(error)) return error.message;
  return person ? "Your session has ended. Log in to go on where you were." : "";
}

/**
 * Finds out who it is, or asks.
 * @param {Promise<any>} page  what shows the page to whoever has logged in
 */
export function start(page) {
  rest = page;
  rest.catch(() => {}); // whoever waits for it learns of it
  $("login-form").addEventListener("submit", submit);
  $("logout").addEventListener("click", logout);
  wire.addEventListener("unauthorized", ({ error }) => ask(told(error)));
  tabs.heard(elsewhere);
  keepFromHistory();
  if ($("entry").open) identify();
  else $("login-form").requestSubmit(); // somebody was there before the script
}

/** Goes on with the session of before, if there is one. */
export async function identify() {
  const before = tries;
  try {
    const { data } = await call("user/login", {}, { quiet: true });
    if (before === tries) await enter(data);
  } catch (error) {
    if (error instanceof Incomplete) return; // told already
    if (before === tries) ask(isNobody(error) ? "" : error.message);
  }
}
