//! Risks that attributes of the header name.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use radmill_dicom::{DataSet, Value};

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

/// VL Microscopic, VL Slide-Coordinates Microscopic and VL Whole Slide Microscopy Image Storage.
const MICROSCOPY_CLASSES: [&str; 3] =
    ["1.2.840.10008.5.1.4.1.1.77.1.2", "1.2.840.10008.5.1.4.1.1.77.1.3", "1.2.840.10008.5.1.4.1.1.77.1.6"];

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

/// Attributes of the Hardcopy Equipment module (PS3.3 C.8.6.3, retired): what was to be printed, with its captions.
#[expect(deprecated, reason = "retired attributes are met in old files")]
const HARDCOPY_DEVICE: [Tag; 4] = [
    tags::HARDCOPY_CREATION_DEVICE_ID,
    tags::HARDCOPY_DEVICE_MANUFACTURER,
    tags::HARDCOPY_DEVICE_SOFTWARE_VERSION,
    tags::HARDCOPY_DEVICE_MANUFACTURER_MODEL_NAME,
];

/// Words of Image Type (0008,0008) that pages of text have; `CT_SOM5 PROT` is a patient protocol.
const SCREEN_IMAGE_TYPES: [&str; 7] =
    ["SCREEN", "SAVE", "SCREENSHOT", "REPORT", "REPORTDATA", "DEMOGRAPHICDATA", "PROT"];

/// What people and devices call such series.
const SCREEN_DESCRIPTIONS: [&str; 11] = [
    "SCREEN SAVE",
    "SCREENSAVE",
    "SCREENSHOT",
    "SCREEN SHOT",
    "SCREEN CAP",
    "SCREENCAP",
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
    let modality = text(data, tags::MODALITY);
    // A dose is a page of text, except where it is the image.
    let is_dose_page = modality != "RTDOSE" && has_word(&["DOSE"]);
    let is_slide =
        matches!(modality.as_str(), "SM" | "GM") || MICROSCOPY_CLASSES.contains(&sop_class.as_str());
    let has_any = |tags: &[Tag]| tags.iter().any(|tag| data.get(*tag).is_some_and(|e| !e.is_empty()));
    let is_film = matches!(conversion_type.as_str(), "DF" | "SD")
        || HARDCOPY_CLASSES.contains(&sop_class.as_str())
        || matches!(modality.as_str(), "FD" | "HC")
        || has_any(&HARDCOPY_DEVICE)
        || DIGITIZER_MAKERS.iter().any(|maker| {
            text(data, tags::MANUFACTURER).contains(maker)
                || text(data, tags::MANUFACTURER_MODEL_NAME).contains(maker)
        });
    let risks = [
        (PixelRisk::BurnedInAnnotation, !says_no(data, tags::BURNED_IN_ANNOTATION)),
        (
            PixelRisk::SecondaryCapture,
            is_secondary_capture(&sop_class)
                || matches!(conversion_type.as_str(), "DV" | "DI" | "WSD" | "SI" | "DRW" | "SYN")
                || has_any(&SECONDARY_CAPTURE_DEVICE),
        ),
        (
            PixelRisk::ScreenSave,
            has_word(&SCREEN_IMAGE_TYPES)
                || is_dose_page
                || describes(tags::SERIES_DESCRIPTION)
                || describes(tags::PROTOCOL_NAME),
        ),
        (PixelRisk::Film, is_film),
        (
            PixelRisk::Label,
            (is_slide && has_word(&["LABEL", "OVERVIEW"]))
                || text(data, tags::SPECIMEN_LABEL_IN_IMAGE) == "YES",
        ),
        (
            PixelRisk::Photograph,
            PHOTOGRAPH_CLASSES.contains(&sop_class.as_str()) || matches!(modality.as_str(), "XC" | "ES"),
        ),
        (PixelRisk::RecognizableFeatures, !says_no(data, tags::RECOGNIZABLE_VISUAL_FEATURES)),
    ];
    PixelFindings::risks(risks.into_iter().filter(|(_, is_there)| *is_there).map(|(risk, _)| risk).collect())
}

/// True for the SOP Classes of secondary captures.
pub(super) fn is_secondary_capture(sop_class: &str) -> bool {
    let rest = sop_class.strip_prefix(SECONDARY_CAPTURE_CLASS);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Absent, empty, or NO in any case.
fn says_no(data: &DataSet, tag: Tag) -> bool {
    data.get(tag).is_none_or(|element| {
        // A sequence says nothing that could be read.
        let has_bytes = matches!(element.value, Value::Bytes(_));
        element.is_empty() || (has_bytes && (text(data, tag) == "NO" || is_blank(element.bytes())))
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
