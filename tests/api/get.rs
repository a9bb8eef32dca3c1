//! recording/recordings/get: rows, sound, and files that are none of anybody's business.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::app::{Caller, PASSWORD, TestApp, make_database, spawn, spawn_app, spawn_with};
use crate::http::{Answer, connect, encoded, is_kept, read_head};
use crate::program::{Folder, Serving, serve};
use crate::waiting::until;

const GET: &str = "recording/recordings/get";
/// The first recording of Alder, in group 1.
const A: &str = "recordgroup=1;uniqueid=a;recordid=1";

fn media(app: &TestApp) -> PathBuf {
    app.db.with_file_name("sound")
}

/// Bytes that differ from their neighbours and from those 256 further on.
fn sound(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at ^ (at >> 8)).to_le_bytes()[0]).collect()
}

/// The sound of the first recording, at the path that its row says.
fn with_sound(app: &TestApp, bytes: &[u8]) {
    fs::create_dir_all(media(app).join("a")).expect("a folder");
    fs::write(media(app).join("a/a.wav"), bytes).expect("a file");
}

fn file(caller: &Caller, method: &str, headers: &[(&str, &str)]) -> Answer {
    let target = format!("/api/json/{GET}?{A};wrap=none");
    if method != "HEAD" {
        return caller.send(method, &target, headers, b"");
    }
    let mut stream = connect(caller.address, None, None);
    std::io::Write::write_all(&mut stream, &caller.bytes(method, &target, headers, b"")).expect("it is sent");
    let (status, headers, rest) = read_head(&mut stream);
    let mut more = Vec::new();
    std::io::Read::read_to_end(&mut stream, &mut more).expect("the connection ends");
    Answer { status, headers, body: [rest, more].concat(), whole: true }
}

#[test]
fn the_row_alone_is_that_of_a_list() {
    let app = spawn_app();
    let listed = app.supervisor().get("recording/recordings/list?recordgroup=1;end=1700000000");
    let got = app.supervisor().get(&format!("{GET}?{A};wrap=meta"));
    let row = listed.text().replace("\"data\":[{", "\"data\":{");
    // What there is of sound follows.
    assert!(got.text().starts_with(row.strip_suffix("}]}").expect("a row")), "{}", got.text());
    assert_eq!(got.data()["uniqueid"], "a");
}

#[test]
fn all_three_names_are_required_and_the_rest_is_checked() {
    let app = spawn_app();
    for (query, codes) in [
        ("", "400 recordgroup, 400 uniqueid, 400 recordid"),
        ("recordgroup=1;uniqueid=a", "400 recordid"),
        ("recordgroup=x;uniqueid=a;recordid=1", "400 recordgroup"),
        ("recordgroup=1;uniqueid=;recordid=1", "400 uniqueid"),
        ("recordgroup=1;uniqueid=a;uniqueid=b;recordid=1", "400 uniqueid"),
        (
            "recordgroup=1;uniqueid=a;recordid=1;wrap=x;encoding=x;sha1=2;play=x",
            "400 encoding, 400 wrap, 400 play, 400 sha1",
        ),
    ] {
        assert_eq!(app.supervisor().get(&format!("{GET}?{query}")).codes(), codes, "{query}");
    }
}

#[test]
fn only_those_who_see_the_row_get_it_and_nobody_learns_that_it_exists() {
    let app = spawn_app();
    with_sound(&app, b"sound");
    let ask = |caller: &Caller, row: &str, wrap: &str| {
        let (group, uniqueid) = row.split_once('/').expect("group/uniqueid");
        caller.get(&format!("{GET}?recordgroup={group};uniqueid={uniqueid};recordid=1;wrap={wrap}"))
    };
    // Anna owns 2 and is a member of 1; 3 is of her customer, 4 and 5 are not.
    for (caller, seen, unseen) in [
        (app.agent(), vec!["1/a", "1/b", "2/c"], vec!["3/d", "4/f", "5/g", "1/c", "1/none", "99/a"]),
        (app.supervisor(), vec!["1/a", "2/c", "3/d", "3/e"], vec!["4/f", "5/g", "4/a"]),
        (app.stranger(), vec!["4/f", "5/g"], vec!["1/a", "2/c", "3/d"]),
        (app.person("bea"), vec!["4/f"], vec!["5/g", "1/a"]),
        (app.owner(), vec!["1/a", "4/f", "5/g"], vec!["1/f", "99/a"]),
    ] {
        for row in seen {
            assert_eq!(ask(&caller, row, "meta").status, 200, "{row}");
        }
        let absent = ask(&caller, "99/none", "meta").text();
        for row in unseen {
            for wrap in ["json", "none", "meta"] {
                let answer = ask(&caller, row, wrap);
                assert_eq!(answer.codes(), "404 uniqueid", "{row}");
                assert_eq!(answer.text(), absent, "{row}");
            }
        }
    }
    assert_eq!(ask(&app.user(), "1/a", "none").codes(), "402");
    assert_eq!(ask(&app.anon(), "1/a", "none").codes(), "401");
}

