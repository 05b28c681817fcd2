//! Large sources are read in pieces, so that memory is taken for the frames at work and not for the file.

use std::io;

use radmill_dicom::SourceFile;
use radmill_store::OpenSource;
use sha2::{Digest, Sha256};

/// Sources of this length and more, in bytes.
pub(crate) const BYTES_MIN: u64 = 8 << 20;

/// What one takes of the budget for sources, in bytes: what comes before its pixel data and behind them, twice.
pub(crate) const BUDGET_BYTES: u64 = 64 << 20;

pub(crate) struct InPieces(pub(crate) OpenSource);

impl SourceFile for InPieces {
    fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(buffer, offset)
    }
}

/// The digest of the whole file.
pub(crate) fn digest(file: &dyn SourceFile) -> io::Result<[u8; 32]> {
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 18];
    let mut at = 0;
    while at < file.bytes() {
        let n = usize::try_from(file.bytes() - at).map_or(piece.len(), |rest| rest.min(piece.len()));
        file.read_exact_at(&mut piece[..n], at)?;
        digest.update(&piece[..n]);
        at += n as u64;
    }
    Ok(digest.finalize().into())
}
