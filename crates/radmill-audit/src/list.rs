use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// A file below a root.
pub(crate) struct Listed {
    pub(crate) path: PathBuf,
    /// The names below the root, folders first.
    pub(crate) relative: Vec<String>,
}

/// All files below a folder, sorted, or the one file.
///
/// Links to files are followed, links to folders are not: they could lead out of the dataset or around in a circle.
pub(crate) fn files(root: &Path) -> Result<Vec<Listed>, io::Error> {
    let metadata = std::fs::metadata(root)?;
    if metadata.is_file() {
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned());
        return Ok(vec![Listed { path: root.to_owned(), relative: name.into_iter().collect() }]);
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry?;
        let is_file = entry.file_type().is_file()
            || (entry.path_is_symlink()
                && std::fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()));
        if is_file {
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            let relative = relative.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            files.push(Listed { path: entry.into_path(), relative });
        }
    }
    Ok(files)
}