#[test]
fn a_row_of_the_customer_in_a_group_of_another_is_got_by_the_customers_people_only() {
    let app = spawn_app();
    app.sqlite3("INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, complete) VALUES (1, 4, 'odd', '1', 1);");
    let get = format!("{GET}?recordgroup=4;uniqueid=odd;recordid=1;wrap=meta");
    assert_eq!(app.supervisor().get(&get).status, 200);
    for caller in [app.stranger(), app.person("bea"), app.agent()] {
        assert_eq!(caller.get(&get).codes(), "404 uniqueid");
    }
}

#[test]
fn a_uniqueid_is_found_without_its_dot_if_that_leaves_one() {
    let app = spawn_app();
    app.sqlite3(
        "INSERT INTO recordings (customer, recordgroup, uniqueid, recordid, callid) VALUES
           (1, 1, '1700000000.12', '1', 'x'), (1, 1, '1700000000.12', '2', 'second'), (1, 2, '1700000000.13', '1', 'x'),
           (1, 1, '17.5', '1', 'x'), (1, 1, '1.75', '1', 'x'), (1, 1, '1.85', '1', 'x'), (1, 1, '185', '1', 'exact'),
           (1, 1, 'ö.1', '1', 'x');",
    );
    for (uniqueid, recordid, found) in [
        ("1700000000.12", "1", Some("1700000000.12")),
        ("170000000012", "1", Some("1700000000.12")),
        ("170000000012", "2", Some("1700000000.12")),
        ("170000000012", "3", None),
        ("170000000013", "1", None),
        ("1.700000000.12", "1", None),
        ("175", "1", None),
        ("17.5", "1", Some("17.5")),
        ("185", "1", Some("185")),
        ("ö1", "1", Some("ö.1")),
        ("%", "1", None),
        ("_", "1", None),
        ("A", "1", None),
    ] {
        let uniqueid = encoded(uniqueid);
        let answer = app
            .supervisor()
            .get(&format!("{GET}?recordgroup=1;uniqueid={uniqueid};recordid={recordid};wrap=meta"));
        match found {
            Some(found) => assert_eq!(answer.data()["uniqueid"], found, "{uniqueid}"),
            None => assert_eq!(answer.codes(), "404 uniqueid", "{uniqueid}"),
        }
    }
    let long = "1".repeat(100_000);
    let form = format!("recordgroup=1;uniqueid={long};recordid=1");
    assert_eq!(app.supervisor().post(GET, &form).codes(), "404 uniqueid");
}

#[test]
fn json_holds_the_row_and_the_sound_of_any_length() {
    let app = spawn_app();
    let sara = app.supervisor();
    // Around the pieces of base64, and beyond what is gathered first.
    for length in [0, 1, 2, 3, 49_151, 49_152, 49_153, 98_304, 200_000, 3_000_001] {
        let bytes = sound(length);
        with_sound(&app, &bytes);
        for encoding in ["", ";encoding=raw", ";encoding=base64"] {
            let answer = sara.get(&format!("{GET}?{A}{encoding}"));
            let data = answer.data();
            assert_eq!(
                STANDARD.decode(data["data"].as_str().expect("text")).expect("base64"),
                bytes,
                "{length}"
            );
            assert_eq!(data["size"], length, "that of the file, not the row's");
            assert_eq!((&data["name"], &data["mimetype"]), (&json!("a.wav"), &json!("audio/x-wav")));
            assert_eq!((&data["hold"], &data["snumber_name"]), (&json!(1), &json!("Zoë \"Z\" Ångström")));
            assert_eq!(answer.text().matches("\"size\":").count(), 1, "no key comes twice");
            assert_eq!(data.get("sha1"), None);
        }
    }
}

