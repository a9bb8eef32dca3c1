/** The elements that index.html has. */

/** @param {string} id @returns {HTMLElement} */
export const $ = (id) => document.getElementById(id);
