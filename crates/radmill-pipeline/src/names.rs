//! Registered names, so that reports say what a code stands for and never repeat a value that is not registered.

use dicom_core::dictionary::UidDictionary;
use dicom_dictionary_std::StandardSopClassDictionary;
use radmill_manifest::modality_term;

/// What stands in reports for a value that is not registered: it might be anything, a name among others.
pub(crate) const OTHER: &str = "(not registered)";

/// What stands in reports for an empty or absent value.
pub(crate) const ABSENT: &str = "(absent)";

/// Name of a SOP class (PS3.4 B.5).
pub(crate) fn sop_class(uid: Option<&str>) -> &'static str {
    let Some(uid) = uid else { return ABSENT };
    StandardSopClassDictionary.by_uid(uid).map_or(OTHER, |entry| entry.name)
}

/// A defined term of Modality (PS3.3 C.7.3.1.1.1).
pub(crate) fn modality(term: Option<&str>) -> &'static str {
    let Some(term) = term else { return ABSENT };
    modality_term(term).unwrap_or(OTHER)
}

/// Name of a transfer syntax (PS3.6 table A-1).
pub(crate) fn transfer_syntax(uid: &str) -> &'static str {
    TRANSFER_SYNTAXES.iter().find(|(known, _)| *known == uid).map_or(OTHER, |(_, name)| name)
}

const TRANSFER_SYNTAXES: [(&str, &str); 38] = [
    ("1.2.840.10008.1.2", "Implicit VR Little Endian"),
    ("1.2.840.10008.1.2.1", "Explicit VR Little Endian"),
    ("1.2.840.10008.1.2.1.98", "Encapsulated Uncompressed"),
    ("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian"),
    ("1.2.840.10008.1.2.2", "Explicit VR Big Endian"),
    ("1.2.840.10008.1.2.5", "RLE Lossless"),
    ("1.2.840.10008.1.2.8.1", "Deflated Image Frame"),
    ("1.2.840.10008.1.2.4.50", "JPEG Baseline"),
    ("1.2.840.10008.1.2.4.51", "JPEG Extended"),
    ("1.2.840.10008.1.2.4.53", "JPEG Spectral Selection (retired)"),
    ("1.2.840.10008.1.2.4.55", "JPEG Full Progression (retired)"),
    ("1.2.840.10008.1.2.4.57", "JPEG Lossless"),
    ("1.2.840.10008.1.2.4.70", "JPEG Lossless, First-Order Prediction"),
    ("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless"),
    ("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless"),
    ("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless"),
    ("1.2.840.10008.1.2.4.91", "JPEG 2000"),
    ("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Lossless"),
    ("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2"),
    ("1.2.840.10008.1.2.4.94", "JPIP Referenced"),
    ("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate"),
    ("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile Main Level"),
    ("1.2.840.10008.1.2.4.101", "MPEG2 Main Profile High Level"),
    ("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile"),
    ("1.2.840.10008.1.2.4.103", "MPEG-4 AVC/H.264 BD-compatible"),
    ("1.2.840.10008.1.2.4.104", "MPEG-4 AVC/H.264 for 2D Video"),
    ("1.2.840.10008.1.2.4.105", "MPEG-4 AVC/H.264 for 3D Video"),
    ("1.2.840.10008.1.2.4.106", "MPEG-4 AVC/H.264 Stereo"),
    ("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile"),
    ("1.2.840.10008.1.2.4.108", "HEVC/H.265 Main 10 Profile"),
    ("1.2.840.10008.1.2.4.110", "JPEG XL Lossless"),
    ("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression"),
    ("1.2.840.10008.1.2.4.112", "JPEG XL"),
    ("1.2.840.10008.1.2.4.201", "HTJ2K Lossless"),
    ("1.2.840.10008.1.2.4.202", "HTJ2K Lossless RPCL"),
    ("1.2.840.10008.1.2.4.203", "HTJ2K"),
    ("1.2.840.10008.1.2.4.204", "JPIP HTJ2K Referenced"),
    ("1.2.840.10008.1.2.4.205", "JPIP HTJ2K Referenced Deflate"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_values_are_repeated() {
        assert_eq!(sop_class(Some("1.2.840.10008.5.1.4.1.1.2")), "CT Image Storage");
        assert_eq!(sop_class(Some("1.2.3")), OTHER);
        assert_eq!(sop_class(None), ABSENT);
        assert_eq!(modality(Some("CT")), "CT");
        assert_eq!(modality(Some("SMITH")), OTHER);
        assert_eq!(transfer_syntax("1.2.840.10008.1.2.5"), "RLE Lossless");
        assert_eq!(transfer_syntax("9.9"), OTHER);
    }
}
