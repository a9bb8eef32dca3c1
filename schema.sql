-- The database of Tapeline, whole and readable from top to bottom.
--
-- Applying it twice changes nothing, so  sqlite3 recordings.db < schema.sql  makes a valid database.
-- It sets neither application_id nor user_version: the program does, after it has looked at the result.
-- Times are Unix seconds, durations seconds, sizes bytes, flags 0 or 1.

-- Customers: the tenants of the PBX.
CREATE TABLE IF NOT EXISTS customers (
  id   INTEGER PRIMARY KEY AUTOINCREMENT, -- what the API calls `customer`
  name TEXT    NOT NULL UNIQUE            -- shown to people
);

-- Record groups: the folders that a customer's recordings are filed under.
CREATE TABLE IF NOT EXISTS recordgroups (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,         -- what the API calls `recordgroup`
  customer    INTEGER NOT NULL REFERENCES customers(id), -- whose it is
  name        TEXT    NOT NULL,                          -- shown to people
  description TEXT    NOT NULL DEFAULT '',               -- what it is for
  email       TEXT    NOT NULL DEFAULT '',               -- address for notices
  expires     INTEGER NOT NULL DEFAULT 365,              -- days that recordings are kept; 0 not to save
  fraction    INTEGER NOT NULL DEFAULT 100,              -- percent of the calls that are recorded
  beep        INTEGER NOT NULL DEFAULT 0,                -- 1: callers hear a beep
  owner       INTEGER NOT NULL DEFAULT 0,                -- person who owns it; 0 nobody
  record_in   INTEGER NOT NULL DEFAULT 1,                -- 1: incoming calls are recorded
  record_out  INTEGER NOT NULL DEFAULT 1,                -- 1: outgoing calls are recorded
  transcribe  INTEGER NOT NULL DEFAULT 0                 -- 1: recordings are transcribed
);
CREATE INDEX IF NOT EXISTS recordgroups_customer ON recordgroups (customer);

-- Recordings: one row for each recorded stretch of a call. The API sends these columns in this order, but for `id`.
CREATE TABLE IF NOT EXISTS recordings (
  id                INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice, so that a page can name the row it ended at
  customer          INTEGER NOT NULL DEFAULT 0,  -- customer that the recording belongs to
  recordgroup       INTEGER NOT NULL DEFAULT 0,  -- record group that it was filed under
  uniqueid          TEXT    NOT NULL DEFAULT '', -- the PBX's identifier of the recorded channel
  recordid          TEXT    NOT NULL DEFAULT '', -- which recording of that channel: 1, 2, …
  callid            TEXT    NOT NULL DEFAULT '', -- identifier that all legs of the call share
  asteriskid        TEXT    NOT NULL DEFAULT '', -- system name of the PBX
  machine           TEXT    NOT NULL DEFAULT '', -- machine that wrote the sound
  start             INTEGER NOT NULL DEFAULT 0,  -- start of the recording
  "end"             INTEGER NOT NULL DEFAULT 0,  -- its end; 0 while in progress
  talktime          INTEGER NOT NULL DEFAULT 0,  -- seconds after the answer; 0 while in progress
  totaltime         INTEGER NOT NULL DEFAULT 0,  -- seconds from start to end; 0 while in progress
  status            TEXT    NOT NULL DEFAULT '', -- how the call ended: answer, cancel, busy, …
  stype             TEXT    NOT NULL DEFAULT '', -- kind of source: external, extension, …
  snumber           TEXT    NOT NULL DEFAULT '', -- source number
  snumber_name      TEXT    NOT NULL DEFAULT '', -- name of the source
  snumber_display   TEXT    NOT NULL DEFAULT '', -- source number as people write it
  scustomer         INTEGER NOT NULL DEFAULT 0,  -- customer of the source; 0 outside the office
  ctype             TEXT    NOT NULL DEFAULT '', -- kind of the called number
  cnumber           TEXT    NOT NULL DEFAULT '', -- called number
  cnumber_name      TEXT    NOT NULL DEFAULT '', -- name of the called number
  cnumber_display   TEXT    NOT NULL DEFAULT '', -- called number as people write it
  dtype             TEXT    NOT NULL DEFAULT '', -- kind of the destination
  dnumber           TEXT    NOT NULL DEFAULT '', -- number where the call was answered
  dnumber_name      TEXT    NOT NULL DEFAULT '', -- name of who answered
  dnumber_display   TEXT    NOT NULL DEFAULT '', -- destination number as people write it
  dcustomer         INTEGER NOT NULL DEFAULT 0,  -- customer of the destination; 0 outside the office
  callerid_internal TEXT    NOT NULL DEFAULT '', -- caller id that the callee saw
  spresent          INTEGER NOT NULL DEFAULT 1,  -- 1: the caller id may be shown; 0: it was withheld
  complete          INTEGER NOT NULL DEFAULT 0,  -- 1: the call has ended; 0: in progress
  expires           INTEGER NOT NULL DEFAULT 0,  -- when the recording may be deleted; 0 never
  stale             INTEGER NOT NULL DEFAULT 0,  -- 1: its sound is missing
  mimetype          TEXT    NOT NULL DEFAULT '', -- media type of the sound
  size              INTEGER NOT NULL DEFAULT 0,  -- bytes of sound
  path              TEXT    NOT NULL DEFAULT '', -- the sound file, relative to the media root
  direction         TEXT    NOT NULL DEFAULT '', -- in, out or internal; empty where it is not known
  hold              INTEGER NOT NULL DEFAULT 0,  -- 1: kept whatever its expiry says, and not deletable
  UNIQUE (recordgroup, uniqueid, recordid)       -- what names a recording
);
-- Lists of a group and of a customer, by time.
CREATE INDEX IF NOT EXISTS recordings_recordgroup_start ON recordings (recordgroup, start);
CREATE INDEX IF NOT EXISTS recordings_customer_start ON recordings (customer, start);
-- A channel's recordings, whatever group they are in.
CREATE INDEX IF NOT EXISTS recordings_uniqueid ON recordings (uniqueid);
-- All that a list filters and sorts by, but the words of a search: numbers are looked through, calls counted and other columns
-- sorted without reading whole rows. `id` comes behind the start, so that the order is exactly that of a list. A row counts
-- for a group only if both have the same customer.
CREATE INDEX IF NOT EXISTS recordings_recordgroup_list ON recordings
  (recordgroup, customer, start, id, cnumber, callerid_internal, snumber, totaltime, expires, complete, size, direction,
   dnumber, dnumber_name, dnumber_display, status);
