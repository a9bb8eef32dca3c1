/**
 * What a slow line makes of the page: `node tests/bench/page.js [URL NAME PASSWORD]`, with the demo office of a server of its
 * own unless there is one already. Prints milliseconds, requests and kilobytes; a line of 50 kB/s and 300 ms unless
 * KB_PER_SECOND and LATENCY say otherwise.
 */

import { openPage, startBrowser } from "../browser/page.js";
import { PASSWORD, startServer } from "../browser/server.js";

const [LATENCY, SPEED, ROUNDS] = [Number(process.env.LATENCY ?? 300), Number(process.env.KB_PER_SECOND ?? 50), Number(process.env.ROUNDS ?? 3)];
const [given, name = "tess", password = PASSWORD] = process.argv.slice(2);
const server = given ? { url: given, stop() {} } : await startServer();
const browser = await startBrowser();

/** What goes over the line, from now on. */
async function watch(page) {
  const line = await page.context().newCDPSession(page);
  const sum = { requests: 0, bytes: 0, asked: [] };
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", { offline: false, latency: LATENCY, downloadThroughput: SPEED * 1000, uploadThroughput: SPEED * 1000 });
  line.on("Network.requestWillBeSent", ({ request }) => {
    sum.requests += 1;
    sum.asked.push(`${Math.round(performance.now() - sum.since)} ${request.url.replace(/^https?:..[^/]*/, "").replace(/[?#].*/, "")}`);
  });
  line.on("Network.dataReceived", ({ encodedDataLength }) => (sum.bytes += encodedDataLength));
  sum.since = performance.now();
  return sum;
}

/** Since the last part began: milliseconds, requests, bytes. */
function part(sum) {
  const took = [Math.round(performance.now() - sum.since), sum.requests, Math.round(sum.bytes / 100) / 10];
  if (process.env.VERBOSE) console.log(sum.asked.join("\n"));
  Object.assign(sum, { requests: 0, bytes: 0, asked: [], since: performance.now() });
  return took;
}

async function round() {
  const { page, context } = await openPage(browser, "about:blank");
  const sum = await watch(page);
  // The first thing that the script asks: it is there.
  const ready = page.waitForRequest(/user\/login/);
  await page.goto(server.url, { waitUntil: "commit" });
  await page.locator("#login-name").waitFor();
  const seen = Math.round(performance.now() - sum.since);
  await ready;
  const usable = part(sum);
  await page.locator("#login-name").fill(name);
  await page.locator("#login-password").fill(password);
  await page.locator("#login-password").press("Enter");
  await page.locator("#rows .row:not(.blank) time").first().waitFor();
  const rows = part(sum);
  await page.waitForFunction(() => !document.querySelector(".waiting"));
  const rest = part(sum);
  // A call in progress has no form of its own to be played in.
  const button = page.locator("#rows .row:not(.blank):not(:has(.live)) button.play").first();
  await button.hover();
  part(sum);
  await button.click();
  await page.waitForFunction(() => document.getElementById("sound").currentTime > 0, undefined, { polling: 20 });
  const sound = part(sum);
  await context.close();
  return { seen: [seen], usable, rows, rest, sound };
}

console.log(`${SPEED} kB/s, ${LATENCY} ms: milliseconds, requests, kB`);
for (let i = 0; i < ROUNDS; i += 1) console.log(JSON.stringify(await round()));
await browser.close();
server.stop();
