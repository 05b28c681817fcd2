//! Clean Structured Content (PS3.15 E.3.4).

use dicom_core::Tag;
use radmill_dicom::DataSet;

use crate::Refusal;
use crate::apply::{Level, Pass};

/// What stays of the items of Content Sequence and the other sequences of content items that the option cleans.
/// `None` if they cannot be cleaned, and the caller falls back to the action of the profile. `level` is that of the
/// sequence; its items are one further in: `level.inside(tag, item)`.
pub(crate) fn clean(
    _pass: &mut Pass<'_>,
    _sequence: Tag,
    _items: Vec<DataSet>,
    _level: &Level,
) -> Result<Option<Vec<DataSet>>, Refusal> {
    Ok(None)
}
