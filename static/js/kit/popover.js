/** Menus and dialogs: where they open, and how they close. */

const GAP = 6;

function place(menu, invoker) {
  const at = invoker.getBoundingClientRect();
  const { innerWidth: width, innerHeight: height } = window;
  const below = at.bottom + GAP;
  const above = at.top - GAP - menu.offsetHeight;
  menu.style.top = `${Math.round(below + menu.offsetHeight > height && above > 0 ? above : below)}px`;
  const beside = at.left > width / 2 ? at.right - menu.offsetWidth : at.left;
  const left = Math.min(beside, width - menu.offsetWidth - GAP);
  menu.style.left = `${Math.round(Math.max(GAP, left))}px`;
}

/** The `popover` elements of the page open below the button that names them. */
export function start() {
  for (const menu of document.querySelectorAll("[popover]")) {
    const invoker = document.querySelector(`[popovertarget="${menu.id}"]`);
    menu.addEventListener("toggle", (event) => {
      const button = invoker ?? document.querySelector(`[popovertarget="${menu.id}"]`);
      if (event.newState === "open" && button) place(menu, button);
    });
    menu.addEventListener("click", (event) => {
      if (event.target.closest("button[type=button], a")) menu.hidePopover();
    });
  }
  for (const dialog of document.querySelectorAll("dialog:not(#panel)")) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
    });
  }
}

/** Whether something lies over the page, so that its keys rest. */
export const covered = () => document.querySelector("dialog:modal, :popover-open") !== null;
