/** Who talks to whom. */

const name = (person, number, display) => person || display || number || "Unknown";

/** @param {import("../types.js").Recording} row */
export const names = (row) => ({
  from: name(row.snumber_name, row.snumber, row.snumber_display),
  to: name(row.cnumber_name, row.cnumber, row.cnumber_display),
});
