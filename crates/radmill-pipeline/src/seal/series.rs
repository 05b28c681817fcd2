//! Files of the table with rows of series that a job changes. The places of the slices of a series follow from all its
//! rows, so that all of them are written anew: later batches give what one job over everything gives.

use std::hash::{DefaultHasher, Hash, Hasher};

use radmill_anatomy::Category;
use radmill_manifest::{DatasetTable, LiveFile, RowKey, Segment};

use super::table::row_files;
use crate::JobError;
use crate::plan::Plan;
use crate::settle::Verdicts;

/// Series that gain or lose rows, each in the category of these.
///
/// By a hash, which takes 8 bytes a series. If two have the same one, a file is written anew that need not be.
#[derive(Default)]
pub(super) struct ChangedSeries {
    hashes: Vec<u64>,
}

impl ChangedSeries {
    /// A row that comes or goes.
    pub(super) fn add(&mut self, category: Category, key: &RowKey<'_>) {
        let Some(hash) = hash(category, key) else { return };
        // Rows of a series follow each other.
        if self.hashes.last() != Some(&hash) {
            self.hashes.push(hash);
        }
    }

    /// The rows of the segments that stay.
    pub(super) fn add_new_rows(&mut self, plan: &Plan, verdicts: &Verdicts) -> Result<(), JobError> {
        for path in row_files(plan) {
            Segment::open(&path)?.for_each_key(&mut |category, key| {
                if verdicts.stays(&key) {
                    self.add(category, &key);
                }
            })?;
        }
        Ok(())
    }

    /// The files that have rows of these series.
    pub(super) fn files(mut self, table: &DatasetTable) -> Result<Vec<LiveFile>, JobError> {
        let mut files = Vec::<LiveFile>::new();
        self.hashes.sort_unstable();
        self.hashes.dedup();
        if !self.hashes.is_empty() {
            table.for_each_key(&mut |file, key| {
                if files.last() != Some(file) && self.has(file.category, &key) {
                    files.push(file.clone());
                }
            })?;
        }
        Ok(files)
    }

    fn has(&self, category: Category, key: &RowKey<'_>) -> bool {
        hash(category, key).is_some_and(|hash| self.hashes.binary_search(&hash).is_ok())
    }
}

fn hash(category: Category, key: &RowKey<'_>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    (category, key.series_instance_uid?).hash(&mut hasher);
    Some(hasher.finish())
}
