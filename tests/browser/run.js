/** The viewer in a real browser against the real server: `npm ci && node run.js`. */

import "./details.js";
import "./live.js";
import "./manage.js";
import "./player.js";
import "./player-list.js";
import "./selecting.js";
import "./sound.js";
import "./sessions.js";
import "./lists.js";
import "./look.js";
