/** What people change of a recording. */

import { Unreachable, call, wire } from "../server/api.js";
import { parse } from "../server/recording-key.js";
import { session } from "../server/login.js";

/** Somebody else has logged in meanwhile. */
class Gone extends Error {}

/** Until an event comes, or the signal says to give up. */
const until = (target, name, signal) =>
  new Promise((done, fail) => {
    const stop = () => fail(signal.reason);
    if (signal?.aborted) return stop();
    target.addEventListener(name, (event) => {
      signal?.removeEventListener("abort", stop);
      done(event);
    }, { once: true });
    return signal?.addEventListener("abort", stop, { once: true });
  });

/**
 * Does something, if need be again. Where the session has ended it waits until the same person is back; where the server
 * can't be reached, until it can, provided that to do it twice does no harm.
 * @template T
 * @param {() => Promise<T>} attempt
 * @param {{signal?: AbortSignal, twice?: boolean}} [options]
 * @returns {Promise<T>}
 */
export async function patiently(attempt, { signal, twice = true } = {}) {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error.code === "401") {
        const { same } = await until(session, "in", signal);
        if (!same) throw new Gone("Somebody else has logged in.");
      } else if (error instanceof Unreachable && twice) await until(wire, "reached", signal);
      else throw error;
    }
  }
}

/** Calls a function that changes data. What is under way is not cut off: who knows how far it got? */
export const send = (name, params, options) => patiently(() => call(name, params, { empty: true }), options);

/** Whether the session has passed to somebody else, who is not to hear of it. */
export const isGone = (error) => error instanceof Gone;

/** What names a recording. @param {string} key  of recording-key.js */
const named = (key) => parse(key);

/** Sets `expires` (Unix seconds, 0 never) or `hold` (0, 1). */
export const update = (key, changed, signal) => send("recording/recordings/update", { ...named(key), ...changed }, { signal });

/** Files it under another group too. */
export const copyTo = (key, destination) => send("recording/recordings/copy", { ...named(key), destination });

/** Deletes it. One that is gone already is as good as deleted. */
export async function remove(key, signal) {
  try {
    await send("recording/recordings/delete", named(key), { signal });
  } catch (error) {
    if (error.code !== "404") throw error;
  }
}
