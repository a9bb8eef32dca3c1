/** The bar that acts on the selected calls: how many, how long, how large; export, keep, hold, delete. */

import { $ } from "../kit/dom.js";
import * as api from "../server/api.js";
import { each, outcome } from "../call/batch.js";
import * as changes from "../call/changes.js";
import { these } from "../call/picked.js";
import { endOf, toDate } from "../kit/dates.js";
import * as format from "../kit/format.js";
import { key } from "../server/recording-key.js";
import { may } from "../server/login.js";
import { toast } from "../kit/notices.js";
import { deleteSoon, removals } from "../call/removing.js";
import { pages, results } from "../search/recordings.js";
import { download, save } from "../kit/save.js";
import * as selection from "./selection.js";
import { job } from "../page/work.js";

const EXPORT = "recording/recordings/export";

/** What is larger than this the browser downloads by itself: it needs no copy of it and survives the page. */
const LARGE = 500e6;
/** Longer addresses are refused on the way. */
const LONGEST_URL = 6000;

const summary = ({ count, totaltime, size }) => [format.calls(count), format.spoken(totaltime), size ? format.bytes(size) : ""].filter(Boolean).join(" · ");

const HELD = "What is on hold can't be deleted. End the hold first.";

/** Whether nothing of it can be deleted. @param {import("../call/picked.js").Picked} picked */
const isHeld = ({ list, params }) => (list ? list.length > 0 && list.every(({ hold }) => hold) : params?.hold === 1);

function draw() {
  const none = selection.empty();
  const focused = $("bulk").contains(document.activeElement);
  $("bulk").hidden = none;
  if (none) {
    if (focused) $("grid").focus({ preventScroll: true });
    return;
  }
  const picked = selection.picked();
  const { list, count, size } = picked;
  $("bulk-sum").textContent = `${summary(picked)} selected`;
  $("bulk-all").hidden = selection.isAll() || pages.length <= count;
  $("bulk-all").textContent = `Select all ${format.count(pages.length)}`;
  $("export-menu").querySelector("[data-export=zip] small").textContent = size ? format.bytes(size) : "";
  for (const id of ["bulk-keep", "bulk-hold", "bulk-release", "bulk-delete"]) $(id).hidden = !may("record");
  if (!may("record")) return;
  $("bulk-hold").hidden = list !== null && list.every(({ hold }) => hold);
  $("bulk-release").hidden = list !== null && !list.some(({ hold }) => hold);
  $("bulk-delete").disabled = isHeld(picked);
  $("bulk-delete").title = isHeld(picked) ? HELD : "";
}

/** Sets from when all that is selected may be deleted, or holds it. */
function update(changed, doing, verb) {
  const picked = selection.picked();
  const after = new Map();
  job(`${doing} ${format.calls(picked.count)}`, async (work) => {
    const result = await each(picked, work, async (row) => {
      await changes.update(key(row), changed, work.signal);
      after.set(key(row), changed);
    });
    pages.patch(after);
    selection.renew(after);
    return outcome(result, verb);
  });
}

function keepUntil(event) {
  event.preventDefault();
  const expires = endOf($("keep-date").value);
  $("keep-menu").hidePopover();
  update({ expires }, "Setting the date of", `may be deleted from ${format.date(expires)}`);
}

/** Excel expects semicolons where decimals have a comma, and makes numbers of what is one of a phone. */
const forExcel = () => ({ separator: (1.5).toLocaleString().includes(",") ? "semicolon" : "comma", text: 1 });

/** Which recordings, and as what. */
async function wanted(picked, kind, more, signal) {
  const what = { format: kind, timezone: format.zone, ...more };
  if (picked.params) return { ...picked.params, ...what };
  const ids = [];
  for await (const row of picked.rows(signal)) ids.push(key(row));
  return { ids: ids.join(","), ...what };
}

const NEWLINE = 10;

/** Tells how much has come: of a ZIP its size is known before, of a table how many lines it will have. */
function follow(kind, { count, size }, show) {
  let [bytes, lines] = [0, 0];
  return (chunk) => {
    bytes += chunk.length;
    if (kind === "zip") return show({ text: `Exporting: ${format.bytes(bytes)}${size ? ` of ${format.bytes(size)}` : ""}`, ...(size ? { part: Math.min(1, bytes / size) } : {}) });
    for (const byte of chunk) if (byte === NEWLINE) lines += 1;
    return show({ text: `Exporting: ${format.count(Math.min(lines, count))} of ${format.calls(count)}`, part: Math.min(1, lines / count) });
  };
}

/** @param {"zip"|"csv"} kind */
function exportAs(kind, more = {}) {
  const picked = selection.picked();
  job(`Exporting ${format.calls(picked.count)}`, async ({ signal, show }) => {
    const params = await wanted(picked, kind, more, signal);
    const url = api.downloadUrl(EXPORT, params);
    if (kind === "zip" && picked.size > LARGE && url.length < LONGEST_URL) {
      download(url);
      return "The browser downloads it";
    }
    const attempt = () => api.download(EXPORT, params, { signal, progress: follow(kind, picked, show) });
    const { blob, name } = await changes.patiently(attempt, { signal, twice: false });
    save(blob, name || `recordings.${kind}`);
    return `${format.calls(picked.count)} exported, ${format.bytes(blob.size)}`;
  });
}

function remove() {
  const picked = selection.picked();
  if (isHeld(picked)) return toast(HELD);
  selection.clear();
  return deleteSoon(picked);
}

/** Deletes what is selected, or the marked call. @param {import("../types.js").Recording|undefined} marked */
export function removeOr(marked) {
  if (!may("record")) return;
  if (!selection.empty()) remove();
  else if (marked?.complete && !marked.hold) deleteSoon(these([marked]));
  else if (marked) toast(marked.hold ? HELD : "The call is in progress.");
}

export function start() {
  selection.selection.addEventListener("change", draw);
  results.addEventListener("totals", draw);
  removals.addEventListener("change", draw);
  $("bulk-all").addEventListener("click", () => {
    selection.setAll();
    $("bulk-none").focus();
  });
  $("bulk-none").addEventListener("click", selection.clear);
  $("export-menu").addEventListener("click", ({ target }) => {
    const kind = target.closest("[data-export]")?.dataset.export;
    if (kind === "excel") exportAs("csv", forExcel());
    else if (kind) exportAs(kind);
  });
  $("keep-menu").addEventListener("beforetoggle", () => {
    $("keep-date").min = toDate(api.now());
  });
  $("keep-menu").addEventListener("submit", keepUntil);
  $("keep-ever").addEventListener("click", () => update({ expires: 0 }, "Taking the date off", "without a date"));
  $("bulk-hold").addEventListener("click", () => update({ hold: 1 }, "Holding", "held"));
  $("bulk-release").addEventListener("click", () => update({ hold: 0 }, "Ending the hold of", "no longer held"));
  $("bulk-delete").addEventListener("click", remove);
}
