//! Any bytes under any name: how long they are, and their outline. Both end soon, whatever the bytes say.

#![no_main]

use std::sync::atomic::AtomicBool;

use libfuzzer_sys::fuzz_target;
use tapeline::media::Media;

const ENDINGS: [&str; 11] =
    ["m4a", "webm", "ogg", "opus", "mp3", "flac", "aac", "wav", "raw", "g723", "g722"];

fuzz_target!(|input: (u8, &[u8])| {
    let (ending, bytes) = input;
    let name = format!("a.{}", ENDINGS[usize::from(ending) % ENDINGS.len()]);
    let folder = std::env::temp_dir().join(format!("tapeline-lengths-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(&name), bytes).expect("a file");
    let sound = Media::new(&folder).open(name.as_bytes()).expect("it is there");
    assert!(sound.heard(&|| false).is_ok());
    let _ = sound.waveform(&AtomicBool::new(false));
});
