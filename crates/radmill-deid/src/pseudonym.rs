//! What the site key turns identities into: UIDs, patient pseudonyms, date offsets.
//!
//! Part of every pseudonym is a mark that only the key can make. By it a pseudonym of ours is recognised and stays, so
//! that what is de-identified a second time does not change any more.

use crate::SiteKey;

/// Largest date offset in days, ten years: dates go back by 1 to this many days.
pub(crate) const DATE_OFFSET_DAYS_MAX: u64 = 3650;

/// Crockford's base 32: neither I, L, O nor U, so that a pseudonym can be read out and typed.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Bits of a UID (of a UUID) and of a patient pseudonym that are its mark, the last ones: another one passes for ours
/// once in 4 billion, and once in a million, which is why a patient pseudonym is believed only beside more that we have
/// written.
const UID_MARK_BITS: u32 = 32;
const PATIENT_MARK_BITS: u32 = 20;

/// Bits of a patient pseudonym, five in each of its 16 characters.
const PATIENT_BITS: u32 = 80;

/// Whose data these are, as far as a key can be made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PatientPseudonym {
    /// Stands in Patient ID (0010,0020): 16 characters, of which the last four are the mark.
    pub(crate) id: String,
    /// Dates go back by this many days; 1 to [`DATE_OFFSET_DAYS_MAX`], or 0 for an instance whose dates have been
    /// shifted under this key already.
    pub(crate) date_offset_days: i64,
}

impl PatientPseudonym {
    /// From a Patient ID, decoded and trimmed. Issuer of Patient ID does not count: the same person comes with it
    /// from one device and without it from the next, and a split of one person is worse than a merge of two.
    pub(crate) fn of_patient_id(key: &SiteKey, patient_id: &str) -> PatientPseudonym {
        PatientPseudonym::derive(key, "patient-id", patient_id)
    }

    /// The same in an instance that was de-identified under this key before, where a pseudonym of ours stays.
    pub(crate) fn of_patient_id_again(key: &SiteKey, patient_id: &str) -> PatientPseudonym {
        let pseudonym = PatientPseudonym::of_patient_id(key, patient_id);
        if is_own_patient_id(key, patient_id) {
            PatientPseudonym { id: patient_id.to_owned(), ..pseudonym }
        } else {
            pseudonym
        }
    }

    /// For an instance without Patient ID: each study is taken for a patient of its own.
    pub(crate) fn of_study(key: &SiteKey, study_instance_uid: &str) -> PatientPseudonym {
        PatientPseudonym::derive(key, "study-as-patient", study_instance_uid)
    }

    /// The same, for an instance whose dates have been shifted already.
    pub(crate) fn without_offset(self) -> PatientPseudonym {
        PatientPseudonym { date_offset_days: 0, ..self }
    }

    fn derive(key: &SiteKey, kind: &str, value: &str) -> PatientPseudonym {
        let offset = u128::from_be_bytes(key.token(&format!("date-offset/{kind}"), value.as_bytes()));
        let offset = 1 + offset % u128::from(DATE_OFFSET_DAYS_MAX);
        let token = u128::from_be_bytes(key.token(kind, value.as_bytes()));
        PatientPseudonym {
            id: base32(with_mark(key, "patient-mark", token >> (128 - PATIENT_BITS), PATIENT_MARK_BITS)),
            date_offset_days: i64::try_from(offset).expect("at most DATE_OFFSET_DAYS_MAX"),
        }
    }
}

/// True for a patient pseudonym that this key has made.
pub(crate) fn is_own_patient_id(key: &SiteKey, patient_id: &str) -> bool {
    from_base32(patient_id)
        .is_some_and(|bits| with_mark(key, "patient-mark", bits, PATIENT_MARK_BITS) == bits)
}

/// The UID that stands for this one: `2.25.` and the decimal value of a UUID of version 8 (PS3.5 B.2), at most
/// 44 characters. One of ours stays.
pub(crate) fn uid(key: &SiteKey, original: &[u8]) -> String {
    if let Some(own) = std::str::from_utf8(original).ok().filter(|uid| is_own_uid(key, uid)) {
        return own.to_owned();
    }
    let token = u128::from_be_bytes(key.token("uid", original));
    format!("2.25.{}", with_mark(key, "uid-mark", version_8(token), UID_MARK_BITS))
}