#[test]
fn digests_are_those_of_the_sound() {
    let app = spawn_app();
    with_sound(&app, b"abc");
    let data = app.supervisor().get(&format!("{GET}?{A};sha1=1;sha256=1")).data();
    assert_eq!(data["sha1"], "a9993e364706816aba3e25717850c26c9cd0d89d");
    assert_eq!(data["sha256"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(data["data"], "YWJj");
}

#[test]
fn a_file_has_its_length_its_name_and_headers_that_keep_it_a_file() {
    let app = spawn_app();
    let bytes = sound(200_000);
    with_sound(&app, &bytes);
    for accepted in ["", "gzip, br, zstd", "identity"] {
        let answer = file(&app.supervisor(), "GET", &[("Accept-Encoding", accepted)]);
        assert_eq!((answer.status, &answer.body), (200, &bytes));
        for (name, value) in [
            ("content-type", Some("audio/x-wav")),
            ("content-length", Some("200000")),
            ("content-disposition", Some("attachment; filename=\"a.wav\"")),
            ("accept-ranges", Some("bytes")),
            ("cache-control", Some("no-store")),
            ("x-content-type-options", Some("nosniff")),
            ("content-security-policy", Some("sandbox")),
            ("referrer-policy", Some("no-referrer")),
            ("content-encoding", None),
            ("transfer-encoding", None),
            ("content-range", None),
            ("access-control-allow-origin", None),
        ] {
            assert_eq!(answer.header(name), value, "{name} with {accepted:?}");
        }
    }
    let post = app.supervisor().post(GET, &format!("{A};wrap=none;play=1"));
    assert_eq!((post.status, &post.body), (200, &bytes));
    assert_eq!(post.header("content-disposition"), Some("inline; filename=\"a.wav\""));
}

#[test]
fn head_tells_what_get_would_and_nothing_more() {
    let app = spawn_app();
    with_sound(&app, &sound(200_000));
    let sara = app.supervisor();
    let (head, get) = (file(&sara, "HEAD", &[("Range", "bytes=0-1")]), file(&sara, "GET", &[]));
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in
        ["content-length", "content-type", "etag", "last-modified", "content-disposition", "accept-ranges"]
    {
        assert_eq!(head.header(name), get.header(name), "{name}");
        assert!(head.header(name).is_some(), "{name}");
    }
    let tag = get.header("etag").expect("a tag");
    assert_eq!(file(&sara, "HEAD", &[("If-None-Match", tag)]).status, 304);
    assert_eq!(file(&app.anon(), "HEAD", &[]).status, 401);
    for (function, status) in [("recording/recordings/list", 405), ("user/login", 405)] {
        let answer = sara.send("HEAD", &format!("/api/json/{function}"), &[("Connection", "close")], b"");
        assert_eq!(answer.status, status, "{function}");
    }
}

#[test]
fn ranges_are_exact() {
    let app = spawn_app();
    let bytes = sound(200_000);
    with_sound(&app, &bytes);
    let sara = app.supervisor();
    for (range, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=0-1", 0..2),
        ("bytes=0-", 0..200_000),
        ("bytes=65535-65536", 65_535..65_537),
        ("bytes=1-199998", 1..199_999),
        ("bytes=199999-", 199_999..200_000),
        ("bytes=199999-300000", 199_999..200_000),
        ("bytes=-1", 199_999..200_000),
        ("bytes=-70000", 130_000..200_000),
        ("bytes=-300000", 0..200_000),
    ] {
        let answer = file(&sara, "GET", &[("Range", range), ("Accept-Encoding", "gzip")]);
        assert_eq!(answer.status, 206, "{range}");
        let content_range = format!("bytes {}-{}/200000", part.start, part.end - 1);
        assert_eq!(answer.header("content-range"), Some(content_range.as_str()), "{range}");
        assert_eq!(answer.header("content-length"), Some(part.len().to_string().as_str()), "{range}");
        assert_eq!(answer.header("content-encoding"), None);
        assert!(answer.body == bytes[part], "{range}");
    }
    for range in ["bytes=200000-", "bytes=200000-200001", "bytes=-0", "bytes=99999999999999999999-"] {
        let answer = file(&sara, "GET", &[("Range", range)]);
        assert_eq!((answer.status, answer.body.len()), (416, 0), "{range}");
        assert_eq!(answer.header("content-range"), Some("bytes */200000"), "{range}");
    }
    for range in ["bytes=2-1", "bytes=x-y", "pages=0-1", "bytes=0-5,5-6", ""] {
        let answer = file(&sara, "GET", &[("Range", range)]);
        assert_eq!((answer.status, answer.header("content-range")), (200, None), "{range}");
        assert!(answer.body == bytes, "{range}");
    }
}

/// The parts of a multipart/byteranges answer: their headers and bytes.
fn parts(answer: &Answer) -> Vec<(String, Vec<u8>)> {
    let kind = answer.header("content-type").expect("a type");
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").expect("parts");
    let mark = format!("\r\n--{boundary}");
    let places: Vec<usize> =
        (0..answer.body.len()).filter(|at| answer.body[*at..].starts_with(mark.as_bytes())).collect();
    let end = &answer.body[*places.last().expect("the end")..];
    assert_eq!(end, format!("{mark}--\r\n").as_bytes());
    let part = |pair: &[usize]| {
        let bytes = &answer.body[pair[0] + mark.len()..pair[1]];
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        (String::from_utf8(bytes[..head].to_vec()).expect("ASCII"), bytes[head + 4..].to_vec())
    };
    places.windows(2).map(part).collect()
}

#[test]
fn several_ranges_come_as_parts() {
    let app = spawn_app();
    let bytes = sound(200_000);
    with_sound(&app, &bytes);
    let sara = app.supervisor();
    for ranges in
        [vec![0..1, 199_999..200_000], vec![100_000..170_000, 5..6, 0..3], vec![0..100_000, 100_000..200_000]]
    {
        let asked: Vec<String> =
            ranges.iter().map(|range| format!("{}-{}", range.start, range.end - 1)).collect();
        let asked = format!("bytes={}", asked.join(", "));
        let answer = file(&sara, "GET", &[("Range", &asked), ("Accept-Encoding", "gzip")]);
        assert_eq!((answer.status, answer.whole), (206, true), "{asked}");
        assert_eq!(answer.header("content-range"), None);
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
        assert_eq!(answer.header("content-encoding"), None);
        let parts = parts(&answer);
        assert_eq!(parts.len(), ranges.len());
        for ((head, part), range) in parts.into_iter().zip(ranges) {
            let content = format!("Content-Range: bytes {}-{}/200000", range.start, range.end - 1);
            assert_eq!(head, format!("\r\nContent-Type: audio/x-wav\r\n{content}"));
            assert!(part == bytes[range], "{asked}");
        }
    }
    let many: String = (0..20).map(|at| format!("{}-{},", 2 * at, 2 * at)).collect();
    for range in [format!("bytes={many}"), "bytes=0-,0-,0-,0-,0-".into(), "bytes=-200000,0-199999".into()] {
        let answer = file(&sara, "GET", &[("Range", &range)]);
        assert_eq!((answer.status, answer.body.len()), (200, 200_000), "{range}");
    }
    let one = file(&sara, "GET", &[("Range", "bytes=0-1,300000-")]);
    assert_eq!((one.status, one.header("content-range")), (206, Some("bytes 0-1/200000")));
    let none = file(&sara, "GET", &[("Range", "bytes=200000-,300000-")]);
    assert_eq!((none.status, none.header("content-range")), (416, Some("bytes */200000")));
}

#[test]
fn a_changed_file_is_told_from_the_one_that_was_seen() {
    let app = spawn_app();
    with_sound(&app, &sound(1000));
    let old = fs::File::options().write(true).open(media(&app).join("a/a.wav")).expect("the file");
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000);
    old.set_modified(long_ago).expect("a time");
    let sara = app.supervisor();
    let seen = file(&sara, "GET", &[]);
    let (tag, date) = (seen.header("etag").expect("a tag"), seen.header("last-modified").expect("a date"));
    assert_eq!(date, "Sun, 13 Sep 2020 12:26:40 GMT");
    let status = |headers: &[(&str, &str)]| file(&sara, "GET", headers).status;
    assert_eq!(status(&[("If-None-Match", tag)]), 304);
    assert_eq!(status(&[("If-None-Match", "*")]), 304);
    assert_eq!(status(&[("If-Modified-Since", date)]), 304);
    assert_eq!(status(&[("If-None-Match", "\"other\"")]), 200);
    assert_eq!(status(&[("Range", "bytes=0-1"), ("If-Range", tag)]), 206);
    assert_eq!(status(&[("Range", "bytes=0-1"), ("If-Range", date)]), 206);
    assert_eq!(status(&[("Range", "bytes=0-1"), ("If-Range", "\"other\"")]), 200);
    assert_eq!(status(&[("If-Match", tag)]), 200);
    assert_eq!(status(&[("If-Match", "\"other\"")]), 412);
    assert_eq!(status(&[("If-Unmodified-Since", date)]), 200);
    assert_eq!(status(&[("If-Unmodified-Since", "Sun, 13 Sep 2020 12:26:39 GMT")]), 412);
    let unchanged = file(&sara, "GET", &[("If-None-Match", tag)]);
    assert_eq!(unchanged.header("content-type"), None);
    assert_eq!((unchanged.header("etag"), unchanged.body.len()), (Some(tag), 0));
    // As a call in progress does.
    with_sound(&app, &sound(1001));
    assert_eq!(status(&[("If-None-Match", tag)]), 200);
    assert_eq!(status(&[("Range", "bytes=0-1"), ("If-Range", tag)]), 200);
    assert_eq!(status(&[("Range", "bytes=0-1"), ("If-Range", date)]), 200);
}

#[test]
fn a_file_from_a_clock_that_is_ahead_is_as_old_as_the_answer_also_when_a_second_begins() {
    let app = spawn_app();
    with_sound(&app, &sound(1000));
    let ahead = std::time::SystemTime::now() + std::time::Duration::from_secs(100_000);
    let written = fs::File::options().write(true).open(media(&app).join("a/a.wav")).expect("the file");
    written.set_modified(ahead).expect("a time");
    let sara = app.supervisor();
    let date = || {
        let answer = file(&sara, "GET", &[]);
        assert_eq!(answer.header("last-modified"), answer.header("date"));
        answer.header("date").expect("a date").to_owned()
    };
    let first = date();
    until("the next second", || date() != first);
}

#[test]
fn a_type_that_is_no_sound_is_never_sent() {
    let app = spawn_app();
    with_sound(&app, b"<script>alert(1)</script>");
    fs::copy(media(&app).join("a/a.wav"), media(&app).join("a/a.html")).expect("a copy");
    fs::copy(media(&app).join("a/a.wav"), media(&app).join("a/ä \"x\".mp3")).expect("a copy");
    for (path, mimetype, kind, disposition) in [
        ("a/a.wav", "text/html", "audio/wav", "attachment; filename=\"a.wav\""),
        ("a/a.html", "text/html", "application/octet-stream", "attachment; filename=\"a.html\""),
        ("a/a.html", "image/svg+xml", "application/octet-stream", "attachment; filename=\"a.html\""),
        ("a/a.html", "", "application/octet-stream", "attachment; filename=\"a.html\""),
        ("a/a.html", "audio/mpeg", "audio/mpeg", "attachment; filename=\"a.html\""),
        (
            "a/ä \"x\".mp3",
            "",
            "audio/mpeg",
            "attachment; filename=\"_ _x_.mp3\"; filename*=UTF-8''%C3%A4%20_x_.mp3",
        ),
    ] {
        app.sqlite3(&format!(
            "UPDATE recordings SET path = '{path}', mimetype = '{mimetype}' WHERE id = 11;"
        ));
        let answer = file(&app.supervisor(), "GET", &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), Some(kind), "{path} {mimetype}");
        assert_eq!(answer.header("content-disposition"), Some(disposition), "{path}");
    }
}

