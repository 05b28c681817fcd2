//! Which files there are to work on: all below a folder, or those of a list.

mod paths;

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;

use crate::StoreError;

pub use paths::{list_paths, paths_in_list};

/// A file that may be DICOM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path below the listed folder; the file's name if a single file was given.
    pub relative: PathBuf,
    /// Length in bytes.
    pub bytes: u64,
    /// Time of last modification, in nanoseconds since 1970; 0 if the file system does not say.
    pub modified_ns: u128,
}

/// Something found that cannot be read as a file. It is accounted for like any other source.
#[derive(Debug)]
pub struct Unlisted {
    /// Path below the listed folder.
    pub relative: PathBuf,
    /// Why it was not listed, in fixed words or the system's.
    pub why: String,
    /// A pipe, socket or device: nothing was lost. Otherwise something could not be read.
    pub is_special_file: bool,
}

/// What is below a folder.
#[derive(Debug)]
pub struct Listing {
    /// The folder that paths are relative to.
    pub root: PathBuf,
    /// All files, sorted by path, component by component.
    pub sources: Vec<Source>,
    /// What is there and cannot be read.
    pub unlisted: Vec<Unlisted>,
}

/// Lists all files below a folder, or the one file that `input` is. Links are followed; loops are reported.
///
/// Fails only if `input` itself cannot be read.
pub fn list_sources(input: &Path) -> Result<Listing, StoreError> {
    let metadata = std::fs::metadata(input).map_err(|cause| StoreError::new("read", input, cause))?;
    let root = if metadata.is_dir() { input } else { input.parent().unwrap_or(Path::new("")) };
    let mut listing = Listing { root: root.to_owned(), sources: Vec::new(), unlisted: Vec::new() };
    listing.add_all(input).map_err(|error| StoreError::new("list", input, io::Error::from(error)))?;
    Ok(listing)
}

impl Listing {
    /// Adds the files at and below a path. Fails if nothing at all can be said of it.
    fn add_all(&mut self, path: &Path) -> Result<(), walkdir::Error> {
        for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => match entry.metadata() {
                    Ok(metadata) => self.add(entry.path(), &metadata),
                    Err(error) => self.add_unreadable(entry.path(), describe(error.io_error())),
                },
                Err(error) if error.depth() == 0 => return Err(error),
                Err(error) => {
                    let why = match error.loop_ancestor() {
                        Some(_) => "a link that leads back to a folder above it".to_owned(),
                        None => describe(error.io_error()),
                    };
                    self.add_unreadable(error.path().unwrap_or(path), why);
                }
            }
        }
        Ok(())
    }

    /// Adds what is no folder.
    fn add(&mut self, path: &Path, metadata: &Metadata) {
        let relative = self.below_root(path);
        if !metadata.is_file() {
            let why = "a pipe, socket or device".to_owned();
            return self.unlisted.push(Unlisted { relative, why, is_special_file: true });
        }
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified_ns = modified.map_or(0, |time| time.as_nanos());
        self.sources.push(Source { relative, bytes: metadata.len(), modified_ns });
    }

    fn add_unreadable(&mut self, path: &Path, why: String) {
        let relative = self.below_root(path);
        self.unlisted.push(Unlisted { relative, why, is_special_file: false });
    }

    fn below_root(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }
}

fn describe(error: Option<&io::Error>) -> String {
    error.map_or_else(|| "it cannot be read".to_owned(), |error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(listing: &Listing) -> Vec<&str> {
        listing.sources.iter().map(|source| source.relative.to_str().unwrap()).collect()
    }

    #[test]
    fn files_come_sorted_whatever_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a/2", "a/10", "a/.hidden", "c.dcm"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, name).unwrap();
        }
        let listing = list_sources(folder.path()).unwrap();
        assert_eq!(names(&listing), ["a/.hidden", "a/10", "a/2", "b", "c.dcm"]);
        assert_eq!(listing.sources[1].bytes, 4);
    }

    #[test]
    fn a_single_file_is_listed_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one");
        std::fs::write(&path, "x").unwrap();
        let listing = list_sources(&path).unwrap();
        assert_eq!(names(&listing), ["one"]);
        assert_eq!(listing.root, folder.path());
    }

    #[test]
    #[cfg(unix)]
    fn what_cannot_be_read_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("broken")).unwrap();
        std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        let listing = list_sources(folder.path()).unwrap();
        assert!(listing.sources.is_empty());
        let mut unlisted: Vec<(&str, bool)> = listing
            .unlisted
            .iter()
            .map(|unlisted| (unlisted.relative.to_str().unwrap(), unlisted.is_special_file))
            .collect();
        unlisted.sort_unstable();
        assert_eq!(unlisted, [("broken", false), ("loop", false), ("socket", true)]);
    }

    #[test]
    fn a_missing_input_is_an_error() {
        let error = list_sources(Path::new("/no/such/folder")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /no/such/folder: no such file or directory");
    }
}