CREATE INDEX IF NOT EXISTS recordings_customer_list ON recordings
  (customer, start, id, cnumber, callerid_internal, snumber, totaltime, expires, complete, size, direction, recordgroup,
   dnumber, dnumber_name, dnumber_display, status);
-- The few calls in progress.
CREATE INDEX IF NOT EXISTS recordings_recordgroup_in_progress ON recordings (recordgroup, start) WHERE complete = 0;
CREATE INDEX IF NOT EXISTS recordings_customer_in_progress ON recordings (customer, start) WHERE complete = 0;
-- The few whose sound is missing.
CREATE INDEX IF NOT EXISTS recordings_recordgroup_stale ON recordings (recordgroup, start) WHERE stale = 1;
CREATE INDEX IF NOT EXISTS recordings_customer_stale ON recordings (customer, start) WHERE stale = 1;
-- The few on hold.
CREATE INDEX IF NOT EXISTS recordings_recordgroup_hold ON recordings (recordgroup, start) WHERE hold = 1;
CREATE INDEX IF NOT EXISTS recordings_customer_hold ON recordings (customer, start) WHERE hold = 1;
-- Whose sound a file is, however the path to it is written: a//b and ./a/./b are a/b. A file goes when nobody names it.
CREATE INDEX IF NOT EXISTS recordings_sound ON recordings (replace(replace(replace(replace(replace(
  '/' || path, '/', '//'), '/./', ''), '/', '/' || char(1)), char(1) || '/', ''), char(1), '')) WHERE path <> '';
-- Sounds: every form and side of a recording's sound that is known. Its row names the form that plays; a row without any
-- line here has the one sound that it names, and a line whose row is gone counts for nothing. Lists never read this table.
CREATE TABLE IF NOT EXISTS sounds (
  id        INTEGER PRIMARY KEY,
  recording INTEGER NOT NULL,              -- id of its row
  path      TEXT    NOT NULL,              -- the file, relative to the media root
  role      TEXT    NOT NULL,              -- mix: all that was said; in, out: one side; other: one of which nobody knows whose
  mimetype  TEXT    NOT NULL DEFAULT '',   -- media type
  size      INTEGER NOT NULL DEFAULT 0,    -- bytes
  duration  INTEGER,                       -- milliseconds of sound; NULL where nobody knows
  sha256    BLOB,                          -- of the whole file; NULL where it wasn't taken yet
  verified  INTEGER,                       -- when it was last read whole and found right; NULL never
  UNIQUE (recording, path)
);
-- Whose sound a file is, as recordings_sound has it.
CREATE INDEX IF NOT EXISTS sounds_path ON sounds (replace(replace(replace(replace(replace(
  '/' || path, '/', '//'), '/./', ''), '/', '/' || char(1)), char(1) || '/', ''), char(1), ''));
-- Sound whose recording was deleted: noted with the deletion of the row, and forgotten once the file is gone. So a crash
-- in between leaves no file behind.
CREATE TABLE IF NOT EXISTS sound_removals (
  id    INTEGER PRIMARY KEY,
  path  TEXT    NOT NULL,                  -- as recordings.path was
  noted INTEGER NOT NULL                   -- when the row was deleted
);

