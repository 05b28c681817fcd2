//! The books of a dataset: what became of every source, over all runs.

use std::path::Path;

use radmill_store::{DatasetRoots, files_in, read_small_file};
use serde::Serialize;

use crate::ledger::Ledger;
use crate::outcome::SourceRecord;
use crate::seal::outcome_of_unlisted;
use crate::{JobError, Summary};

/// What became of every source that jobs into a dataset, or into a folder of DICOM files, have met.
#[derive(Debug, Serialize)]
pub struct Status {
    /// Input folders that jobs have read.
    pub n_inputs: u64,
    /// All sources of all inputs, each by what became of it last; what is not there any more included.
    pub sources: Summary,
    /// The jobs by the version that they made; those that added nothing to a table by their name.
    pub runs: Vec<Run>,
}

/// One finished job.
#[derive(Debug, Serialize)]
pub struct Run {
    /// Its name; quarantine and crosswalk have files of that name.
    pub job: String,
    /// What it did.
    pub summary: Summary,
}

/// Reads the books in the private root beside `dataset`, or in `private` if it is in a bucket. They must balance.
pub fn status(dataset: &Path, private: Option<&Path>) -> Result<Status, JobError> {
    let roots = DatasetRoots::of(dataset, private).map_err(JobError::Source)?;
    if !roots.private.is_dir() {
        return Err(JobError::NoPrivateRoot { path: roots.private });
    }
    let mut sources = Summary { dataset: roots.shown().to_owned(), ..Summary::default() };
    let ledgers = Ledger::all(&roots)?;
    for ledger in &ledgers {
        for entry in ledger.entries()? {
            sources.count_entry(&entry?);
        }
        for unlisted in ledger.header()?.into_iter().flat_map(|header| header.unlisted) {
            let outcome = outcome_of_unlisted(unlisted.rejection);
            sources.count(&SourceRecord { source: unlisted.source, bytes: 0, patient: None, outcome });
        }
    }
    sources.check(sources.n_sources)?;
    Ok(Status { n_inputs: ledgers.len() as u64, sources, runs: runs(&roots)? })
}

fn runs(roots: &DatasetRoots) -> Result<Vec<Run>, JobError> {
    let mut runs = Vec::new();
    for path in files_in(&roots.runs(), "json")? {
        let summary = serde_json::from_str(&read_small_file(&path, 64 << 20)?)
            .map_err(|error| JobError::Internal(format!("{} is damaged: {error}", path.display())))?;
        let job = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        runs.push(Run { job, summary });
    }
    runs.sort_by(|a, b| (a.summary.version, &a.job).cmp(&(b.summary.version, &b.job)));
    Ok(runs)
}
