/** The other tabs of the browser, which have the same session: each learns at once who has come or gone. */

const channel = new BroadcastChannel("tapeline");

/** @param {{person: number|null}} who  who has logged in; null: nobody is there any more */
export const tell = (who) => channel.postMessage(who);

/** @param {(who: {person: number|null}) => void} act  when another tab has told something */
export const heard = (act) => channel.addEventListener("message", ({ data }) => act(data));
