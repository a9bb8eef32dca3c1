//! Which part of a call a file has, by the end of its name.

use std::borrow::Cow;

use crate::config::Folder;
use crate::model::SoundRole;

/// What names end in: MixMonitor's `r()` and `t()` as people name them, Monitor's two and VICIdial's three, MikoPBX's two,
/// Yate's two, rtpengine's mix. The first that fits counts.
const ENDINGS: [(&str, SoundRole); 14] = [
    ("-rx", SoundRole::In),
    ("-tx", SoundRole::Out),
    ("_rx", SoundRole::In),
    ("_tx", SoundRole::Out),
    ("-in", SoundRole::In),
    ("-out", SoundRole::Out),
    ("_in", SoundRole::In),
    ("_out", SoundRole::Out),
    ("-A", SoundRole::In),
    ("-B", SoundRole::Out),
    ("-all", SoundRole::Mix),
    ("_all", SoundRole::Mix),
    ("-mix", SoundRole::Mix),
    ("_mix", SoundRole::Mix),
];
/// Of these alone it isn't known that a mix will come, nor that they are sides: other names end so too.
const UNSURE: [&str; 2] = ["-A", "-B"];
/// Hexadecimal digits of the stream (SSRC) that rtpengine writes behind the call.
const SSRC: usize = 8;

/// The endings that the settings of a folder add.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endings(Vec<(String, SoundRole)>);

impl Endings {
    /// Those of a folder. What is wrong with them, in words.
    pub(super) fn new(folder: &Folder) -> Result<Endings, String> {
        let sides = &folder.sides;
        let all = [(&sides.r#in, SoundRole::In), (&sides.out, SoundRole::Out), (&sides.mix, SoundRole::Mix)];
        let mut endings = Vec::new();
        for (ending, role) in
            all.into_iter().flat_map(|(endings, role)| endings.iter().map(move |one| (one, role)))
        {
            if ending.is_empty() || ending.contains('/') {
                return Err(format!(
                    "sides has the ending {ending:?}; give what names end in before their dot, as in sides = {{ in = [\"-caller\"], \
                     out = [\"-callee\"] }}"
                ));
            }
            endings.push((ending.clone(), role));
        }
        // The longest that fits is meant.
        endings.sort_by_key(|(ending, _)| std::cmp::Reverse(ending.len()));
        Ok(Endings(endings))
    }
}

/// Which part of which call a file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side<'a> {
    /// The stem that all files of the call share; without a side it is the file's own.
    pub call: Cow<'a, str>,
    /// Which part.
    pub role: SoundRole,
    /// Whether the name alone says that it is a part: then the mixed recording is waited for.
    pub sure: bool,
}

impl Side<'_> {
    /// Whether it has a part of what was said, and not all.
    pub fn is_part(&self) -> bool {
        self.role != SoundRole::Mix
    }

    /// Whether another file has the other side of the same call.
    pub fn is_opposite(&self, other: &Side<'_>) -> bool {
        let sides = [self.role, other.role];
        self.call == other.call && sides.contains(&SoundRole::In) && sides.contains(&SoundRole::Out)
    }

    /// Whether another file, named `stem`, has all that was said in the same call. Of one of several streams it isn't the
    /// bare name: much ends in eight digits.
    pub fn is_of(&self, other: &Side<'_>, stem: &str) -> bool {
        let named = self.role != SoundRole::Other || other.call != stem;
        self.is_part() && other.role == SoundRole::Mix && other.call == self.call && named
    }
}

/// What the stem of a name says, with the endings that the settings add.
pub fn side_of<'a>(stem: &'a str, own: &Endings) -> Side<'a> {
    let own = own.0.iter().map(|(ending, role)| (ending.as_str(), *role, true));
    let known = ENDINGS.iter().map(|(ending, role)| (*ending, *role, !UNSURE.contains(ending)));
    let fits = |(ending, role, sure): (&str, SoundRole, bool)| {
        let call = stem.strip_suffix(ending).filter(|call| !call.is_empty())?;
        Some(Side { call: call.into(), role, sure })
    };
    let stream =
        || stream_of(stem).map(|call| Side { call: call.into(), role: SoundRole::Other, sure: false });
    let plain = Side { call: stem.into(), role: SoundRole::Mix, sure: true };
    own.chain(known).find_map(fits).or_else(stream).unwrap_or(plain)
}

/// The call of one of rtpengine's streams.
fn stream_of(stem: &str) -> Option<&str> {
    let (call, stream) = stem.rsplit_once('-')?;
    let is_ssrc = stream.len() == SSRC && stream.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_ssrc && !call.is_empty()).then_some(call)
}

#[cfg(test)]
mod tests {
    use crate::config::{Folder, Sides};
    use crate::ingest::names::Names;

    fn names(folder: Folder) -> Names {
        Names::new(&Folder { zone: Some("UTC".into()), ..folder }).expect("settings")
    }

