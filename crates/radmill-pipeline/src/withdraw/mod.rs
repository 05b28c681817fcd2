//! Withdrawal: a patient leaves the dataset, its history and the private root, and does not come back.
//!
//! The order makes it safe to be killed anywhere, and the same command finishes it:
//!
//! 1. a journal in the private root says who leaves; no job runs while it is there,
//! 2. tombstones keep later jobs from bringing them back,
//! 3. one commit makes a version without their rows, then all older versions go,
//! 4. a notice for who has a copy,
//! 5. records in the private root, then files that nothing names any more,
//! 6. the journal goes last.
//!
//! Each step finds out for itself what is left to do.

mod files;
mod notice;
mod packs;
mod records;
mod rows;
mod tars;
mod tombstones;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use radmill_deid::{SiteKey, is_patient_token, patient_token, study_token};
use radmill_store::{DatasetRoots, flush_published, publish_secret, read_small_file, remove_published};
use serde::{Deserialize, Serialize};

use crate::JobError;
use crate::bucket::{self, Wanted};
use crate::key::{hex, load_key, read_key};

use files::Named;
use notice::Notice;
pub use notice::apply_notice;
use records::Leaving;
pub(crate) use tombstones::Tombstones;

/// Reason code of a source that is skipped because its patient has withdrawn.
pub(crate) const WITHDRAWN: &str = "withdrawn";

/// Who leaves which dataset.
#[derive(Clone, Debug)]
pub struct WithdrawOptions {
    /// The dataset, or the folder of DICOM files.
    pub dataset: PathBuf,
    /// The private root of a dataset in a bucket.
    pub private: Option<PathBuf>,
    /// Record numbers, as Patient ID (0010,0020) has them.
    pub patients: Vec<String>,
    /// Tokens that [`patient_tokens`] has made.
    pub tokens: Vec<String>,
    /// The site key; the dataset's own if none is named.
    pub key: Option<PathBuf>,
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Expunged {
    /// Rows of the newest version.
    pub n_rows: u64,
    /// Images and DICOM files.
    pub n_files: u64,
    /// Lines of records in the private root.
    pub n_records: u64,
    /// The version without them; `None` of a folder of DICOM files.
    pub version: Option<u64>,
    /// The notice for who has a copy.
    pub notice: Option<PathBuf>,
}

/// What record numbers are asked for: patients, or studies that name no patient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Patient ID (0010,0020).
    Patient,
    /// Study Instance UID (0020,000D) of a study without Patient ID.
    Study,
}

/// Written first and removed last.
#[derive(Serialize, Deserialize)]
struct Journal {
    /// Name of the withdrawal.
    id: String,
    patients: HashSet<String>,
    numbers: Vec<String>,
}

/// The tokens of record numbers, in their order: what a site hands over instead of the numbers.
pub fn patient_tokens(key: &Path, kind: TokenKind, numbers: &[String]) -> Result<Vec<String>, JobError> {
    let key = read_key(key)?;
    let token = |number: &String| match kind {
        TokenKind::Patient => patient_token(&key, number),
        TokenKind::Study => study_token(&key, number),
    };
    Ok(numbers.iter().map(token).collect())
}

/// Removes patients from a dataset for good. One that was interrupted is finished first; with nobody named that is all.
pub fn withdraw(options: &WithdrawOptions) -> Result<Expunged, JobError> {
    let roots = DatasetRoots::of(&options.dataset, options.private.as_deref()).map_err(JobError::Source)?;
    if !roots.private.is_dir() {
        return Err(JobError::NoPrivateRoot { path: roots.private });
    }
    let _lock = roots.lock()?.ok_or(JobError::Busy)?;
    let key = load_key(&roots, options.key.as_deref(), true)?;
    let asked = asked_for(options, &key)?;
    let mut expunged = None;
    if let Some(journal) = read_journal(&roots)? {
        let is_same = journal.patients == asked;
        expunged = Some(carry_out(&roots, &key, &journal)?);
        if is_same || asked.is_empty() {
            return Ok(expunged.unwrap_or_default());
        }
    }
    if asked.is_empty() {
        return Err(JobError::Input("nobody is named, and no withdrawal was interrupted".to_owned()));
    }
    let journal = Journal {
        id: withdrawal_id(&key, &asked),
        patients: asked,
        numbers: options.patients.iter().map(|number| number.trim().to_owned()).collect(),
    };
    publish_secret(&roots.withdrawal(), |out| Ok(serde_json::to_writer(out, &journal)?))?;
    let before = expunged.unwrap_or_default();
    let now = carry_out(&roots, &key, &journal)?;
    Ok(Expunged {
        n_rows: before.n_rows + now.n_rows,
        n_files: before.n_files + now.n_files,
        n_records: before.n_records + now.n_records,
        ..now
    })
}

