/** A link to a moment of a call: `?recording=recordgroup:uniqueid:recordid&t=83`. */

import { call } from "../server/api.js";
import { moment, parse } from "../server/recording-key.js";
import { open } from "./player.js";

/** Plays what the page's address leads to, if it leads to a moment. */
export async function follow() {
  const query = new URLSearchParams(location.search);
  const wanted = parse(query.get("recording") ?? "");
  if (!wanted || !query.has("t")) return;
  try {
    const { data } = await call("recording/recordings/get", { ...wanted, wrap: "meta" });
    open(data, { at: moment(query.get("t")) ?? 0 });
  } catch {
    // The details, which the link opens too, say why.
  }
}