fn is_own_uid(key: &SiteKey, uid: &str) -> bool {
    let uuid = uid.strip_prefix("2.25.").filter(|digits| !digits.starts_with(['0', '+']));
    uuid.and_then(|digits| digits.parse::<u128>().ok()).is_some_and(|uuid| {
        version_8(uuid) == uuid && with_mark(key, "uid-mark", uuid, UID_MARK_BITS) == uuid
    })
}

/// With the version and variant of a UUID of version 8 (RFC 9562).
fn version_8(token: u128) -> u128 {
    let version_and_variant_mask = (0xF << 76) | (0x3 << 62);
    (token & !version_and_variant_mask) | (0x8 << 76) | (0x2 << 62)
}

/// The last `n_bits` are replaced by what the key makes of those before.
fn with_mark(key: &SiteKey, kind: &str, bits: u128, n_bits: u32) -> u128 {
    let body = bits >> n_bits;
    let mark = u128::from_be_bytes(key.token(kind, &body.to_be_bytes())) >> (128 - n_bits);
    (body << n_bits) | mark
}

/// The last 80 bits as 16 characters.
fn base32(bits: u128) -> String {
    let digit = |index| (bits >> (PATIENT_BITS - 5 * (index + 1))) as usize & 31;
    (0..PATIENT_BITS / 5).map(|index| char::from(BASE32[digit(index)])).collect()
}

/// `None` if these are not 16 characters as [`base32`] writes them.
fn from_base32(text: &str) -> Option<u128> {
    if text.len() != (PATIENT_BITS / 5) as usize {
        return None;
    }
    text.bytes().try_fold(0, |bits, character| {
        let digit = BASE32.iter().position(|known| *known == character)?;
        Some((bits << 5) | digit as u128)
    })
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
        check("1.2.840.113619.2.55.3.604688119.969", "2.25.123316733347098731124423739341344100727");
        check("1.3.12.2.1107.5.1.4.1", "2.25.333341277309393175134577401954593925237");

        let check = |patient: PatientPseudonym, id: &str, date_offset_days| {
            assert_eq!(patient, PatientPseudonym { id: id.to_owned(), date_offset_days });
        };
        check(PatientPseudonym::of_patient_id(&key(), "4711"), "83SSTKMFT4VSQG4K", 1378);
        check(PatientPseudonym::of_patient_id(&key(), "홍길동-1"), "K71H8XWR30S8PCHX", 1617);
        check(PatientPseudonym::of_patient_id(&key(), "MRN 0012"), "Y16XSCF4P512C74M", 377);
        let study = "1.2.840.113619.2.55.3.604688119.969";
        check(PatientPseudonym::of_study(&key(), study), "Q6GBV34HVH0JANHH", 1012);
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
    fn base32_takes_the_last_80_bits() {
        for (bits, text) in [
            (0, "0000000000000000"),
            ((1 << 80) - 1, "ZZZZZZZZZZZZZZZZ"),
            ((1 << 75) + 2, "1000000000000002"),
        ] {
            assert_eq!(base32(bits), text);
            assert_eq!(from_base32(text), Some(bits));
        }
        assert_eq!(base32(1 << 80), "0000000000000000");
        for text in [
            "",
            "000000000000000",
            "00000000000000000",
            "000000000000000O",
            "000000000000000a",
            "é00000000000000",
        ] {
            assert_eq!(from_base32(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_key_has_made_stays_and_nothing_else_does() {
        let other = SiteKey::from_bytes([8; 32]);
        for index in 0..1000 {
            let original = format!("1.2.{index}");
            let new = uid(&key(), original.as_bytes());
            assert_eq!(uid(&key(), new.as_bytes()), new);
            assert_ne!(uid(&other, new.as_bytes()), new);
            for near in [format!("{new}0"), format!("{new}.1"), new.replace("2.25.", "2.25.0")] {
                assert_ne!(uid(&key(), near.as_bytes()), near);
            }
            let patient = PatientPseudonym::of_patient_id(&key(), &original);
            assert_eq!(PatientPseudonym::of_patient_id_again(&key(), &patient.id).id, patient.id);
            assert_ne!(PatientPseudonym::of_patient_id(&key(), &patient.id).id, patient.id);
            assert_eq!(PatientPseudonym::of_patient_id_again(&key(), &original), patient);
            assert!(!is_own_patient_id(&other, &patient.id));
            assert!(
                !is_own_patient_id(&key(), &patient.id.to_lowercase())
                    || patient.id.bytes().all(|b| b.is_ascii_digit())
            );
        }
        assert_ne!(
            uid(&key(), b"2.25.329800735698586629295641978511506172918"),
            "2.25.329800735698586629295641978511506172918"
        );
    }
}
