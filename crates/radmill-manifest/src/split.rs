//! Which images a model learns from and which ones it is judged by.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray, RecordBatch, StringArray};
use arrow_schema::ArrowError;
use sha2::{Digest, Sha256};

use crate::batch::text_column;

/// The column that holds it.
pub(crate) const SPLIT_COLUMN: &str = "split";

/// The columns that a [`SplitRow`] is made of.
pub(crate) const SPLIT_ROW_COLUMNS: [&str; 5] =
    ["patient_id", "study_instance_uid", "perceptual_hash", "is_blank", SPLIT_COLUMN];

/// A part of the dataset that shares no patient with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Split {
    /// What a model learns from.
    Train,
    /// What its settings are chosen by.
    Validation,
    /// What it is judged by, once.
    Test,
}

impl Split {
    /// All of them, the one for most patients first.
    pub const ALL: [Split; 3] = [Split::Train, Split::Validation, Split::Test];

    /// The name in manifests.
    pub fn name(self) -> &'static str {
        match self {
            Split::Train => "train",
            Split::Validation => "validation",
            Split::Test => "test",
        }
    }

    /// The split with this name.
    pub fn from_name(name: &str) -> Option<Split> {
        Split::ALL.into_iter().find(|split| split.name() == name)
    }
}

/// How patients are divided: the rest is for training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitShares {
    /// Share of the patients, from 0 to 1.
    pub validation: f64,
    /// Share of the patients, from 0 to 1.
    pub test: f64,
    /// Another number divides the patients anew.
    pub seed: u64,
}

impl SplitShares {
    /// The split of all that belongs to `owner`, by nothing but a hash of it: it is the same in every job, whatever
    /// else there is. With a larger share of test, or of test and validation together, nobody leaves what grows.
    pub fn of(&self, owner: &str) -> Split {
        let digest = Sha256::digest(format!("radmill split {} {owner}", self.seed));
        let place = hash_of(&digest) as f64 / u64::MAX as f64;
        if place < self.test {
            Split::Test
        } else if place < self.test + self.validation {
            Split::Validation
        } else {
            Split::Train
        }
    }
}

fn hash_of(digest: &[u8]) -> u64 {
    digest.iter().take(8).fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

/// What decides whether a row can be in its split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitRow<'a> {
    /// The split that the row is in.
    pub split: Split,
    /// What must not be in two splits: the pseudonym of the patient, or the UID of the study if there is none.
    pub owner: Option<&'a str>,
    /// The column `perceptual_hash`; `None` where it tells nothing: of a blank image, or one that is even.
    pub perceptual_hash: Option<u64>,
}

/// Whether a row stays out of its split, since what it resembles is in another one.
pub type WithholdRow<'a> = dyn Fn(&SplitRow<'_>) -> bool + 'a;

/// The columns of [`SplitRow`] in one batch.
pub(crate) struct SplitColumns<'a> {
    patient_id: &'a StringArray,
    study_instance_uid: &'a StringArray,
    perceptual_hash: &'a StringArray,
    is_blank: &'a BooleanArray,
    split: &'a StringArray,
}

impl<'a> SplitColumns<'a> {
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<SplitColumns<'a>, ArrowError> {
        let is_blank = batch.column_by_name("is_blank").and_then(|column| column.as_boolean_opt());
        Ok(SplitColumns {
            patient_id: text_column(batch, "patient_id")?,
            study_instance_uid: text_column(batch, "study_instance_uid")?,
            perceptual_hash: text_column(batch, "perceptual_hash")?,
            is_blank: is_blank
                .ok_or_else(|| ArrowError::SchemaError("the column is_blank is missing".to_owned()))?,
            split: text_column(batch, SPLIT_COLUMN)?,
        })
    }

    /// `None` of a row that is in no split.
    pub(crate) fn row(&self, row: usize) -> Option<SplitRow<'a>> {
        let text = |column: &'a StringArray| column.is_valid(row).then(|| column.value(row));
        let tells = !(self.is_blank.is_valid(row) && self.is_blank.value(row));
        let hash = text(self.perceptual_hash).filter(|_| tells);
        Some(SplitRow {
            split: Split::from_name(text(self.split)?)?,
            owner: text(self.patient_id).or_else(|| text(self.study_instance_uid)),
            perceptual_hash: hash
                .and_then(|hash| u64::from_str_radix(hash, 16).ok())
                .filter(|hash| *hash != 0),
        })
    }
}

/// The batch without the splits of the rows that `withhold` names, and how many it names.
pub(crate) fn without_splits(
    batch: &RecordBatch,
    withhold: &WithholdRow<'_>,
) -> Result<(RecordBatch, u64), ArrowError> {
    let columns = SplitColumns::of(batch)?;
    let mut n_withheld = 0;
    let split: StringArray = (0..batch.num_rows())
        .map(|row| {
            let split = columns.row(row)?;
            let is_withheld = withhold(&split);
            n_withheld += u64::from(is_withheld);
            (!is_withheld).then(|| split.split.name())
        })
        .collect();
    if n_withheld == 0 {
        return Ok((batch.clone(), 0));
    }
    let mut arrays = batch.columns().to_vec();
    arrays[batch.schema_ref().index_of(SPLIT_COLUMN)?] = Arc::new(split);
    Ok((RecordBatch::try_new(batch.schema(), arrays)?, n_withheld))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARES: SplitShares = SplitShares { validation: 0.1, test: 0.1, seed: 0 };

    #[test]
    fn shares_are_met_and_a_patient_stays_where_it_is() {
        let n_of = |shares: SplitShares| {
            let mut n = [0; 3];
            for patient in 0..20_000 {
                n[shares.of(&patient.to_string()) as usize] += 1;
            }
            n
        };
        // Known values: another hash would move patients of existing datasets.
        assert_eq!(["a", "b", "c", "d", "e", "f"].map(|owner| SHARES.of(owner).name()), KNOWN);
        for (n, share) in n_of(SHARES).into_iter().zip([0.8, 0.1, 0.1]) {
            assert!((f64::from(n) / 20_000.0 - share).abs() < 0.01, "{n} of 20000 for {share}");
        }
        assert_eq!(n_of(SplitShares { validation: 0.0, test: 0.0, seed: 0 }), [20_000, 0, 0]);
        assert_eq!(n_of(SplitShares { validation: 0.0, test: 1.0, seed: 0 }), [0, 0, 20_000]);
    }

    const KNOWN: [&str; 6] = ["validation", "train", "train", "validation", "train", "test"];

    #[test]
    fn what_grows_loses_nobody() {
        let larger = SplitShares { test: 0.3, ..SHARES };
        let other = SplitShares { seed: 1, ..SHARES };
        let (mut n_test, mut n_moved) = (0, 0);
        for patient in 0..1000 {
            let patient = patient.to_string();
            if SHARES.of(&patient) == Split::Test {
                n_test += 1;
                assert_eq!(larger.of(&patient), Split::Test);
            }
            n_moved += u32::from(SHARES.of(&patient) != other.of(&patient));
        }
        assert!(n_test > 50 && n_moved > 200, "{n_test} {n_moved}");
    }

    #[test]
    fn names_read_back() {
        for split in Split::ALL {
            assert_eq!(Split::from_name(split.name()), Some(split));
        }
        assert_eq!(Split::from_name("Train"), None);
    }
}
