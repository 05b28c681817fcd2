//! What we treat differently from Table E.1-1, or that it leaves open, each with the reason.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

use crate::rules::table::Action::{self, D, X, Z};

/// True for groups that are removed as a whole, whatever is in them.
pub(crate) fn is_removed_group(group: u16) -> bool {
    match group {
        // Commands, file meta and directory records are no part of an instance.
        0x0000..=0x0007 => true,
        // DICONDE and DICOS: parts under test, and baggage with its owner and itinerary. Not about patients.
        0x0014 | 0x4010 => true,
        // Film and print management: not part of an image. Presentation LUTs (2050) are, and stay.
        0x2000..=0x2040 | 0x2100..=0x2130 => true,
        // Curves and overlays: the table lists only parts of the overlays, but a plane without its data is of no use.
        0x5000..=0x50FF | 0x6000..=0x60FF => true,
        // Pixel data: the reader takes them out; what is left here is in a sequence, such as an icon.
        0x7F00..=0x7FFF => true,
        // Trailing padding and delimiters.
        0xFFFC..=0xFFFF => true,
        _ => group % 2 == 1,
    }
}

/// Attributes that this crate decides on itself, in ascending order of tag.
const EXCEPTIONS: [(Tag, Action); 48] = [
    // About private elements, which are all gone.
    (Tag(0x0008, 0x0300), X),
    // Where to find other copies, and under which name.
    (Tag(0x0008, 0x0402), X),
    (Tag(0x0008, 0x0418), X),
    (Tag(0x0008, 0x041B), X),
    (Tag(0x0008, 0x041C), X),
    // Dates of birth and death written as text.
    (Tag(0x0010, 0x0033), X),
    (Tag(0x0010, 0x0034), X),
    // A register's number of an animal leads to its owner.
    (Tag(0x0010, 0x2295), X),
    // What an earlier de-identification claimed; `claims` writes what holds now.
    (Tag(0x0012, 0x0062), X),
    (Tag(0x0012, 0x0063), X),
    (Tag(0x0012, 0x0064), X),
    // Identifiers and addresses of devices.
    (Tag(0x0018, 0x1003), X),
    (Tag(0x0018, 0x1006), X),
    (Tag(0x0018, 0x1803), X),
    // Comments typed by people.
    (Tag(0x0022, 0x112C), X),
    (Tag(0x0024, 0x0044), X),
    (Tag(0x0028, 0x0303), X),
    (Tag(0x0028, 0x702A), X),
    // Names of the authority that issued an identifier: the institution.
    (Tag(0x0040, 0x0031), X),
    (Tag(0x0040, 0x0032), X),
    (Tag(0x0040, 0x0400), X),
    // Free text of a content item outside a Content Sequence.
    (Tag(0x0040, 0xA160), D),
    (Tag(0x0040, 0xE001), X),
    (Tag(0x0042, 0x0010), X),
    (Tag(0x0044, 0x0003), X),
    (Tag(0x0044, 0x0011), X),
    (Tag(0x0044, 0x0012), X),
    (Tag(0x0044, 0x0106), X),
    // Named by whoever drew it; Tracking UID (0062,0021) still tells one from another.
    (Tag(0x0062, 0x0020), D),
    (Tag(0x0066, 0x0004), X),
    (Tag(0x0068, 0x6300), X),
    // The values of a hanging protocol's selector are values of any attribute.
    (Tag(0x0072, 0x0067), X),
    (Tag(0x0072, 0x0069), X),
    (Tag(0x0072, 0x006F), D),
    (Tag(0x0072, 0x0073), X),
    (Tag(0x0072, 0x0075), X),
    (Tag(0x0072, 0x0081), X),
    (Tag(0x0074, 0x100C), X),
    (Tag(0x0074, 0x1238), X),
    (Tag(0x0100, 0x0424), X),
    // What an earlier de-identifier encrypted: without its payload, which goes, of no use.
    (Tag(0x0400, 0x0500), X),
    // A treatment room has a name of its own, as Treatment Machine Name (300A,00B2), which is listed.
    (Tag(0x3002, 0x0020), Z),
    (Tag(0x3004, 0x0006), X),
    (Tag(0x3006, 0x00C8), X),
    (Tag(0x3008, 0x0066), X),
    (Tag(0x3008, 0x0202), X),
    (Tag(0x300A, 0x0402), X),
    // How signatures were made that are gone.
    (Tag(0x4FFE, 0x0001), X),
];