-- Search by parts of numbers and names: which rows have three given characters in a row, folded (case, accents, apostrophes)
-- and without blanks. It may name rows that have changed or gone – every row is looked at before it is shown – but it
-- never lacks one that is not in recordings_unindexed. So other programs only note ids there, which costs them little and
-- needs neither FTS5 nor our idea of letters, and Tapeline moves them over, many at once.
CREATE VIRTUAL TABLE IF NOT EXISTS recordings_search USING fts5
  (text, content = '', tokenize = 'trigram', detail = none, columnsize = 0);
CREATE TABLE IF NOT EXISTS recordings_unindexed (
  id INTEGER PRIMARY KEY                  -- a recording whose text recordings_search may not have
);
-- How far recordings_search is made beside recordings_search_before, the one of before texts were folded, while that one
-- still answers; empty once it is whole. Rows that are no plain ASCII go to recordings_unindexed first: the old index has
-- all others as they are folded.
CREATE TABLE IF NOT EXISTS recordings_folding (
  step    INTEGER PRIMARY KEY,            -- 1: looks for rows that are not plain, 2: moves the plain ones, 3: removes the old
  "first" INTEGER NOT NULL,               -- id that it began at
  "next"  INTEGER NOT NULL,               -- id that it goes on at
  "last"  INTEGER NOT NULL                -- id that it ends at
);
-- The end of a call changes none of these columns, so it costs the search nothing.
CREATE TRIGGER IF NOT EXISTS recordings_search_insert AFTER INSERT ON recordings
WHEN NOT EXISTS (SELECT 1 FROM recordings_unindexed WHERE id = new.id) BEGIN
  INSERT INTO recordings_unindexed (id) VALUES (new.id);
END;
CREATE TRIGGER IF NOT EXISTS recordings_search_update AFTER UPDATE OF id, snumber, snumber_name, snumber_display,
  cnumber, cnumber_name, cnumber_display, dnumber, dnumber_name, dnumber_display, callerid_internal ON recordings
WHEN NOT EXISTS (SELECT 1 FROM recordings_unindexed WHERE id = new.id) BEGIN
  INSERT INTO recordings_unindexed (id) VALUES (new.id);
END;

-- Ids that a customer, a group or a person has or had: none comes back, since rows and the audit log go on naming it.
-- Noted by triggers, whoever makes the row. (WHERE NOT EXISTS, since the OR REPLACE of a triggering statement would
-- overrule an OR IGNORE here.) Where another program stored an id of 2^53 or more in recordings or audit, their line
-- has the last one below, since SQLite has none above.
CREATE TABLE IF NOT EXISTS ids_used (
  kind TEXT    NOT NULL,                  -- the table
  id   INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
) WITHOUT ROWID;

-- Other programs write rows too. A customer or group that only a row names gets a row of its own, or nobody could
-- list it. But one that is gone does not come back so.
CREATE TRIGGER IF NOT EXISTS recordings_insert_customer AFTER INSERT ON recordings
WHEN typeof(new.customer) = 'integer' AND NOT EXISTS (SELECT 1 FROM customers WHERE id = new.customer)
  AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'customers' AND id = new.customer) BEGIN
  INSERT INTO customers (id, name) SELECT new.customer, 'Customer ' || new.customer ||
    CASE WHEN EXISTS (SELECT 1 FROM customers WHERE name = 'Customer ' || new.customer) THEN ' (2)' ELSE '' END;
END;
CREATE TRIGGER IF NOT EXISTS recordings_insert_recordgroup AFTER INSERT ON recordings
WHEN typeof(new.recordgroup) = 'integer' AND NOT EXISTS (SELECT 1 FROM recordgroups WHERE id = new.recordgroup)
  AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'recordgroups' AND id = new.recordgroup)
  AND (EXISTS (SELECT 1 FROM customers WHERE id = new.customer)
    OR NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'customers' AND id = new.customer)) BEGIN
  INSERT INTO recordgroups (id, customer, name) 
    VALUES (new.recordgroup, CASE typeof(new.customer) WHEN 'integer' THEN new.customer ELSE 0 END, 'Group ' || new.recordgroup);
END;
CREATE TRIGGER IF NOT EXISTS recordings_update_customer AFTER UPDATE OF customer ON recordings
WHEN typeof(new.customer) = 'integer' AND NOT EXISTS (SELECT 1 FROM customers WHERE id = new.customer)
  AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'customers' AND id = new.customer) BEGIN
  INSERT INTO customers (id, name) SELECT new.customer, 'Customer ' || new.customer ||
    CASE WHEN EXISTS (SELECT 1 FROM customers WHERE name = 'Customer ' || new.customer) THEN ' (2)' ELSE '' END;
