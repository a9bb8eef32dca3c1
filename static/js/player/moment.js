/** A link to a moment of a call: `?recording=recordgroup:uniqueid:recordid&t=83`. */

import { call } from "../server/api.js";
import { parse } from "../server/recording-key.js";
import { toast } from "../kit/notices.js";
import { open } from "./player.js";

/** Seconds: 83, 1:23 or 1:01:23. */
function seconds(text) {
  if (!/^\d{1,5}(:[0-5]?\d){0,2}$/.test(text)) return 0;
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** Plays what the page's address leads to, if it leads to a moment. */
export async function follow() {
  const query = new URLSearchParams(location.search);
  const wanted = parse(query.get("recording") ?? "");
  if (!wanted || !query.has("t")) return;
  try {
    const { data } = await call("recording/recordings/get", { ...wanted, wrap: "meta" });
    open(data, { at: seconds(query.get("t")) });
  } catch (error) {
    toast(error.code === "404" || error.code === "400" ? "The call of this link isn't there, or isn't yours to hear." : error.message);
  }
}
