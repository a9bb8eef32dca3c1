/** The first script: the login, while the rest of the page is on its way. */

import { $ } from "./kit/dom.js";
import * as login from "./server/login.js";

/** A part of the page did not come. */
function incomplete() {
  $("late-text").textContent = "The page could not be loaded whole.";
  $("late").dataset.now = "";
  throw new login.Incomplete("You are logged in, but the page could not be loaded whole. Reload it.");
}

const sheets = [...document.querySelectorAll("link[rel=stylesheet]")];
const rest = sheets.every(({ sheet }) => sheet?.cssRules.length) ? import("./app.js") : Promise.reject(new Error("there is no stylesheet"));
login.start(rest.then(() => $("late").remove(), incomplete));
