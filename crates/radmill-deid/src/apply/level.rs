use dicom_core::Tag;
use radmill_dicom::{CharacterSet, DataSet};

use crate::rules::fixed::Requirement;

/// Where in the instance an element stands.
#[derive(Clone, Copy)]
pub(crate) struct Level {
    /// 0 at the top.
    pub(crate) depth: usize,
    /// In force at this level.
    pub(crate) character_set: CharacterSet,
    /// The texts that the rules keep are cleaned all the same: inside of a sequence that is.
    pub(crate) clean_texts: bool,
}

impl Level {
    pub(crate) fn top(data: &DataSet) -> Level {
        Level { depth: 0, character_set: *data.character_set(), clean_texts: false }
    }

    /// The level of this item of `sequence`, an element of this level.
    pub(crate) fn inside(&self, _sequence: Tag, item: &DataSet) -> Level {
        Level { depth: self.depth + 1, character_set: *item.character_set(), ..*self }
    }

    /// The same level, from which on texts are cleaned.
    pub(crate) fn cleaning(&self) -> Level {
        Level { clean_texts: true, ..*self }
    }

    /// What the IOD needs of this attribute here.
    pub(crate) fn requirement(&self, _tag: Tag) -> Requirement {
        Requirement::Unknown
    }
}