/// Refuses a job where a withdrawal was begun and not finished: it would work on what is about to go.
pub(crate) fn check_no_withdrawal(roots: &DatasetRoots) -> Result<(), JobError> {
    if !roots.withdrawal().exists() {
        return Ok(());
    }
    let target = roots.shown().display();
    let private = roots.bucket.as_ref().map(|_| format!(" --private {}", roots.private.display()));
    let private = private.unwrap_or_default();
    Err(JobError::Target(format!(
        "a withdrawal from {target} was interrupted; run `radmill withdraw {target}{private}` to finish it first"
    )))
}

fn carry_out(roots: &DatasetRoots, key: &SiteKey, journal: &Journal) -> Result<Expunged, JobError> {
    let patients = &journal.patients;
    Tombstones::read(roots)?.add(roots, key, patients.iter())?;
    let mut is_withdrawn = |patient: &str| patients.contains(patient);
    let mut expunged = Expunged::default();
    let (mut named, mut dataset_id) = (Named::default(), None);
    bucket::refresh(roots, Wanted::Everything)?;
    if roots.has_table() {
        let (removed, table) = rows::expunge(roots, &journal.id, &mut is_withdrawn)?;
        (expunged, named, dataset_id) = (removed, Named::by(&table)?, Some(table.id()?));
    }
    let notice = roots.notices().join(format!("{}.json", journal.id));
    if expunged.n_rows > 0 || !notice.exists() {
        Notice::new(&journal.id, dataset_id, expunged.version, patients).write(&notice)?;
    }

    let leaving = Leaving { patients, numbers: &journal.numbers };
    expunged.n_records = records::expunge(roots, &leaving, &mut named)?;
    expunged.n_files = files::sweep(roots, &named)?;
    if !roots.has_table() {
        expunged.n_files += files::remove_patients(&roots.dataset, &mut is_withdrawn)?;
    }
    files::remove_unfinished(&roots.dataset)?;
    files::remove_unfinished(&roots.private)?;
    flush_published(&roots.dataset)?;
    // Not flushed: should a loss of power bring it back, the next withdrawal finds nothing left to do.
    remove_published(&roots.withdrawal())?;
    Ok(Expunged { notice: Some(notice), ..expunged })
}

/// The pseudonyms of those who are named.
fn asked_for(options: &WithdrawOptions, key: &SiteKey) -> Result<HashSet<String>, JobError> {
    if options.patients.iter().any(|number| number.trim().is_empty()) {
        return Err(JobError::Input("a record number is empty".to_owned()));
    }
    let mut asked: HashSet<String> =
        options.patients.iter().map(|number| patient_token(key, number)).collect();
    for (index, token) in options.tokens.iter().enumerate() {
        if !is_patient_token(key, token) {
            return Err(JobError::Input(format!(
                "token {} is none that this site key has made; `radmill token --key FILE` makes them",
                index + 1
            )));
        }
        asked.insert(token.clone());
    }
    Ok(asked)
}

fn read_journal(roots: &DatasetRoots) -> Result<Option<Journal>, JobError> {
    let path = roots.withdrawal();
    if !path.exists() {
        return Ok(None);
    }
    let text = read_small_file(&path, 1 << 30)?;
    let journal = serde_json::from_str(&text)
        .map_err(|_| JobError::Internal(format!("{} is damaged", path.display())))?;
    Ok(Some(journal))
}

/// Names a withdrawal: the same patients give the same name, so that doing it twice is doing it once.
fn withdrawal_id(key: &SiteKey, patients: &HashSet<String>) -> String {
    let mut sorted: Vec<&str> = patients.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    format!("withdrawal-{}", hex(&key.token("withdrawal", sorted.join("\n").as_bytes())))
}