/// A tree with sound below the media root, secrets beside it, and ways between them.
fn hostile_tree(app: &TestApp) {
    let root = media(app);
    let outside = app.db.with_file_name("outside");
    for folder in [root.join("a"), root.join("deep/er"), outside.clone()] {
        fs::create_dir_all(folder).expect("a folder");
    }
    fs::write(outside.join("secret.wav"), "SECRET").expect("a file");
    fs::write(root.join("a/a.wav"), "sound").expect("a file");
    symlink(outside.join("secret.wav"), root.join("absolute-link.wav")).expect("a link");
    symlink("../outside/secret.wav", root.join("link-out.wav")).expect("a link");
    symlink("../outside", root.join("folder-out")).expect("a link");
    symlink("../../../outside/secret.wav", root.join("deep/er/out.wav")).expect("a link");
    symlink("link-out.wav", root.join("link-to-link.wav")).expect("a link");
    symlink("loop.wav", root.join("loop.wav")).expect("a link");
    symlink("/proc/self/fd", root.join("magic")).expect("a link");
    symlink("a/a.wav", root.join("link-in.wav")).expect("a link");
    symlink("nowhere.wav", root.join("dangling.wav")).expect("a link");
    for (name, arguments) in [("mkfifo", vec!["fifo.wav"]), ("mknod", vec!["null.wav", "c", "1", "3"])] {
        // A device needs rights that a test may lack; /dev/null by a link is tried besides.
        let _ = Command::new(name).args(arguments).current_dir(&root).output().expect("it runs");
    }
    drop(UnixListener::bind(root.join("socket.wav")).expect("a socket"));
    symlink("/dev/null", root.join("null-link.wav")).expect("a link");
}

