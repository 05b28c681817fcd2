//! Who has withdrawn: keyed digests of pseudonyms, which say nothing to whoever has no key.

use std::collections::HashSet;

use radmill_deid::SiteKey;
use radmill_store::DatasetRoots;
use serde::{Deserialize, Serialize};

use crate::JobError;
use crate::key::hex;
use crate::records::{publish_lines, read_lines};

/// The patients whose data must not come back.
#[derive(Default)]
pub(crate) struct Tombstones {
    digests: HashSet<String>,
}

/// A line of `withdrawn.jsonl`.
#[derive(Serialize, Deserialize)]
struct Line {
    withdrawn: String,
}

impl Tombstones {
    /// Those of a dataset; none if nobody has withdrawn.
    pub(crate) fn read(roots: &DatasetRoots) -> Result<Tombstones, JobError> {
        let path = roots.tombstones();
        let mut digests = HashSet::new();
        if path.exists() {
            for line in read_lines::<Line>(&path)? {
                digests.insert(line?.withdrawn);
            }
        }
        Ok(Tombstones { digests })
    }

    /// True if the patient with this pseudonym has withdrawn.
    pub(crate) fn has(&self, key: &SiteKey, patient: &str) -> bool {
        !self.digests.is_empty() && self.digests.contains(&digest(key, patient))
    }

    /// Adds patients and writes all of them: whole or not at all.
    pub(crate) fn add<'a>(
        mut self,
        roots: &DatasetRoots,
        key: &SiteKey,
        patients: impl Iterator<Item = &'a String>,
    ) -> Result<(), JobError> {
        self.digests.extend(patients.map(|patient| digest(key, patient)));
        let mut sorted: Vec<String> = self.digests.into_iter().collect();
        sorted.sort_unstable();
        publish_lines(&roots.tombstones(), |out| {
            sorted.into_iter().try_for_each(|withdrawn| out.write(&Line { withdrawn }))
        })
    }
}

fn digest(key: &SiteKey, patient: &str) -> String {
    hex(&key.token("withdrawn", patient.as_bytes()))
}
