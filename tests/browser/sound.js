/** Sound of every kind in an <audio> element: it plays, knows its length, and goes where it is told to. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { ask, openPage } from "./page.js";
import { PASSWORD } from "./server.js";
import { browser, server } from "./suite.js";

const data = resolve(import.meta.dirname, "../data");
const SECONDS = 11.5;
/** Elements at work at once. */
const AT_ONCE = 4;
const BARE = "-t raw -e signed -b 16";

/** File, and how sox makes it of a call of that length. */
const KINDS = Object.entries({
  "a.gsm": "-t gsm",
  "a.wav49.WAV": "-t wav -e gsm-full-rate",
  "a.ulaw": "-t raw -e mu-law",
  "a.alaw": "-t raw -e a-law",
  "ulaw.wav": "-t wav -e mu-law",
  "alaw.wav": "-t wav -e a-law",
  "a.au": "-t au -e mu-law",
  "a.sln": BARE,
  "a.sln12": `-r 12000 ${BARE}`,
  "a.sln16": `-r 16000 ${BARE}`,
  "a.sln24": `-r 24000 ${BARE}`,
  "a.sln32": `-r 32000 ${BARE}`,
  "a.sln44": `-r 44100 ${BARE}`,
  "a.sln48": `-r 48000 ${BARE}`,
  "a.sln96": `-r 96000 ${BARE}`,
  "a.sln192": `-r 192000 ${BARE}`,
  "a.wav16": "-r 16000 -t wav",
  "8.wav": "-t wav -b 8",
  "16.wav": "-t wav -b 16",
  "24.wav": "-t wav -b 24",
  "float.wav": "-t wav -e float -b 32",
  "stereo.wav": "-t wav -c 2",
  "a.mp3": "-t mp3",
  "a.ogg": "-t vorbis",
  "a.flac": "-t flac",
  "gsm.mp3": "-t gsm",
});
/** What comes as FLAC where the page asks for it. */
const AS_FLAC = ["a.gsm", "alaw.wav", "a.sln12", "a.sln44", "a.wav16", "8.wav", "16.wav", "24.wav", "stereo.wav", "crashed.wav"];
/** Coded by others, of the call that is there. */
const CODED = ["call.m4a", "call.webm", "call.aac"];

const sox = (folder, text) => execFileSync("sox", ["-D", ...text.split(" ")], { cwd: folder });

/** All files and their lengths; one has a header that was never finished. */
function makeFiles(folder) {
  sox(folder, `${Array(5).fill(`${data}/call.wav`).join(" ")} long.wav`);
  for (const [name, make] of KINDS) sox(folder, `long.wav ${make} ${name}`);
  const crashed = readFileSync(join(folder, "long.wav"));
  crashed.writeUInt32LE(0, 4);
  crashed.writeUInt32LE(0, 40);
  writeFileSync(join(folder, "crashed.wav"), crashed);
  execFileSync("opusenc", ["--quiet", "long.wav", "a.opus"], { cwd: folder });
  for (const name of CODED) copyFileSync(join(data, name), join(folder, name));
  const long = [...KINDS.map(([name]) => name), "crashed.wav", "a.opus"].map((name) => [name, SECONDS]);
  return [...long, ...CODED.map((name) => [name, SECONDS / 5])];
}

/** Runs in the page: plays the beginning, then from nine tenths on to the end. */
async function listen(url) {
  const audio = new Audio(url);
  const next = (name) =>
    new Promise((done, fail) => {
      audio.addEventListener(name, done, { once: true });
      audio.addEventListener("error", () => fail(new Error(`${audio.error?.code} ${audio.error?.message}`)), { once: true });
      setTimeout(() => fail(new Error(`no ${name}`)), 20_000);
    });
  await Promise.all([next("loadedmetadata"), audio.load()]);
  const { duration } = audio;
  const seekable = [audio.seekable.length, audio.seekable.start(0), audio.seekable.end(0)];
  audio.muted = true;
  await audio.play();
  while (audio.currentTime < 0.1) await next("timeupdate");
  const wanted = duration * 0.9;
  audio.currentTime = wanted;
  await next("seeked");
  const reached = audio.currentTime;
  await next("ended");
  const ended = audio.currentTime;
  audio.removeAttribute("src");
  audio.load();
  return { duration, seekable, wanted, reached, ended };
}

test("sound of every kind plays, has its length, and can be entered anywhere", async () => {
  const files = makeFiles(server.media);
  const values = files.map(([name]) => `(1, 1, 'play ${name}', '1', 900000000, 1, '${name}')`);
  server.sql(`INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, path) VALUES ${values.join(", ")};`);
  const { page, context, faults } = await openPage(browser, server.url);
  await ask(page, "user/login", { auth_username: "tess", auth_password: PASSWORD, session: 1 });
  const hear = async ([name, seconds, form = ""]) => {
    const url = `/api/json/recording/recordings/get?recordgroup=1&uniqueid=${encodeURIComponent(`play ${name}`)}&recordid=1&wrap=none&play=1${form}`;
    const heard = await page.evaluate(listen, url).catch((error) => assert.fail(`${name}: ${error.message}`));
    const near = (value, expected) => assert.ok(Math.abs(value - expected) < 0.2, `${name}: ${JSON.stringify(heard)}`);
    near(heard.duration, seconds);
    assert.deepEqual(heard.seekable.slice(0, 2), [1, 0], name);
    near(heard.seekable[2], seconds);
    near(heard.reached, heard.wanted);
    // Chromium itself counts on a little behind the end of some compressed forms.
    assert.ok(heard.ended > seconds - 0.2, `${name}: ${JSON.stringify(heard)}`);
  };
  const flac = AS_FLAC.map((name) => [name, SECONDS, "&form=flac"]);
  const types = new Set();
  page.on("response", (answer) => answer.url().endsWith("&form=flac") && types.add(answer.headers()["content-type"]));
  const waiting = [...files, ...flac];
  const work = async () => {
    while (waiting.length > 0) await hear(waiting.shift());
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  assert.deepEqual([...types], ["audio/flac"]);
  assert.deepEqual(faults, []);
  await context.close();
});
