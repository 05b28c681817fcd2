//! Text that may stand in the pixels: what the header says about the risk, and what is done about it.
//!
//! Finders look at an instance, each for something else, and give [`PixelFindings`]: risks, and regions that are known
//! to hold all of the text. [`find`] puts them together. Whoever looks at the pixels themselves is one more finder.

pub(crate) mod device;
mod finding;
mod header;
mod palette;
mod ultrasound;

use dicom_dictionary_std::tags;
use radmill_dicom::DataSet;
use radmill_frame::PixelMask;

pub use self::finding::PixelRisk;
pub(crate) use self::finding::{PixelFindings, RegionsOfText};
pub(crate) use self::header::text;
use crate::{BurnedIn, Refusal};

/// What is done with the pixels of one instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PixelDecision {
    /// What becomes black in every frame.
    pub(crate) mask: PixelMask,
    /// Entry of the palette that is black, where there is one.
    pub(crate) palette_black: u32,
    /// An earlier de-identification says that it has cleaned the pixels.
    pub(crate) was_cleaned: bool,
}

impl PixelDecision {
    /// True if some pixels are to become black.
    pub(crate) fn blacks_out(&self) -> bool {
        !self.mask.is_empty()
    }

    /// True if Clean Pixel Data (PS3.15 E.3.1) is or was carried out, so that Burned In Annotation may say NO.
    pub(crate) fn is_cleaned(&self) -> bool {
        self.blacks_out() || self.was_cleaned
    }
}

/// Decides by the header as it came, or refuses. To be asked only for an instance that has pixels.
pub(crate) fn decide(data: &DataSet, burned_in: BurnedIn) -> Result<PixelDecision, Refusal> {
    let untouched = PixelDecision { was_cleaned: is_cleaned_already(data), ..PixelDecision::default() };
    if burned_in == BurnedIn::Allow || untouched.was_cleaned {
        return Ok(untouched);
    }
    let findings = find(data);
    let Some(risk) = findings.risks.first() else { return Ok(untouched) };
    let stays = findings.risks.iter().find(|risk| !risk.is_of_screen_text());
    match (findings.regions, stays) {
        (RegionsOfText::Known(mask), None) if burned_in == BurnedIn::Clean => {
            Ok(PixelDecision { mask, palette_black: palette::darkest_entry(data), was_cleaned: false })
        }
        _ => Err(Refusal::PixelRisk(*stays.unwrap_or(risk))),
    }
}

/// What all finders say together.
pub(crate) fn find(data: &DataSet) -> PixelFindings {
    [header::find(data), ultrasound::find(data), device::find(data)]
        .into_iter()
        .fold(PixelFindings::default(), PixelFindings::and)
}

/// True if an earlier de-identification says that it has cleaned the pixels (113101) and that no text is left.
/// What a device says by itself of its images is not believed.
fn is_cleaned_already(data: &DataSet) -> bool {
    let is_clean_pixel_data = |item: &DataSet| {
        text(item, tags::CODE_VALUE) == "113101" && text(item, tags::CODING_SCHEME_DESIGNATOR) == "DCM"
    };
    text(data, tags::BURNED_IN_ANNOTATION) == "NO"
        && data.items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).iter().any(is_clean_pixel_data)
}

#[cfg(test)]
mod tests;
