//! Devices that write text into fixed places of their images.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use radmill_dicom::DataSet;
use radmill_frame::{PixelMask, Rect};

use super::finding::{PixelFindings, PixelRisk, RegionsOfText};
use super::header::{text, texts};
use crate::generated::burned_in_regions::DEVICE_REGIONS;

/// A place where the images of a device have text, and how to know them. Texts are in capitals; of the alternatives of
/// a column one has to fit, and an empty column fits always.
pub(crate) struct DeviceRegion {
    modality: &'static [&'static str],
    manufacturer: &'static [&'static str],
    model: &'static [&'static str],
    rows: &'static [u32],
    columns: &'static [u32],
    conditions: &'static [Condition],
    rect: Rect,
}

/// What else has to hold: one of the texts occurs in the attribute, or is it.
pub(crate) enum Condition {
    ImageTypeHas(&'static [&'static str]),
    SeriesDescriptionHas(&'static [&'static str]),
    ProtocolNameHas(&'static [&'static str]),
    BurnedInAnnotationIs(&'static [&'static str]),
    WindowWidthIs(&'static [&'static str]),
}

pub(crate) const fn region(
    modality: &'static [&'static str],
    manufacturer: &'static [&'static str],
    model: &'static [&'static str],
    rows: &'static [u32],
    columns: &'static [u32],
    conditions: &'static [Condition],
    rect: Rect,
) -> DeviceRegion {
    DeviceRegion { modality, manufacturer, model, rows, columns, conditions, rect }
}

/// Narrower ones are no screens, so that what is as wide as that goes from side to side.
const SCREEN_COLUMNS_MIN: u32 = 512;

pub(super) fn find(data: &DataSet) -> PixelFindings {
    let device = Device {
        modality: text(data, tags::MODALITY),
        manufacturer: text(data, tags::MANUFACTURER),
        model: text(data, tags::MANUFACTURER_MODEL_NAME),
        rows: size(data, tags::ROWS),
        columns: size(data, tags::COLUMNS),
    };
    let fitting: Vec<&DeviceRegion> =
        DEVICE_REGIONS.iter().filter(|region| region.fits(&device, data)).collect();
    if fitting.is_empty() {
        return PixelFindings::default();
    }
    let mut rects: Vec<Rect> = fitting.iter().filter_map(|region| region.place(&device)).collect();
    rects.dedup();
    let regions = match rects[..] {
        [] => RegionsOfText::Unknown,
        _ => RegionsOfText::Known(PixelMask::black(rects)),
    };
    PixelFindings { risks: vec![PixelRisk::Device], regions }
}

/// 0 if the header does not say.
fn size(data: &DataSet, tag: Tag) -> u32 {
    data.integer(tag).and_then(|size| u32::try_from(size).ok()).unwrap_or_default()
}

struct Device {
    modality: String,
    manufacturer: String,
    model: String,
    rows: u32,
    columns: u32,
}

impl DeviceRegion {
    fn fits(&self, device: &Device, data: &DataSet) -> bool {
        let any = |alternatives: &[&str], fits: &dyn Fn(&str) -> bool| {
            alternatives.is_empty() || alternatives.iter().any(|alternative| fits(alternative))
        };
        any(self.modality, &|modality| device.modality == modality)
            && any(self.manufacturer, &|name| begins_a_word_of(name, &device.manufacturer))
            && any(self.model, &|name| begins_a_word_of(name, &device.model))
            && (self.rows.is_empty() || self.rows.contains(&device.rows))
            && (self.columns.is_empty() || self.columns.contains(&device.columns))
            && (self.rect.x < device.columns && self.rect.y < device.rows)
            && self.conditions.iter().all(|condition| condition.holds(data))
    }

    /// Where the text is in an image of this size; `None` if that is not known.
    fn place(&self, device: &Device) -> Option<Rect> {
        let Rect { x, width, .. } = self.rect;
        let is_strip = x == 0 && width >= SCREEN_COLUMNS_MIN;
        let is_of_any_size = self.rows.is_empty() && self.columns.is_empty();
        if is_strip && is_of_any_size && width < device.columns {
            // The strip of a smaller screen: on this one it is larger.
            return None;
        }
        // A strip goes on to the other side, where the rule knows the rows alone.
        Some(Rect { width: if is_strip { width.max(device.columns) } else { width }, ..self.rect })
    }
}

impl Condition {
    fn holds(&self, data: &DataSet) -> bool {
        let has = |tag: Tag, words: &[&str]| {
            let values = texts(data, tag).join("\\");
            words.iter().any(|word| values.contains(word))
        };
        match self {
            Condition::ImageTypeHas(words) => has(tags::IMAGE_TYPE, words),
            Condition::SeriesDescriptionHas(words) => has(tags::SERIES_DESCRIPTION, words),
            Condition::ProtocolNameHas(words) => has(tags::PROTOCOL_NAME, words),
            Condition::BurnedInAnnotationIs(words) => {
                words.contains(&text(data, tags::BURNED_IN_ANNOTATION).as_str())
            }
            Condition::WindowWidthIs(words) => {
                let width = data.number(tags::WINDOW_WIDTH);
                words.iter().any(|word| word.parse::<f64>().is_ok_and(|word| width == Some(word)))
            }
        }
    }
}

/// `GE` is in `GE MEDICAL SYSTEMS` and not in `AGFA-GEVAERT`; `LOGIQ` is in `LOGIQ9`.
fn begins_a_word_of(name: &str, text: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let starts = !text[..at].ends_with(char::is_alphanumeric);
        let ends = !text[at + name.len()..].starts_with(char::is_alphabetic);
        starts && (ends || name.len() > 3)
    })
}
