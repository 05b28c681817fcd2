//! What whoever has a copy needs to take the same patients out of it.

use std::collections::HashSet;
use std::path::Path;

use radmill_store::{DatasetRoots, publish, read_small_file};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Expunged, files, rows};
use crate::JobError;
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
/// What an interruption leaves is finished by the same call; a second time changes nothing.
pub fn apply_notice(notice: &Path, copy: &Path) -> Result<Expunged, JobError> {
    let notice = Notice::read(notice)?;
    let roots = DatasetRoots::new(copy).map_err(JobError::Source)?;
    if roots.private.is_dir() {
        return Err(JobError::Target(format!(
            "{} is no copy: jobs wrote to it from here; use `radmill withdraw`",
            roots.dataset.display()
        )));
    }
    if !roots.dataset.is_dir() {
        return Err(JobError::Input(format!("{} is no folder", roots.dataset.display())));
    }
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
    let work = roots.staging();
    let (expunged, table) = rows::expunge(&roots.dataset, &work, &notice.withdrawal, &mut is_withdrawn)?;
    let n_files = files::sweep(&roots.dataset, &files::Named::by(&table)?)?;
    Ok(Expunged { n_files, ..expunged })
}

fn check_same_dataset(notice: &Notice, roots: &DatasetRoots) -> Result<(), JobError> {
    let id = radmill_manifest::DatasetTable::open(&roots.dataset)?.id()?;
    if notice.dataset_id.as_ref().is_none_or(|of_notice| *of_notice == id) {
        return Ok(());
    }
    Err(JobError::Input(format!("the notice is about another dataset than {}", roots.dataset.display())))
}
