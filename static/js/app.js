/** Puts the page together. */

import { $ } from "./kit/dom.js";
import { wire } from "./server/api.js";
import * as access from "./search/access.js";
import * as alarm from "./page/alarm.js";
import * as bulk from "./calls/bulk.js";
import * as chart from "./search/chart.js";
import * as connection from "./server/connection.js";
import * as customers from "./search/customers.js";
import * as details from "./call/details.js";
import * as empty from "./calls/empty.js";
import * as fields from "./search/fields.js";
import * as groups from "./search/groups.js";
import * as keys from "./keys.js";
import * as live from "./calls/live.js";
import * as login from "./server/login.js";
import { notice, toast } from "./kit/notices.js";
import * as panel from "./kit/panel.js";
import * as password from "./server/password.js";
import * as place from "./page/place.js";
import * as player from "./player/player.js";
import * as listening from "./player/start.js";
import * as popover from "./kit/popover.js";
import * as recordings from "./search/recordings.js";
import { removals } from "./call/removing.js";
import * as selection from "./calls/selection.js";
import { PLACES } from "./places.js";
import { state } from "./search/state.js";
import * as table from "./calls/table.js";
import * as totals from "./search/totals.js";
import * as work from "./page/work.js";


/** The search that the page shows. */
let listed = "";
let charted = "";
/** Whose groups the filters offer. */
let customer = state.search.customer;

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

/** Whether no calls are to be seen: the page says why, once, and shows nothing that is for calls. */
function barred() {
  const barrier = access.barrier();
  document.documentElement.dataset.access = barrier && "none";
  if (barrier) empty.barred(barrier);
  return barrier !== "";
}

/** Somebody's groups are known now, or are others. */
function judge() {
  const before = document.documentElement.dataset.access;
  if (access.barrier()) forget();
  if (barred() || !before || place.here() !== "calls") return;
  notice(null);
  open();
  details.draw();
}

/** Asks for everything that the search concerns. */
function open() {
  if (barred()) return;
  openList();
  openChart();
}

/** Asks for what another search changes. */
function changed() {
  if (document.documentElement.dataset.view !== "app" || place.here() !== "calls" || barred()) return;
  if (customer !== state.search.customer) named = loadNames();
  customer = state.search.customer;
  if (listed !== JSON.stringify({ ...state.search, per: "" })) openList();
  if (charted !== ofChart()) openChart();
}

/** The names that the page needs besides the calls. */
async function loadNames() {
  if (access.barrier() === "role" && !login.may("administrator")) return; // there are none for them
  const loaded = await Promise.allSettled([groups.load(state.search.customer), customers.load()]);
  if (loaded.every(({ status }) => status === "rejected")) return; // rows then show the groups' numbers
  fields.draw();
  table.refresh();
  judge();
}

/** Whether somebody is there whose page it is. */
let entered = false;
let named = Promise.resolve();

function enter({ same }) {
  if (!same) {
    leave();
    state.open("");
  }
  named = loadNames().then(() => barred() || details.draw());
  if (entered && place.here() === "calls") open();
  // What was being written is as it was.
  if (entered) {
    place.entitle();
    panel.resume();
  } else place.enter();
  entered = true;
}

/** The keys go on in the page that a link has led to, and whoever hears the page hears which it is. */
function land() {
  const calls = document.documentElement.dataset.access ? $("notice").querySelector("h2") : $("grid");
  const target = place.here() === "calls" ? calls : $("manage").querySelector("h1");
  target?.focus({ preventScroll: true });
}

/** The page that the address names. */
async function placed() {
  const arriving = place.arriving();
  if (place.here() === "calls") {
    if (arriving) land();
    if (!listed) open();
    if (!barred()) details.draw();
    return;
  }
  const shown = place.current();
  const [{ open: show }] = await Promise.all([shown.page(), named]);
  if (place.current() !== shown) return;
  show();
  if (arriving) land();
}

/** Whoever comes next sees nothing of it. */
function leave() {
  entered = false;
  player.stop();
  work.drop();
  selection.clear();
  panel.hide();
  recordings.close();
  chart.close();
  listed = "";
}

function listFailed({ error }) {
  $("progress").hidden = true;
  if (barred()) return;
  if (recordings.pages.length === 0) empty.trouble(error, open);
  else if (error.code && error.code !== "401") {
    $("again").hidden = false;
    toast(error.message);
  }
}

/** The session has ended, or nothing may be seen any more: of the calls nothing stays, but what is being written does. */
function forget() {
  player.stop();
  recordings.close();
  chart.close();
  details.close();
  listed = "";
}

/** Other programs have changed something, or somebody has left a group. */
async function looked() {
  await loadNames();
  await Promise.all([details.recheck(), player.recheck()]);
}

/** The server answers again. */
function reconnected() {
  live.retune();
  if (document.documentElement.dataset.view !== "app") login.identify();
  else if (recordings.pages.length) {
    recordings.pages.retry();
    openChart();
  }
  else if (place.here() === "calls") open();
}

function listChanged() {
  $("progress").hidden = true;
  $("again").hidden = true;
  if (recordings.pages.length) notice(null);
  else if (recordings.pages.loaded && !barred()) empty.nothing();
}

/** Calls have been deleted. */
function removed({ keys }) {
  if (keys.has(state.recording)) state.open("");
  recordings.pages.removed(keys);
  recordings.recount();
  openChart();
}

popover.start();
place.start(PLACES);
panel.start();
password.start();
totals.start(open);
fields.start(open);
chart.start();
listening.start(table.playBeside);
table.start();
details.start();
bulk.start();
keys.start();
connection.start(reconnected);
alarm.start();
recordings.results.addEventListener("opening", () => ($("progress").hidden = false));
recordings.pages.addEventListener("change", listChanged);
recordings.pages.addEventListener("failed", listFailed);
$("again").addEventListener("click", () => {
  $("grid").focus({ preventScroll: true });
  $("again").hidden = true;
  recordings.pages.retry();
});
live.start(table.atTop, looked);
removals.addEventListener("gone", removed);
state.addEventListener("change", changed);
for (const name of ["change", "open"]) state.addEventListener(name, place.draw);
place.place.addEventListener("change", placed);
document.addEventListener("tapeline:again", open);
wire.addEventListener("unauthorized", forget);
login.session.addEventListener("in", enter);
login.session.addEventListener("out", leave);
login.session.addEventListener("failed", ({ error }) => toast(error.message));
