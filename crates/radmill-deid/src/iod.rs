//! What the IOD of an instance needs of an attribute, from the Types of PS3.3.

use std::sync::OnceLock;

use dicom_core::Tag;

use crate::generated::iod_types::{ALWAYS_PRESENT, ALWAYS_VALUE, EXACT, IODS, PLACES, SOP_CLASSES};
use crate::rules::fixed::Requirement;

/// What a generated row says: Type 2 or 2C, or Type 1 or 1C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    Presence,
    Value,
}

/// Sequences are followed so deep in the generated table.
const DEPTH_MAX: usize = 3;

/// All that one IOD needs, in ascending order of place and tag; of what several modules need, the most.
type Needs = Vec<(u16, Tag, Need)>;

/// A place within an IOD: the top level, or inside of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// `None` if the SOP Class is unknown.
    iod: Option<u16>,
    depth: usize,
    /// Number in the table; `None` if no module needs anything here.
    number: Option<u16>,
}

impl Place {
    /// The top level of an instance of this SOP Class.
    pub(crate) fn top(sop_class_uid: &str) -> Place {
        let index = SOP_CLASSES.binary_search_by_key(&sop_class_uid, |(uid, _)| *uid).ok();
        Place { iod: index.map(|index| SOP_CLASSES[index].1), depth: 0, number: Some(0) }
    }

    /// Inside of a sequence that stands here.
    pub(crate) fn inside(self, sequence: Tag) -> Place {
        let number = self.number.and_then(|outer| {
            let key = (outer, sequence);
            let index = PLACES.binary_search_by_key(&key, |(outer, tag, _)| (*outer, *tag)).ok()?;
            Some(PLACES[index].2)
        });
        Place { iod: self.iod, depth: self.depth + 1, number }
    }

    /// The strongest need among the modules of the IOD, whether the instance has all of them or not.
    pub(crate) fn requirement(self, tag: Tag) -> Requirement {
        if EXACT.binary_search(&tag).is_err() {
            return everywhere(tag);
        }
        let Some(iod) = self.iod.filter(|_| self.depth <= DEPTH_MAX) else { return Requirement::Unknown };
        let Some(number) = self.number else { return Requirement::Nothing };
        let needs = needs(iod);
        match needs.binary_search_by_key(&(number, tag), |(place, tag, _)| (*place, *tag)) {
            Ok(index) if needs[index].2 == Need::Value => Requirement::Value,
            Ok(_) => Requirement::Presence,
            Err(_) => Requirement::Nothing,
        }
    }
}

/// True if there is an IOD that needs the attribute in some place.
pub(crate) fn is_needed_somewhere(tag: Tag) -> bool {
    if EXACT.binary_search(&tag).is_err() {
        return everywhere(tag) != Requirement::Nothing;
    }
    IODS.iter().copied().flatten().any(|module| module.iter().any(|(_, needed, _)| *needed == tag))
}

/// The same wherever the attribute stands.
fn everywhere(tag: Tag) -> Requirement {
    if ALWAYS_VALUE.binary_search(&tag).is_ok() {
        Requirement::Value
    } else if ALWAYS_PRESENT.binary_search(&tag).is_ok() {
        Requirement::Presence
    } else {
        Requirement::Nothing
    }
}

/// Merged when the first instance of the IOD comes; the same whoever comes first.
fn needs(iod: u16) -> &'static Needs {
    static MERGED: [OnceLock<Needs>; IODS.len()] = [const { OnceLock::new() }; IODS.len()];
    MERGED[usize::from(iod)].get_or_init(|| {
        let mut needs: Needs = IODS[usize::from(iod)].iter().copied().flatten().copied().collect();
        // The strongest need first, so that it is the one that stays.
        needs.sort_unstable_by_key(|(place, tag, need)| (*place, *tag, std::cmp::Reverse(*need)));
        needs.dedup_by_key(|(place, tag, _)| (*place, *tag));
        needs
    })
}

#[cfg(test)]
mod tests {
    use dicom_dictionary_std::{tags, uids};

    use super::*;

    #[test]
    fn the_generated_tables_fit_together() {
        assert!(EXACT.is_sorted() && ALWAYS_VALUE.is_sorted() && ALWAYS_PRESENT.is_sorted());
        assert!(PLACES.is_sorted() && SOP_CLASSES.is_sorted());
        assert!(SOP_CLASSES.iter().all(|(_, iod)| usize::from(*iod) < IODS.len()));
        for iod in 0..IODS.len() {
            let needs = needs(u16::try_from(iod).unwrap());
            assert!(needs.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)));
            assert!(needs.iter().all(|(_, tag, _)| EXACT.contains(tag)));
        }
    }

    #[test]
    fn requirements_by_iod_and_place() {
        use Requirement::{Nothing, Presence, Unknown, Value};
        let check = |sop_class_uid: &str, path: &[Tag], tag: Tag, expected| {
            let place = path.iter().fold(Place::top(sop_class_uid), |place, tag| place.inside(*tag));
            assert_eq!(place.requirement(tag), expected, "{sop_class_uid} {path:?} {tag}");
        };
        let ct = uids::CT_IMAGE_STORAGE;
        check(ct, &[], tags::STUDY_DATE, Presence);
        check(ct, &[], tags::SERIES_DATE, Nothing);
        check(ct, &[], tags::PROTOCOL_NAME, Nothing);
        check(ct, &[], tags::CONTENT_DATE, Presence); // General Image, 2C
        check(ct, &[], tags::FIRST_TREATMENT_DATE, Nothing);
        check(ct, &[tags::REQUEST_ATTRIBUTES_SEQUENCE], tags::REQUESTED_PROCEDURE_ID, Value);
        check(ct, &[], tags::REQUESTED_PROCEDURE_ID, Nothing);
        check(ct, &[tags::SOURCE_IMAGE_SEQUENCE; 4], tags::STUDY_DATE, Unknown);
        check(ct, &[], tags::PATIENT_SEX_NEUTERED, Presence);
        let gsps = uids::GRAYSCALE_SOFTCOPY_PRESENTATION_STATE_STORAGE;
        check(gsps, &[], tags::PRESENTATION_CREATION_DATE, Value);
        check(gsps, &[], tags::CONTENT_CREATOR_NAME, Nothing);
        let sr = uids::COMPREHENSIVE_SR_STORAGE;
        check(sr, &[], tags::CONTENT_SEQUENCE, Value);
        let mr = uids::ENHANCED_MR_IMAGE_STORAGE;
        check(mr, &[], tags::CONTENT_DATE, Value);
        check(mr, &[], tags::DEVICE_SERIAL_NUMBER, Value);
        check(ct, &[], tags::DEVICE_SERIAL_NUMBER, Nothing);
        // Nobody's SOP Class; what needs the same everywhere is known all the same.
        check("1.2.3", &[], tags::PROTOCOL_NAME, Unknown);
        check("1.2.3", &[], tags::CODE_MEANING, Value);
        check("1.2.3", &[], tags::ROWS, Nothing);
    }
}
