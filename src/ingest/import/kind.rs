//! What can be brought in.

use crate::ingest::cdr::{FORMATS, Format};

/// What can be brought in: each kind has a subcommand of its own.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A folder of recordings.
    Folder,
    /// Call detail records in one of their formats.
    Records(&'static Format),
    /// What recording/recordings/export makes.
    Export,
}

impl Kind {
    /// All of them, in the order of the help.
    pub fn all() -> impl Iterator<Item = Kind> {
        std::iter::once(Kind::Folder)
            .chain(FORMATS.iter().map(Kind::Records))
            .chain(std::iter::once(Kind::Export))
    }

    /// The subcommand.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Folder => "freepbx-dir",
            Kind::Records(format) => format.name,
            Kind::Export => "csv",
        }
    }

    /// A line about it.
    pub fn help(self) -> &'static str {
        match self {
            Kind::Folder => {
                "Recordings in a folder below the media root, named as FreePBX, FusionPBX or others do; of any age"
            }
            Kind::Records(format) => format.help,
            Kind::Export => {
                "Recordings in the CSV that recording/recordings/export makes, exactly as they were"
            }
        }
    }

    /// What it consists of, in the singular.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Kind::Folder => "file",
            Kind::Records(format) => format.unit,
            Kind::Export => "row",
        }
    }

    /// Whether its rows say where they are filed, and somebody may say it otherwise.
    pub fn is_filed(self) -> bool {
        matches!(self, Kind::Export)
    }

    /// Whether somebody may have to name its columns.
    pub fn has_columns(self) -> bool {
        matches!(self, Kind::Records(format) if format.columns)
    }
}
