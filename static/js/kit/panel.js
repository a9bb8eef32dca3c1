/** What opens beside the list: a panel on wide screens, a sheet on phones. One thing at a time. */

import { $ } from "./dom.js";
import { html, icon, render } from "./html.js";
import { phone } from "./screen.js";

const panel = $("panel");
const shown = () => document.documentElement.dataset.view === "app";

/** @type {{about: string, closed: () => void}|null} */
let content = null;
/** Where the focus was. @type {HTMLElement|null} */
let invoker = null;

/** @param {string} owner  whose panel: what another part of the page has opened isn't one's own */
export const isOpen = (owner) => panel.open && (!owner || panel.dataset.owner === owner);

function unveil() {
  if (phone.matches) panel.showModal();
  else panel.setAttribute("open", ""); // show() would take the focus from the list
}

/**
 * Opens it, or shows something else in it.
 * @param {string} owner
 * @param {{title: any, label: string, body: any, about?: string, filled?: (body: HTMLElement) => void, closed: () => void, focus?: boolean}} what
 *   about: what it shows; shown again it changes in place, and anything else is fresh; filled: gives a fresh body its listeners;
 *   closed: when the person closes it; focus: the keys go on from it
 */
export function show(owner, { title, label, body, about = "", filled = () => {}, closed, focus = false }) {
  const fresh = !panel.open;
  if (fresh) invoker = document.activeElement;
  const again = about !== "" && content?.about === about && panel.dataset.owner === owner;
  content = { closed, about };
  if (!again) panel.querySelector(".body")?.remove();
  panel.dataset.owner = owner;
  panel.setAttribute("aria-label", label);
  render(
    panel,
    html`<div class="title"><h2 tabindex="-1">${title}</h2><button type="button" class="button quiet" data-shut aria-label="Close" title="Close">${icon("close")}</button></div>
      <div class="body">${body}</div>`,
  );
  if (!again) filled(panel.querySelector(".body"));
  if (fresh) unveil();
  if (focus || (fresh && phone.matches)) panel.querySelector("h2").focus({ preventScroll: true });
}

/** The body, to change parts of it. */
export const body = () => panel.querySelector(".body");

/** Closes it without asking anybody. */
export function hide() {
  if (!content) return;
  content = null;
  const inside = panel.contains(document.activeElement);
  if (panel.open) panel.close();
  render(panel, html``);
  if (inside || document.activeElement === document.body) {
    const back = invoker?.isConnected && invoker !== document.body ? invoker : $(document.documentElement.dataset.page === "calls" ? "grid" : "manage");
    back?.focus({ preventScroll: true });
  }
  invoker = null;
}

/** Closes it as the person would. @returns {boolean} whether there was something to close */
export function shut() {
  if (!content) return false;
  content.closed();
  return true;
}

/** After logging in again: as it was. */
export function resume() {
  if (content && !panel.open) unveil();
}

export function start() {
  panel.addEventListener("click", ({ target }) => {
    if ((target === panel && panel.matches(":modal")) || target.closest("[data-shut]")) shut();
  });
  panel.addEventListener("cancel", (event) => {
    event.preventDefault();
    shut();
  });
  // Where the session ended the log-in page closed it: it comes back.
  panel.addEventListener("close", () => !panel.open && shown() && shut());
  phone.addEventListener("change", () => {
    if (!content || !panel.open) return;
    panel.close();
    unveil();
  });
}