END;
CREATE TRIGGER IF NOT EXISTS recordings_update_recordgroup AFTER UPDATE OF recordgroup ON recordings
WHEN typeof(new.recordgroup) = 'integer' AND NOT EXISTS (SELECT 1 FROM recordgroups WHERE id = new.recordgroup)
  AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'recordgroups' AND id = new.recordgroup)
  AND (EXISTS (SELECT 1 FROM customers WHERE id = new.customer)
    OR NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'customers' AND id = new.customer)) BEGIN
  INSERT INTO recordgroups (id, customer, name) 
    VALUES (new.recordgroup, CASE typeof(new.customer) WHEN 'integer' THEN new.customer ELSE 0 END, 'Group ' || new.recordgroup);
END;
CREATE TRIGGER IF NOT EXISTS customers_insert_id AFTER INSERT ON customers
WHEN typeof(new.id) = 'integer' AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'customers' AND id = new.id) BEGIN
  INSERT INTO ids_used (kind, id) VALUES ('customers', new.id);
END;
CREATE TRIGGER IF NOT EXISTS customers_update_id AFTER UPDATE OF id ON customers
WHEN typeof(new.id) = 'integer' AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'customers' AND id = new.id) BEGIN
  INSERT INTO ids_used (kind, id) VALUES ('customers', new.id);
END;
CREATE TRIGGER IF NOT EXISTS recordgroups_insert_id AFTER INSERT ON recordgroups
WHEN typeof(new.id) = 'integer' AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'recordgroups' AND id = new.id) BEGIN
  INSERT INTO ids_used (kind, id) VALUES ('recordgroups', new.id);
END;
CREATE TRIGGER IF NOT EXISTS recordgroups_update_id AFTER UPDATE OF id ON recordgroups
WHEN typeof(new.id) = 'integer' AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'recordgroups' AND id = new.id) BEGIN
  INSERT INTO ids_used (kind, id) VALUES ('recordgroups', new.id);
END;
CREATE TRIGGER IF NOT EXISTS recordings_insert_id AFTER INSERT ON recordings WHEN new.id >= 9007199254740991 BEGIN
  INSERT INTO ids_used (kind, id) SELECT name, seq FROM sqlite_sequence WHERE name = 'recordings'
    AND seq < 9007199254740991 AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'recordings');
END;

-- What intake knows of files and announced recordings, so that none is filed twice, whatever becomes of its row. A
-- file that a rule leaves out has a line here too, with the reason. A row of another program tells itself which file
-- it has, and gets a line only when it goes or names another one.
CREATE TABLE IF NOT EXISTS intake_files (
  id          INTEGER PRIMARY KEY,
  path        TEXT    NOT NULL DEFAULT '', -- relative to the media root; empty until it is known
  machine     TEXT    NOT NULL DEFAULT '', -- machine that wrote it; empty where another program made the row
  uniqueid    TEXT    NOT NULL DEFAULT '', -- as in its row
  recordid    TEXT    NOT NULL DEFAULT '', -- as in its row; no number is given twice
  recording   INTEGER NOT NULL DEFAULT 0,  -- id of its row, also when that is gone; 0 none
  excluded    TEXT    NOT NULL DEFAULT '', -- why it has no row
  customer    INTEGER NOT NULL DEFAULT 0,  -- where intake filed it
  recordgroup INTEGER NOT NULL DEFAULT 0,
  days        INTEGER NOT NULL DEFAULT 0,  -- days it is kept from its start; 0 for ever
  state       INTEGER NOT NULL DEFAULT 0,  -- 0: no file seen, 1: being written, 2: closed
  over        INTEGER NOT NULL DEFAULT 0,  -- 1: the call has ended, says the PBX
  device      INTEGER NOT NULL DEFAULT 0,  -- of the file, when last seen: as stat(2) has them
  inode       INTEGER NOT NULL DEFAULT 0,
  created     INTEGER NOT NULL DEFAULT 0,  -- when it was made, nanoseconds
  modified    INTEGER NOT NULL DEFAULT 0,  -- when it was written last, nanoseconds
  closed      INTEGER NOT NULL DEFAULT 0,  -- the same when its present size was first seen: a copy may lose its times
  size        INTEGER NOT NULL DEFAULT 0,
  duration    INTEGER NOT NULL DEFAULT 0,  -- milliseconds of sound; -1: not known
  digest      BLOB,                        -- of its beginning and end, to find it again elsewhere
  answer      INTEGER NOT NULL DEFAULT 0,  -- what the sources say that a row shows only when the call is over, or never
  ended       INTEGER NOT NULL DEFAULT 0,
  talktime    INTEGER NOT NULL DEFAULT 0,
  totaltime   INTEGER NOT NULL DEFAULT 0,
  context     TEXT    NOT NULL DEFAULT '',
  account     TEXT    NOT NULL DEFAULT '',
  queue       TEXT    NOT NULL DEFAULT '',
  domain      TEXT    NOT NULL DEFAULT '',
  note        TEXT    NOT NULL DEFAULT '', -- what was odd about it, for people
  ranks       TEXT    NOT NULL DEFAULT '', -- how sure each fact is, a hexadecimal digit each
  written     INTEGER,                     -- digest of the row as intake left it; NULL where another program made it
  first_seen  INTEGER NOT NULL DEFAULT (unixepoch())
);
CREATE INDEX IF NOT EXISTS intake_files_path ON intake_files (path);
CREATE INDEX IF NOT EXISTS intake_files_uniqueid ON intake_files (uniqueid);
CREATE INDEX IF NOT EXISTS intake_files_not_over ON intake_files (machine) WHERE over = 0 AND substr(ranks, 1, 1) = 'a';
CREATE INDEX IF NOT EXISTS intake_files_excluded ON intake_files (excluded) WHERE excluded <> '';
CREATE INDEX IF NOT EXISTS intake_files_inode ON intake_files (inode) WHERE inode <> 0;
CREATE INDEX IF NOT EXISTS intake_files_digest ON intake_files (digest) WHERE digest IS NOT NULL;
-- Where intake filed something, there was a customer and a group.
CREATE TRIGGER IF NOT EXISTS intake_files_insert_ids AFTER INSERT ON intake_files
WHEN new.recordgroup <> 0 AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'recordgroups' AND id = new.recordgroup)
  OR new.customer <> 0 AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'customers' AND id = new.customer) BEGIN
  INSERT INTO ids_used (kind, id) SELECT n.kind, n.id
    FROM (SELECT 'customers' AS kind, new.customer AS id UNION ALL SELECT 'recordgroups', new.recordgroup) n
    WHERE typeof(n.id) = 'integer' AND n.id <> 0
      AND NOT EXISTS (SELECT 1 FROM ids_used u WHERE u.kind = n.kind AND u.id = n.id);
