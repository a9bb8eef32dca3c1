/**
 * What the server sends, for editors and readers. No code.
 *
 * @typedef {object} Recording  A row of recording/recordings/list. A test compares the columns with the API's.
 * @property {number} customer
 * @property {number} recordgroup
 * @property {string} uniqueid
 * @property {string} recordid
 * @property {string} callid
 * @property {string} asteriskid
 * @property {string} machine
 * @property {number} start              Unix seconds
 * @property {number} end                Unix seconds; 0 while in progress
 * @property {number} talktime           seconds after the answer
 * @property {number} totaltime          seconds from start to end
 * @property {string} status             answer, cancel, busy, …
 * @property {string} stype             what kind of source
 * @property {string} snumber            source
 * @property {string} snumber_name
 * @property {string} snumber_display
 * @property {number} scustomer         the source's customer; 0 none
 * @property {string} ctype
 * @property {string} cnumber            called
 * @property {string} cnumber_name
 * @property {string} cnumber_display
 * @property {string} dtype
 * @property {string} dnumber            where it was answered
 * @property {string} dnumber_name
 * @property {string} dnumber_display
 * @property {number} dcustomer
 * @property {string} callerid_internal  caller id that the callee saw
 * @property {number} spresent           0: caller id withheld
 * @property {number} complete           0: in progress
 * @property {number} expires            Unix seconds; 0 never
 * @property {number} stale              1: its sound is missing
 * @property {string} mimetype
 * @property {number} size               bytes
 * @property {string} path              of the sound, below the media root; empty where none was stored
 * @property {string} direction          in, out, internal or empty
 * @property {number} hold               1: cannot be deleted, whatever its expiry says
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
 * @typedef {object} Alert  A row of status/alerts/list.
 * @property {string} what       a word that stays the same
 * @property {string} sentence   what is wrong, without its full stop
 * @property {number} since      Unix seconds
 * @property {string} todo       what to do, as it goes on behind a colon
 * @property {0|1} urgent        recordings are not filed because of it
 *
 * @typedef {{start: number|null, end: number|null, sort: string, order: "asc"|"desc", per: string} & Object<string, string>} Search
 *   What the page looks for; mirrored in the URL by state.js. It has the key of every filter of filters.js; `start` and `end` are
 *   Unix seconds, for the range "custom"; `per` is the chart's interval, empty for one that fits the range.
 */
export {};
