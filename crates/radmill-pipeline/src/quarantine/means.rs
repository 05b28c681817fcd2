//! What a reason code means, in words for the person who looks into the quarantine.

/// One sentence for a reason code; `docs/quarantine.md` has the same codes with the stages that give them.
pub(super) fn means(reason: &str) -> &'static str {
    MEANINGS.iter().find(|(known, _)| *known == reason).map_or(UNKNOWN, |(_, means)| means)
}

const UNKNOWN: &str = "a code that this version of radmill does not have";

const MEANINGS: [(&str, &str); 39] = [
    (
        "archive_damaged",
        "an archive, or a member of one, is truncated or damaged, and something in it is lost",
    ),
    ("archive_encrypted", "a member of an archive is encrypted"),
    ("archive_nested", "an archive within an archive, which is not opened"),
    ("archive_unsupported", "a member of an archive is stored in a way that is not supported"),
    ("audio", "the payload is sound, which cannot be looked into"),
    (
        "burned_in_annotation",
        "the header does not say that no text is in the pixels, and its place is not known",
    ),
    ("deid_nested_too_deep", "sequences are nested deeper than 64 levels"),
    ("encapsulated_document", "the payload is a document, which cannot be looked into"),
    ("encoding_failed", "the image could not be encoded"),
    ("incomplete_row", "a column that is never empty has no usable value"),
    ("internal_error", "a fault of radmill: please report it"),
    ("invalid_codestream", "the compressed image is damaged or contradicts the header"),
    ("invalid_image_attributes", "a lookup table, palette or rescale attribute makes no sense"),
    ("invalid_pixel_attributes", "rows, columns, bits and the like are missing or contradict each other"),
    ("invalid_transfer_syntax_uid", "the Transfer Syntax UID is no UID"),
    ("malformed_dataset", "the structure of the file cannot be followed"),
    ("missing_sop_instance_uid", "the SOP Instance UID has no usable value"),
    ("no_patient_identity", "neither Patient ID nor Study Instance UID: nothing to derive a pseudonym from"),
    ("no_pixel_data", "a report, plan or other object without pixels"),
    ("no_sop_class_uid", "nothing says what kind of object the instance is"),
    ("no_sop_instance_uid", "nothing says which instance it is"),
    ("not_an_image", "pixel data, but no image of a body, such as a segmentation"),
    ("over_limit", "a declared or real size is over [limits] of the pipeline file"),
    (
        "pixel_risk_device",
        "the device writes text into its images, at a place that is not known for this size",
    ),
    ("pixel_risk_film", "a digitised film"),
    ("pixel_risk_label", "the label of a slide"),
    ("pixel_risk_photograph", "a photograph of a person"),
    ("pixel_risk_screen_save", "a saved screen, such as a dose report"),
    ("pixel_risk_secondary_capture", "a captured screen"),
    ("pixel_risk_ultrasound", "an ultrasound image without regions that tell image from screen"),
    ("recognizable_visual_features", "the header says that a face can be recognised"),
    ("sop_instance_conflict", "another source has the same SOP Instance UID and other content"),
    ("truncated_file", "the file ends inside an element"),
    ("truncated_pixel_data", "fewer bytes of pixel data than the header declares"),
    ("unreadable", "the file, folder or link cannot be opened"),
    ("unsupported_encoding", "it is not known how the data set is encoded"),
    ("unsupported_image_transformation", "a palette or lookup table of a kind that is not supported"),
    ("unsupported_pixel_format", "valid, but there is no decoder for this combination"),
    ("unsupported_transfer_syntax", "there is no decoder for how the pixels are compressed"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_reason_has_its_words() {
        let text = include_str!("../../../../docs/quarantine.md");
        let table = text.split("\n## Reasons\n").nth(1).and_then(|rest| rest.split("\n## ").next());
        let rows = table.expect("quarantine.md has a section on the reasons").lines();
        let mut n_reasons = 0;
        for codes in rows.filter(|row| row.starts_with("| `")).filter_map(|row| row.split('|').nth(1)) {
            for code in codes.split('`').skip(1).step_by(2).filter(|code| *code != "normalize") {
                assert_ne!(means(code), UNKNOWN, "{code}");
                n_reasons += 1;
            }
        }
        assert!(n_reasons >= 30);
    }
}
