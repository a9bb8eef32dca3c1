/** Today and yesterday are days of the calendar, wherever and whatever the clocks do. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { module, openPage } from "../page.js";
import { browser, server } from "../suite.js";

/** In a zone, at a moment: what is said of other moments. Times are as the clocks there show them, with what they are ahead of UTC. */
const CASES = [
  ["America/New_York", "2027-03-15T00:30-04:00", { "2027-03-14T00:10-05:00": "Yesterday", "2027-03-14T23:50-04:00": "Yesterday", "2027-03-13T23:50-05:00": "Sat", "2027-03-15T00:01-04:00": "Today" }],
  ["America/New_York", "2026-11-01T23:30-05:00", { "2026-10-31T00:10-04:00": "Yesterday", "2026-10-31T23:59-04:00": "Yesterday", "2026-11-01T00:10-04:00": "Today", "2026-10-30T23:59-04:00": "Fri" }],
  ["America/New_York", "2026-11-02T00:10-05:00", { "2026-11-01T00:10-04:00": "Yesterday", "2026-10-31T23:50-04:00": "Sat" }],
  ["Europe/Berlin", "2027-03-29T00:30+02:00", { "2027-03-28T00:30+01:00": "Yesterday", "2027-03-27T23:45+01:00": "Sat", "2027-03-28T23:59+02:00": "Yesterday" }],
  ["Europe/Berlin", "2026-10-25T23:30+01:00", { "2026-10-24T00:00+02:00": "Yesterday", "2026-10-25T00:00+02:00": "Today" }],
  ["Australia/Lord_Howe", "2026-10-05T00:10+11:00", { "2026-10-04T00:10+10:30": "Yesterday", "2026-10-03T23:55+10:30": "Sat" }],
  ["America/Havana", "2027-03-15T00:30-04:00", { "2027-03-14T01:10-04:00": "Yesterday", "2027-03-13T23:50-05:00": "Sat" }],
  ["Pacific/Auckland", "2026-09-28T00:30+13:00", { "2026-09-27T00:10+12:00": "Yesterday", "2026-09-26T23:50+12:00": "Sat" }],
  ["UTC", "2027-01-01T00:00+00:00", { "2026-12-31T00:00+00:00": "Yesterday", "2026-12-31T23:59+00:00": "Yesterday", "2026-12-30T23:59+00:00": "30 Dec 2026" }],
];
const seconds = (text) => Date.parse(text) / 1000;

for (const [timezoneId, at, said] of CASES) {
  test(`of ${at} in ${timezoneId} the day before is yesterday`, async () => {
    const { page, context } = await openPage(browser, server.url, { timezoneId });
    const words = await page.evaluate(
      async ([now, moments, path]) => {
        const format = await import(path);
        return moments.map((moment) => format.day(moment, now));
      },
      [seconds(at), Object.keys(said).map(seconds), await module(page, "kit/format.js")],
    );
    Object.entries(said).forEach(([moment, expected], i) => assert.ok(words[i] === expected || words[i].startsWith(`${expected} `), `${moment}: ${words[i]}`));
    await context.close();
  });
}

test("from when it may be deleted is told in days of the calendar", async () => {
  const { page, context } = await openPage(browser, server.url, { timezoneId: "America/New_York" });
  const path = await module(page, "call/facts.js");
  const of = (now, expires) =>
    page.evaluate(
      async ([time, moment, from]) => {
        const facts = await import(from);
        return facts.deletable({ hold: 0, expires: moment }, time);
      },
      [seconds(now), seconds(expires), path],
    );
  assert.match(await of("2026-10-31T00:00-04:00", "2026-11-01T23:59:59-05:00"), /, tomorrow\./);
  assert.match(await of("2026-10-30T12:00-04:00", "2026-11-01T23:59:59-05:00"), /, in 2 days\./);
  assert.match(await of("2026-11-01T00:10-04:00", "2026-11-01T23:59:59-05:00"), /, later today\./);
  assert.match(await of("2026-11-02T00:10-05:00", "2026-11-01T23:59:59-05:00"), /^May be deleted since/);
  await context.close();
});