#[test]
fn whatever_a_path_says_only_files_below_the_media_root_are_sent() {
    let app = spawn_app();
    hostile_tree(&app);
    let outside = app.db.with_file_name("outside/secret.wav");
    let absolute_inside = media(&app).join("a/a.wav");
    let sara = app.supervisor();
    let set = |path: &[u8]| {
        let hex: String = path.iter().map(|byte| format!("{byte:02x}")).collect();
        app.sqlite3(&format!("UPDATE recordings SET path = CAST(x'{hex}' AS TEXT) WHERE id = 11;"));
    };
    for path in ["a/a.wav", "./a/./a.wav", "a//a.wav", "link-in.wav"] {
        set(path.as_bytes());
        assert_eq!(file(&sara, "GET", &[]).body, b"sound", "{path}");
    }
    let long = "x".repeat(5000);
    let deep = "x/".repeat(3000);
    let paths: Vec<&[u8]> = vec![
        b"",
        b"/",
        b".",
        b"..",
        b"../",
        b"a",
        b"a/",
        b"a/a.wav/",
        b"a/a.wav/.",
        b"none.wav",
        b"../outside/secret.wav",
        b"a/../../outside/secret.wav",
        b"a/../a/a.wav",
        b"..\\outside\\secret.wav",
        b"%2e%2e/outside/secret.wav",
        b"....//outside/secret.wav",
        outside.as_os_str().as_bytes(),
        absolute_inside.as_os_str().as_bytes(),
        b"/etc/passwd",
        b"//etc/passwd",
        b"/proc/self/environ",
        b"absolute-link.wav",
        b"link-out.wav",
        b"link-to-link.wav",
        b"folder-out/secret.wav",
        b"deep/er/out.wav",
        b"loop.wav",
        b"dangling.wav",
        b"magic/0",
        b"magic/3",
        b"fifo.wav",
        b"null.wav",
        b"null-link.wav",
        b"socket.wav",
        b"a/a.wav\0",
        b"a/a.wav\0.mp3",
        b"\0",
        b"\xff\xfe",
        b"file:///etc/passwd",
        b"http://127.0.0.1/",
        b"~/secret.wav",
        b"$HOME",
        b"|id",
        long.as_bytes(),
        deep.as_bytes(),
    ];
    for path in paths {
        set(path);
        for wrap in ["none", "json"] {
            let answer = sara.get(&format!("{GET}?{A};wrap={wrap}"));
            let shown = String::from_utf8_lossy(path);
            assert_eq!(answer.codes(), "404 path", "{shown:?}");
            assert_eq!(
                answer.text(),
                r#"{"responses":[{"code":"404","key":"path","message":"There is no sound of this recording"}]}"#,
                "{shown:?}"
            );
        }
        assert_eq!(sara.get(&format!("{GET}?{A};wrap=meta")).status, 200);
    }
    for value in ["NULL", "5", "1.5", "x'2e2e2f6f7574736964652f7365637265742e776176'"] {
        app.sqlite3(&format!("UPDATE OR IGNORE recordings SET path = {value} WHERE id = 11;"));
        assert_eq!(sara.get(&format!("{GET}?{A}")).codes(), "404 path", "{value}");
    }
}

