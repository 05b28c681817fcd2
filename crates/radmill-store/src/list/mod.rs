//! Which files there are to work on: all below a folder, or those of a list.

mod archives;
mod listed_file;
mod paths;
mod sources;
mod url;

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::UNIX_EPOCH;

use radmill_archive::{Fault, Format, Place};
use walkdir::WalkDir;

use crate::remote::Remote;
use crate::{StoreError, is_url};

pub use archives::{KnownArchive, archives_of, members_of, open_archives, place_members};
pub(crate) use listed_file::{CHANGED, ListedFile};
pub use paths::{list_paths, paths_in_list};
pub use sources::{Sources, SourcesIter};
pub use url::list_url;

/// A file that may be DICOM, on the disk or in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path below the listed folder; the file's name if a single file was given. That of a member of an archive is for
    /// people and the ledger: it leads nowhere.
    pub relative: PathBuf,
    /// Length in bytes.
    pub bytes: u64,
    /// Time of last modification, in nanoseconds since 1970; 0 if the file system does not say. A member of an archive
    /// has that of the archive, or, in a zip archive, its checksum: a number that changes when the bytes do.
    /// So has an object of a bucket, from its entity tag.
    pub modified_ns: u128,
    /// The archive that it is a member of. Boxed, because most sources are in none.
    pub(crate) member: Option<Box<InArchive>>,
}

/// Where a member of an archive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InArchive {
    /// Index among the archives of the listing.
    pub(crate) archive: usize,
    /// Where in it; `None` if the archive has not been opened.
    pub(crate) place: Option<Place>,
}

impl Source {
    /// A file on the disk.
    pub fn file(relative: PathBuf, bytes: u64, modified_ns: u128) -> Source {
        Source { relative, bytes, modified_ns, member: None }
    }

    /// True if it is a file on the disk itself.
    pub fn is_file(&self) -> bool {
        self.member.is_none()
    }
}

/// An archive whose members are sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Path below the listed folder.
    pub relative: PathBuf,
    /// Length in bytes.
    pub bytes: u64,
    /// Time of last modification, as that of a source.
    pub modified_ns: u128,
    /// What kind it is; `None` if it has not been opened.
    pub(crate) format: Option<Format>,
    /// Its members, if all of them are known.
    pub n_members: Option<u64>,
}

/// Something found that cannot be read as a file. It is accounted for like any other source.
#[derive(Debug)]
pub struct Unlisted {
    /// Path below the listed folder.
    pub relative: PathBuf,
    /// Why it was not listed.
    pub lack: Lack,
}

/// Why something is no source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// A pipe, socket or device: nothing was lost.
    SpecialFile,
    /// It could not be read, in fixed words or the system's.
    Unreadable(String),
    /// An archive, or the rest of one.
    Archive(Fault),
}

/// What is below a folder.
#[derive(Debug)]
pub struct Listing {
    /// The folder that paths are relative to.
    pub root: PathBuf,
    /// All files, sorted by path, component by component.
    pub sources: Sources,
    /// What is there and cannot be read.
    pub unlisted: Vec<Unlisted>,
    /// Archives whose members are among the sources.
    pub archives: Vec<Archive>,
    /// The object store that the root is a URL of.
    pub(crate) remote: Option<Arc<Remote>>,
}

/// Lists all files below a folder, or the one file that `input` is. Links are followed; loops are reported.
///
/// Fails only if `input` itself cannot be read.
pub fn list_sources(input: &Path) -> Result<Listing, StoreError> {
    list_sources_until(input, &AtomicBool::new(false))
}

/// The same, until `interrupted` is set: then the listing ends where it is, and is worth nothing.
pub fn list_sources_until(input: &Path, interrupted: &AtomicBool) -> Result<Listing, StoreError> {
    if is_url(input) {
        let why = "this command reads files on a disk alone";
        return Err(StoreError::new("read", input, io::Error::new(io::ErrorKind::Unsupported, why)));
    }
    let metadata = std::fs::metadata(input).map_err(|cause| StoreError::new("read", input, cause))?;
    let root = if metadata.is_dir() { input } else { input.parent().unwrap_or(Path::new("")) };
    let mut listing = Listing::new(root.to_owned());
    listing
        .add_all(input, interrupted)
        .map_err(|error| StoreError::new("list", input, io::Error::from(error)))?;
    Ok(listing)
}

impl Listing {
    /// A listing of nothing yet.
    pub fn new(root: PathBuf) -> Listing {
        Listing {
            root,
            sources: Sources::default(),
            unlisted: Vec::new(),
            archives: Vec::new(),
            remote: None,
        }
    }

    /// Adds the files at and below a path. Fails if nothing at all can be said of it.
    fn add_all(&mut self, path: &Path, interrupted: &AtomicBool) -> Result<(), walkdir::Error> {
        for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(());
            }
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
            return self.unlisted.push(Unlisted { relative, lack: Lack::SpecialFile });
        }
        self.sources.push(Source::file(relative, metadata.len(), modified_ns(metadata)));
    }

    fn add_unreadable(&mut self, path: &Path, why: String) {
        let relative = self.below_root(path);
        self.unlisted.push(Unlisted { relative, lack: Lack::Unreadable(why) });
    }

    fn below_root(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }
}

/// Time of last modification; 0 if the file system does not say.
fn modified_ns(metadata: &Metadata) -> u128 {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    modified.map_or(0, |time| time.as_nanos())
}

fn describe(error: Option<&io::Error>) -> String {
    error.map_or_else(|| "it cannot be read".to_owned(), |error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(listing: &Listing) -> Vec<String> {
        listing.sources.iter().map(|source| source.relative.to_str().unwrap().to_owned()).collect()
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
        assert_eq!(listing.sources.get(1).bytes, 4);
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
            .map(|unlisted| (unlisted.relative.to_str().unwrap(), unlisted.lack == Lack::SpecialFile))
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