END;
-- Recordings that wait: their rule leads nowhere, or what it asks for may still be told. They have a line in intake_files
-- and no row; here is what was heard of them, for the row that they get once it is known whose they are.
CREATE TABLE IF NOT EXISTS intake_waiting (
  file     INTEGER PRIMARY KEY,            -- id of its line in intake_files
  since    INTEGER NOT NULL,               -- when it was met first
  began    INTEGER NOT NULL,               -- when the recording began
  rule     INTEGER NOT NULL,               -- number of the rule; 0 where none takes it
  reason   TEXT    NOT NULL,               -- why it waits, and what to do
  customer INTEGER NOT NULL DEFAULT 0,     -- whose it will be; 0 unknown
  to_come  INTEGER NOT NULL DEFAULT 0,     -- 1: for what a source may still tell
  stale    INTEGER NOT NULL DEFAULT 0,     -- 1: its sound is missing
  path     TEXT    NOT NULL DEFAULT '',    -- where its file was when the recording ended: what the rules look at
  heard    TEXT    NOT NULL                -- all facts, JSON
);
CREATE INDEX IF NOT EXISTS intake_waiting_rule ON intake_waiting (rule, began, file, since, to_come);
-- What the rules of the configuration name: found once, and kept. So a rename is followed, and what gets the same name
-- later is not taken for it. A customer that rules name has a line of its own, without a group; what goes where no rule
-- says has one without any name.
CREATE TABLE IF NOT EXISTS rule_targets (
  customer_named    TEXT    NOT NULL,      -- as in the rule: a name in quotation marks, or an id; empty where it has none
  recordgroup_named TEXT    NOT NULL,      -- as in the rule
  customer          INTEGER NOT NULL,      -- which one that is; 0 none so far
  recordgroup       INTEGER NOT NULL,      -- which one that is; 0 none so far
  name              TEXT    NOT NULL,      -- the group's name when it was found
  found             INTEGER NOT NULL,      -- when it was found, or looked for in vain
  rule              INTEGER,               -- number of the first rule that names it; NULL where none does any more
  PRIMARY KEY (customer_named, recordgroup_named)
) WITHOUT ROWID;
-- Call detail records, kept for 30 days: a call may have several, in any order, also before its recording.
CREATE TABLE IF NOT EXISTS intake_records (
  id       INTEGER PRIMARY KEY,
  uniqueid TEXT    NOT NULL,               -- of the channel
  machine  TEXT    NOT NULL,
  record   TEXT    NOT NULL,               -- what it says, JSON
  kept     INTEGER NOT NULL DEFAULT 0      -- since when
);
CREATE INDEX IF NOT EXISTS intake_records_uniqueid ON intake_records (uniqueid);
-- The file of a row that goes stays known, and so does one that a row named before.
CREATE TRIGGER IF NOT EXISTS recordings_delete_file AFTER DELETE ON recordings
WHEN typeof(old.path) = 'text' AND old.path <> '' BEGIN
  INSERT INTO intake_files (path, machine, uniqueid, recordid, recording)
    SELECT old.path, ifnull(old.machine, ''), ifnull(old.uniqueid, ''), ifnull(old.recordid, ''), old.id
    WHERE NOT EXISTS (SELECT 1 FROM intake_files f WHERE f.path = old.path AND (f.machine = old.machine OR f.machine = ''));
