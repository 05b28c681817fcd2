//! What whoever has a copy needs to take the same patients out of it.

use std::collections::HashSet;
use std::path::Path;

use radmill_store::{DatasetRoots, RootsLock, publish, read_small_file, remove_folder};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Expunged, files, rows};
use crate::JobError;
use crate::bucket::{self, Wanted};
use crate::key::hex;

/// Version of the format.
const FORMAT: u32 = 1;

/// Keeps these digests apart from any other.
const CONTEXT: &str = "radmill-notice-1:";

/// A notice names no patient and no pseudonym: SHA-256 of a pseudonym says nothing to who does not hold it already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notice {
    radmill_notice: u32,
    /// Name of the withdrawal.
    pub(super) withdrawal: String,
    /// The table's own identifier, which copies share; none for a folder of DICOM files.
    pub(super) dataset_id: Option<String>,
    /// The first version without the patients.
    pub(super) version: Option<u64>,
    /// [`digest`] of each pseudonym, sorted.
    patients: Vec<String>,
}

impl Notice {
    pub(super) fn new(
        withdrawal: &str,
        dataset_id: Option<String>,
        version: Option<u64>,
        patients: &HashSet<String>,
    ) -> Notice {
        let mut patients: Vec<String> = patients.iter().map(|patient| digest(patient)).collect();
        patients.sort_unstable();
        Notice { radmill_notice: FORMAT, withdrawal: withdrawal.to_owned(), dataset_id, version, patients }
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), JobError> {
        publish(path, |out| {
            serde_json::to_writer_pretty(&mut *out, self)?;
            out.write_all(b"\n")
        })?;
        Ok(())
    }

    fn read(path: &Path) -> Result<Notice, JobError> {
        let text = read_small_file(path, 1 << 30).map_err(|error| JobError::Input(error.to_string()))?;
        let notice: Result<Notice, _> = serde_json::from_str(&text);
        notice.ok().filter(|notice| notice.radmill_notice == FORMAT).ok_or_else(|| {
            JobError::Input(format!(
                "{} is no notice of a withdrawal that this version knows",
                path.display()
            ))
        })
    }
}

fn digest(patient: &str) -> String {
    hex(&Sha256::digest(format!("{CONTEXT}{patient}").as_bytes()))
}

/// Takes the patients of a notice out of a copy of a dataset, or of a folder of DICOM files.
///
/// A copy in a bucket needs `private`, a folder on a disk for the time of the work: a new one. What an interruption
/// leaves is finished by the same call; a second time changes nothing.
pub fn apply_notice(notice: &Path, copy: &Path, private: Option<&Path>) -> Result<Expunged, JobError> {
    let notice = Notice::read(notice)?;
    let roots = DatasetRoots::of(copy, private).map_err(JobError::Source)?;
    let lock = begin(&roots)?;
    let patients: HashSet<&String> = notice.patients.iter().collect();
    let mut last = (String::new(), false);
    let mut is_withdrawn = |patient: &str| {
        // Rows of a patient stand together.
        if last.0 != patient {
            last = (patient.to_owned(), patients.contains(&digest(patient)));
        }
        last.1
    };
    if !roots.has_table() {
        let n_files = files::remove_patients(&roots.dataset, &mut is_withdrawn)?;
        return Ok(Expunged { n_files, ..Expunged::default() });
    }
    check_same_dataset(&notice, &roots)?;
    let (expunged, table) = rows::expunge(&roots, &notice.withdrawal, &mut is_withdrawn)?;
    let n_files = files::sweep(&roots, &files::Named::by(&table)?)?;
    if lock.is_some() {
        remove_folder(&roots.private)?;
    }
    Ok(Expunged { n_files, ..expunged })
}

/// Refuses what is no copy, and downloads the table of one that is in a bucket: then the folder for that is locked.
fn begin(roots: &DatasetRoots) -> Result<Option<RootsLock>, JobError> {
    let shown = roots.shown().display();
    if roots.bucket.is_none() {
        if roots.private.is_dir() {
            return Err(JobError::Target(format!(
                "{shown} is no copy: jobs wrote to it from here; use `radmill withdraw`"
            )));
        }
        let is_there = roots.dataset.is_dir();
        return if is_there { Ok(None) } else { Err(JobError::Input(format!("{shown} is no folder"))) };
    }
    if !bucket::is_for_work(roots)? {
        return Err(JobError::Target(format!(
            "{} holds something else; --private has to name a new folder, which is removed when all is done",
            roots.private.display()
        )));
    }
    roots.create()?;
    let lock = roots.lock()?.ok_or(JobError::Busy)?;
    bucket::begin_work(roots)?;
    bucket::refresh(roots, Wanted::Everything)?;
    if roots.has_table() {
        return Ok(Some(lock));
    }
    remove_folder(&roots.private)?;
    Err(JobError::Input(format!("there is no dataset in {shown}")))
}

fn check_same_dataset(notice: &Notice, roots: &DatasetRoots) -> Result<(), JobError> {
    let id = radmill_manifest::DatasetTable::open(&roots.dataset)?.id()?;
    if notice.dataset_id.as_ref().is_none_or(|of_notice| *of_notice == id) {
        return Ok(());
    }
    Err(JobError::Input(format!("the notice is about another dataset than {}", roots.dataset.display())))
}