    #[test]
    fn sides_of_a_recording_are_known_by_their_names() {
        let names = names(Folder::default());
        for (path, call, role) in [
            ("legs-1795499634.649-rx.wav", "legs-1795499634.649", "in"),
            ("legs-1795499634.649-tx.wav", "legs-1795499634.649", "out"),
            ("2026/11/call-out.wav", "call", "out"),
            ("20261124-055328_5551234568_1002-in.wav", "20261124-055328_5551234568_1002", "in"),
            ("20261124-055328_5551234568_1002-all.mp3", "20261124-055328_5551234568_1002", "mix"),
            ("mikopbx-1795499612.12_q1w2e3_in.wav", "mikopbx-1795499612.12_q1w2e3", "in"),
            ("mikopbx-1795499612.12_q1w2e3_out.wav48", "mikopbx-1795499612.12_q1w2e3", "out"),
            ("mikopbx-1795499612.12_q1w2e3.webm", "mikopbx-1795499612.12_q1w2e3", "mix"),
            ("1-24605@127.0.0.1-mix.wav", "1-24605@127.0.0.1", "mix"),
            ("1-24605@127.0.0.1-1a2b3c4d.wav", "1-24605@127.0.0.1", "other"),
            ("1795499606-7-A.slin", "1795499606-7", "in"),
            ("1795499606-7-B.slin", "1795499606-7", "out"),
            ("x-in.wav.mp3", "x", "in"),
            ("legs-1795499634.649.wav", "legs-1795499634.649", "mix"),
            ("-in.wav", "-in", "mix"),
            ("x-caller.wav", "x-caller", "mix"),
        ] {
            let side = names.side(path);
            assert_eq!((&*side.call, side.role.as_str()), (call, role), "{path}");
        }
        for (part, other, is_mix) in [
            ("x-in.wav", "x.wav", true),
            ("x-in.wav", "x.mp3", true),
            ("x-in.wav", "x-all.wav", true),
            ("x_in.wav", "x.webm", true),
            ("x-in.wav", "x-out.wav", false),
            ("x-in.wav", "xy.wav", false),
            ("x-in.wav", "x-in.wav", false),
            ("x.wav", "x-all.wav", false),
            ("x-20261124.wav", "x.wav", false),
            ("x-1a2b3c4d.wav", "x-mix.wav", true),
        ] {
            assert_eq!(names.is_mix_of(&names.side(part), other), is_mix, "{part} {other}");
        }
    }

    #[test]
    fn sides_of_other_names_are_a_setting() {
        let sides = |r#in: &str, out: &str, mix: &str| Sides {
            r#in: vec![r#in.into()],
            out: vec![out.into()],
            mix: vec![mix.into()],
        };
        let own = names(Folder { sides: sides("-caller", "-callee", "-both"), ..Folder::default() });
        for (path, call, role) in [
            ("x-caller.wav", "x", "in"),
            ("x-callee.wav", "x", "out"),
            ("x-both.mp3", "x", "mix"),
            ("x-in.wav", "x", "in"),
        ] {
            let side = own.side(path);
            assert_eq!((&*side.call, side.role.as_str()), (call, role), "{path}");
        }
        assert!(own.is_mix_of(&own.side("x-caller.wav"), "x-both.mp3"));
        let folder = Folder { sides: sides("", "-callee", "-both"), ..Folder::default() };
        assert_eq!(
            Names::new(&folder).expect_err("refused"),
            "sides has the ending \"\"; give what names end in before their dot, as in sides = { in = [\"-caller\"], out = \
             [\"-callee\"] }"
        );
        let pattern = Some(r"^(?<side>left|right|sum)_(?<uniqueid>\d+\.\d+)".into());
        let own = names(Folder { pattern, ..Folder::default() });
        for (path, call, role) in [
            ("left_1795499606.0.wav", "1795499606.0", "in"),
            ("right_1795499606.0.wav", "1795499606.0", "out"),
            ("sum_1795499606.0.wav", "1795499606.0", "other"),
        ] {
            let side = own.side(path);
            assert_eq!((&*side.call, side.role.as_str()), (call, role), "{path}");
        }
        let pattern = Some(r"(?<uniqueid>\d+\.\d+)(-(?<side>a|b|mixed))?\.".into());
        let own = names(Folder { pattern, ..Folder::default() });
        assert!(own.is_mix_of(&own.side("1795499606.0-a.wav"), "1795499606.0.wav"));
        assert!(own.is_mix_of(&own.side("1795499606.0-b.wav"), "1795499606.0-mixed.wav"));
        assert_eq!(own.read("1795499606.0-a.wav", 0).uniqueid, None);
        assert_eq!(own.read("1795499606.0-mixed.wav", 0).uniqueid.as_deref(), Some("1795499606.0"));
    }
}
