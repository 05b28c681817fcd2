//! Files of no known form, and those that cannot be followed: their bytes.

use std::io::{self, Read};

use crate::finding::Place;
use crate::probe::Probe;

const CHUNK_BYTES: usize = 1 << 20;
const OVERLAP_BYTES: usize = 4096;

/// Looks at all bytes, a piece at a time.
pub(crate) fn file(probe: &mut Probe<'_>, at: &str, mut reader: impl Read) -> io::Result<()> {
    let place = Place::new("bytes", at);
    let mut piece = Vec::new();
    loop {
        let n_kept = piece.len();
        let n_read = reader.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut piece)?;
        if n_read == 0 && n_kept > 0 || piece.is_empty() {
            return Ok(());
        }
        probe.bytes(&place, &piece);
        piece.drain(..piece.len().saturating_sub(OVERLAP_BYTES));
    }
}
