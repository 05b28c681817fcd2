use dicom_core::Tag;
use radmill_dicom::{CharacterSet, DataSet};

use crate::iod::Place;
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
    place: Place,
}

impl Level {
    pub(crate) fn top(data: &DataSet, sop_class_uid: &str) -> Level {
        let place = Place::top(sop_class_uid);
        Level { depth: 0, character_set: *data.character_set(), clean_texts: false, place }
    }

    /// The level of this item of `sequence`, an element of this level.
    pub(crate) fn inside(&self, sequence: Tag, item: &DataSet) -> Level {
        let place = self.place.inside(sequence);
        Level { depth: self.depth + 1, character_set: *item.character_set(), place, ..*self }
    }

    /// The same level, from which on texts are cleaned.
    pub(crate) fn cleaning(&self) -> Level {
        Level { clean_texts: true, ..*self }
    }

    /// What the IOD needs of this attribute here.
    pub(crate) fn requirement(&self, tag: Tag) -> Requirement {
        self.place.requirement(tag)
    }
}