END;
CREATE TRIGGER IF NOT EXISTS recordings_update_file AFTER UPDATE OF path, machine, uniqueid ON recordings
WHEN typeof(old.path) = 'text' AND old.path <> ''
  AND (old.path IS NOT new.path OR old.machine IS NOT new.machine OR old.uniqueid IS NOT new.uniqueid) BEGIN
  INSERT INTO intake_files (path, machine, uniqueid, recordid, recording)
    SELECT old.path, ifnull(old.machine, ''), ifnull(old.uniqueid, ''), ifnull(old.recordid, ''), old.id
    WHERE NOT EXISTS (SELECT 1 FROM intake_files f WHERE f.path = old.path AND (f.machine = old.machine OR f.machine = ''));
END;
-- INSERT OR REPLACE fires no delete trigger for the row whose place it takes.
CREATE TRIGGER IF NOT EXISTS recordings_replace_file BEFORE INSERT ON recordings
WHEN EXISTS (SELECT 1 FROM recordings WHERE recordgroup = new.recordgroup AND uniqueid = new.uniqueid
               AND recordid = new.recordid AND path <> new.path)
  OR EXISTS (SELECT 1 FROM recordings WHERE id = new.id AND path <> new.path) BEGIN
  INSERT INTO intake_files (path, machine, uniqueid, recordid, recording)
    SELECT r.path, ifnull(r.machine, ''), ifnull(r.uniqueid, ''), ifnull(r.recordid, ''), r.id
    FROM recordings r WHERE (r.id = new.id
        OR r.recordgroup = new.recordgroup AND r.uniqueid = new.uniqueid AND r.recordid = new.recordid)
      AND typeof(r.path) = 'text' AND r.path NOT IN ('', new.path)
      AND NOT EXISTS (SELECT 1 FROM intake_files f WHERE f.path = r.path AND (f.machine = r.machine OR f.machine = ''));
END;
-- The other forms and sides go with their row, and stay known too.
CREATE TRIGGER IF NOT EXISTS recordings_delete_sounds AFTER DELETE ON recordings
WHEN EXISTS (SELECT 1 FROM sounds WHERE recording = old.id) BEGIN
  INSERT INTO intake_files (path, machine, uniqueid, recordid, recording)
    SELECT s.path, ifnull(old.machine, ''), ifnull(old.uniqueid, ''), ifnull(old.recordid, ''), old.id
    FROM sounds s WHERE s.recording = old.id AND s.path <> ''
      AND NOT EXISTS (SELECT 1 FROM intake_files f WHERE f.path = s.path AND (f.machine = old.machine OR f.machine = ''));
  UPDATE intake_files SET recording = old.id WHERE recording = 0 AND excluded <> ''
    AND path IN (SELECT s.path FROM sounds s WHERE s.recording = old.id);
  DELETE FROM sounds WHERE recording = old.id;
END;
-- A file that a row names elsewhere by now is the same form of it, unless the row only turned to another one. What is of
-- another size was not read yet. A row that names none any more has lost it.
CREATE TRIGGER IF NOT EXISTS recordings_update_sounds AFTER UPDATE OF path ON recordings
WHEN old.path IS NOT new.path AND EXISTS (SELECT 1 FROM sounds WHERE recording = old.id AND path = old.path) BEGIN
  DELETE FROM sounds WHERE recording = old.id AND path = old.path AND ifnull(new.path, '') = '';
  UPDATE sounds SET path = new.path, mimetype = ifnull(new.mimetype, ''), size = ifnull(new.size, 0),
      duration = CASE WHEN size IS new.size THEN duration END, sha256 = CASE WHEN size IS new.size THEN sha256 END,
      verified = CASE WHEN size IS new.size THEN verified END
    WHERE recording = old.id AND path = old.path
      AND NOT EXISTS (SELECT 1 FROM sounds s WHERE s.recording = old.id AND s.path = new.path);
