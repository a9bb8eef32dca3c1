/**
 * The viewer in a real browser against the real server: `npm ci && node run.js`, or `node run.js live sound` for these
 * files only. Each process has a server and a browser of its own.
 */

const files = ["details", "live", "manage", "player", "player-list", "selecting", "sound", "sessions", "lists", "look", "manage/groups", "manage/passwords", "manage/people", "views/filters", "views/layout", "views/fold", "views/days", "use/pressing", "use/leaving", "use/hearing", "page/alarm", "start/early", "manage/audit"];
const asked = process.argv.slice(2);
for (const file of asked.length ? asked : files) await import(`./${file}.js`);
