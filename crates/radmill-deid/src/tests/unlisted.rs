//! The UIDs, dates and person names of the data dictionary that Table E.1-1 does not list, each by its name.

use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::StandardDataDictionary;

use super::*;
use crate::registered_uid::is_registered_uid;
use crate::{Policy, deidentify};

/// They say of what kind something is, after which definition: a private SOP Class is as public as one of the standard.
const DEFINITIONS: [&str; 17] = [
    "RelatedGeneralSOPClassUID",
    "OriginalSpecializedSOPClassUID",
    "SOPClassesInStudy",
    "CodingSchemeUID",
    "ContextGroupExtensionCreatorUID",
    "ContextUID",
    "MappingResourceUID",
    "StoredInstanceTransferSyntaxUID",
    "ReferencedSOPClassUID",
    "SOPClassesSupported",
    "AvailableTransferSyntaxUID",
    "FlowTransferSyntaxUID",
    "MACCalculationTransferSyntaxUID",
    "EncryptedContentTransferSyntaxUID",
    "PertinentSOPClassesInStudy",
    "PertinentSOPClassesInSeries",
    "SOPClassUID",
];

/// They say which one it is: an image, a frame of reference, an event, a place.
const ENTITIES: [&str; 23] = [
    "MultiFrameSourceSOPInstanceUID",
    "RadiopharmaceuticalAdministrationEventUID",
    "CreatorVersionUID",
    "TargetFrameOfReferenceUID",
    "SOPInstanceUIDOfConcatenationSource",
    "VolumeFrameOfReferenceUID",
    "TableFrameOfReferenceUID",
    "ReferencedColorPaletteInstanceUID",
    "RetrieveLocationUID",
    "RepositoryUniqueID",
    "HomeCommunityID",
    "AssertionUID",
    "ReferencedAssertionUID",
    "ModelGroupUID",
    "ReferencedFiducialUID",
    "VolumetricPresentationInputSetUID",
    "ReferencedContentItem",
    "SelectorUIValue",
    "EquipmentFrameOfReferenceUID",
    "SegmentationTemplateUID",
    "FindingsGroupUIDTrial",
    "ReferencedFindingsGroupUIDTrial",
    // Listed, and its next of kin.
    "FrameOfReferenceUID",
];

/// Of commands, file meta, directories, parts under test and baggage: their groups go as a whole.
const GONE: [&str; 26] = [
    "AffectedSOPClassUID",
    "RequestedSOPClassUID",
    "MediaStorageSOPClassUID",
    "TransferSyntaxUID",
    "ImplementationClassUID",
    "RTVCommunicationSOPClassUID",
    "RTVCommunicationSOPInstanceUID",
    "PrivateInformationCreatorUID",
    "PrivateRecordUID",
    "ReferencedSOPClassUIDInFile",
    "ReferencedTransferSyntaxUIDInFile",
    "ReferencedRelatedGeneralSOPClassUIDInFile",
    "SecondaryReviewDate",
    "SecondaryReviewTime",
    "SecondaryReviewerName",
    "ExpiryDate",
    "EvaluatorName",
    "DateOfGainCalibration",
    "TimeOfGainCalibration",
    "ProcedureCreationDate",
    "ProcedureExpirationDate",
    "ProcedureLastModifiedDate",
    "RouteSegmentStartTime",
    "RouteSegmentEndTime",
    "AlarmDecisionTime",
    "OOIOwnerCreationTime",
];

const DATES: [&str; 3] = ["ItemInventoryDateTime", "ExpirationDateTime", "StudyUpdateDateTime"];

const NAMES: [&str; 1] = ["DocumentAuthorTrial"];

const UID: &str = "1.2.3.977977977.4";
const REGISTERED: &str = "1.2.840.10008.1.4.1.1";

/// The value after de-identification, the same at the top and in a functional group.
fn treated(keyword: &str, value: &str) -> Option<String> {
    let entry = StandardDataDictionary.by_name(keyword).unwrap_or_else(|| panic!("{keyword}"));
    let element = text(entry.tag.inner(), entry.vr.relaxed(), value);
    let group = sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![vec![element.clone()]]);
    let output = deidentify(instance(vec![element, group]), &Policy::basic(), &key()).unwrap();
    let nested = output.attributes().items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).next().unwrap();
    let found = output.attributes().text(entry.tag.inner());
    assert_eq!(nested.text(entry.tag.inner()), found, "{keyword}");
    found
}

#[test]
fn uids_of_definitions_stay() {
    for keyword in DEFINITIONS {
        assert_eq!(treated(keyword, UID).as_deref(), Some(UID), "{keyword}");
    }
}

#[test]
fn uids_of_entities_follow_the_map() {
    let expected = treated("FrameOfReferenceUID", UID);
    assert!(expected.as_deref().is_some_and(|uid| uid.starts_with("2.25.")));
    assert!(is_registered_uid(REGISTERED));
    for keyword in ENTITIES {
        assert_eq!(treated(keyword, UID), expected, "{keyword}");
        assert_eq!(treated(keyword, REGISTERED).as_deref(), Some(REGISTERED), "{keyword}");
    }
}

#[test]
fn dates_are_shifted() {
    let study = treated("StudyDate", "20240301").unwrap();
    for keyword in DATES {
        assert_eq!(treated(keyword, "20240301120000"), Some(format!("{study}120000")), "{keyword}");
    }
}

#[test]
fn names_and_whole_groups_go() {
    for keyword in NAMES.into_iter().chain(GONE) {
        for value in [UID, "20240301", "120000", "Smith^John"] {
            assert_eq!(treated(keyword, value), None, "{keyword}");
        }
    }
}

/// 51 UIDs, 15 dates and times, 3 person names.
#[test]
fn every_unlisted_attribute_is_named_here() {
    use crate::generated::table_e1_1::UNLISTED;
    let named: Vec<&str> = [&DEFINITIONS[..], &ENTITIES, &GONE, &DATES, &NAMES].concat();
    let vrs = [VR::UI, VR::DA, VR::DT, VR::TM, VR::PN];
    let unlisted = UNLISTED.iter().filter(|row| {
        let entry = StandardDataDictionary.by_tag(row.tag).unwrap();
        entry.vr.exact().is_some_and(|vr| vrs.contains(&vr))
    });
    let unlisted: Vec<&str> = unlisted.map(|row| row.keyword).collect();
    for keyword in &unlisted {
        assert!(named.contains(keyword), "{keyword}");
    }
    // One of those named is listed.
    assert_eq!(named.len(), unlisted.len() + 1);
}
