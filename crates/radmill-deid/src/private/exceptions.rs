//! Safe private elements that we treat with more care than the lists do, each with the reason.

use crate::ProfileOption;

/// What it takes for a listed element to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// It never stays.
    Remove,
    /// A person or a site types it in: it is cleaned as a descriptor, and goes where that option is not asked for.
    Typed,
    /// It stays under this option only, as its standard next of kin does.
    Under(ProfileOption),
}

use Care::{Remove, Typed};

const PATIENT: Care = Care::Under(ProfileOption::RetainPatientCharacteristics);
const DEVICE: Care = Care::Under(ProfileOption::RetainDeviceIdentity);
const FULL_DATES: Care = Care::Under(ProfileOption::RetainLongitudinalFullDates);

/// Creator, group, low byte, in ascending order.
#[rustfmt::skip]
const EXCEPTIONS: [(&str, u16, u8, Care); 34] = [
    ("CTP", 0x0013, 0x10, Typed), // Project Name
    ("CTP", 0x0013, 0x11, Typed), // Trial Name
    ("CTP", 0x0013, 0x12, Typed), // Site Name
    ("CTP", 0x0013, 0x13, Typed), // Site Id
    ("CTP", 0x0013, 0x15, Typed), // Batch
    ("CTP", 0x0013, 0x51, FULL_DATES), // Year of Diagnosis: beside shifted dates it gives the offset away
    ("ELSCINT1", 0x00E1, 0x63, PATIENT), // Patient Language
    ("FDMS 1.0", 0x0009, 0x90, Typed), // Distribution Code
    ("FDMS 1.0", 0x0009, 0x92, Typed), // Kanji Department Name
    ("FDMS 1.0", 0x0019, 0x60, Typed), // Radiographer's Code
    ("FDMS 1.0", 0x0019, 0x90, Typed), // Film Annotation Character String 1
    ("FDMS 1.0", 0x0019, 0x91, Typed), // Film Annotation Character String 2
    ("GEHC_CT_ADVAPP_001", 0x0053, 0x66, Typed), // Image Browser Annotation
    ("GEMS_GENIE_1", 0x0013, 0x26, Typed), // Study Comments
    // Copies of the pixel data, in which burned-in text would stay.
    ("HOLOGIC, Inc.", 0x7E01, 0x10, Remove),
    ("HOLOGIC, Inc.", 0x7E01, 0x11, Remove),
    ("INTELERAD MEDICAL SYSTEMS", 0x3F01, 0x01, Typed), // Institution Code
    ("INTELERAD MEDICAL SYSTEMS", 0x3F01, 0x03, Typed), // Source AE
    ("MMCPrivate", 0x0009, 0x48, Typed), // Protocol Name
    ("Philips Imaging DD 001", 0x2001, 0x9C, Typed), // Graphic Annotation Label
    ("Philips Imaging DD 001", 0x2001, 0xCC, Typed), // Derivation Description
    ("SECTRA_Ident_01", 0x0009, 0x02, Typed), // Examination number
    ("SIEMENS CM VA0  ACQU", 0x0019, 0x13, Typed), // Sequence Description
    ("SIEMENS CM VA0  CMS", 0x0013, 0x31, PATIENT), // Patient Weight
    ("SIEMENS CM VA0  CMS", 0x0013, 0x35, PATIENT), // Patient Sex
    ("SIEMENS CM VA0  CMS", 0x0013, 0x40, Typed), // Procedure Description
    ("SIEMENS CM VA0  LAB", 0x0009, 0x10, DEVICE), // Generator Identification Label
    ("SIEMENS CM VA0  LAB", 0x0009, 0x11, DEVICE), // Gantry Identification Label
    ("SIEMENS CM VA0  LAB", 0x0009, 0x13, DEVICE), // Detector Identification Label
    ("SIEMENS CM VA0  LAB", 0x0009, 0x15, DEVICE), // SMI Identification Label
    ("SIEMENS MR SDS 01", 0x0021, 0x01, PATIENT), // Used Patient Weight
    ("SIEMENS SYNGO ADVANCED PRESENTATION", 0x0029, 0x00, Typed), // Presentation Name
    ("TOSHIBA_MEC_CT3", 0x7005, 0x11, Typed), // Series Comment
    ("UCSF BIRP PRIVATE CREATOR 011710xx", 0x0117, 0x3B, Typed), // Timing information comments
];

/// The care that an element asks for.
pub(crate) fn care(creator: &str, group: u16, low_byte: u8) -> Option<Care> {
    let wanted = (creator, group, low_byte);
    let index = EXCEPTIONS
        .binary_search_by_key(&wanted, |(creator, group, low_byte, _)| (*creator, *group, *low_byte))
        .ok()?;
    EXCEPTIONS.get(index).map(|(.., care)| *care)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::table::known_creator;
    use crate::value::is_free_text;

    #[test]
    fn exceptions_are_sorted_and_each_is_one_of_a_listed_element() {
        assert!(EXCEPTIONS.is_sorted_by(|a, b| (a.0, a.1, a.2) < (b.0, b.1, b.2)));
        for (creator, group, low_byte, care) in EXCEPTIONS {
            let element = known_creator(creator).and_then(|known| known.safe_element(group, low_byte));
            let vr = element.unwrap_or_else(|| panic!("{creator} ({group:04X},xx{low_byte:02X})")).vr;
            assert!(care != Typed || is_free_text(vr), "{creator} ({group:04X},xx{low_byte:02X})");
        }
    }

    #[test]
    fn looks_up_exceptions() {
        assert_eq!(care("HOLOGIC, Inc.", 0x7E01, 0x10), Some(Remove));
        assert_eq!(care("CTP", 0x0013, 0x12), Some(Typed));
        assert_eq!(care("SIEMENS CM VA0  LAB", 0x0009, 0x11), Some(DEVICE));
        assert_eq!(care("SIEMENS MR HEADER", 0x0019, 0x0C), None);
    }
}
