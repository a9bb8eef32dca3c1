/** Puts the page together. */

import { wire } from "./api.js";
import * as bulk from "./bulk.js";
import * as chart from "./chart.js";
import * as connection from "./connection.js";
import * as details from "./details.js";
import * as empty from "./empty.js";
import * as filters from "./filters.js";
import * as groups from "./groups.js";
import * as keys from "./keys.js";
import * as login from "./login.js";
import { notice, toast } from "./notices.js";
import * as panel from "./panel.js";
import * as password from "./password.js";
import * as player from "./player.js";
import * as listening from "./player-start.js";
import * as popover from "./popover.js";
import * as recordings from "./recordings.js";
import { removals } from "./removing.js";
import * as selection from "./selection.js";
import { state } from "./state.js";
import * as table from "./table.js";
import * as totals from "./totals.js";
import * as work from "./work.js";

const $ = (id) => document.getElementById(id);

/** The search that the page shows. */
let listed = "";
let charted = "";

function openList() {
  const before = listed;
  listed = JSON.stringify({ ...state.search, per: "" });
  // What one doesn't see any more isn't to be deleted by mistake.
  if (before !== listed || selection.isAll()) selection.clear();
  table.restart();
  recordings.open();
}

/** Another order leaves the chart as it is. */
const ofChart = () => JSON.stringify({ ...state.search, sort: "", order: "" });

function openChart() {
  charted = ofChart();
  chart.open();
}

/** Asks for everything that the search concerns. */
function open() {
  openList();
  openChart();
}

/** Asks for what another search changes. */
function changed() {
  if (document.documentElement.dataset.view !== "app") return;
  if (listed !== JSON.stringify({ ...state.search, per: "" })) openList();
  if (charted !== ofChart()) openChart();
}

async function enter({ same }) {
  if (!same) {
    leave();
    state.open("");
  }
  open();
  panel.resume();
  try {
    await groups.load(state.search.customer);
  } catch {
    return; // rows then show the groups' numbers
  }
  filters.draw();
  table.refresh();
  details.draw();
}

/** Whoever comes next sees nothing of it. */
function leave() {
  player.stop();
  work.drop();
  selection.clear();
  panel.hide();
  recordings.close();
  chart.close();
}

function listFailed({ error }) {
  $("progress").hidden = true;
  if (recordings.pages.length === 0) empty.trouble(error, open);
  else if (error.code && error.code !== "401") {
    $("again").hidden = false;
    toast(error.message);
  }
}

/** The server answers again. */
function reconnected() {
  if (document.documentElement.dataset.view !== "app") login.identify();
  else if (recordings.pages.length) recordings.pages.retry();
  else open();
}

function listChanged() {
  $("progress").hidden = true;
  $("again").hidden = true;
  if (recordings.pages.length) notice(null);
  else if (recordings.pages.loaded) empty.nothing();
}

/** Calls have been deleted. */
function removed({ keys }) {
  if (keys.has(state.recording)) state.open("");
  recordings.pages.removed(keys);
  recordings.recount();
  openChart();
}

popover.start();
panel.start();
password.start();
totals.start(open);
filters.start(open);
chart.start();
listening.start();
table.start();
details.start();
bulk.start();
keys.start();
connection.start(reconnected);
recordings.results.addEventListener("opening", () => ($("progress").hidden = false));
recordings.pages.addEventListener("change", listChanged);
recordings.pages.addEventListener("failed", listFailed);
$("again").addEventListener("click", () => {
  $("again").hidden = true;
  recordings.pages.retry();
});
recordings.watch(table.inProgress);
removals.addEventListener("gone", removed);
state.addEventListener("change", changed);
document.addEventListener("tapeline:again", open);
wire.addEventListener("unauthorized", player.stop);
login.session.addEventListener("in", enter);
login.session.addEventListener("out", leave);
login.session.addEventListener("failed", ({ error }) => toast(error.message));
login.start();
