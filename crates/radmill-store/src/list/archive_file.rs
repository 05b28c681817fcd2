use std::fs::File;
use std::io;
use std::path::Path;

use radmill_archive::ReadAt;

use super::modified_ns;

/// The fault of a file that has changed since it was listed.
pub(crate) const CHANGED: io::ErrorKind = io::ErrorKind::StaleNetworkFileHandle;

/// An archive on the disk.
pub(crate) struct ArchiveFile {
    file: File,
    bytes: u64,
}

impl ArchiveFile {
    /// Opens a file that was listed with this length and time. One that has changed since is refused: what was found in
    /// it may lie elsewhere.
    pub(crate) fn open(path: &Path, bytes: u64, modified: u128) -> io::Result<ArchiveFile> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.len() != bytes || modified_ns(&metadata) != modified {
            return Err(CHANGED.into());
        }
        Ok(ArchiveFile { file, bytes })
    }

    /// The file, to be read from its beginning.
    pub(crate) fn into_file(self) -> File {
        self.file
    }
}

impl ReadAt for ArchiveFile {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }
}
