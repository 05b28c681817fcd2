//! What commands that read a dataset have in common.

use std::path::Path;

use radmill_manifest::{DatasetTable, TABLE_FOLDER};
use radmill_pipeline::JobError;
use radmill_store::is_url;

/// Opens the newest version of a dataset, or the one asked for.
pub(super) fn open(dataset: &Path, version: Option<u64>) -> Result<DatasetTable, JobError> {
    check_on_disk(dataset)?;
    if !dataset.join(TABLE_FOLDER).is_dir() {
        let dataset = dataset.display();
        return Err(JobError::Target(format!(
            "{dataset} is no dataset; give the folder that `ingest` wrote"
        )));
    }
    let table = match version {
        Some(version) => DatasetTable::open_at(dataset, version)?,
        None => DatasetTable::open(dataset)?,
    };
    Ok(table)
}

/// Refuses a dataset in a bucket, for commands that read files.
pub(super) fn check_on_disk(dataset: &Path) -> Result<(), JobError> {
    if !is_url(dataset) {
        return Ok(());
    }
    let dataset = dataset.display();
    Err(JobError::Target(format!(
        "{dataset} is in a bucket, and this command reads from a disk: give it a copy of the dataset"
    )))
}
