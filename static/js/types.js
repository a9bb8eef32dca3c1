/**
 * What the server sends, for editors and readers. No code.
 *
 * @typedef {object} Recording  A row of recording/recordings/list.
 * @property {number} customer
 * @property {number} recordgroup
 * @property {string} uniqueid
 * @property {string} recordid
 * @property {string} callid
 * @property {string} machine
 * @property {number} start              Unix seconds
 * @property {number} end                Unix seconds; 0 while in progress
 * @property {number} talktime           seconds after the answer
 * @property {number} totaltime          seconds from start to end
 * @property {string} status             answer, cancel, busy, …
 * @property {string} snumber            source
 * @property {string} snumber_name
 * @property {string} snumber_display
 * @property {string} cnumber            called
 * @property {string} cnumber_name
 * @property {string} cnumber_display
 * @property {string} dnumber            where it was answered
 * @property {string} dnumber_name
 * @property {string} dnumber_display
 * @property {string} callerid_internal  caller id that the callee saw
 * @property {number} spresent           0: caller id withheld
 * @property {number} complete           0: in progress
 * @property {number} expires            Unix seconds; 0 never
 * @property {number} stale              1: its sound is missing
 * @property {string} mimetype
 * @property {number} size               bytes
 * @property {string} direction          in, out, internal or empty
 * @property {number} hold               1: kept whatever its expiry says
 *
 * @typedef {object} Group  A row of recording/groups/list.
 * @property {number} id
 * @property {string} name
 * @property {number} customer
 *
 * @typedef {object} Person  The answer of user/login.
 * @property {number} id
 * @property {string} username
 * @property {number} customer
 * @property {string} role
 * @property {string[]} privileges
 *
 * @typedef {object} Totals  The answer of a list with count=1.
 * @property {number} count
 * @property {number} totaltime  seconds
 * @property {number} size       bytes
 *
 * @typedef {object} Peaks  The answer of recording/recordings/peaks.
 * @property {number} duration   seconds
 * @property {number} channels
 * @property {[number, number][][]} peaks  channel, part of the sound, least and largest sample; 1 is full scale
 *
 * @typedef {object} Interval  A row of recording/recordings/summary.
 * @property {number} start      Unix seconds
 * @property {number} calls
 * @property {number} totaltime  seconds
 *
 * @typedef {object} Search  What the page looks for; mirrored in the URL by state.js.
 * @property {string} range      a name of ranges.js, or "custom"
 * @property {number|null} start Unix seconds, for "custom"
 * @property {number|null} end   Unix seconds, for "custom"
 * @property {string} customer
 * @property {string} group
 * @property {string} search
 * @property {string} caller
 * @property {string} called
 * @property {string} direction
 * @property {string} min        seconds
 * @property {string} max        seconds
 * @property {string} state      "", "done", "live" or "missing": without the sound
 * @property {string} sort
 * @property {string} order      "asc" or "desc"
 * @property {string} per        chart interval; empty: fitting the range
 */
export {};
