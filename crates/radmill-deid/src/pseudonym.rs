//! What the site key turns identities into: UIDs, patient pseudonyms, date offsets.

use crate::SiteKey;

/// Largest date offset in days, ten years: dates go back by 1 to this many days.
pub(crate) const DATE_OFFSET_DAYS_MAX: u64 = 3650;

/// Crockford's base 32: neither I, L, O nor U, so that a pseudonym can be read out and typed.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Whose data these are, as far as a key can be made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatientPseudonym {
    /// Stands in Patient ID (0010,0020): 16 characters, 80 bits.
    pub(crate) id: String,
    /// Dates go back by this many days; 1 to [`DATE_OFFSET_DAYS_MAX`].
    pub(crate) date_offset_days: i64,
}

impl PatientPseudonym {
    /// From a Patient ID, decoded and trimmed. Issuer of Patient ID does not count: the same person comes with it
    /// from one device and without it from the next, and a split of one person is worse than a merge of two.
    pub(crate) fn of_patient_id(key: &SiteKey, patient_id: &str) -> PatientPseudonym {
        PatientPseudonym::derive(key, "patient-id", patient_id)
    }

    /// For an instance without Patient ID: each study is taken for a patient of its own.
    pub(crate) fn of_study(key: &SiteKey, study_instance_uid: &str) -> PatientPseudonym {
        PatientPseudonym::derive(key, "study-as-patient", study_instance_uid)
    }

    fn derive(key: &SiteKey, kind: &str, value: &str) -> PatientPseudonym {
        let offset = u128::from_be_bytes(key.token(&format!("date-offset/{kind}"), value.as_bytes()));
        let offset = 1 + offset % u128::from(DATE_OFFSET_DAYS_MAX);
        PatientPseudonym {
            id: base32(key.token(kind, value.as_bytes())),
            date_offset_days: i64::try_from(offset).expect("at most DATE_OFFSET_DAYS_MAX"),
        }
    }
}

/// The UID that stands for this one: `2.25.` and the decimal value of a UUID of version 8 (PS3.5 B.2), at most
/// 44 characters.
pub(crate) fn uid(key: &SiteKey, original: &[u8]) -> String {
    let token = u128::from_be_bytes(key.token("uid", original));
    let version_and_variant_mask = (0xF << 76) | (0x3 << 62);
    let uuid = (token & !version_and_variant_mask) | (0x8 << 76) | (0x2 << 62);
    format!("2.25.{uuid}")
}

/// The first 80 bits as 16 characters.
fn base32(token: [u8; 16]) -> String {
    let bits = u128::from_be_bytes(token);
    (0..16).map(|index| char::from(BASE32[(bits >> (123 - 5 * index)) as usize & 31])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SiteKey {
        SiteKey::from_bytes([7; 32])
    }

    #[test]
    fn uids_are_valid_version_8_uuids() {
        for index in 0..1000 {
            let uid = uid(&key(), format!("1.2.{index}").as_bytes());
            assert!(uid.len() <= 44, "{uid}");
            let uuid: u128 = uid.strip_prefix("2.25.").unwrap().parse().unwrap();
            assert_eq!((uuid >> 76) & 0xF, 8);
            assert_eq!((uuid >> 62) & 0x3, 2);
        }
    }

    #[test]
    fn equal_values_map_to_equal_and_different_to_different() {
        let patients: std::collections::HashSet<_> = (0..10_000)
            .map(|index| PatientPseudonym::of_patient_id(&key(), &format!("{index}")).id)
            .collect();
        assert_eq!(patients.len(), 10_000);
        assert_eq!(uid(&key(), b"1.2.3"), uid(&key(), b"1.2.3"));
        assert_ne!(uid(&key(), b"1.2.3"), uid(&key(), b"1.2.4"));
        assert_ne!(uid(&key(), b"1.2.3"), uid(&SiteKey::from_bytes([8; 32]), b"1.2.3"));
        assert_ne!(PatientPseudonym::of_patient_id(&key(), "1.2"), PatientPseudonym::of_study(&key(), "1.2"));
    }

    /// Computed with Python's hmac module. When this fails, data sets made before and after no longer fit together, and a
    /// patient's later examinations become those of a stranger: do not accept it.
    #[test]
    fn derivation_never_changes() {
        let check = |original: &str, expected| assert_eq!(uid(&key(), original.as_bytes()), expected);
        check("1.2.840.113619.2.55.3.604688119.969", "2.25.123316733347098731124423739342178345853");
        check("1.3.12.2.1107.5.1.4.1", "2.25.333341277309393175134577401951120674866");

        let check = |patient: PatientPseudonym, id: &str, date_offset_days| {
            assert_eq!(patient, PatientPseudonym { id: id.to_owned(), date_offset_days });
        };
        check(PatientPseudonym::of_patient_id(&key(), "4711"), "83SSTKMFT4VSC3HH", 1378);
        check(PatientPseudonym::of_patient_id(&key(), "홍길동-1"), "K71H8XWR30S8FNCT", 1617);
        check(PatientPseudonym::of_patient_id(&key(), "MRN 0012"), "Y16XSCF4P5128M6Z", 377);
        let study = "1.2.840.113619.2.55.3.604688119.969";
        check(PatientPseudonym::of_study(&key(), study), "Q6GBV34HVH0J06TV", 1012);
    }

    #[test]
    fn pseudonyms_are_short_and_offsets_in_range() {
        let mut offsets = std::collections::HashSet::new();
        for index in 0..10_000 {
            let patient = PatientPseudonym::of_patient_id(&key(), &format!("{index}"));
            assert_eq!(patient.id.len(), 16);
            assert!(patient.id.bytes().all(|byte| BASE32.contains(&byte)));
            assert!((1..=3650).contains(&patient.date_offset_days));
            offsets.insert(patient.date_offset_days);
        }
        assert!(offsets.len() > 3000, "offsets spread over the range");
    }

    #[test]
    fn base32_takes_the_first_80_bits() {
        assert_eq!(base32([0; 16]), "0000000000000000");
        assert_eq!(base32([0xFF; 16]), "ZZZZZZZZZZZZZZZZ");
        let mut token = [0; 16];
        token[0] = 0b0000_1000;
        token[9] = 0b0000_0010;
        token[10] = 0xFF;
        assert_eq!(base32(token), "1000000000000002");
    }
}
