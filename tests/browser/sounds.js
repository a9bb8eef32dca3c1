/** Recordings with real sound, made by sox: one a minute, in the order of this list. */

import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { CUSTOMER, GROUP } from "./server.js";

const data = resolve(import.meta.dirname, "../data");
const START = 1_200_000_000;
const HEADER = 44;

/** Name of the recording, its file, its length in seconds. */
export const SOUNDS = [
  ["steps", "steps.wav", 6],
  ["stereo", "stereo.wav", 6],
  ["pause", "pause.wav", 11],
  ["gsm", "call.gsm", 5],
  ["wav49", "call.WAV", 4],
  ["ulaw", "call.ulaw", 3],
  ["alaw", "call.alaw", 3],
  ["sln", "call.sln", 4],
  ["headless", "headless.wav", 6],
  ["mp3", "steps.mp3", 6],
  ["ogg", "steps.ogg", 6],
  ["short", "short.wav", 1],
  ["missing", "gone/away.wav", 9],
  ["broken", "broken.wav", 9],
  ["empty", "empty.wav", 0],
  ["growing", "growing.wav", 0],
  ["last", "last.wav", 4],
];
export const FORMATS = ["steps", "stereo", "gsm", "wav49", "ulaw", "alaw", "sln", "headless", "mp3", "ogg"];

/** All of them, in their order. */
export const path = `/?start=${START}&end=${START + SOUNDS.length * 60}&order=asc`;
export const indexOf = (name) => SOUNDS.findIndex(([sound]) => sound === name);
/** Names that are markup. */
export const HOSTILE_NAME = `<img src=x onerror="window.injected=1">`;

let folder = "";

const sox = (...parameters) => execFileSync("sox", ["-D", ...parameters.flatMap((text) => text.split(" "))], { cwd: folder });
const tone = (name, seconds, loud, pitch = 440) => sox(`-n -r 8000 -b 16 -c 1 ${name} synth ${seconds} sine ${pitch} vol ${loud}`);

/** Samples of a file as sox reads them, channel by channel, full scale 1. @returns {number[][]} */
export function samples(name) {
  const channels = Number(execFileSync("soxi", ["-c", name], { cwd: folder, encoding: "utf8" }));
  const bytes = execFileSync("sox", ["-D", name, "-t", "raw", "-e", "signed", "-b", "16", "-L", "-"], { cwd: folder, maxBuffer: 1 << 26 });
  const all = Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i) / 32768);
  return Array.from({ length: channels }, (_, channel) => all.filter((_, i) => i % channels === channel));
}

function files() {
  tone("a.wav", 2, 0.8);
  tone("b.wav", 2, 0.1);
  tone("c.wav", 2, 0.4);
  sox("a.wav b.wav c.wav steps.wav");
  sox("-n -r 8000 -b 16 -c 1 still.wav trim 0 2");
  sox("a.wav still.wav c.wav left.wav");
  sox("still.wav c.wav still.wav right.wav");
  sox("-M left.wav right.wav stereo.wav");
  sox("a.wav still.wav still.wav still.wav a.wav pause.wav trim 0 9.5 pad 0 1.5");
  sox("steps.wav steps.mp3");
  sox("steps.wav steps.ogg");
  tone("short.wav", 1, 0.5);
  tone("last.wav", 4, 0.5);
  for (const name of ["call.gsm", "call.WAV", "call.ulaw", "call.alaw", "call.sln"]) copyFileSync(join(data, name), join(folder, name));
  copyFileSync(join(data, "unanswered.wav"), join(folder, "empty.wav"));
  const headless = readFileSync(join(folder, "steps.wav"));
  headless.writeUInt32LE(0, 4);
  headless.writeUInt32LE(0, 40);
  writeFileSync(join(folder, "headless.wav"), headless);
  writeFileSync(join(folder, "growing.wav"), headless.subarray(0, HEADER + 16_000 * 2));
  writeFileSync(join(folder, "broken.wav"), "this is no sound\n".repeat(500));
}

/** Puts sound where there was none, or takes it away again. */
export function repair(name, there = true) {
  rmSync(join(folder, dirname(name)), { recursive: true, force: true });
  if (!there) return;
  mkdirSync(join(folder, dirname(name)));
  copyFileSync(join(folder, "steps.wav"), join(folder, name));
}

/** The rest of the call in progress, which ends. */
export function hangUp(server) {
  appendFileSync(join(folder, "growing.wav"), readFileSync(join(folder, "steps.wav")).subarray(HEADER + 16_000 * 2));
  server.sql("UPDATE recordings SET complete = 1, end = start + 6, totaltime = 6, talktime = 6, status = 'answer' WHERE uniqueid = 'growing';");
}

export function makeSounds(server) {
  folder = join(server.media, "sounds");
  mkdirSync(folder, { recursive: true });
  files();
  const row = ([name, file, seconds], i) => {
    const start = START + i * 60;
    const whole = name === "growing" ? `0, 0, 0, ''` : `1, ${start + seconds}, ${seconds}, 'answer'`;
    return `(${CUSTOMER}, ${GROUP}, '${name}', '1', ${start}, ${whole}, '+44 20 7946 ${1000 + i}', '${HOSTILE_NAME} ${name}', '2001', 'in', 'sounds/${file}')`;
  };
  server.sql(`INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, complete, end, totaltime, status, snumber, snumber_name, cnumber, direction, path)
    VALUES ${SOUNDS.map(row).join(", ")};`);
}
