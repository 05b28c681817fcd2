//! Archives in an object store, read in pieces.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use radmill_archive::ReadAt;

use super::Remote;
use crate::list::CHANGED;

/// Read at a time: a request costs about as much as the transfer of so many bytes.
const PIECE_BYTES: u64 = 2 << 20;

/// Looking into every object would double the requests.
const NAMES: [&str; 6] = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd"];

/// Whether an object is looked into, to see whether it is an archive.
pub(crate) fn is_archive_by_name(name: &Path) -> bool {
    let name = name.to_string_lossy().to_lowercase();
    NAMES.iter().any(|ending| name.ends_with(ending))
}

/// An object of a known length and state.
pub(crate) struct RemoteArchive {
    remote: Arc<Remote>,
    name: PathBuf,
    bytes: u64,
    state: u128,
    /// The piece that was read last, with its offset: what follows is mostly in it.
    last: Mutex<(u64, Vec<u8>)>,
}

impl RemoteArchive {
    /// An object as it was listed. Reading fails once it has changed.
    pub(crate) fn new(remote: &Arc<Remote>, name: &Path, bytes: u64, state: u128) -> RemoteArchive {
        let last = Mutex::new((0, Vec::new()));
        RemoteArchive { remote: Arc::clone(remote), name: name.to_owned(), bytes, state, last }
    }

    /// From its beginning to its end.
    pub(crate) fn into_reader(self) -> impl Read + Send + 'static {
        Reader { archive: self, next: 0 }
    }
}

impl ReadAt for RemoteArchive {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.bytes || buffer.is_empty() {
            return Ok(0);
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = offset >= last.0 && offset - last.0 < last.1.len() as u64;
        if !is_there {
            let end = self.bytes.min(offset + PIECE_BYTES.max(buffer.len() as u64));
            let (piece, state) = self.remote.range(&self.name, offset, end)?;
            if state != self.state {
                return Err(CHANGED.into());
            }
            *last = (offset, piece);
        }
        let piece = &last.1[(offset - last.0) as usize..];
        let n = piece.len().min(buffer.len());
        buffer[..n].copy_from_slice(&piece[..n]);
        Ok(n)
    }
}

struct Reader {
    archive: RemoteArchive,
    next: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.archive.read_at(buffer, self.next)?;
        self.next += n as u64;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_are_known_by_their_names() {
        for (name, expected) in
            [("a/b.zip", true), ("B.TAR.GZ", true), ("c.tgz", true), ("zip", false), ("a.zip/b.dcm", false)]
        {
            assert_eq!(is_archive_by_name(Path::new(name)), expected, "{name}");
        }
    }
}
