/** How links name a recording: `recordgroup:uniqueid:recordid`, parts percent-encoded, as export's `ids` do; and a moment of it. */

/** @typedef {import("../types.js").Recording} Recording */

/** @param {Recording} row */
export const key = ({ recordgroup, uniqueid, recordid }) => [recordgroup, uniqueid, recordid].map(encodeURIComponent).join(":");

/** Whether two rows are of one recording. @param {Recording} one @param {Recording} other */
export const same = (one, other) => one.uniqueid === other.uniqueid && one.recordid === other.recordid && one.recordgroup === other.recordgroup;

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

/** The second that a link's `t` means: 83, 1:23 or 1:01:23; null where it means none. @param {string} text */
export function moment(text) {
  if (!/^\d{1,5}(:[0-5]?\d){0,2}$/.test(text)) return null;
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/**
 * A link that opens a recording, at a second of it.
 * @param {Recording} row
 * @param {number} [t]
 */
export function href(row, t = 0) {
  const name = encodeURIComponent(key(row)).replaceAll("%3A", ":");
  return `${location.origin}/?recording=${name}${t >= 1 ? `&t=${Math.floor(t)}` : ""}`;
}
