//! Files that were listed, wherever they lie, to be read in pieces.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use radmill_archive::{FileAt, ReadAt};

use super::{Listing, modified_ns};
use crate::remote::RemoteArchive;

/// The fault of a file that has changed since it was listed.
pub(crate) const CHANGED: io::ErrorKind = io::ErrorKind::StaleNetworkFileHandle;

/// A file on the disk, or an archive in an object store.
pub(crate) enum ListedFile {
    File(FileAt),
    Remote(Box<RemoteArchive>),
}

impl Listing {
    /// Opens a file that was listed with this length and time. One that has changed since is refused, here or when
    /// it is read: what was found in it may lie elsewhere.
    pub(crate) fn open_listed(&self, name: &Path, bytes: u64, modified: u128) -> io::Result<ListedFile> {
        if let Some(remote) = &self.remote {
            return Ok(ListedFile::Remote(Box::new(RemoteArchive::new(remote, name, bytes, modified))));
        }
        let file = File::open(self.root.join(name))?;
        let metadata = file.metadata()?;
        if metadata.len() != bytes || modified_ns(&metadata) != modified {
            return Err(CHANGED.into());
        }
        FileAt::new(file).map(ListedFile::File)
    }
}

impl ListedFile {
    /// From its beginning to its end.
    pub(crate) fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            ListedFile::File(file) => Box::new(file.into_file()),
            ListedFile::Remote(archive) => Box::new(archive.into_reader()),
        }
    }
}

impl ReadAt for ListedFile {
    fn bytes(&self) -> u64 {
        match self {
            ListedFile::File(file) => file.bytes(),
            ListedFile::Remote(archive) => archive.bytes(),
        }
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            ListedFile::File(file) => file.read_at(buffer, offset),
            ListedFile::Remote(archive) => archive.read_at(buffer, offset),
        }
    }
}
