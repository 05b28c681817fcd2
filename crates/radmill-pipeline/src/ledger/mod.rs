//! The ledger: what finished jobs know of every source of an input, in the private root.
//!
//! One file for each input folder, and one for all lists: a header, and then an entry a source in the order of the listing. It is what makes
//! a second job cheap: a source whose length and time of modification have not changed is not read again. It is
//! written whole and put in place when a job is done, so that a job that is not finished has changed nothing.

mod again;
mod entry;
mod join;
mod selection;
mod update;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use radmill_store::{DatasetRoots, Listing, files_in};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(crate) use self::entry::{Became, Entry, Held, clipped};
pub(crate) use self::join::{Joined, join};
pub use self::selection::{Changes, Redo, Retry};
pub(crate) use self::selection::{Selection, select};
pub(crate) use self::update::{Pending, pending_path, put_in_place};
use crate::key::hex;
use crate::outcome::Rejection;
use crate::records::{read_lines, read_lines_after};
use crate::segment::path_text;
use crate::{JobError, JobKind};

/// The ledger of one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ledger {
    path: PathBuf,
}

/// The first line of a ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Version of this format.
    ledger: u32,
    /// What the jobs made of the sources.
    pub(crate) kind: JobKind,
    /// Number of jobs that have changed this ledger.
    pub(crate) generation: u64,
    /// The last of them.
    pub(crate) job: String,
    /// What the last listing found and could not read.
    pub(crate) unlisted: Vec<Unlisted>,
    /// Archives whose members are all among the entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) archives: Vec<WholeArchive>,
    /// Where the sources came from and went through: what is tried again is tried there.
    pub(crate) way: Way,
}

/// An archive that could be read to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WholeArchive {
    /// Path below the input.
    pub(crate) source: String,
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// Time of last modification, in nanoseconds since 1970.
    pub(crate) modified_ns: u64,
    /// How many members it has.
    pub(crate) n_members: u64,
}

/// An input, and the settings of the last job that went over all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Way {
    /// The absolute path of the input; what is not UTF-8 is written as `\xNN`. `-` stands for all lists.
    pub(crate) input: String,
    pub(crate) pipeline: UsedPipeline,
}

/// Where the settings were written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UsedPipeline {
    Default,
    /// The name of a profile.
    Profile(String),
    /// The absolute path of a pipeline file.
    File(String),
}

/// Something in the input that could not be read as a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Unlisted {
    /// Path below the input.
    pub(crate) source: String,
    /// Why; a file of a special kind, where nothing was lost, has none.
    pub(crate) rejection: Option<Rejection>,
}

const FORMAT: u32 = 1;

impl Header {
    /// The header after one more job.
    pub(crate) fn next(
        before: Option<&Header>,
        kind: JobKind,
        job: String,
        unlisted: Vec<Unlisted>,
        archives: Vec<WholeArchive>,
        way: Way,
    ) -> Header {
        let generation = before.map_or(0, |header| header.generation) + 1;
        Header { ledger: FORMAT, kind, generation, job, unlisted, archives, way }
    }

    /// What could not be read when it was listed and is not in this listing.
    pub(crate) fn unlisted_elsewhere(&self, listing: &Listing) -> Vec<Unlisted> {
        let mut elsewhere: BTreeMap<&str, &Unlisted> =
            self.unlisted.iter().map(|unlisted| (unlisted.source.as_str(), unlisted)).collect();
        if !elsewhere.is_empty() {
            let sources = listing.sources.iter().map(|source| source.relative);
            let listed = sources.chain(listing.unlisted.iter().map(|unlisted| unlisted.relative.clone()));
            for path in listed {
                elsewhere.remove(path_text(&path).as_str());
            }
        }
        elsewhere.into_values().cloned().collect()
    }
}

impl Ledger {
    /// The ledger of an input, an absolute path; it need not exist yet. An input that moved is another one.
    pub(crate) fn of(roots: &DatasetRoots, input: &Path) -> Ledger {
        let name = hex(&Sha256::digest(input.as_os_str().as_encoded_bytes())[..8]);
        Ledger { path: roots.ledgers().join(format!("{name}.jsonl")) }
    }

    /// All ledgers of a private root, in an order that stays.
    pub(crate) fn all(roots: &DatasetRoots) -> Result<Vec<Ledger>, JobError> {
        Ok(files_in(&roots.ledgers(), "jsonl")?.into_iter().map(|path| Ledger { path }).collect())
    }

    /// The header; `None` if no job of this input has been finished.
    pub(crate) fn header(&self) -> Result<Option<Header>, JobError> {
        Ledger::header_in(&self.path)
    }

    /// The header of the ledger in this file; `None` if it is not there.
    pub(crate) fn header_in(path: &Path) -> Result<Option<Header>, JobError> {
        if !path.exists() {
            return Ok(None);
        }
        let mut lines = read_lines::<Header>(path)?;
        let header = lines.next().transpose()?.ok_or_else(|| damaged(path))?;
        if header.ledger == FORMAT { Ok(Some(header)) } else { Err(damaged(path)) }
    }

    /// Goes over the entries in the order of the listing; none if there is no ledger yet.
    pub(crate) fn entries(&self) -> Result<impl Iterator<Item = Result<Entry, JobError>> + use<>, JobError> {
        let entries = if self.path.exists() { Some(read_lines_after(&self.path, 1)?) } else { None };
        Ok(entries.into_iter().flatten())
    }
}

fn damaged(path: &Path) -> JobError {
    JobError::Internal(format!(
        "{} is damaged, or of another version of radmill; move it away, and the sources are read again",
        path.display()
    ))
}
