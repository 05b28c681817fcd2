//! The attributes whose values identify somebody, chosen by reading PS3.15 Table E.1-1 and PS3.6 for this purpose.
//!
//! `radmill-deid` has its own tables. This one is a second opinion: where both are wrong the same mistake had to be
//! made twice.

use dicom_core::{Tag, VR};

use crate::generated::removed::REMOVED;
use crate::identity::kind::Kind;
use crate::read::tag::TagPath;
use crate::read::vr::{dictionary_vr, is_private};

/// Attributes that are neither person names nor dates nor UIDs; those are known by their VR.
const TABLE: &[(u16, u16, Kind)] = &[
    // File meta
    (0x0002, 0x0016, Kind::Device), // Source Application Entity Title
    (0x0002, 0x0017, Kind::Device), // Sending Application Entity Title
    (0x0002, 0x0018, Kind::Device), // Receiving Application Entity Title
    // Study and equipment
    (0x0008, 0x0050, Kind::Identifier),  // Accession Number
    (0x0008, 0x0054, Kind::Device),      // Retrieve AE Title
    (0x0008, 0x0055, Kind::Device),      // Station AE Title
    (0x0008, 0x0080, Kind::Institution), // Institution Name
    (0x0008, 0x0081, Kind::Institution), // Institution Address
    (0x0008, 0x0092, Kind::Address),     // Referring Physician's Address
    (0x0008, 0x0094, Kind::Telephone),   // Referring Physician's Telephone Numbers
    (0x0008, 0x1000, Kind::Device),      // Network ID
    (0x0008, 0x1010, Kind::Device),      // Station Name
    (0x0008, 0x1040, Kind::Institution), // Institutional Department Name
    // Patient
    (0x0010, 0x0012, Kind::PatientName),    // Name to Use
    (0x0010, 0x0020, Kind::Identifier),     // Patient ID
    (0x0010, 0x0021, Kind::Institution),    // Issuer of Patient ID
    (0x0010, 0x1000, Kind::Identifier),     // Other Patient IDs
    (0x0010, 0x1040, Kind::Address),        // Patient's Address
    (0x0010, 0x1050, Kind::Identifier),     // Insurance Plan Identification
    (0x0010, 0x1080, Kind::Characteristic), // Military Rank
    (0x0010, 0x1081, Kind::Characteristic), // Branch of Service
    (0x0010, 0x1090, Kind::Identifier),     // Medical Record Locator
    (0x0010, 0x2152, Kind::Address),        // Region of Residence
    (0x0010, 0x2154, Kind::Telephone),      // Patient's Telephone Numbers
    (0x0010, 0x2155, Kind::Telephone),      // Patient's Telecom Information
    (0x0010, 0x2180, Kind::Characteristic), // Occupation
    (0x0010, 0x21F0, Kind::Characteristic), // Patient's Religious Preference
    (0x0010, 0x2299, Kind::Institution),    // Responsible Organization
    // Clinical trial
    (0x0012, 0x0010, Kind::Institution), // Clinical Trial Sponsor Name
    (0x0012, 0x0031, Kind::Institution), // Clinical Trial Site Name
    (0x0012, 0x0040, Kind::Identifier),  // Clinical Trial Subject ID
    (0x0012, 0x0042, Kind::Identifier),  // Clinical Trial Subject Reading ID
    (0x0012, 0x0060, Kind::Institution), // Clinical Trial Coordinating Center Name
    (0x0012, 0x0081, Kind::Institution), // Ethics Committee Name
    (0x0012, 0x0082, Kind::Identifier),  // Ethics Committee Approval Number
    // Cameras
    (0x0016, 0x004D, Kind::PersonName), // Camera Owner Name
    (0x0016, 0x0051, Kind::Device),     // Lens Serial Number
    // Devices
    (0x0018, 0x1000, Kind::Device), // Device Serial Number
    (0x0018, 0x1004, Kind::Device), // Plate ID
    (0x0018, 0x1005, Kind::Device), // Generator ID
    (0x0018, 0x1007, Kind::Device), // Cassette ID
    (0x0018, 0x1008, Kind::Device), // Gantry ID
    (0x0018, 0x1009, Kind::Device), // Unique Device Identifier
    (0x0018, 0x1010, Kind::Device), // Secondary Capture Device ID
    (0x0018, 0x1011, Kind::Device), // Hardcopy Creation Device ID
    (0x0018, 0x700A, Kind::Device), // Detector ID
    (0x3010, 0x0043, Kind::Device), // Manufacturer's Device Identifier
    (0x3010, 0x001B, Kind::Device), // Device Alternate Identifier
    (0x3008, 0x0105, Kind::Device), // Source Serial Number
    (0x300A, 0x00B2, Kind::Device), // Treatment Machine Name
    // Study, visit, order
    (0x0020, 0x0010, Kind::Identifier),  // Study ID
    (0x0032, 0x0012, Kind::Institution), // Study ID Issuer
    (0x0032, 0x1020, Kind::Institution), // Scheduled Study Location
    (0x0032, 0x1021, Kind::Device),      // Scheduled Study Location AE Title
    (0x0032, 0x1033, Kind::Institution), // Requesting Service
    (0x0038, 0x0010, Kind::Identifier),  // Admission ID
    (0x0038, 0x0011, Kind::Institution), // Issuer of Admission ID
    (0x0038, 0x001E, Kind::Institution), // Scheduled Patient Institution Residence
    (0x0038, 0x0060, Kind::Identifier),  // Service Episode ID
    (0x0038, 0x0061, Kind::Institution), // Issuer of Service Episode ID
    (0x0038, 0x0300, Kind::Institution), // Current Patient Location
    (0x0038, 0x0400, Kind::Institution), // Patient's Institution Residence
    (0x0040, 0x0001, Kind::Device),      // Scheduled Station AE Title
    (0x0040, 0x0009, Kind::Identifier),  // Scheduled Procedure Step ID
    (0x0040, 0x0010, Kind::Device),      // Scheduled Station Name
    (0x0040, 0x0011, Kind::Institution), // Scheduled Procedure Step Location
    (0x0040, 0x0241, Kind::Device),      // Performed Station AE Title
    (0x0040, 0x0242, Kind::Device),      // Performed Station Name
    (0x0040, 0x0243, Kind::Institution), // Performed Location
    (0x0040, 0x0253, Kind::Identifier),  // Performed Procedure Step ID
    (0x0040, 0x050A, Kind::Identifier),  // Specimen Accession Number
    (0x0040, 0x0512, Kind::Identifier),  // Container Identifier
    (0x0040, 0x0551, Kind::Identifier),  // Specimen Identifier
    (0x0040, 0x06FA, Kind::Identifier),  // Slide Identifier
    (0x0040, 0x1001, Kind::Identifier),  // Requested Procedure ID
    (0x0040, 0x1005, Kind::Institution), // Requested Procedure Location
    (0x0040, 0x1102, Kind::Address),     // Person's Address
    (0x0040, 0x1103, Kind::Telephone),   // Person's Telephone Numbers
    (0x0040, 0x1104, Kind::Telephone),   // Person's Telecom Information
    (0x0040, 0x2006, Kind::Identifier),  // Placer Order Number of an older edition
    (0x0040, 0x2007, Kind::Identifier),  // Filler Order Number of an older edition
    (0x0040, 0x2009, Kind::Institution), // Order Enterer's Location
    (0x0040, 0x2010, Kind::Telephone),   // Order Callback Phone Number
    (0x0040, 0x2011, Kind::Telephone),   // Order Callback Telecom Information
    (0x0040, 0x2016, Kind::Identifier),  // Placer Order Number
    (0x0040, 0x2017, Kind::Identifier),  // Filler Order Number
    (0x0040, 0x4036, Kind::Institution), // Human Performer's Organization
    (0x0040, 0xA027, Kind::Institution), // Verifying Organization
    (0x0040, 0xA353, Kind::Address),     // Address of a trial
    (0x0040, 0xA354, Kind::Telephone),   // Telephone number of a trial
    (0x0050, 0x001B, Kind::Identifier),  // Container Component ID
    (0x0088, 0x0910, Kind::PersonName),  // Topic Author
    (0x2200, 0x0005, Kind::Identifier),  // Barcode Value
    (0x4008, 0x0040, Kind::Identifier),  // Results ID
    (0x4008, 0x011A, Kind::Address),     // Distribution Address
    (0x4008, 0x0200, Kind::Identifier),  // Interpretation ID
];

