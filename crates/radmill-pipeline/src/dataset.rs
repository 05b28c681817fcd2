//! A dataset that is read, wherever it lies.

use std::path::Path;

use radmill_manifest::DatasetTable;
use radmill_store::{DatasetRoots, RootsLock, StoreError};

use crate::bucket::{self, Wanted};
use crate::{JobError, withdraw};

/// A dataset to be read: a folder, or a bucket with the private root that holds the copy of its table.
#[derive(Debug)]
pub struct Dataset {
    roots: DatasetRoots,
    /// The copy of the table belongs to one process at a time.
    _lock: Option<RootsLock>,
}

impl Dataset {
    /// Finds a dataset, and brings the log of its table from the bucket if it lies in one.
    pub fn open(dataset: &Path, private: Option<&Path>) -> Result<Dataset, JobError> {
        let roots =
            DatasetRoots::of(dataset, private).map_err(|error| JobError::Target(error.to_string()))?;
        let lock = match &roots.bucket {
            None => None,
            Some(_) => {
                roots.create()?;
                let lock = roots.lock()?.ok_or(JobError::Busy)?;
                withdraw::check_no_withdrawal(&roots)?;
                bucket::refresh(&roots, Wanted::Versions)?;
                Some(lock)
            }
        };
        if roots.manifest().is_dir() {
            return Ok(Dataset { roots, _lock: lock });
        }
        let shown = dataset.display();
        Err(JobError::Target(format!("{shown} is no dataset; give what `ingest` wrote")))
    }

    /// The table, for its log alone.
    pub fn versions(&self) -> Result<DatasetTable, JobError> {
        Ok(DatasetTable::open(&self.roots.dataset)?)
    }

    /// The newest version, or the one asked for, with its rows.
    pub fn table(&self, version: Option<u64>) -> Result<DatasetTable, JobError> {
        let table = match version {
            Some(version) => DatasetTable::open_at(&self.roots.dataset, version)?,
            None => self.versions()?,
        };
        bucket::bring_rows(&self.roots, &table)?;
        Ok(table)
    }

    /// The bytes of an image, and no more than `bytes_max` of them.
    pub fn image(&self, path: &str, offset: u64, bytes: u64, bytes_max: u64) -> Result<Vec<u8>, StoreError> {
        self.roots.read_range(path, offset, bytes, bytes_max)
    }
}
