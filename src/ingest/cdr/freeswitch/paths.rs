//! Paths of recordings in what a dialplan says. They may have blanks, and stand before and behind other words.

use crate::media::is_sound_name;

/// What `record` takes behind the path: seconds, a threshold, and how often.
const NUMBERS: usize = 3;

/// The path of a folder and a name in it.
pub(super) fn joined(folder: &str, name: &str) -> String {
    match (folder, name) {
        (path, "") | ("", path) => path.into(),
        (_, name) if name.starts_with('/') => name.into(),
        (folder, name) => format!("{}/{name}", folder.trim_end_matches('/')),
    }
}

/// The path that an application with this argument records to.
pub(super) fn started_by(app: &str, argument: &str) -> Option<String> {
    let argument = argument.trim();
    match app.trim() {
        "record_session" | "record" => Some(path(argument)),
        // `UUID start PATH`
        "uuid_record" => {
            let (_, rest) = argument.split_once(' ')?;
            rest.trim_start().strip_prefix("start ").map(path)
        }
        // `NAME record PATH`, `NAME recording start PATH`
        "conference" => {
            let (_, rest) = argument.split_once(" record")?;
            let rest = rest.strip_prefix("ing start").unwrap_or(rest);
            rest.starts_with(' ').then(|| path(rest))
        }
        _ => None,
    }
}

/// The path that a command records to: `APP ARGUMENT` or `APP::ARGUMENT`.
pub(super) fn started_in(command: &str) -> Option<String> {
    let command = command.trim().strip_prefix("bgapi ").unwrap_or(command.trim());
    let (app, argument) = command.split_once("::").or_else(|| command.split_once(' '))?;
    match app.split_once(' ') {
        Some((app, _)) => started_by(app, &command[app.len()..]),
        None => started_by(app, argument),
    }
}

/// The path at the beginning: options stand before it, numbers behind it, and quotation marks around it.
fn path(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix('{').and_then(|text| text.split_once('}')).map_or(text, |(_, path)| path);
    let mut path = text.trim();
    for _ in 0..NUMBERS {
        match path.rsplit_once(' ') {
            Some((before, last)) if !is_sound_name(last) && is_number(last) => path = before.trim_end(),
            _ => break,
        }
    }
    path.trim_matches(['\'', '"']).to_owned()
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_stands_around_a_path_it_is_found() {
        for (command, expected) in [
            ("record_session /r/a.wav", "/r/a.wav"),
            ("record_session /r/Mr. A B/a b.wav", "/r/Mr. A B/a b.wav"),
            ("record_session::/r/a.wav", "/r/a.wav"),
            ("record_session /r/a.wav +3600", "/r/a.wav"),
            ("record {a=b}/r/a.wav 20 200 3", "/r/a.wav"),
            ("record '/r/a b.wav' 20", "/r/a b.wav"),
            ("uuid_record 68863d4d-c364-4333-a1b5-5da18fddb739 start /r/a b_2.wav 600", "/r/a b_2.wav"),
            ("bgapi uuid_record x start /r/a.mp3", "/r/a.mp3"),
            ("conference 500-office.example recording start /r/c.wav", "/r/c.wav"),
            ("conference 500-office.example record /r/c.wav", "/r/c.wav"),
        ] {
            assert_eq!(started_in(command).as_deref(), Some(expected), "{command}");
        }
        for command in ["", "uuid_record x stop /r/a.wav", "playback /r/a.wav", "conference 500@default"] {
            assert_eq!(started_in(command), None, "{command}");
        }
        assert_eq!(joined("/r/2026/", "a.wav"), "/r/2026/a.wav");
        assert_eq!(joined("", "/r/a.wav"), "/r/a.wav");
    }
}