/// Texts, labels and identifiers that people or sites type in, and that Table E.1-1 leaves out although it lists their
/// next of kin, such as Protocol Name and Performed Procedure Step Description. A dummy where the attribute is of
/// type 1, an empty value where it is of type 2. In ascending order of tag.
#[rustfmt::skip]
const TYPED_TEXTS: [(Tag, Action); 46] = [
    (Tag(0x0008, 0x0115), X), // CodingSchemeName
    (Tag(0x0008, 0x0116), X), // CodingSchemeResponsibleOrganization
    (Tag(0x0008, 0x0401), X), // InventoryPurpose
    (Tag(0x0018, 0x003A), X), // InterventionDescription
    (Tag(0x0018, 0x1801), X), // TimeSource
    (Tag(0x0018, 0x9186), X), // RespiratorySignalSourceID
    (Tag(0x0018, 0x9423), X), // AcquisitionProtocolName
    (Tag(0x0018, 0x9916), X), // InstructionText
    (Tag(0x0018, 0x9917), X), // InstructionDescription
    (Tag(0x0018, 0x991A), X), // InstructionPerformanceComment
    (Tag(0x0028, 0x1351), X), // PartialViewDescription
    (Tag(0x0028, 0x6022), X), // FrameOfInterestDescription
    (Tag(0x0028, 0x6190), X), // MaskOperationExplanation
    (Tag(0x0028, 0x7007), X), // SystemStatusComment
    (Tag(0x0038, 0x0016), X), // RouteOfAdmissions
    (Tag(0x0038, 0x0102), X), // ResourceDescription
    (Tag(0x0040, 0x0255), X), // PerformedProcedureTypeDescription
    (Tag(0x0040, 0x1008), X), // ConfidentialityCode
    (Tag(0x0040, 0xA492), X), // CompletionFlagDescription
    (Tag(0x0044, 0x000A), X), // ProductLotIdentifier
    (Tag(0x0054, 0x0400), X), // ImageID
    (Tag(0x0062, 0x0006), X), // SegmentDescription
    (Tag(0x0066, 0x0107), X), // TrackSetDescription
    (Tag(0x0070, 0x0068), X), // GraphicLayerDescription
    (Tag(0x0070, 0x0081), Z), // ContentDescription
    (Tag(0x0070, 0x0208), X), // GraphicGroupDescription
    (Tag(0x0070, 0x030F), X), // FiducialDescription
    (Tag(0x0072, 0x0004), D), // HangingProtocolDescription
    (Tag(0x0072, 0x0008), D), // HangingProtocolCreator
    (Tag(0x0072, 0x0010), X), // HangingProtocolUserGroupName
    (Tag(0x0074, 0x1006), X), // ProcedureStepProgressDescription
    (Tag(0x0074, 0x1202), X), // WorklistLabel
    (Tag(0x0074, 0x1204), X), // ProcedureStepLabel
    (Tag(0x0074, 0x140B), X), // ReasonForChannelOmissionDescription
    (Tag(0x0082, 0x0003), X), // AssessmentSummaryDescription
    (Tag(0x0082, 0x000A), X), // ObservationDescription
    (Tag(0x0088, 0x0130), X), // StorageMediaFileSetID
    (Tag(0x3002, 0x0002), D), // RTImageLabel
    (Tag(0x3002, 0x0003), X), // RTImageName
    (Tag(0x3002, 0x0004), X), // RTImageDescription
    (Tag(0x3008, 0x0012), X), // MeasuredDoseDescription
    (Tag(0x3008, 0x0074), X), // CalculatedDoseReferenceDescription
    (Tag(0x300A, 0x00C2), X), // BeamName
    (Tag(0x300A, 0x01BA), X), // SetupDeviceDescription
    (Tag(0x300A, 0x01D0), X), // SetupReferenceDescription
    (Tag(0x300A, 0x0730), X), // TreatmentTerminationDescription
];

/// Dates that belong to a definition or a device and not to the patient. They are public, or the same for many
/// patients, so that a shifted one gives the offset away. The Basic Profile applies to them under every date option.
const DATES_OF_NO_PATIENT: [Tag; 11] = [
    // Context Group Version and Local Version: published with the code list.
    Tag(0x0008, 0x0106),
    Tag(0x0008, 0x0107),
    // Date of last calibration, calibration date-time, manufacture, installation, last detector calibration.
    Tag(0x0018, 0x1200),
    Tag(0x0018, 0x1202),
    Tag(0x0018, 0x1203),
    Tag(0x0018, 0x1204),
    Tag(0x0018, 0x1205),
    Tag(0x0018, 0x700C),
    // Effective and information issue date of an implant template.
    Tag(0x0068, 0x6226),
    Tag(0x0068, 0x6270),
    // When a hanging protocol was made.
    Tag(0x0072, 0x000A),
];

