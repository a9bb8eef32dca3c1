//! Which of the folders of the settings a file belongs to.

use std::path::{Path, PathBuf};

use super::intake::Folder;

/// The folder that a file below the media root belongs to: the innermost one, where one lies in another.
pub fn innermost<'a>(folders: &'a [Folder], path: &Path) -> Option<&'a Folder> {
    innermost_of(folders.iter().filter(|folder| path.starts_with(&folder.folder)))
}

/// The innermost of folders that lie in one another.
pub fn innermost_of<'a>(around: impl Iterator<Item = &'a Folder>) -> Option<&'a Folder> {
    around.max_by_key(|folder| folder.folder.components().count())
}

/// The folder that a file of a PBX belongs to, and where it is below the media root.
pub fn find_of_pbx<'a>(
    folders: &'a [Folder],
    media_root: &Path,
    path: &Path,
) -> Option<(&'a Folder, PathBuf)> {
    let length = |folder: &Folder| folder.monitor(media_root).components().count();
    let mapped = folders
        .iter()
        .filter_map(|folder| Some((length(folder), folder.below_media_root(media_root, path)?)));
    let (_, below) = mapped.max_by_key(|(length, _)| *length)?;
    innermost(folders, &below).map(|folder| (folder, below))
}