/// UIDs that say what kind of thing an object is, or where a code comes from, and not which object it is.
const STRUCTURAL_UIDS: &[(u16, u16)] = &[
    (0x0000, 0x0002), // Affected SOP Class UID
    (0x0000, 0x0003), // Requested SOP Class UID
    (0x0002, 0x0002), // Media Storage SOP Class UID
    (0x0002, 0x0010), // Transfer Syntax UID
    (0x0002, 0x0012), // Implementation Class UID
    (0x0002, 0x0100), // Private Information Creator UID
    (0x0004, 0x1510), // Referenced SOP Class UID in File
    (0x0004, 0x1512), // Referenced Transfer Syntax UID in File
    (0x0004, 0x151A), // Referenced Related General SOP Class UID in File
    (0x0008, 0x0016), // SOP Class UID
    (0x0008, 0x001A), // Related General SOP Class UID
    (0x0008, 0x001B), // Original Specialized SOP Class UID
    (0x0008, 0x0062), // SOP Classes Supported
    (0x0008, 0x010C), // Coding Scheme UID
    (0x0008, 0x010D), // Context Group Extension Creator UID
    (0x0008, 0x0117), // Context UID
    (0x0008, 0x0118), // Mapping Resource UID
    (0x0008, 0x1150), // Referenced SOP Class UID
    (0x0008, 0x115A), // SOP Classes in Study
    (0x0008, 0x3002), // Available Transfer Syntax UID
    (0x0040, 0xDB0C), // Template Extension Organization UID
    (0x0040, 0xDB0D), // Template Extension Creator UID
    (0x0400, 0x0010), // MAC Calculation Transfer Syntax UID
];

