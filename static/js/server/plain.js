/** What the server says, in the words of the page: its messages call things by their names in the API, which people never see. */

const NAMES = new Map([
  ["recordgroup", "group"],
  ["totaltime_minimum", "the least length"],
  ["totaltime_maximum", "the greatest length"],
  ["totaltime", "length"],
  ["talktime", "talk time"],
  ["snumber", "the caller's number"],
  ["cnumber", "the called number"],
  ["dnumber", "the number that answered"],
  ["callerid_internal", "caller id"],
  ["uniqueid", "the recording's name"],
  ["recordid", "the recording's number"],
  ["ids", "the selection"],
  ["timezone", "the time zone"],
  ["record_in", "incoming calls"],
  ["record_out", "outgoing calls"],
  ["username", "log-in name"],
  ["password_old", "your present password"],
  ["password_new", "the new password"],
  ["auth_username", "log-in name"],
  ["auth_password", "password"],
  ["auth_token", "log-in"],
  ["user/password/update", "“Change password” in the menu"],
]);

/** What only helps at a command line, or in a request that one writes oneself. */
const ASIDE = /; (?:see: tapeline [a-z -]+|choose another --id)$/;

/** @param {string} message */
export function plain(message) {
  const text = message.replace(ASIDE, "").replace(/\b[a-z]+(?:[_/][a-z]+)*\b/g, (word) => NAMES.get(word) ?? word);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
