//! Archives that were listed, wherever they lie.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use radmill_archive::{FileAt, ReadAt};

use super::{Listing, modified_ns};
use crate::remote::RemoteArchive;

/// The fault of a file that has changed since it was listed.
pub(crate) const CHANGED: io::ErrorKind = io::ErrorKind::StaleNetworkFileHandle;

/// An archive on the disk or in an object store.
pub(crate) enum OpenArchive {
    File(FileAt),
    Remote(Box<RemoteArchive>),
}

impl Listing {
    /// Opens an archive that was listed with this length and time. One that has changed since is refused, here or when
    /// it is read: what was found in it may lie elsewhere.
    pub(crate) fn open_archive(&self, name: &Path, bytes: u64, modified: u128) -> io::Result<OpenArchive> {
        if let Some(remote) = &self.remote {
            return Ok(OpenArchive::Remote(Box::new(RemoteArchive::new(remote, name, bytes, modified))));
        }
        let file = File::open(self.root.join(name))?;
        let metadata = file.metadata()?;
        if metadata.len() != bytes || modified_ns(&metadata) != modified {
            return Err(CHANGED.into());
        }
        FileAt::new(file).map(OpenArchive::File)
    }
}

impl OpenArchive {
    /// From its beginning to its end.
    pub(crate) fn into_reader(self) -> Box<dyn Read + Send> {
        match self {
            OpenArchive::File(file) => Box::new(file.into_file()),
            OpenArchive::Remote(archive) => Box::new(archive.into_reader()),
        }
    }
}

impl ReadAt for OpenArchive {
    fn bytes(&self) -> u64 {
        match self {
            OpenArchive::File(file) => file.bytes(),
            OpenArchive::Remote(archive) => archive.bytes(),
        }
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        match self {
            OpenArchive::File(file) => file.read_at(buffer, offset),
            OpenArchive::Remote(archive) => archive.read_at(buffer, offset),
        }
    }
}