END;
-- INSERT OR REPLACE: whoever takes a row's name takes its forms and sides over; whoever takes its id alone does not. Noted
-- before, and done once the row is really gone.
CREATE TABLE IF NOT EXISTS sounds_to_take (
  recording INTEGER PRIMARY KEY,           -- id of a row that may be about to be replaced
  named     TEXT    NOT NULL               -- what names it
);
CREATE TRIGGER IF NOT EXISTS recordings_replace_sounds BEFORE INSERT ON recordings
WHEN EXISTS (SELECT 1 FROM sounds WHERE recording = (SELECT id FROM recordings
       WHERE recordgroup = new.recordgroup AND uniqueid = new.uniqueid AND recordid = new.recordid)) BEGIN
  DELETE FROM sounds_to_take;
  INSERT INTO sounds_to_take (recording, named) SELECT id, recordgroup || '/' || recordid || '/' || uniqueid FROM recordings
    WHERE recordgroup = new.recordgroup AND uniqueid = new.uniqueid AND recordid = new.recordid;
END;
CREATE TRIGGER IF NOT EXISTS recordings_take_sounds AFTER INSERT ON recordings
WHEN EXISTS (SELECT 1 FROM sounds_to_take) OR EXISTS (SELECT 1 FROM sounds WHERE recording = new.id) BEGIN
  DELETE FROM sounds WHERE recording = new.id AND NOT EXISTS (SELECT 1 FROM sounds_to_take WHERE recording = new.id
    AND named = new.recordgroup || '/' || new.recordid || '/' || new.uniqueid);
  UPDATE sounds SET recording = new.id
    WHERE recording IN (SELECT t.recording FROM sounds_to_take t
      WHERE t.named = new.recordgroup || '/' || new.recordid || '/' || new.uniqueid
        AND NOT EXISTS (SELECT 1 FROM recordings r WHERE r.id = t.recording));
  UPDATE intake_files SET recording = new.id WHERE excluded <> ''
    AND recording IN (SELECT t.recording FROM sounds_to_take t WHERE t.recording <> new.id)
    AND path IN (SELECT s.path FROM sounds s WHERE s.recording = new.id);
  DELETE FROM sounds_to_take;
END;

-- Roles: sets of privileges. More roles are more rows.
CREATE TABLE IF NOT EXISTS roles (
  name        TEXT NOT NULL PRIMARY KEY,  -- what people are given
  description TEXT NOT NULL DEFAULT ''    -- what it is for
);
CREATE TABLE IF NOT EXISTS role_privileges (
  role      TEXT NOT NULL REFERENCES roles(name) ON DELETE CASCADE ON UPDATE CASCADE,
  privilege TEXT NOT NULL,                -- owner, administrator, record or record_own
  PRIMARY KEY (role, privilege)
) WITHOUT ROWID;
INSERT INTO roles (name, description)
  SELECT column1, column2 FROM (VALUES
    ('owner',         'Everything, for every customer'),
    ('administrator', 'Groups, people, audit log and recordings of the own customer'),
    ('supervisor',    'All recordings of the own customer'),
    ('agent',         'Recordings of the own groups, to listen to'),
    ('user',          'May log in, nothing else'))
  WHERE NOT EXISTS (SELECT 1 FROM roles);
INSERT INTO role_privileges (role, privilege)
  SELECT column1, column2 FROM (VALUES
    ('owner', 'owner'), ('owner', 'administrator'), ('owner', 'record'),
    ('administrator', 'administrator'), ('administrator', 'record'),
    ('supervisor', 'record'),
    ('agent', 'record_own'))
  WHERE NOT EXISTS (SELECT 1 FROM role_privileges)
    AND EXISTS (SELECT 1 FROM roles WHERE name = column1);

-- People: whoever may log in.
CREATE TABLE IF NOT EXISTS people (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,                 -- never used twice: the audit log names people by it
  customer INTEGER NOT NULL REFERENCES customers(id),         -- home customer
  username TEXT    NOT NULL UNIQUE,                           -- the name to log in with
  name     TEXT    NOT NULL DEFAULT '',                       -- the name that people know
  role     TEXT    NOT NULL REFERENCES roles(name) ON UPDATE CASCADE,
  hash     TEXT    NOT NULL,                                  -- bcrypt hash of the password
  created  INTEGER NOT NULL DEFAULT (unixepoch()),            -- when the account was made
  disabled INTEGER NOT NULL DEFAULT 0,                        -- 1: may not log in; what there is of the person stays
  last_login INTEGER DEFAULT 0                                -- when they last logged in; 0 never, NULL where nobody knows
);
CREATE INDEX IF NOT EXISTS people_customer ON people (customer);
CREATE TRIGGER IF NOT EXISTS people_insert_id AFTER INSERT ON people
WHEN typeof(new.id) = 'integer' AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'people' AND id = new.id) BEGIN
  INSERT INTO ids_used (kind, id) VALUES ('people', new.id);
END;
CREATE TRIGGER IF NOT EXISTS people_update_id AFTER UPDATE OF id ON people
WHEN typeof(new.id) = 'integer' AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'people' AND id = new.id) BEGIN
  INSERT INTO ids_used (kind, id) VALUES ('people', new.id);
