/** Changing one's own password. */

import { $ } from "../kit/dom.js";
import { call } from "./api.js";
import { toast } from "../kit/notices.js";
import { who } from "./login.js";
import { advise } from "./strength.js";

const FIELDS = { password_old: "password-old", password_new: "password-new" };

function complain(text, field) {
  $("password-error").textContent = text;
  for (const id of ["password-old", "password-new", "password-again"]) {
    $(id).setAttribute("aria-invalid", String(id === field));
    if (id === field) $(id).setAttribute("aria-errormessage", "password-error");
    else $(id).removeAttribute("aria-errormessage");
  }
  if (!field) return;
  $(field).focus();
  $(field).select();
}

async function submit(event) {
  event.preventDefault();
  complain("");
  if ($("password-new").value !== $("password-again").value) return complain("The new passwords differ.", "password-again");
  try {
    await call("user/password/update", { password_old: $("password-old").value, password_new: $("password-new").value });
  } catch (error) {
    return complain(error.message, FIELDS[error.key]);
  }
  $("password").close();
  return toast("Password changed");
}

export function start() {
  $("open-password").addEventListener("click", () => {
    $("password-form").reset();
    $("password-name").value = who()?.username ?? "";
    $("password-advice").textContent = "";
    complain("");
    $("password").showModal();
    $("password-old").focus();
  });
  advise($("password-new"), $("password-advice"), () => [$("password-name").value]);
  $("password-form").addEventListener("submit", submit);
}
