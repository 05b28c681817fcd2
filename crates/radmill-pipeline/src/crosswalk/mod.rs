//! What was replaced by what. For the private root, and for the file that its owner asks for.
//!
//! Each segment writes its own part, sorted and each pair once; an export merges the parts of all finished jobs.
//! Neither holds more in memory than one segment has, or a line of each part.

mod age;
mod export;
mod merge;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use radmill_deid::Crosswalk;
use serde::{Deserialize, Serialize};

use crate::JobError;
use crate::records::publish_lines;

pub use age::{Recipient, RecipientError};
pub use export::{CrosswalkExport, ExportedCrosswalk, export_crosswalk};

/// An old value, the new one, and the pseudonym of the patient in whose data it was. Parts are sorted in this order;
/// parts of earlier versions do not name the patient.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Pair(String, pub(crate) String, #[serde(default)] pub(crate) String);

/// What is replaced by keyed functions, and can therefore be told apart and joined again.
#[derive(Clone, Copy)]
enum Kind {
    Patients,
    Uids,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Patients => "patients",
            Kind::Uids => "uids",
        }
    }

    /// `000000.uids`: the part that segment 0 has of it.
    fn part(self, folder: &Path, index: usize) -> PathBuf {
        folder.join(format!("{index:06}.{}", self.name()))
    }
}

/// What one segment replaced.
#[derive(Default)]
pub(crate) struct Replacements {
    patients: BTreeSet<Pair>,
    uids: BTreeSet<Pair>,
}

impl Replacements {
    pub(crate) fn add(&mut self, crosswalk: Crosswalk, patient: Option<&str>) {
        let of_patient = |(old, new)| Pair(old, new, patient.unwrap_or_default().to_owned());
        self.patients.extend(crosswalk.patients.into_iter().map(of_patient));
        self.uids.extend(crosswalk.uids.into_iter().map(of_patient));
    }

    /// Writes the parts of a segment; nothing was replaced, nothing is written.
    pub(crate) fn write(&self, folder: &Path, index: usize) -> Result<(), JobError> {
        for (kind, pairs) in [(Kind::Patients, &self.patients), (Kind::Uids, &self.uids)] {
            if !pairs.is_empty() {
                publish_lines(&kind.part(folder, index), |out| {
                    pairs.iter().try_for_each(|pair| out.write(pair))
                })?;
            }
        }
        Ok(())
    }
}