END;

-- Members: whose groups an agent may listen to, besides the groups that the agent owns.
CREATE TABLE IF NOT EXISTS recordgroup_members (
  person      INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  recordgroup INTEGER NOT NULL REFERENCES recordgroups(id) ON DELETE CASCADE,
  PRIMARY KEY (person, recordgroup)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS recordgroup_members_recordgroup ON recordgroup_members (recordgroup);

-- Tokens (for programs) and sessions (for browsers). Only hashes of them are stored. `standing` is a digest of the
-- person's password hash, role and customer when it was issued: once one of them changes, by whatever program, it is void.
-- So it is while the person is disabled.
CREATE TABLE IF NOT EXISTS tokens (
  hash     BLOB    NOT NULL PRIMARY KEY,                            -- SHA-256 of the token
  person   INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  standing BLOB    NOT NULL,                                        -- see above
  created  INTEGER NOT NULL,                                        -- when it was issued
  expires  INTEGER NOT NULL                                         -- when it ends
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tokens_person ON tokens (person);
CREATE TABLE IF NOT EXISTS sessions (
  hash     BLOB    NOT NULL PRIMARY KEY,                            -- SHA-256 of the cookie's value
  person   INTEGER NOT NULL REFERENCES people(id) ON DELETE CASCADE,
  standing BLOB    NOT NULL,                                        -- see above
  created  INTEGER NOT NULL,                                        -- when it began
  seen     INTEGER NOT NULL,                                        -- last use, to the minute
  expires  INTEGER NOT NULL                                         -- when it ends, however busy
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_person ON sessions (person);
-- For good, even if the old password, role or customer comes back, or the person is enabled again.
CREATE TRIGGER IF NOT EXISTS people_update_ends AFTER UPDATE OF hash, role, customer, disabled ON people
WHEN old.hash IS NOT new.hash OR old.role IS NOT new.role OR old.customer IS NOT new.customer OR old.disabled IS NOT new.disabled BEGIN
  DELETE FROM tokens WHERE person = new.id;
  DELETE FROM sessions WHERE person = new.id;
END;

-- Audit: one entry for whatever changes data, made in the same transaction as the change, one for each export, one
-- for each person who hears a recording within ten minutes, and one for the failed logins of a person, address and hour.
-- Never holds a secret, nor a name to log in with that is nobody's: people type passwords there.
CREATE TABLE IF NOT EXISTS audit (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  time        INTEGER NOT NULL,            -- when
  person      INTEGER,                     -- who; NULL on the command line
  username    TEXT    NOT NULL DEFAULT '', -- their name at that time
  address     TEXT    NOT NULL DEFAULT '', -- where the request came from
  action      TEXT    NOT NULL,            -- what: user/login, recordings/listen, …; failed logins are summed
  customer    INTEGER,                     -- whose data it touched
  recordgroup INTEGER,                     -- the group, where there is one
  uniqueid    TEXT,                        -- the recording, where there is one
  recordid    TEXT,
  detail      TEXT    NOT NULL DEFAULT '', -- what changed, for people
  call        TEXT    NOT NULL DEFAULT ''  -- the recording's call as it was then, JSON: start, numbers and names
);
-- What is asked for, and what is left out, is told without reading whole entries.
CREATE INDEX IF NOT EXISTS audit_time ON audit (time, id, action, person, recordgroup);
CREATE INDEX IF NOT EXISTS audit_customer ON audit (customer, time, id, action, person, recordgroup);
CREATE INDEX IF NOT EXISTS audit_customer_action ON audit (customer, action, time);
CREATE INDEX IF NOT EXISTS audit_person ON audit (person, time);
CREATE INDEX IF NOT EXISTS audit_recording ON audit (recordgroup, uniqueid, recordid, time) WHERE uniqueid IS NOT NULL;
-- What an entry names was there.
CREATE TRIGGER IF NOT EXISTS audit_insert_ids AFTER INSERT ON audit BEGIN
  INSERT INTO ids_used (kind, id) SELECT n.kind, n.id
    FROM (SELECT 'customers' AS kind, new.customer AS id UNION ALL SELECT 'recordgroups', new.recordgroup
      UNION ALL SELECT 'people', new.person) n
    WHERE typeof(n.id) = 'integer' AND NOT EXISTS (SELECT 1 FROM ids_used u WHERE u.kind = n.kind AND u.id = n.id);
END;
CREATE TRIGGER IF NOT EXISTS audit_insert_id AFTER INSERT ON audit WHEN new.id >= 9007199254740991 BEGIN
  INSERT INTO ids_used (kind, id) SELECT name, seq FROM sqlite_sequence WHERE name = 'audit'
    AND seq < 9007199254740991 AND NOT EXISTS (SELECT 1 FROM ids_used WHERE kind = 'audit');
END;
