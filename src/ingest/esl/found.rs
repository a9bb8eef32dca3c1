//! What FreeSWITCH answers when it is asked what goes on. Pure.

use serde_json::Value;

use super::event::Event;

/// Uniqueids of the channels in the answer to `show channels as json`; `None`: that is no list. Without any there is no
/// `rows`.
pub(super) fn channels(answer: &str) -> Option<Vec<String>> {
    let json: Value = serde_json::from_str(answer).ok()?;
    json.get("row_count")?;
    let rows = json["rows"].as_array().map_or(&[][..], Vec::as_slice);
    Some(rows.iter().filter_map(|row| row["uuid"].as_str()).map(String::from).collect())
}

/// The files in the answer to `uuid_buglist`.
pub(super) fn files(answer: &str) -> Vec<String> {
    let bugs = answer.split("<media-bug>").skip(1);
    let recorded = bugs.filter(|bug| between(bug, "function") == Some("session_record"));
    recorded.filter_map(|bug| between(bug, "target")).map(unescaped).filter(|file| !file.is_empty()).collect()
}

fn between<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(value, _)| value)
}

fn unescaped(text: &str) -> String {
    let marks = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    marks.iter().fold(text.trim().to_owned(), |text, (mark, letter)| text.replace(mark, letter))
}

/// The channel in the answer to `uuid_dump UUID json`.
pub(super) fn dump(answer: &str) -> Option<Event> {
    let json: Value = serde_json::from_str(answer).ok()?;
    let event = Event::dumped(&json);
    (!event.text("Unique-ID").is_empty()).then_some(event)
}

/// A conference that goes on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Conference {
    pub(super) name: String,
    /// Uniqueids of who is in it, who came first first.
    pub(super) members: Vec<String>,
    /// Its files, and when each began (Unix milliseconds).
    pub(super) files: Vec<(String, i64)>,
}

/// Those in the answer to `conference json_list`, where there are any.
pub(super) fn conferences(answer: &str) -> Vec<Conference> {
    let json: Value = serde_json::from_str(answer).unwrap_or_default();
    json.as_array().map_or(&[][..], Vec::as_slice).iter().map(conference).collect()
}

fn conference(json: &Value) -> Conference {
    let nodes = json["members"].as_array().map_or(&[][..], Vec::as_slice);
    let mut members: Vec<(i64, String)> = nodes
        .iter()
        .filter_map(|node| Some((node["id"].as_i64().unwrap_or(i64::MAX), node["uuid"].as_str()?.to_owned())))
        .collect();
    members.sort();
    let file = |node: &Value| {
        let began = node["join_time"].as_i64().unwrap_or(0).clamp(0, 1 << 40);
        Some((node["record_path"].as_str()?.to_owned(), began * 1000))
    };
    Conference {
        name: json["conference_name"].as_str().unwrap_or_default().into(),
        members: members.into_iter().map(|(_, uniqueid)| uniqueid).collect(),
        files: nodes.iter().filter_map(file).collect(),
    }
}

/// For how many seconds FreeSWITCH has run, by the first line of the answer to `status`.
pub(super) fn uptime(answer: &str) -> Option<i64> {
    let line = answer.lines().next()?.strip_prefix("UP ")?;
    line.split(", ").try_fold(0_i64, |sum, part| {
        let (number, unit) = part.split_once(' ')?;
        let seconds = match unit.trim().trim_end_matches('s') {
            "year" => 365 * 86_400,
            "day" => 86_400,
            "hour" => 3_600,
            "minute" => 60,
            "second" => 1,
            _ => 0,
        };
        let number: i64 = number.parse().ok()?;
        number.checked_mul(seconds).and_then(|part| sum.checked_add(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_no_channels_has_no_rows_and_what_is_no_list_is_none() {
        assert_eq!(channels(r#"{"row_count": 0}"#), Some(vec![]));
        assert_eq!(
            channels(r#"{"row_count":1,"rows":[{"uuid":"a","direction":"inbound"}]}"#),
            Some(vec!["a".into()])
        );
        for answer in ["-ERR permission denied", "", "[]", "{}"] {
            assert_eq!(channels(answer), None, "{answer}");
        }
    }

    #[test]
    fn the_uptime_is_that_of_the_first_line() {
        let answer = "UP 0 years, 1 day, 2 hours, 5 minutes, 57 seconds, 511 milliseconds, 721 microseconds\nFreeSWITCH";
        assert_eq!(uptime(answer), Some(86_400 + 2 * 3_600 + 5 * 60 + 57));
        assert_eq!(uptime("-ERR permission denied"), None);
        assert_eq!(uptime("UP 9223372036854775807 years"), None);
    }

    #[test]
    fn a_file_in_a_list_of_bugs_may_have_any_letter() {
        let answer = "<media-bugs>\n <media-bug>\n  <function>session_record</function>\n  <target>/rec/a &amp; b.wav</target>\n </media-bug>\n \
            <media-bug>\n  <function>tone_detect</function>\n  <target></target>\n </media-bug>\n</media-bugs>";
        assert_eq!(files(answer), ["/rec/a & b.wav"]);
        assert!(files("-ERR no reply\n").is_empty());
    }
}
