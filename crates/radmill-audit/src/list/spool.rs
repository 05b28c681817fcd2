//! A temporary file without a name, for what can only be read in the order of its archive: it vanishes with the process.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use radmill_archive::read_file_at;

/// Made on first use.
#[derive(Default)]
pub(super) struct Spool(Mutex<Option<Arc<File>>>);

/// Some bytes of a [`Spool`].
#[derive(Clone)]
pub(super) struct Piece {
    file: Arc<File>,
    next: u64,
    end: u64,
}

impl Spool {
    /// Keeps these bytes.
    pub(super) fn add(&self, bytes: &[u8]) -> io::Result<Piece> {
        // What a thread that panicked has left unfinished is in no piece.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &*kept {
            Some(file) => file.clone(),
            None => kept.insert(Arc::new(tempfile::tempfile()?)).clone(),
        };
        let next = (&*file).seek(SeekFrom::End(0))?;
        (&*file).write_all(bytes)?;
        Ok(Piece { file, next, end: next + bytes.len() as u64 })
    }
}

impl Read for Piece {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.next).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let n = read_file_at(&self.file, &mut buffer[..wanted], self.next)?;
        self.next += n as u64;
        Ok(n)
    }
}