/// Binary values (OB, OD, OF, OL, OV, OW) that are known to hold numbers and are kept; all others are removed.
pub(crate) const KEPT_BINARY: [Tag; 36] = [
    Tag(0x0018, 0x1638),
    Tag(0x0022, 0x1531),
    Tag(0x0028, 0x1200),
    Tag(0x0028, 0x1201),
    Tag(0x0028, 0x1202),
    Tag(0x0028, 0x1203),
    Tag(0x0028, 0x1204),
    Tag(0x0028, 0x1221),
    Tag(0x0028, 0x1222),
    Tag(0x0028, 0x1223),
    Tag(0x0028, 0x1224),
    Tag(0x0028, 0x1408),
    Tag(0x0028, 0x2000),
    Tag(0x0028, 0x3006),
    Tag(0x003A, 0x032E),
    Tag(0x0064, 0x0009),
    Tag(0x0066, 0x0016),
    Tag(0x0066, 0x0021),
    Tag(0x0066, 0x0022),
    Tag(0x0066, 0x0040),
    Tag(0x0066, 0x0041),
    Tag(0x0066, 0x0042),
    Tag(0x0066, 0x0043),
    Tag(0x0066, 0x0125),
    Tag(0x0066, 0x0129),
    Tag(0x006A, 0x0011),
    Tag(0x0080, 0x0010),
    Tag(0x0080, 0x0011),
    Tag(0x300A, 0x0664),
    Tag(0x300A, 0x0665),
    Tag(0x5400, 0x0110),
    Tag(0x5400, 0x0112),
    Tag(0x5400, 0x100A),
    Tag(0x5400, 0x1010),
    Tag(0x5600, 0x0010),
    Tag(0x5600, 0x0020),
];

/// The action that takes the place of the table's.
pub(crate) fn exception(tag: Tag) -> Option<Action> {
    let find = |table: &[(Tag, Action)]| {
        let index = table.binary_search_by_key(&tag, |(tag, _)| *tag).ok()?;
        Some(table.get(index)?.1)
    };
    find(&EXCEPTIONS).or_else(|| find(&TYPED_TEXTS))
}

/// True for texts that the table leaves out and Clean Descriptors cleans like the ones it lists.
pub(crate) fn is_typed_text(tag: Tag) -> bool {
    tag == tags::TRACKING_ID || TYPED_TEXTS.binary_search_by_key(&tag, |(tag, _)| *tag).is_ok()
}

/// The attributes that [`exception`] knows.
pub(crate) fn exception_tags() -> impl Iterator<Item = Tag> {
    EXCEPTIONS.iter().chain(&TYPED_TEXTS).map(|(tag, _)| *tag)
}

/// False for the dates that are not the patient's own.
pub(crate) fn is_date_of_patient(tag: Tag) -> bool {
    DATES_OF_NO_PATIENT.binary_search(&tag).is_err()
}

/// True for texts that a device writes by itself or that are of a code: the strict preset leaves them.
pub(crate) fn is_written_by_device(tag: Tag) -> bool {
    // Code Value, Coding Scheme Designator and Version; Manufacturer and its Model Name; Position Reference Indicator;
    // Rescale Type and Modality LUT Type, without which nobody knows what a value is.
    matches!(
        tag,
        Tag(0x0008, 0x0070 | 0x0100 | 0x0102 | 0x0103 | 0x1090)
            | Tag(0x0020, 0x1040)
            | Tag(0x0028, 0x1054 | 0x3004)
    )
}

/// True for the binary values that may stay.
pub(crate) fn is_kept_binary(tag: Tag) -> bool {
    KEPT_BINARY.binary_search(&tag).is_ok()
}

#[cfg(test)]
mod tests {
    use dicom_core::dictionary::DataDictionary;
    use dicom_dictionary_std::StandardDataDictionary;

    use super::*;
    use crate::rules::table::listed;
    use crate::value::is_free_text;

    #[test]
    fn typed_texts_are_texts_that_the_table_leaves_out() {
        for (tag, _) in TYPED_TEXTS {
            let vr = StandardDataDictionary.by_tag(tag).unwrap().vr.exact().unwrap();
            assert!(is_free_text(vr), "{tag}");
            assert!(listed(tag).is_none() && !is_removed_group(tag.0), "{tag}");
            assert!(EXCEPTIONS.iter().all(|(other, _)| *other != tag), "{tag} twice");
        }
    }

    #[test]
    fn lists_are_sorted_for_binary_search() {
        assert!(EXCEPTIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(TYPED_TEXTS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(DATES_OF_NO_PATIENT.is_sorted_by(|a, b| a < b));
        assert!(KEPT_BINARY.is_sorted_by(|a, b| a < b));
    }
}
