use std::collections::BTreeMap;
use std::fmt;

/// Which patient identifiers and UIDs of one instance became which. Identified data: for the private root only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Crosswalk {
    /// Patient ID (0010,0020) of every level, old and new, in order of the old ones, each of them once.
    pub patients: Vec<(String, String)>,
    /// UIDs of every level, old and new, in order of the old ones, each of them once. Those that stay are left out.
    pub uids: Vec<(String, String)>,
}

/// Lengths only: never a value.
impl fmt::Debug for Crosswalk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crosswalk: {} patients, {} UIDs", self.patients.len(), self.uids.len())
    }
}

/// Gathers a [`Crosswalk`] while an instance is treated.
#[derive(Default)]
pub(crate) struct Replacements {
    patients: BTreeMap<String, String>,
    uids: BTreeMap<String, String>,
}

impl Replacements {
    pub(crate) fn add_patient(&mut self, old: &str, new: &str) {
        if !old.is_empty() && old != new {
            self.patients.insert(old.to_owned(), new.to_owned());
        }
    }

    pub(crate) fn add_uid(&mut self, old: &str, new: &str) {
        if !old.is_empty() && old != new {
            self.uids.insert(old.to_owned(), new.to_owned());
        }
    }

    pub(crate) fn into_crosswalk(self) -> Crosswalk {
        Crosswalk { patients: self.patients.into_iter().collect(), uids: self.uids.into_iter().collect() }
    }
}
