//! Makes synthetic DICOM corpora with planted identifiers and an answer key.
//!
//! [`write_fixtures`] makes `fixtures/dicom`, [`write_corpus`] a corpus of any size for benches; both return the
//! [`AnswerKey`], which says what should become of every file and where every planted identifier stands.
//! All of it is a function of a seed: the same seed gives the same bytes on every machine.
//!
//! Nothing here reads DICOM, and nothing is shared with the crates that do: the writer, the encoders of pixel data
//! and the pictures are this crate's own, so that what it makes is evidence and not an echo.

mod canary;
mod codec;
mod corpus;
mod data_set;
mod file;
mod fixtures;
mod header;
mod key;
mod malformed;
mod phantom;
mod pixels;
mod plan;
mod rng;
mod text;
mod writer;

use std::io;
use std::path::Path;

pub use canary::{Canary, CanaryKind};
pub use corpus::{CorpusOptions, Mix, write_corpus};
pub use key::{AnswerKey, FileKey, Hounsfield, Outcome};

/// Writes the fixtures below `folder` and their key beside it ([`AnswerKey::path_for`]).
///
/// Files of the same name are replaced, others are left alone. Fails on what writing fails on.
pub fn write_fixtures(folder: &Path) -> io::Result<AnswerKey> {
    let mut keys = Vec::new();
    for file in fixtures::well_formed().into_iter().chain(malformed::malformed()) {
        corpus::write_file(folder, &file)?;
        keys.push(file.key);
    }
    corpus::write_key(folder, fixtures::FIXTURE_SEED, keys)
}
