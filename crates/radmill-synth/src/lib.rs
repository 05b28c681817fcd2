//! Makes synthetic DICOM corpora with planted identifiers and an answer key.
//!
//! [`write_fixtures`] makes `fixtures/dicom`, [`write_corpus`] a corpus of any size for benches; both return the
//! [`AnswerKey`], which says what should become of every file and where every planted identifier stands.
//! All of it is a function of a seed: the same seed gives the same bytes on every machine.
//!
//! [`write_planted`] plants identifiers into synthetic objects and into real files and notes a [`Check`] for each
//! thing that must become of them; [`score`](score()) judges a de-identified folder by these checks.
//!
//! Nothing is shared with the crates that read and de-identify: reader, writer, encoders of pixel data and pictures
//! are this crate's own, so that what it makes and says is evidence and not an echo.

mod canary;
mod check;
mod codec;
mod corpus;
mod data_set;
mod expectation;
mod file;
mod fixtures;
mod generated;
mod header;
mod key;
mod malformed;
mod phantom;
mod pixels;
mod place;
mod plan;
mod plant;
mod read;
mod rng;
mod score;
mod text;
mod writer;

use std::io;
use std::path::Path;

pub use canary::{Canary, CanaryKind};
pub use check::{Action, Check, checks_path_for, read_checks};
pub use corpus::{CorpusOptions, Mix, write_corpus};
pub use key::{AnswerKey, FileKey, Hounsfield, Outcome};
pub use plant::{PlantOptions, Planted, write_planted};
pub use score::{Failure, Map, Maps, Score, Stray, Tally, score};

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
