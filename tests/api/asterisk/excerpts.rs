//! What the manager interface of a real FreePBX 16 said of single calls.

/// The events, each as it came, with `\n` at the ends of its lines.
pub fn excerpt(name: &str) -> Vec<String> {
    let path = format!("{}/tests/data/freepbx/ami-{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the excerpt is there").replace('\r', "");
    let events = text.split("\n\n").map(str::trim).filter(|event| !event.is_empty());
    events.map(str::to_owned).collect()
}

/// A field of an event.
pub fn field<'a>(event: &'a str, name: &str) -> &'a str {
    event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
}
