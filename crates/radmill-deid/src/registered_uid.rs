//! The UIDs that DICOM registered (PS3.6 Annex A): the same for everybody, they identify nobody and never change.

use std::ops::RangeInclusive;

use dicom_core::dictionary::UidDictionary;
use dicom_dictionary_std::StandardSopClassDictionary;

const ROOT: &str = "1.2.840.10008.";

/// What PS3.6 Annex A registers below the root beside SOP Classes: parent and last components, of edition 2026.
/// What else lies below the root was made up by somebody, and may identify an instance.
#[rustfmt::skip]
const FAMILIES: &[(&str, RangeInclusive<u32>)] = &[
    // Transfer syntaxes.
    ("1", 2..=2), ("1", 20..=20), ("1.2", 1..=2), ("1.2", 5..=5), ("1.2.1", 98..=99), ("1.2.4", 50..=66),
    ("1.2.4", 70..=70), ("1.2.4", 80..=81), ("1.2.4", 90..=95), ("1.2.4", 100..=108), ("1.2.4", 110..=112),
    ("1.2.4", 201..=205), ("1.2.4.100", 1..=1), ("1.2.4.101", 1..=1), ("1.2.4.102", 1..=1), ("1.2.4.103", 1..=1),
    ("1.2.4.104", 1..=1), ("1.2.4.105", 1..=1), ("1.2.4.106", 1..=1), ("1.2.6", 1..=2), ("1.2.7", 1..=3),
    ("1.2.8", 1..=1),
    // Well-known frames of reference: brain atlases and coordinate systems of machines.
    ("1.4.1", 1..=18), ("1.4.2", 1..=2), ("1.4.3", 1..=3), ("1.4.4", 1..=1), ("1.4.5", 1..=1), ("1.4.6", 1..=3),
    // Synchronization frame of reference: UTC.
    ("15.1", 1..=1),
    // Well-known SOP Instances, color palettes among them.
    ("1.20.1", 1..=1), ("1.20.2", 1..=1), ("1.40", 1..=1), ("1.42", 1..=1), ("1.5", 1..=8), ("5.1.1", 17..=17),
    ("5.1.1", 25..=25), ("5.1.1.17", 376..=376), ("5.1.1.40", 1..=1), ("5.1.4.1.1.201.1", 1..=1), ("5.1.4.34", 5..=5),
    ("5.1.4.34.5", 1..=1),
    // Coding schemes, context groups (Table A-3, up to here and a little room), the mapping resource.
    ("2.16", 4..=18), ("2.6", 1..=1), ("6.1", 1..=1999), ("8.1", 1..=1),
    // Meta SOP Classes.
    ("5.1.1", 9..=9), ("5.1.1", 18..=18), ("5.1.1", 32..=32), ("5.1.1.9", 1..=1), ("5.1.1.18", 1..=1),
    ("3.1.2.1", 4..=4), ("3.1.2.5", 4..=5), ("5.1.4", 32..=32),
    // Application context name, service classes, hosting models, LDAP attributes.
    ("3.1.1", 1..=1), ("4", 2..=2), ("5.1.4.34", 4..=4), ("5.1.4.34", 6..=6), ("7.1", 1..=2), ("15.0.3", 1..=31),
    ("15.0.4", 1..=8),
];

/// True for a UID that DICOM registered.
pub(crate) fn is_registered_uid(uid: &str) -> bool {
    let Some(below) = uid.strip_prefix(ROOT) else { return false };
    StandardSopClassDictionary.by_uid(uid).is_some() || is_in_a_family(below)
}

fn is_in_a_family(below: &str) -> bool {
    let Some((parent, last)) = below.rsplit_once('.') else { return false };
    // A component has no leading zero and no sign.
    let is_plain = last.bytes().all(|byte| byte.is_ascii_digit()) && !last.starts_with('0');
    let Some(last) = last.parse::<u32>().ok().filter(|_| is_plain) else { return false };
    FAMILIES.iter().any(|(family, lasts)| *family == parent && lasts.contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registered_and_made_up_uids() {
        let check = |uid, expected| assert_eq!(is_registered_uid(uid), expected, "{uid}");
        check("1.2.840.10008.5.1.4.1.1.2", true); // CT Image Storage
        check("1.2.840.10008.5.1.4.1.1.88.76", true); // Enhanced X-Ray Radiation Dose SR
        check("1.2.840.10008.1.2", true); // Implicit VR Little Endian
        check("1.2.840.10008.1.2.4.106.1", true);
        check("1.2.840.10008.1.4.1.1", true); // Talairach
        check("1.2.840.10008.1.4.1.18", true);
        check("1.2.840.10008.1.4.3.3", true); // IEC 61217 table top
        check("1.2.840.10008.1.5.8", true); // Winter color palette
        check("1.2.840.10008.1.20.1.1", true);
        check("1.2.840.10008.15.1.1", true); // UTC
        check("1.2.840.10008.15.0.3.31", true);
        check("1.2.840.10008.2.16.4", true); // DCM
        check("1.2.840.10008.6.1.1404", true); // a context group
        check("1.2.840.10008.8.1.1", true);
        check("1.2.840.10008.5.1.1.9", true); // Basic Grayscale Print Management

        check("1.2.840.10008", false);
        check("1.2.840.10008.", false);
        check("1.2.840.100081.2", false);
        check("1.2.840.10008.19900101", false);
        check("1.2.840.10008.1.4.1.19", false);
        check("1.2.840.10008.1.4.1.01", false);
        check("1.2.840.10008.1.4.1.+1", false);
        check("1.2.840.10008.1.4.1.1.1", false);
        check("1.2.840.10008.6.1.99999999999", false);
        check("1.2.840.10008.1.2.3.4", false);
        check("1.2.840.10008.5.1.4.1.1.2.4711", false);
        check("1.2.840.10008.4711.12", false);
        check("1.2.840.113619.2.1", false);
        check("1.2.840.10008.Smith", false);
        check("", false);
    }
}
