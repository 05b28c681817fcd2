//! Risks that attributes of the header name.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use radmill_dicom::DataSet;

use super::finding::{PixelFindings, PixelRisk};

/// Secondary Capture and Multi-frame Secondary Capture Image Storage (PS3.4 B.5) begin with this.
const SECONDARY_CAPTURE_CLASS: &str = "1.2.840.10008.5.1.4.1.1.7";

/// Hardcopy Grayscale and Color Image Storage (retired).
const HARDCOPY_CLASSES: [&str; 2] = ["1.2.840.10008.5.1.1.29", "1.2.840.10008.5.1.1.30"];

/// VL Endoscopic, VL Photographic and their video classes: people, and screens with their names.
const PHOTOGRAPH_CLASSES: [&str; 4] = [
    "1.2.840.10008.5.1.4.1.1.77.1.1",
    "1.2.840.10008.5.1.4.1.1.77.1.1.1",
    "1.2.840.10008.5.1.4.1.1.77.1.4",
    "1.2.840.10008.5.1.4.1.1.77.1.4.1",
];

/// Attributes of the SC Equipment module (PS3.3 C.8.6.1): only what captures images has them.
const SECONDARY_CAPTURE_DEVICE: [Tag; 6] = [
    tags::SECONDARY_CAPTURE_DEVICE_ID,
    tags::DATE_OF_SECONDARY_CAPTURE,
    tags::TIME_OF_SECONDARY_CAPTURE,
    tags::SECONDARY_CAPTURE_DEVICE_MANUFACTURER,
    tags::SECONDARY_CAPTURE_DEVICE_MANUFACTURER_MODEL_NAME,
    tags::SECONDARY_CAPTURE_DEVICE_SOFTWARE_VERSIONS,
];

/// Makers of nothing but film digitisers.
const DIGITIZER_MAKERS: [&str; 4] = ["VIDAR", "LUMISYS", "HOWTEK", "FILM DIGITIZER"];

/// Words of Image Type (0008,0008) that pages of text have.
const SCREEN_IMAGE_TYPES: [&str; 7] =
    ["SCREEN", "SAVE", "SCREENSHOT", "REPORT", "REPORTDATA", "DEMOGRAPHICDATA", "DOSE"];

/// What people and devices call such series.
const SCREEN_DESCRIPTIONS: [&str; 9] = [
    "SCREEN SAVE",
    "SCREENSHOT",
    "SCREEN SHOT",
    "SCREEN CAPTURE",
    "DOSE REPORT",
    "DOSE INFO",
    "DOSE SUMMARY",
    "PATIENT PROTOCOL",
    "EXAM SUMMARY",
];

pub(super) fn find(data: &DataSet) -> PixelFindings {
    let sop_class = text(data, tags::SOP_CLASS_UID);
    let conversion_type = text(data, tags::CONVERSION_TYPE);
    let image_type = texts(data, tags::IMAGE_TYPE);
    let has_word = |words: &[&str]| {
        image_type.iter().any(|value| value.split([' ', '_']).any(|word| words.contains(&word)))
    };
    let describes = |tag| {
        let description = text(data, tag).replace(['_', '-'], " ");
        SCREEN_DESCRIPTIONS.iter().any(|screen| description.contains(screen))
    };
    let is_secondary_capture = sop_class
        .strip_prefix(SECONDARY_CAPTURE_CLASS)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let is_film = matches!(conversion_type.as_str(), "DF" | "SD")
        || HARDCOPY_CLASSES.contains(&sop_class.as_str())
        || matches!(text(data, tags::MODALITY).as_str(), "FD" | "HC")
        || DIGITIZER_MAKERS.iter().any(|maker| {
            text(data, tags::MANUFACTURER).contains(maker)
                || text(data, tags::MANUFACTURER_MODEL_NAME).contains(maker)
        });
    let risks = [
        (PixelRisk::BurnedInAnnotation, !says_no(data, tags::BURNED_IN_ANNOTATION)),
        (
            PixelRisk::SecondaryCapture,
            is_secondary_capture
                || matches!(conversion_type.as_str(), "DV" | "DI" | "WSD" | "SI" | "DRW" | "SYN")
                || SECONDARY_CAPTURE_DEVICE.iter().any(|tag| data.get(*tag).is_some_and(|e| !e.is_empty())),
        ),
        (
            PixelRisk::ScreenSave,
            has_word(&SCREEN_IMAGE_TYPES)
                || describes(tags::SERIES_DESCRIPTION)
                || describes(tags::PROTOCOL_NAME),
        ),
        (PixelRisk::Film, is_film),
        (
            PixelRisk::Label,
            has_word(&["LABEL", "OVERVIEW"]) || text(data, tags::SPECIMEN_LABEL_IN_IMAGE) == "YES",
        ),
        (
            PixelRisk::Photograph,
            PHOTOGRAPH_CLASSES.contains(&sop_class.as_str())
                || matches!(text(data, tags::MODALITY).as_str(), "XC" | "ES"),
        ),
        (PixelRisk::RecognizableFeatures, !says_no(data, tags::RECOGNIZABLE_VISUAL_FEATURES)),
    ];
    PixelFindings::risks(risks.into_iter().filter(|(_, is_there)| *is_there).map(|(risk, _)| risk).collect())
}

/// Absent, empty, or NO in any case.
fn says_no(data: &DataSet, tag: Tag) -> bool {
    data.get(tag).is_none_or(|element| {
        let value = text(data, tag);
        element.is_empty() || value == "NO" || (value.is_empty() && is_blank(element.bytes()))
    })
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' ' | 0))
}

/// The first value in capitals; empty if there is none. Whatever text VR the file gives it.
pub(crate) fn text(data: &DataSet, tag: Tag) -> String {
    texts(data, tag).into_iter().next().unwrap_or_default()
}

/// All values in capitals.
pub(crate) fn texts(data: &DataSet, tag: Tag) -> Vec<String> {
    let bytes = data.get(tag).map(|element| element.bytes()).unwrap_or_default();
    let decoded = data.character_set().decode(bytes).to_uppercase();
    decoded.split('\\').map(|value| value.trim_matches(['\0', ' ']).to_owned()).collect()
}
