use dicom_dictionary_std::tags;

use super::{Column, Fill};
use crate::values;

pub(super) const COLUMNS: &[Column] = &[
    Column::new(
        "contributor_id",
        Fill::Text(|s| values::identifier(s.provenance.contributor_id.as_deref()?)),
        "pipeline file",
        "Who contributed the source",
    )
    .null_when("the pipeline file names none"),
    Column::new(
        "source_token",
        Fill::Text(|s| Some(super::image::hex(&s.provenance.source_token))),
        "radmill",
        "Keyed digest of the bytes of the source file, 32 hexadecimal digits: \
         the site can find its file again, nobody else can test a guess",
    ),
    Column::new(
        "source_transfer_syntax_uid",
        Fill::Text(|s| values::uid(Some(s.transfer_syntax.to_owned()))),
        "Transfer Syntax UID (0002,0010)",
        "How the source was encoded",
    )
    .null_when("it is no UID"),
    Column::new(
        "source_defects",
        Fill::TextList(|s| Some(s.defects.iter().map(|defect| (*defect).to_owned()).collect())),
        "radmill-dicom",
        "What was wrong with the source file and coped with, as codes, sorted; may be empty",
    ),
    Column::new(
        "image_defects",
        Fill::TextList(|s| Some(s.image.defects.iter().map(|defect| (*defect).to_owned()).collect())),
        "radmill-image",
        "What was wrong with pixel data, rescale, window or lookup tables and coped with, as codes, sorted; may be empty",
    ),
    Column::new(
        "lossy",
        Fill::Boolean(|s| {
            let declared = s.header.text(tags::LOSSY_IMAGE_COMPRESSION);
            match declared.as_deref() {
                _ if always_lossy(s.transfer_syntax) => Some(true),
                Some("01") => Some(true),
                Some("00") => Some(false),
                _ => None,
            }
        }),
        "Lossy Image Compression (0028,2110) and Transfer Syntax UID (0002,0010)",
        "The source has undergone lossy compression at some time; radmill itself never compresses with loss",
    )
    .null_when("the header does not say and the transfer syntax allows both"),
    Column::new(
        "dicom_path",
        Fill::Text(|s| values::relative_path(s.provenance.dicom_path.as_deref()?)),
        "radmill",
        "File that holds the whole de-identified instance as DICOM, relative to the dataset root, with `/`; \
         the same for all its frames",
    )
    .null_when("the pipeline file asks for none"),
    Column::new(
        "policy_id",
        Fill::Text(|s| values::identifier(&s.provenance.policy_id)),
        "radmill-deid",
        "De-identification policy in force",
    ),
    Column::new(
        "pipeline_id",
        Fill::Text(|s| values::identifier(&s.provenance.pipeline_id)),
        "radmill-pipeline",
        "Pipeline in force",
    ),
    Column::new(
        "radmill_version",
        Fill::Text(|s| values::identifier(&s.provenance.radmill_version)),
        "radmill",
        "Version of radmill that made the row",
    ),
    Column::new(
        "split",
        Fill::Text(|s| {
            let owner = super::identity::owner(&s.header)?;
            Some(s.provenance.splits.of(&owner).name().to_owned())
        }),
        "pipeline file",
        "`train`, `validation` or `test`, by a hash of the patient",
    )
    .null_when("the image resembles one of another split, or its patient has images there: see splits.md"),
    Column::new("labels", Fill::TextMap(|_| None), "pipeline file", "Labels by name")
        .null_when("none have been joined; always, so far"),
];

/// Transfer syntaxes whose images cannot be lossless (PS3.5 section 8.2, PS3.6 table A-1):
/// JPEG Baseline and Extended, MPEG-2, MPEG-4 and HEVC. JPEG-LS Near-Lossless counts as lossy by its name.
fn always_lossy(transfer_syntax: &str) -> bool {
    let Some(rest) = transfer_syntax.strip_prefix("1.2.840.10008.1.2.4.") else {
        return false;
    };
    let number = rest.split('.').next().and_then(|number| number.parse::<u16>().ok());
    matches!(number, Some(50 | 51 | 81 | 100..=108))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lossy_transfer_syntaxes_are_known() {
        for (transfer_syntax, expected) in [
            ("1.2.840.10008.1.2.1", false),
            ("1.2.840.10008.1.2.4.50", true),
            ("1.2.840.10008.1.2.4.51", true),
            ("1.2.840.10008.1.2.4.57", false),
            ("1.2.840.10008.1.2.4.70", false),
            ("1.2.840.10008.1.2.4.80", false),
            ("1.2.840.10008.1.2.4.81", true),
            ("1.2.840.10008.1.2.4.90", false),
            ("1.2.840.10008.1.2.4.91", false),
            ("1.2.840.10008.1.2.4.100.1", true),
            ("1.2.840.10008.1.2.4.108", true),
            ("1.2.840.10008.1.2.4.201", false),
            ("", false),
        ] {
            assert_eq!(always_lossy(transfer_syntax), expected, "{transfer_syntax}");
        }
    }
}