#[test]
fn the_media_root_may_be_a_link_and_may_come_later() {
    let app = spawn_app();
    let sara = app.supervisor();
    assert_eq!(file(&sara, "GET", &[]).codes(), "404 path");
    let real = app.db.with_file_name("real");
    fs::create_dir_all(real.join("a")).expect("a folder");
    fs::write(real.join("a/a.wav"), "sound").expect("a file");
    symlink("real", media(&app)).expect("a link");
    assert_eq!(file(&sara, "GET", &[]).body, b"sound");
}

#[test]
fn the_log_says_why_there_is_no_sound_and_the_client_is_not_told() {
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    crate::program::sqlite3(&db, "UPDATE recordings SET path = '../../etc/passwd' WHERE id = 11;");
    let serving = Serving::start(&mut serve(&db));
    let sara = serving.caller("sara", PASSWORD);
    let answer = sara.get(&format!("{GET}?{A}"));
    assert_eq!(answer.codes(), "404 path");
    assert!(!answer.text().contains("passwd"));
    let log = serving.stop().err;
    let line = log.lines().find(|line| line.contains("has no sound")).expect("a line");
    for part in ["..", "../../etc/passwd", "recordgroup=1", "uniqueid=\"a\""] {
        assert!(line.contains(part), "{line}");
    }
}

