/** How links name a recording: `recordgroup:uniqueid:recordid`, parts percent-encoded, as export's `ids` do. */

/** @param {import("../types.js").Recording} row */
export const key = ({ recordgroup, uniqueid, recordid }) => [recordgroup, uniqueid, recordid].map(encodeURIComponent).join(":");

/**
 * What names the recording for the API; null where the text names none.
 * @param {string} text
 */
export function parse(text) {
  const parts = text.split(":");
  if (parts.length !== 3 || !/^-?\d{1,19}$/.test(parts[0])) return null;
  try {
    const [recordgroup, uniqueid, recordid] = parts.map(decodeURIComponent);
    return { recordgroup, uniqueid, recordid };
  } catch {
    return null;
  }
}

/**
 * A link that opens a recording, at a second of it.
 * @param {import("../types.js").Recording} row
 * @param {number} [t]
 */
export function href(row, t = 0) {
  const name = encodeURIComponent(key(row)).replaceAll("%3A", ":");
  return `${location.origin}/?recording=${name}${t >= 1 ? `&t=${Math.floor(t)}` : ""}`;
}
