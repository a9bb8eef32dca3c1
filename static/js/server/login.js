/** Who is using the page: log in, log out, and what happens when a session ends. */

import { $ } from "../kit/dom.js";
import { call, isNobody, wire } from "./api.js";


/** @type {import("../types.js").Person|null} */
let person = null;

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

function enter(who) {
  const same = person === null || person.id === who.id;
  person = who;
  $("me-name").textContent = who.username;
  $("me-role").textContent = who.role;
  view("app");
  session.dispatchEvent(Object.assign(new Event("in"), { person: who, same }));
}

function ask(note) {
  // What is being typed stays: several requests may learn of the end of a session, one after the other.
  if (document.documentElement.dataset.view === "login" && (!note || !$("login-note").hidden)) return;
  view("login");
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  $("login-note").textContent = note;
  $("login-note").hidden = note === "";
  $("login-error").textContent = "";
  if (person) $("login-name").value = person.username;
  $("login-password").value = "";
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

async function submit(event) {
  event.preventDefault();
  const button = event.target.querySelector("[type=submit]");
  button.disabled = true;
  $("login-error").textContent = "";
  try {
    const credentials = { auth_username: $("login-name").value, auth_password: $("login-password").value, session: 1 };
    const { data } = await call("user/login", credentials, { quiet: true });
    $("login-password").value = "";
    enter(data);
  } catch (error) {
    $("login-error").textContent = refusal(error);
    $("login-password").select();
  } finally {
    button.disabled = false;
  }
}

async function logout() {
  try {
    await call("user/logout", {}, { quiet: true });
  } catch (error) {
    // An ended session is what was wanted; anything else must be known.
    if (error.code !== "401") return session.dispatchEvent(Object.assign(new Event("failed"), { error }));
  }
  person = null;
  $("login-name").value = "";
  ask("");
  return session.dispatchEvent(new Event("out"));
}

function told(error) {
  if (!isNobody(error)) return error.message;
  return person ? "Your session has ended. Log in to go on where you were." : "";
}

/** Finds out who it is, or asks. */
export async function start() {
  $("login-form").addEventListener("submit", submit);
  $("logout").addEventListener("click", logout);
  wire.addEventListener("unauthorized", ({ error }) => ask(told(error)));
  await identify();
}

/** Goes on with the session of before, if there is one. */
export async function identify() {
  try {
    const { data } = await call("user/login", {}, { quiet: true });
    enter(data);
  } catch (error) {
    ask(isNobody(error) ? "" : error.message);
  }
}
