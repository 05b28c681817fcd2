//! The quarantine as a person works with it: what lies in it, why, and where. For the private root and the terminal.

mod means;
mod retry;

use std::collections::BTreeMap;
use std::path::Path;

use radmill_store::DatasetRoots;
use serde::Serialize;

use crate::input::is_lists;
use crate::ledger::Ledger;
use crate::outcome::Rejection;
use crate::{JobError, Stage};

pub use retry::{RetryOptions, plan_retry};

/// A source that was rejected. Holds its path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuarantinedSource {
    /// The input, an absolute path; `/` for what stood in a list.
    pub input: String,
    /// Path below the input.
    pub source: String,
    /// Length in bytes.
    pub bytes: u64,
    /// Which stage rejected it.
    pub stage: Stage,
    /// Stable reason code.
    pub reason: String,
    /// What happened.
    pub detail: String,
}

/// The sources that one stage rejected for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuarantineGroup {
    /// Stable reason code.
    pub reason: String,
    /// Which stage rejected them.
    pub stage: Stage,
    /// What the reason means.
    pub means: &'static str,
    /// How many.
    pub n_sources: u64,
    /// Their length in bytes.
    pub bytes: u64,
    /// One of them: the first by its paths.
    pub example: QuarantinedSource,
}

/// What lies in the quarantine of a dataset, or of a folder of DICOM files: the largest group first.
pub fn quarantine_groups(dataset: &Path, private: Option<&Path>) -> Result<Vec<QuarantineGroup>, JobError> {
    let mut groups: BTreeMap<(String, &str), QuarantineGroup> = BTreeMap::new();
    for_each_quarantined(dataset, private, &mut |source| {
        let key = (source.reason.clone(), source.stage.name());
        let group = groups.entry(key).or_insert_with(|| QuarantineGroup {
            reason: source.reason.clone(),
            stage: source.stage,
            means: means::means(&source.reason),
            n_sources: 0,
            bytes: 0,
            example: source.clone(),
        });
        group.n_sources += 1;
        group.bytes += source.bytes;
        if (&source.input, &source.source) < (&group.example.input, &group.example.source) {
            group.example = source;
        }
    })?;
    let mut groups: Vec<QuarantineGroup> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.n_sources));
    Ok(groups)
}

/// Calls `visit` with every source that was rejected when it was last worked on, input by input.
pub fn for_each_quarantined(
    dataset: &Path,
    private: Option<&Path>,
    visit: &mut dyn FnMut(QuarantinedSource),
) -> Result<(), JobError> {
    let roots = private_roots(dataset, private)?;
    for ledger in Ledger::all(&roots)? {
        let Some(header) = ledger.header()? else { continue };
        // The sources of lists are known by their absolute paths.
        let input = if is_lists(Path::new(&header.way.input)) { "/" } else { header.way.input.as_str() };
        let mut give = |source: String, bytes, rejection: Option<Rejection>| {
            if let Some(Rejection { stage, reason, detail }) = rejection {
                let input = input.to_owned();
                visit(QuarantinedSource { input, source, bytes, stage, reason, detail });
            }
        };
        for entry in ledger.entries()? {
            let entry = entry?;
            give(entry.source, entry.bytes, entry.rejection);
        }
        for unlisted in &header.unlisted {
            give(unlisted.source.clone(), 0, unlisted.rejection.clone());
        }
    }
    Ok(())
}

/// The two roots of a dataset that jobs have written to from here.
fn private_roots(dataset: &Path, private: Option<&Path>) -> Result<DatasetRoots, JobError> {
    let roots = DatasetRoots::of(dataset, private).map_err(JobError::Source)?;
    if roots.private.is_dir() { Ok(roots) } else { Err(JobError::NoPrivateRoot { path: roots.private }) }
}
