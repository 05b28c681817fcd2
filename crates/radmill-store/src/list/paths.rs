//! Lists of paths, as `find` prints them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Listing, describe};

/// The paths in the text of a list, one a line, or between NUL bytes if there is one anywhere.
///
/// Bytes of a path need not be UTF-8. Empty lines are left out, and so are the byte-order mark and the carriage returns
/// that editors on Windows write.
pub fn paths_in_list(text: &[u8]) -> Vec<PathBuf> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let has_nul = text.contains(&0);
    let separator = if has_nul { 0 } else { b'\n' };
    text.split(|&byte| byte == separator)
        .map(|path| if has_nul { path } else { path.strip_suffix(b"\r").unwrap_or(path) })
        .filter(|path| !path.is_empty())
        .map(|path| PathBuf::from(os_string(path)))
        .collect()
}

/// Lists what stands at these absolute paths; of a folder all files below it. Each file is listed once.
///
/// A path where there is nothing is accounted for like any other that cannot be read.
/// Once `interrupted` is set, the listing ends where it is, and is worth nothing.
pub fn list_paths(mut paths: Vec<PathBuf>, interrupted: &AtomicBool) -> Listing {
    let mut listing = Listing::new(PathBuf::from("/"));
    paths.sort_unstable();
    paths.dedup();
    // Sorted, a folder stands before what lies in it: `find` prints both.
    let mut folder: Option<PathBuf> = None;
    for path in paths {
        if interrupted.load(Ordering::Relaxed) {
            break;
        }
        let is_listed = folder.as_ref().is_some_and(|folder| path.starts_with(folder));
        if is_listed && path.symlink_metadata().is_ok() {
            continue;
        }
        match std::fs::metadata(&path) {
            Err(error) => listing.add_unreadable(&path, describe(Some(&error))),
            Ok(metadata) if !metadata.is_dir() => listing.add(&path, &metadata),
            Ok(_) => {
                if let Err(error) = listing.add_all(&path, interrupted) {
                    listing.add_unreadable(&path, describe(error.io_error()));
                }
                folder = Some(path);
            }
        }
    }
    listing
}

#[cfg(unix)]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(bytes.to_vec())
}

/// Elsewhere paths have no bytes: what is not UTF-8 names nothing, and is accounted for as missing.
#[cfg(not(unix))]
pub(super) fn os_string(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::Lack;

    #[test]
    fn lists_are_read_as_they_come() {
        let check = |text: &[u8], expected: &[&str]| {
            let expected: Vec<PathBuf> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(paths_in_list(text), expected, "{text:?}");
        };
        check(b"", &[]);
        check(b"\n\n", &[]);
        check(b"a\nb c\n", &["a", "b c"]);
        check(b"a\nb", &["a", "b"]);
        check(b"a\r\n\r\nb\r\n", &["a", "b"]);
        check(b"\xef\xbb\xbfa\n", &["a"]);
        check(b"a\nb\0c\r\0", &["a\nb", "c\r"]);
        check(b"one\0", &["one"]);
    }

    #[test]
    #[cfg(unix)]
    fn names_of_any_bytes_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let name = os_string(b"\xff\xfe.dcm");
        std::fs::write(folder.path().join(&name), "x").unwrap();
        let mut text = folder.path().as_os_str().as_encoded_bytes().to_vec();
        text.extend(b"/\xff\xfe.dcm\n");
        let listing = list_paths(paths_in_list(&text), &AtomicBool::new(false));
        assert_eq!(listing.sources.len(), 1);
        assert_eq!(listing.sources.get(0).relative.file_name().unwrap(), name);
    }

    #[test]
    fn each_file_is_listed_once_and_nothing_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a/1", "a/b/2", "ab", "c"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let names = ["a", "c", "a/1", "a/b", "a/missing", "missing", "ab", "c"];
        let paths = names.iter().map(|name| folder.path().join(name)).collect();
        let listing = list_paths(paths, &AtomicBool::new(false));
        let below = |path: &Path| listing.root.join(path).strip_prefix(folder.path()).unwrap().to_owned();
        let found: Vec<PathBuf> = listing.sources.iter().map(|source| below(&source.relative)).collect();
        assert_eq!(found, ["a/1", "a/b/2", "ab", "c"].map(PathBuf::from));
        let unlisted: Vec<PathBuf> = listing.unlisted.iter().map(|found| below(&found.relative)).collect();
        assert_eq!(unlisted, ["a/missing", "missing"].map(PathBuf::from));
        assert_eq!(listing.unlisted[0].lack, Lack::Unreadable("entity not found".to_owned()));
    }
}
