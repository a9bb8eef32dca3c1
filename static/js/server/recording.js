/** What the fields of a recording mean together. */

/** @typedef {import("../types.js").Recording} Recording */

const end = (name, display, number) => name || display || number || "Unknown";

/** Who talks to whom. @param {Recording} row */
export const ends = (row) => ({
  from: end(row.snumber_name, row.snumber_display, row.snumber),
  to: end(row.cnumber_name, row.cnumber_display, row.cnumber),
});

/** "Ana → 201", for notices and reports. @param {Recording} row */
export function parties(row) {
  const { from, to } = ends(row);
  return `${from} → ${to}`;
}

/** Why there is nothing to hear, as far as the row tells; empty where there is. @param {Recording} row */
export function soundless({ stale, path }) {
  if (stale) return "The sound is missing";
  return path === "" ? "No sound was stored" : "";
}

/** @param {Recording} row */
export const hasSound = (row) => soundless(row) === "";
