use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::ledger::{Became, Entry};
use crate::outcome::{INTERNAL_ERROR, Outcome, SourceRecord};
use crate::{Changes, JobError};

/// What a job did. Numbers, codes and the paths of the two roots; no source path and no value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Files found, and folders or links that could not be read.
    pub n_sources: u64,
    /// Sources that became images with rows, or DICOM files.
    pub n_milled: u64,
    /// Sources in quarantine.
    pub n_rejected: u64,
    /// Sources whose instance another source, or the target, already gives.
    pub n_duplicates: u64,
    /// Sources that are no instance.
    pub n_skipped: u64,
    /// Of the sources that became images, those whose images equal those of another instance that was there first.
    /// Images that show nothing are not compared.
    pub n_same_pixels: u64,
    /// Images of all sources, of those too that were not worked on again.
    pub n_images: u64,
    /// Images that this job has added.
    pub n_new_images: u64,
    /// Of these, the ones that are in no split, because they resemble images of another split or their patient is in
    /// another one.
    pub n_images_in_no_split: u64,
    /// Length of all sources in bytes.
    pub source_bytes: u64,
    /// Length of all these images in bytes.
    pub image_bytes: u64,
    /// De-identified DICOM files.
    pub n_dicom_files: u64,
    /// Length of the DICOM files in bytes.
    pub dicom_bytes: u64,
    /// Images by name of the category.
    pub images_per_category: BTreeMap<String, u64>,
    /// Rejected sources by reason code.
    pub rejected_by_reason: BTreeMap<String, u64>,
    /// Skipped sources by reason code.
    pub skipped_by_reason: BTreeMap<String, u64>,
    /// New shards of the manifest.
    pub n_shards: u64,
    /// Version of the table that holds the result; `None` if there is no table because nothing was ever milled,
    /// or because only DICOM files are made.
    pub version: Option<u64>,
    /// How the sources stand to what finished jobs knew of them.
    #[serde(flatten)]
    pub changes: Changes,
    /// Finished jobs have worked on all sources as they are: nothing was done again.
    pub already_finished: bool,
    /// What may be shared.
    pub dataset: PathBuf,
    /// Rejected sources with their paths, in the private root.
    pub quarantine: PathBuf,
}

impl Summary {
    /// Sources that a fault of radmill cost; they lie in quarantine like other rejected ones.
    pub fn n_internal_errors(&self) -> u64 {
        self.rejected_by_reason.get(INTERNAL_ERROR).copied().unwrap_or(0)
    }

    /// Counts one source by its final outcome.
    pub(crate) fn count(&mut self, record: &SourceRecord) {
        self.n_sources += 1;
        self.source_bytes += record.bytes;
        match &record.outcome {
            Outcome::Milled(milled) => {
                let n_images = milled.image_paths.len() as u64;
                self.n_milled += 1;
                self.n_same_pixels += u64::from(milled.has_same_pixels);
                self.n_images += n_images;
                self.n_new_images += n_images;
                self.image_bytes += milled.image_bytes;
                if let Some(category) = &milled.category {
                    *self.images_per_category.entry(category.clone()).or_default() += n_images;
                }
                if let Some(dicom) = &milled.dicom {
                    self.n_dicom_files += 1;
                    self.dicom_bytes += dicom.bytes;
                }
            }
            Outcome::Rejected(rejection) => {
                self.n_rejected += 1;
                *self.rejected_by_reason.entry(rejection.reason.clone()).or_default() += 1;
            }
            Outcome::Duplicate => self.n_duplicates += 1,
            Outcome::Skipped { reason } => {
                self.n_skipped += 1;
                *self.skipped_by_reason.entry(reason.clone()).or_default() += 1;
            }
        }
    }

    /// Counts one source that is not worked on again.
    pub(crate) fn count_entry(&mut self, entry: &Entry) {
        self.n_sources += 1;
        self.source_bytes += entry.bytes;
        self.n_images += entry.n_images;
        self.image_bytes += entry.image_bytes;
        self.n_same_pixels += u64::from(entry.has_same_pixels);
        self.n_dicom_files += u64::from(entry.dicom_path.is_some());
        self.dicom_bytes += entry.dicom_bytes;
        match entry.outcome {
            Became::Milled => self.n_milled += 1,
            Became::Rejected => self.n_rejected += 1,
            Became::Duplicate => self.n_duplicates += 1,
            Became::Skipped => self.n_skipped += 1,
        }
        for (counts, name, n) in [
            (&mut self.images_per_category, entry.category.as_deref(), entry.n_images),
            (&mut self.rejected_by_reason, entry.reason(), 1),
            (&mut self.skipped_by_reason, entry.skipped.as_deref(), 1),
        ] {
            if let Some(name) = name {
                *counts.entry(name.to_owned()).or_default() += n;
            }
        }
    }

    /// Sources = milled + rejected + duplicates + skipped, and both equal what was planned.
    pub(crate) fn check(&self, n_planned: u64) -> Result<(), JobError> {
        let n_accounted = self.n_milled + self.n_rejected + self.n_duplicates + self.n_skipped;
        if n_accounted == self.n_sources && self.n_sources == n_planned {
            return Ok(());
        }
        Err(JobError::Internal(format!(
            "{n_planned} sources were planned, {} counted and {n_accounted} accounted for",
            self.n_sources
        )))
    }

    /// Every image has its row, and none besides.
    pub(crate) fn check_rows(&self, n_rows: u64) -> Result<(), JobError> {
        if n_rows == self.n_new_images {
            return Ok(());
        }
        Err(JobError::Internal(format!(
            "{} images were counted and {n_rows} rows are in the shards",
            self.n_new_images
        )))
    }
}