#[test]
fn a_cookie_is_enough_to_listen_from_here_but_not_from_elsewhere() {
    let app = spawn_app();
    with_sound(&app, b"sound");
    assert_eq!(file(&app.viewer("sara"), "GET", &[]).body, b"sound");
    // Plain HTTP at an address of the network: the browser sends no word of where it comes from.
    let cookie = app.cookie("sara");
    let bare = app.anon().with("Cookie", &cookie);
    assert_eq!(file(&bare, "GET", &[]).body, b"sound");
    assert_eq!(file(&bare, "GET", &[("Sec-Fetch-Site", "cross-site")]).codes(), "401");
    assert_eq!(file(&bare, "GET", &[("Origin", "http://evil.example")]).codes(), "401");
}

#[test]
fn enswitch_answers_ok_to_everything_but_a_file_keeps_its_status() {
    let app = spawn_with(|config| config.compat = tapeline::config::Compat::Enswitch);
    with_sound(&app, b"abcdef");
    let sara = app.supervisor();
    let json = sara.get(&format!("{GET}?{A}")).json();
    assert_eq!((&json["data"]["size"], &json["data"]["start"]), (&json!("6"), &json!("1700000000")));
    assert_eq!(file(&sara, "GET", &[("Range", "bytes=1-2")]).status, 206);
    assert_eq!(file(&sara, "GET", &[("Range", "bytes=9-")]).status, 416);
    fs::remove_file(media(&app).join("a/a.wav")).expect("it was there");
    assert_eq!(file(&sara, "GET", &[]).status, 404);
    assert_eq!(file(&app.anon(), "GET", &[]).status, 401);
    assert_eq!(sara.get(&format!("{GET}?{A}")).status, 200, "with a code of 404 in it");
    assert_eq!(sara.get("recording/recordings/list?wrap=none;start=x").status, 200);
}