/// Sequences in whose items a code stands for a person or an institution.
const CODED_PERSON: Tag = Tag(0x0040, 0x1101);
const CODED_INSTITUTION: Tag = Tag(0x0008, 0x0082);
const CODE_MEANING: Tag = Tag(0x0008, 0x0104);
const CODE_VALUE: Tag = Tag(0x0008, 0x0100);

/// The kind of an element, if its value identifies somebody.
pub(crate) fn kind_of(path: &TagPath, vr: VR) -> Option<Kind> {
    let tag = path.tag();
    match (path.sequences().last(), tag) {
        (Some(CODED_PERSON), CODE_MEANING) => return Some(Kind::PersonName),
        (Some(CODED_PERSON), CODE_VALUE) => return Some(Kind::Identifier),
        (Some(CODED_INSTITUTION), CODE_MEANING) => return Some(Kind::Institution),
        _ => {}
    }
    if let Some((_, _, kind)) = TABLE.iter().find(|(group, element, _)| Tag(*group, *element) == tag) {
        return Some(*kind);
    }
    match vr {
        VR::PN if tag.0 == 0x0010 => Some(Kind::PatientName),
        VR::PN => Some(Kind::PersonName),
        VR::DA | VR::DT if tag == Tag(0x0010, 0x0030) => Some(Kind::BirthDate),
        VR::DA | VR::DT => Some(Kind::Date),
        VR::UI if !is_structural_uid(tag) => Some(Kind::Uid),
        _ => None,
    }
}

/// Stands for the bytes before a file's prefix, which have no tag.
pub(crate) const PREAMBLE: Tag = Tag(0x0000, 0x0000);

/// The options (code values of CID 7050) under which an attribute that nobody can look into may stay as it is: free
/// text, private elements, overlays and curves, tags that no dictionary knows. None for all other attributes.
pub(crate) fn unchecked_unless(tag: Tag) -> Option<&'static [u32]> {
    match tag {
        Tag(0x0002, 0x0100 | 0x0102) | Tag(0xFFFC, 0xFFFC) => Some(&[]),
        PREAMBLE => Some(&[]),
        // Retrieve URL and URI, Source of Previous Values, signatures and encrypted content
        Tag(0x0008, 0x1190) | Tag(0x0040, 0xE010) | Tag(0x0400, 0x0115 | 0x0120 | 0x0520 | 0x0564) => {
            Some(&[])
        }
        // Modifying System
        Tag(0x0400, 0x0563) => Some(&[113_109]),
        Tag(0x5000..=0x50FF, _) | Tag(0x6000..=0x60FF, 0x0022 | 0x1500 | 0x3000 | 0x4000) => Some(&[113_103]),
        _ if is_private(tag) => Some(&[113_111]),
        _ if dictionary_vr(tag).is_none() => Some(&[]),
        _ => removed(tag),
    }
}

/// The options under which an attribute may be present that the Basic Profile removes; none if it does not.
pub(crate) fn removed(tag: Tag) -> Option<&'static [u32]> {
    REMOVED
        .binary_search_by_key(&(tag.0, tag.1), |(group, element, _)| (*group, *element))
        .ok()
        .map(|index| REMOVED[index].2)
}

/// Whether a UI attribute says what kind of thing something is.
pub(crate) fn is_structural_uid(tag: Tag) -> bool {
    STRUCTURAL_UIDS.iter().any(|(group, element)| Tag(*group, *element) == tag)
}
