/** Copying text, also where the page came by plain HTTP. */

import { toast } from "./notices.js";

/** The clipboard API exists on HTTPS and localhost only. */
function byCommand(text) {
  const area = document.createElement("textarea");
  const { activeElement } = document;
  area.value = text;
  area.className = "unseen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  activeElement?.focus({ preventScroll: true });
  return done;
}

/** @param {string} text */
export async function copy(text) {
  let done = false;
  try {
    await navigator.clipboard.writeText(text);
    done = true;
  } catch {
    done = byCommand(text);
  }
  toast(done ? `Copied ${text}` : `Could not copy. The number is ${text}`);
}