#[test]
fn a_listener_who_stops_reading_is_dropped_and_one_who_goes_away_frees_the_place() {
    let app = spawn(|config| config.stream_stall_seconds = 1, |_| {});
    with_sound(&app, &sound(20 << 20));
    let sara = app.supervisor();
    let target = format!("/api/json/{GET}?{A};wrap=none");
    let mut idle: Vec<_> = (0..32)
        .map(|_| {
            let mut stream = connect(app.address, None, Some(4096));
            std::io::Write::write_all(&mut stream, &sara.bytes("GET", &target, &[], b""))
                .expect("it is sent");
            assert_eq!(read_head(&mut stream).0, 200);
            stream
        })
        .collect();
    let next = file(&sara, "GET", &[("Range", "bytes=0-9")]);
    assert_eq!(next.status, 206, "it waits for the first of them to be dropped");
    drop(idle.split_off(16));
    until("a place", || file(&sara, "GET", &[("Range", "bytes=0-9")]).status == 206);
    until("that the server gives up", || !idle.iter().any(is_kept));
    for mut stream in idle {
        let mut rest = Vec::new();
        // Whether it ends or is reset.
        let _ = std::io::Read::read_to_end(&mut stream, &mut rest);
        assert!(rest.len() < 20 << 20, "it got everything");
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_sent_breaks_off() {
    let app = spawn_app();
    with_sound(&app, &sound(20 << 20));
    let sara = app.supervisor();
    let target = format!("/api/json/{GET}?{A};wrap=none");
    let mut stream = connect(app.address, None, Some(4096));
    std::io::Write::write_all(&mut stream, &sara.bytes("GET", &target, &[], b"")).expect("it is sent");
    let (status, headers, rest) = read_head(&mut stream);
    let path = media(&app).join("a/a.wav");
    fs::File::options().write(true).open(path).expect("the file").set_len(10).expect("a length");
    let answer = crate::http::read_body(&mut stream, status, headers, rest);
    assert!(!answer.whole);
}

#[test]
fn a_file_that_grows_while_it_is_sent_is_as_long_as_was_said() {
    let app = spawn_app();
    let bytes = sound(8 << 20);
    with_sound(&app, &bytes);
    let sara = app.supervisor();
    let target = format!("/api/json/{GET}?{A};wrap=none");
    let mut stream = connect(app.address, None, Some(4096));
    std::io::Write::write_all(&mut stream, &sara.bytes("GET", &target, &[], b"")).expect("it is sent");
    let (status, headers, rest) = read_head(&mut stream);
    with_more(&app);
    let answer = crate::http::read_body(&mut stream, status, headers, rest);
    assert!(answer.whole && answer.body == bytes);
}

fn with_more(app: &TestApp) {
    let mut file = fs::File::options().append(true).open(media(app).join("a/a.wav")).expect("the file");
    std::io::Write::write_all(&mut file, &sound(100_000)).expect("more");
}

#[test]
fn a_file_of_two_gigabytes_needs_no_more_memory_than_a_short_one() {
    const SIZE: u64 = 2 << 30;
    let folder = Folder::new();
    let db = folder.file("recordings.db");
    make_database(&db);
    fs::create_dir_all(folder.file("sound/a")).expect("a folder");
    let mut wav = fs::File::create(folder.file("sound/a/a.wav")).expect("a file");
    // Of a call in progress, so that playing it makes another header; the sound is a hole.
    let header = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/unanswered.wav")).expect("data");
    std::io::Write::write_all(&mut wav, &header).expect("it is written");
    wav.set_len(SIZE).expect("a hole");
    let serving = Serving::start(&mut serve(&db));
    let sara = serving.caller("sara", PASSWORD);
    assert_eq!(file(&sara, "GET", &[("Range", "bytes=0-9")]).status, 206);
    let before = serving.peak_memory();
    for (form, wanted) in [(";wrap=none", SIZE), (";wrap=none;play=1", 300 << 20), ("", 100 << 20)] {
        let mut stream = connect(sara.address, None, None);
        let request = sara.bytes("GET", &format!("/api/json/{GET}?{A}{form}"), &[], b"");
        std::io::Write::write_all(&mut stream, &request).expect("it is sent");
        let (status, _, rest) = read_head(&mut stream);
        let wanted = wanted - rest.len() as u64;
        let mut read = std::io::Read::take(&mut stream, wanted);
        let read = std::io::copy(&mut read, &mut std::io::sink()).expect("it is read");
        assert_eq!((status, read), (200, wanted), "{form}");
    }
    let grown = serving.peak_memory() - before;
    assert!(grown < 16 << 20, "{grown} bytes more");
    serving.stop();
}

#[test]
fn rows_that_another_program_wrote_are_valid_json() {
    let app = spawn_app();
    app.sqlite3(
        "UPDATE recordings SET cnumber_name = CAST(x'ff41' AS TEXT), size = 'many', start = 1.5, stype = x'fe' WHERE id = 11;",
    );
    let data: Value = app.supervisor().get(&format!("{GET}?{A};wrap=meta")).data();
    assert_eq!((&data["cnumber_name"], &data["size"]), (&json!("\u{fffd}A"), &json!(0)));
    with_sound(&app, b"abc");
    let data = app.supervisor().get(&format!("{GET}?{A}")).data();
    assert_eq!((&data["data"], &data["size"]), (&json!("YWJj"), &json!(3)));
}
