/** A Tapeline of its own: database, people and server in a folder that goes when the tests end. */

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join, resolve } from "node:path";

const here = import.meta.dirname;
const binary = resolve(here, process.env.TAPELINE_BIN ?? "../../target/release/tapeline");
const target = resolve(here, "../../target");
// Not the settings of this machine.
process.env.TAPELINE_USUAL_CONFIG = "";

export const PASSWORD = "correct horse battery";
/** Who may see the long list and the hostile names: a customer of their own, beside the demo's. */
export const LENA = "lena";
export const CUSTOMER = 9;
export const GROUP = 90;
/** Rows of the long list: one a minute, in a time when there is nothing else. */
export const LONG = { rows: 12_000, start: 1_000_000_000, step: 60 };
/** Rows with names that try to become part of the page. */
export const HOSTILE = {
  start: 1_100_000_000,
  names: [
    `<img src=x onerror="window.injected=1">`,
    `"><script>window.injected=1</script>`,
    `' onmouseover='window.injected=1`,
    `</bdi></div><iframe srcdoc="<script>parent.injected=1</script>">`,
    "javascript:window.injected=1",
    "${window.injected=1}",
    "\u202eevil\u202c \u0000&lt;b&gt;",
  ],
};

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

/** An address of this machine that isn't loopback, or undefined. */
export const lanAddress = () =>
  Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === "IPv4" && !internal)?.address;

/**
 * An nginx in front of a server.
 * @param {{port: number}} server
 * @param {{how?: string, at?: string}} [options]  how: lines of its location block; at: the address that it listens at
 */
export async function startProxy(server, { how = "", at = "127.0.0.1" } = {}) {
  const folder = mkdtempSync(join(target, "browser-nginx-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`).join(" ");
  const location = `location / { proxy_pass http://127.0.0.1:${server.port}; ${how} }`;
  const settings = `daemon off; master_process off; pid nginx.pid; error_log error.log; events {}
    http { access_log off; ${temporary} server { listen ${at}:${port}; ${location} } }`;
  writeFileSync(join(folder, "nginx.conf"), settings);
  writeFileSync(join(folder, "htpasswd"), "front:{PLAIN}door\n");
  const child = spawn("/usr/sbin/nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], { stdio: "ignore" });
  const url = `http://${at}:${port}`;
  await answers(url);
  return { url, stop: () => child.kill("SIGKILL") };
}

async function answers(url) {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((wait) => setTimeout(wait, 50));
    }
  }
  throw new Error(`nothing answers at ${url}`);
}

const sqlText = (text) => `'${text.replaceAll("'", "''")}'`;

function longList({ rows, start, step }) {
  return `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows - 1})
    INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, end, talktime, totaltime, status, snumber, cnumber, callerid_internal, complete, direction, path)
    SELECT ${CUSTOMER}, ${GROUP}, 'long.' || i, '1', ${start} + i * ${step}, ${start} + i * ${step} + i % 600, i % 600, i % 600, 'answer',
      printf('49301%06d', i), printf('2%03d', i % 40), printf('49301%06d', i), 1, 'in', 'gone/' || i || '.wav' FROM n;`;
}

function hostile({ names, start }) {
  const row = (name, i) => {
    const text = sqlText(name.replaceAll("\u0000", ""));
    return `(${CUSTOMER}, ${GROUP}, ${text} || ${i}, '1', ${start + i}, ${start + i + 9}, 9, 9, ${text}, ${text}, ${text}, ${text}, ${text}, ${text}, 1, 'in', 9000000000000000000, ${text})`;
  };
  return `INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, start, end, talktime, totaltime, status, snumber, snumber_name, cnumber, cnumber_name, callerid_internal, complete, direction, expires, path)
    VALUES ${names.map(row).join(", ")};`;
}

/** Starts it. @param {{settings?: string}} [options]  settings: its configuration file */
export async function startServer({ settings = "watch = false\n[freeswitch]\nsecret = \"records of calls come\"\n" } = {}) {
  mkdirSync(target, { recursive: true });
  const folder = mkdtempSync(join(target, "browser-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const db = join(folder, "recordings.db");
  const media = join(folder, "media");
  const run = (args, input) => execFileSync(binary, args, { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  const sql = (text) => execFileSync("sqlite3", [db], { input: `.timeout 5000\n${text}\n`, encoding: "utf8" });
  const person = (name, role, customer = 1) =>
    run(["user", "add", name, "--customer", String(customer), "--role", role, "--password-stdin", "--db", db], `${PASSWORD}\n`);

  run(["demo", "--db", db, "--media-root", media]);
  sql(`INSERT INTO customers (id, name) VALUES (${CUSTOMER}, 'Long'); INSERT INTO recordgroups (id, customer, name) VALUES (${GROUP}, ${CUSTOMER}, 'Long'), (${GROUP + 1}, 1, 'Watched');`);
  person("tess", "supervisor");
  person("olga", "owner");
  person(LENA, "supervisor", CUSTOMER);
  person("newcomer", "agent");
  sql(longList(LONG) + hostile(HOSTILE));

  const port = await freePort();
  const config = join(folder, "tapeline.toml");
  writeFileSync(config, settings, { mode: 0o600 });
  const serve = () => spawn(binary, ["serve", "--config", config, "--db", db, "--media-root", media, "--listen", `0.0.0.0:${port}`], { stdio: "ignore" });
  let child = serve();
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  const stop = () => child.kill("SIGTERM");
  /** The same again, once it has stopped. */
  async function again() {
    if (child.exitCode === null) await new Promise((done) => child.once("exit", done));
    child = serve();
    await answers(url);
  }
  return { url, port, db, media, sql, stop, again };
}
