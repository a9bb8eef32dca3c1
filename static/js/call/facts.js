/** The facts of one recording, as the details show them. */

import { now } from "../server/api.js";
import * as format from "../kit/format.js";
import * as groups from "../search/groups.js";
import { html, icon } from "../kit/html.js";

/** What kind of call. */
export const title = (call) => format.direction(call.direction) ? `${format.direction(call.direction)} call` : "Call";

function person(label, name, display, number) {
  if (!name && !number) return html`<div><dt>${label}</dt><dd class="faint">Unknown</dd></div>`;
  const shown = display || number;
  const button = number ? html`<button type="button" class="tool" data-copy="${number}" aria-label="Copy ${number}" title="Copy">${icon("copy")}</button>` : "";
  const second = name && shown ? html`<bdi class="number">${shown}</bdi>` : "";
  return html`<div><dt>${label}</dt><dd class="party">${name ? html`<b><bdi>${name}</bdi></b>` : html`<b><bdi class="number">${shown}</bdi></b>`}${second}${button}</dd></div>`;
}

const fact = (label, value) => (value === "" || value === undefined || value === null ? "" : html`<div><dt>${label}</dt><dd>${value}</dd></div>`);

/** The two ends, and where it was answered. */
export function who(call) {
  const answered = call.dnumber && (call.dnumber !== call.cnumber || call.dnumber_name !== call.cnumber_name);
  const seen = call.callerid_internal && call.callerid_internal !== call.snumber;
  return html`<dl>
    ${person("From", call.snumber_name, call.snumber_display, call.snumber)}
    ${person("To", call.cnumber_name, call.cnumber_display, call.cnumber)}
    ${answered ? person("Answered by", call.dnumber_name, call.dnumber_display, call.dnumber) : ""}
    ${seen ? fact("Number shown", html`<bdi class="number">${call.callerid_internal}</bdi>`) : ""}
    ${call.spresent ? "" : fact("Caller id", "Withheld")}
  </dl>`;
}

/** When and how long, how it ended and where it is filed. */
export function when(call) {
  const length = call.complete
    ? format.spoken(call.totaltime)
    : html`<span class="live">In progress, <span data-since="${call.start}">${format.duration(now() - call.start)}</span></span>`;
  return html`<dl>
    ${fact("Start", html`<time datetime="${format.iso(call.start)}">${format.exact(call.start)}</time>`)}
    ${call.end ? fact("End", html`<time datetime="${format.iso(call.end)}">${format.exact(call.end)}</time>`) : ""}
    ${fact("Length", length)}
    ${call.complete && call.talktime !== call.totaltime ? fact("Talk time", format.spoken(call.talktime)) : ""}
    ${call.complete && call.status ? fact("Outcome", format.status(call.status)) : ""}
    ${fact("Group", html`<bdi>${groups.name(call.recordgroup)}</bdi>`)}
  </dl>`;
}

/** From when it may be deleted, as a sentence. Nothing is deleted by itself. */
export function deletable({ hold, expires }, time) {
  if (hold) return "On hold: nobody can delete it until the hold ends, whatever the date.";
  if (!expires) return "No date is set from which it may be deleted.";
  const days = format.daysBetween(time, expires);
  if (expires <= time) return `May be deleted since ${format.date(expires)}; nothing is deleted by itself.`;
  return `May be deleted from ${format.date(expires)}, ${days === 0 ? "later today" : days === 1 ? "tomorrow" : `in ${format.count(days)} days`}.`;
}

const KINDS = { stype: "Kind of source", ctype: "Kind of called", dtype: "Kind of destination" };

/** What the PBX says of it. */
export function technical(call) {
  const number = (text) => (text ? html`<bdi class="number">${text}</bdi>` : "");
  const sound = [call.mimetype, call.size ? format.bytes(call.size) : ""].filter(Boolean).join(", ");
  return html`<details class="fold"><summary>More</summary><dl>
    ${fact("Sound", call.stale ? html`<span class="missed">The file is missing</span>` : sound)}
    ${fact("File", number(call.path))}
    ${fact("Unique id", number(call.uniqueid))}
    ${fact("Recording", number(call.recordid))}
    ${fact("Call id", number(call.callid))}
    ${fact("PBX", number(call.asteriskid))}
    ${fact("Machine", number(call.machine))}
    ${Object.entries(KINDS).map(([field, label]) => fact(label, number(call[field])))}
    ${fact("Customer", String(call.customer))}
    ${call.scustomer ? fact("Source's customer", String(call.scustomer)) : ""}
    ${call.dcustomer ? fact("Destination's customer", String(call.dcustomer)) : ""}
    ${fact("Group", `${groups.name(call.recordgroup)} (${call.recordgroup})`)}
  </dl></details>`;
}
