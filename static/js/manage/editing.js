/** A form in the panel, for what a row of a page is about: nothing that is entered is lost without a question. */

import { isGone } from "../call/changes.js";
import { changed, complain, form, values } from "../kit/form.js";
import { html } from "../kit/html.js";
import { toast } from "../kit/notices.js";
import * as panel from "../kit/panel.js";
import { guard, place } from "../page/place.js";
import { session } from "../server/login.js";
import { mark } from "./frame.js";

const OWNER = "manage";

/** The form in the panel and its fields. @type {{element: HTMLFormElement, fields: import("../kit/form.js").Field[], name: string}|null} */
let editing = null;

const dirty = () => Boolean(editing?.element.isConnected) && Object.keys(changed(editing.element, editing.fields)).length > 0;

/** Whether nothing is lost by leaving the form, or the person says that it may be. */
const left = () => !dirty() || confirm("What you have entered is not saved. Leave it?");

function close() {
  if (left()) done();
}

/**
 * A form in the panel.
 * @param {{name: string, title: string, fields: import("../kit/form.js").Field[], submit: string, more?: any,
 *   filled?: (body: HTMLElement) => void, save: (values: Object<string, string>) => Promise<string>}} what
 *   save: gets what has changed, or – where `name` is empty – all; gives what to say
 */
export function edit({ name, title, fields, submit, more = "", filled = () => {}, save }) {
  if (editing && editing.name !== name && !left()) return;
  panel.show(OWNER, { title, label: title, closed: close, focus: true, body: html`${form("m-form", fields, submit)}${more}`, filled: (body) => listen(body) });
  mark(name);
  function listen(body) {
    const element = body.querySelector("#m-form");
    editing = { element, fields, name };
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      send(element, fields, name ? changed(element, fields) : values(element, fields), save);
    });
    filled(body);
  }
}

async function send(element, fields, what, save) {
  if (Object.keys(what).length === 0) {
    toast("Nothing has changed");
    return;
  }
  const button = element.querySelector("[type=submit]");
  button.disabled = true;
  complain(element, fields, null);
  try {
    const said = await save(what);
    // What was entered is what there is now.
    for (const field of fields) if (field.name in what) field.value = what[field.name];
    toast(said);
  } catch (error) {
    if (!isGone(error) && element.isConnected) complain(element, fields, error);
  } finally {
    button.disabled = false;
  }
}

/** Closes the form whatever it holds: it was saved, or its subject is gone. */
export function done() {
  editing = null;
  mark("");
  panel.hide();
}

/** Another page is shown, or somebody else has come. */
function drop() {
  editing = null;
  if (panel.isOpen(OWNER)) panel.hide();
}

guard(left);
place.addEventListener("change", drop);
session.addEventListener("out", drop);
session.addEventListener("in", ({ same }) => same || drop());
addEventListener("beforeunload", (event) => {
  if (dirty()) event.preventDefault();
});
