//! Text burned into pixels: what the header says about the risk, and what is done about it.

use dicom_dictionary_std::tags;
use radmill_dicom::DataSet;

use crate::deidentify::raw_text;
use crate::{BurnedIn, Refusal};

/// What is done with the pixels of one instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PixelDecision {
    /// They stay as they are, whatever the header says about text in them.
    Untouched,
}

impl PixelDecision {
    /// True if Clean Pixel Data (PS3.15 E.3.1) was carried out, so that Burned In Annotation may say NO.
    pub(crate) fn is_cleaned(&self) -> bool {
        match self {
            PixelDecision::Untouched => false,
        }
    }
}

/// Decides by the header as it came, or refuses.
pub(crate) fn decide(data: &DataSet, burned_in: BurnedIn) -> Result<PixelDecision, Refusal> {
    let annotation = raw_text(data, tags::BURNED_IN_ANNOTATION);
    let is_risky = data.get(tags::BURNED_IN_ANNOTATION).is_some_and(|element| !element.is_empty())
        && annotation.is_none_or(|text| !text.is_empty() && !text.eq_ignore_ascii_case("NO"));
    if is_risky && burned_in != BurnedIn::Allow {
        return Err(Refusal::BurnedInAnnotation);
    }
    Ok(PixelDecision::Untouched)
}
