/** A link to a moment of a call: `?recording=recordgroup:uniqueid:recordid&t=83`. */

import { call } from "../server/api.js";
import { moment, parse } from "../server/recording-key.js";
import { toast } from "../kit/notices.js";
import { open } from "./player.js";

/** Plays what the page's address leads to, if it leads to a moment. */
export async function follow() {
  const query = new URLSearchParams(location.search);
  const wanted = parse(query.get("recording") ?? "");
  if (!wanted || !query.has("t")) return;
  try {
    const { data } = await call("recording/recordings/get", { ...wanted, wrap: "meta" });
    open(data, { at: moment(query.get("t")) ?? 0 });
  } catch (error) {
    toast(error.code === "404" || error.code === "400" ? "The call of this link isn't there, or isn't yours to hear." : error.message);
  }
}
