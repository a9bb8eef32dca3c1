/** How many calls match, and how long they are together. */

import { $ } from "../kit/dom.js";
import { bytes, calls, offset, spoken, zone } from "../kit/format.js";
import { now } from "../server/api.js";
import { results } from "./recordings.js";


function show({ totals, quiet = false }) {
  $("totals").setAttribute("aria-live", quiet ? "off" : "polite"); // what nobody asked for isn't read out
  const known = totals !== null;
  const sheet = $("sheet-show");
  $("totals").textContent = known ? calls(totals.count) : "";
  $("totals-more").textContent = known && totals.count ? [spoken(totals.totaltime), totals.size ? bytes(totals.size) : ""].filter(Boolean).join(" · ") : "";
  $("totals").parentElement.classList.remove("waiting");
  sheet.textContent = known ? `Show ${calls(totals.count)}` : "Show calls";
}

function newer({ count }) {
  $("newer").textContent = calls(count).replace(" ", " new ");
  if (count === 0 && document.activeElement === $("newer")) $("grid").focus({ preventScroll: true });
  $("newer").hidden = count === 0;
}

export function start(open) {
  const [name, ahead] = [zone.replaceAll("_", " "), offset(now())];
  $("zone").textContent = name === ahead ? name : `${name} (${ahead})`;
  $("zone").title = "All times are in this zone";
  results.addEventListener("opening", () => $("totals").parentElement.classList.add("waiting"));
  results.addEventListener("totals", show);
  results.addEventListener("newer", newer);
  $("newer").addEventListener("click", open);
}
