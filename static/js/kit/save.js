/** Giving the person a file. */

/** @param {string} href @param {string} name */
function follow(href, name) {
  const link = document.createElement("a");
  link.href = href;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}

/** The browser downloads it, with its own progress and its own way to cancel. @param {string} url */
export const download = (url) => follow(url, "");

/** @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  follow(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
