//! Checks on the values of kept attributes: what does not look like its VR may be anything, a name included.

use bytes::Bytes;
use dicom_core::dictionary::VirtualVr;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

use crate::registered_uid::is_registered_uid;

/// The VR under which a kept value goes on, or `None` if the VR as written contradicts the dictionary's so that text
/// could pass for something else. UN becomes the dictionary's VR. Texts take the dictionary's VR; a value whose VR
/// says that it is a name, a date or a UID is no text. Binary numbers keep their VR, which fits their width.
pub(crate) fn agreed_vr(written: VR, dictionary: VirtualVr) -> Option<VR> {
    let (usual, allowed) = match dictionary {
        VirtualVr::Xs => (VR::US, matches!(written, VR::US | VR::SS)),
        VirtualVr::Ox | VirtualVr::Px => (VR::OW, matches!(written, VR::OB | VR::OW)),
        VirtualVr::Lt => (VR::OW, matches!(written, VR::OB | VR::OW | VR::SS | VR::US)),
        VirtualVr::Exact(vr) if is_text(vr) => {
            return (written == vr || written == VR::UN || is_plain_text(written)).then_some(vr);
        }
        VirtualVr::Exact(vr) if is_number(vr) => (vr, is_number(written)),
        VirtualVr::Exact(vr) if is_binary(vr) => (vr, is_binary(written)),
        _ => return None,
    };
    match written {
        VR::UN => Some(usual),
        _ => allowed.then_some(written),
    }
}

/// The value if it is what its VR says (PS3.5 section 6.2), else `None`. Of CS only the values that are wrong are
/// blanked, because the place of a value has a meaning of its own; ages over 89 become 90. PN, AE, UR, DA and DT are never kept as they are.
pub(crate) fn checked_value(tag: Tag, vr: VR, value: &Bytes) -> Option<Bytes> {
    let valid = match vr {
        VR::CS if tag == tags::SPECIFIC_CHARACTER_SET => return codes_where(value, is_character_set),
        VR::CS => return codes_where(value, is_code),
        VR::DS => all_values(value, is_decimal),
        VR::IS => all_values(value, is_integer),
        VR::TM => all_values(value, crate::date::is_time),
        VR::AS => return ages(value),
        VR::UI => all_values(value, is_uid),
        _ if is_free_text(vr) => true,
        _ if tag == tags::ICC_PROFILE => is_icc_profile(value),
        _ => width(vr).is_some_and(|width| value.len().is_multiple_of(width)) && !reads_as_text(vr, value),
    };
    valid.then(|| value.clone())
}

/// Without the padding: spaces and NUL at both ends.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_padding = |byte: &u8| matches!(byte, b' ' | b'\0');
    let start = bytes.iter().position(|byte| !is_padding(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !is_padding(byte)).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

/// The values of a multi-valued element in ASCII, trimmed; `None` if there is anything but ASCII.
pub(crate) fn ascii_values(bytes: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii())?;
    Some(text.split('\\').map(|value| value.trim_matches([' ', '\0'])).collect())
}

/// Joins values and pads to even length, UIDs with NUL, all else with a space.
pub(crate) fn joined(vr: VR, values: &[impl AsRef<str>]) -> Bytes {
    let mut text = String::new();
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            text.push('\\');
        }
        text.push_str(value.as_ref());
    }
    if text.len() % 2 == 1 {
        text.push(if vr == VR::UI { '\0' } else { ' ' });
    }
    Bytes::from(text)
}

/// At most 64 digits and points, at least two components, the first of them 0, 1 or 2 (PS3.5 9.1). Leading zeros are
/// against the standard and harmless.
pub(crate) fn is_uid(value: &str) -> bool {
    let component = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let root = value.split_once('.').map(|(root, _)| root);
    value.len() <= 64 && matches!(root, Some("0" | "1" | "2")) && value.split('.').all(component)
}

/// True if a UID stands in the text that DICOM did not register: at least five components or made of a UUID, and longer
/// than the version of a program or an address of the network is.
pub(crate) fn names_an_entity(text: &[u8]) -> bool {
    let is_of_a_uid = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    text.split(|byte| !is_of_a_uid(byte)).filter_map(|run| std::str::from_utf8(run).ok()).any(|run| {
        let run = run.trim_matches('.');
        let is_long = run.matches('.').count() >= 4 || run.starts_with("2.25.");
        run.len() >= 14 && is_long && is_uid(run) && !is_registered_uid(run)
    })
}

fn all_values(bytes: &[u8], valid: impl Fn(&str) -> bool) -> bool {
    ascii_values(bytes).is_some_and(|values| values.iter().all(|value| value.is_empty() || valid(value)))
}

/// The terms of codes that say what is meant by the attributes beside them, and nothing about anybody: Value Type and
/// Relationship Type of a content item (PS3.3 C.17.3.2), and Photometric Interpretation (PS3.3 C.7.6.3.1.2).
/// Without them those attributes mean nothing any more.
const STRUCTURAL_CODES: [(Tag, &[&str]); 3] = [
    (
        tags::VALUE_TYPE,
        &[
            "CODE",
            "COMPOSITE",
            "CONTAINER",
            "DATE",
            "DATETIME",
            "IMAGE",
            "NUM",
            "PNAME",
            "SCOORD",
            "SCOORD3D",
            "TABLE",
            "TCOORD",
            "TEXT",
            "TIME",
            "UIDREF",
            "WAVEFORM",
        ],
    ),
    (
        tags::RELATIONSHIP_TYPE,
        &[
            "CONTAINS",
            "HAS ACQ CONTEXT",
            "HAS CONCEPT MOD",
            "HAS OBS CONTEXT",
            "HAS PROPERTIES",
            "INFERRED FROM",
            "SELECTED FROM",
        ],
    ),
    (
        tags::PHOTOMETRIC_INTERPRETATION,
        &[
            "MONOCHROME1",
            "MONOCHROME2",
            "PALETTE COLOR",
            "RGB",
            "YBR_FULL",
            "YBR_FULL_422",
            "YBR_ICT",
            "YBR_PARTIAL_420",
            "YBR_PARTIAL_422",
            "YBR_RCT",
        ],
    ),
];

/// True for one of those codes that is one of those terms.
pub(crate) fn is_structural_code(tag: Tag, value: &[u8]) -> bool {
    let terms = STRUCTURAL_CODES.iter().find(|(structural, _)| *structural == tag);
    terms.is_some_and(|(_, terms)| terms.iter().any(|term| term.as_bytes() == trimmed(value)))
}

/// Codes with those blanked that are not valid; `None` if nothing would be left.
pub(crate) fn codes_where(value: &Bytes, valid: impl Fn(&str) -> bool) -> Option<Bytes> {
    if all_values(value, &valid) {
        return Some(value.clone());
    }
    let parts =
        value.split(|byte| *byte == b'\\').map(|part| std::str::from_utf8(trimmed(part)).unwrap_or(""));
    let kept: Vec<&str> = parts.map(|part| if valid(part) { part } else { "" }).collect();
    kept.iter().any(|part| !part.is_empty()).then(|| joined(VR::CS, &kept))
}

fn is_code(value: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b' ' | b'_');
    value.len() <= 16 && value.bytes().all(allowed)
}

/// A defined term of Specific Character Set (PS3.3 C.12.1.1.2), or one misspelled in a usual way: the texts would lose
/// their meaning without it.
fn is_character_set(value: &str) -> bool {
    if value.len() > 16 {
        return false;
    }
    let term = value.replace([' ', '_', '-'], "").to_ascii_uppercase();
    let number = ["ISO2022IR", "ISOIR", "ISO8859"].iter().find_map(|prefix| term.strip_prefix(prefix));
    match number {
        Some(digits) => (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => matches!(term.as_str(), "GB18030" | "GBK" | "UTF8"),
    }
}

/// DS may have 16 characters. Many writers print more digits of a number, which is harmless; 32 is where it ends.
fn is_decimal(value: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    value.len() <= 32 && value.bytes().all(allowed) && value.parse().is_ok_and(f64::is_finite)
}

/// Some writers add a point and zeros, as in `4.000000`.
fn is_integer(value: &str) -> bool {
    let (whole, zeros) = value.split_once('.').unwrap_or((value, ""));
    value.len() <= 12 && whole.parse::<i32>().is_ok() && zeros.bytes().all(|byte| byte == b'0')
}

/// Ages with those over 89 years as 90, because so few people are that old (45 CFR 164.514(b)(2)(i)(C)). In days, weeks
/// and months the three digits of AS do not reach that far.
fn ages(bytes: &Bytes) -> Option<Bytes> {
    let values = ascii_values(bytes)?;
    if !values.iter().all(|value| value.is_empty() || is_age(value)) {
        return None;
    }
    let is_old = |value: &str| value.ends_with('Y') && value > "089Y";
    if !values.iter().any(|value| is_old(value)) {
        return Some(bytes.clone());
    }
    let capped: Vec<&str> =
        values.into_iter().map(|value| if is_old(value) { "090Y" } else { value }).collect();
    Some(joined(VR::AS, &capped))
}

fn is_age(value: &str) -> bool {
    match value.as_bytes() {
        [number @ .., b'D' | b'W' | b'M' | b'Y'] => {
            number.len() == 3 && number.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// Size and signature of an ICC profile (ISO 15076-1, 7.2): not some other payload.
fn is_icc_profile(bytes: &[u8]) -> bool {
    let declared = bytes.first_chunk::<4>().map(|size| u32::from_be_bytes(*size) as usize);
    let size_fits = declared.is_some_and(|size| size == bytes.len() || size + 1 == bytes.len());
    size_fits && bytes.get(36..40) == Some(b"acsp")
}

/// Six or more bytes, all of them printable ASCII: a text stored as numbers. Floating-point numbers come out like that
/// by chance, too (38.4 is `333333C@`), but those of text are absurdly large or small.
fn reads_as_text(vr: VR, bytes: &[u8]) -> bool {
    let text = trimmed(bytes);
    let is_printable = text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'));
    text.len() >= 6 && is_printable && !are_plausible_floats(vr, bytes)
}

/// Measurements lie between a millionth and a milliard, whatever their unit.
fn are_plausible_floats(vr: VR, bytes: &[u8]) -> bool {
    let is_plausible = |number: f64| (1e-6..1e9).contains(&number.abs());
    match vr {
        VR::FL | VR::OF => {
            bytes.as_chunks().0.iter().all(|chunk| is_plausible(f64::from(f32::from_le_bytes(*chunk))))
        }
        VR::FD | VR::OD => bytes.as_chunks().0.iter().all(|chunk| is_plausible(f64::from_le_bytes(*chunk))),
        _ => false,
    }
}

/// Characters, of whatever kind.
pub(crate) fn is_text(vr: VR) -> bool {
    is_plain_text(vr) || matches!(vr, VR::AE | VR::DA | VR::DT | VR::PN | VR::UI | VR::UR)
}

pub(crate) fn is_plain_text(vr: VR) -> bool {
    is_free_text(vr) || matches!(vr, VR::AS | VR::CS | VR::DS | VR::IS | VR::TM)
}

/// Texts that may say anything.
pub(crate) fn is_free_text(vr: VR) -> bool {
    matches!(vr, VR::LO | VR::LT | VR::SH | VR::ST | VR::UC | VR::UT)
}

/// A caret between two letters, as in `Smith^John`: PN is written like that (PS3.5 6.2.1), and hardly anything else.
/// Letters of any script are above ASCII.
pub(crate) fn is_like_a_name(text: &[u8]) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || !byte.is_ascii();
    text.windows(3).any(|window| matches!(window, [a, b'^', b] if is_letter(*a) && is_letter(*b)))
}

pub(crate) fn is_number(vr: VR) -> bool {
    matches!(vr, VR::AT | VR::FD | VR::FL | VR::SL | VR::SS | VR::SV | VR::UL | VR::US | VR::UV)
}

/// OB and its like; UN is not one of them.
pub(crate) fn is_binary(vr: VR) -> bool {
    matches!(vr, VR::OB | VR::OD | VR::OF | VR::OL | VR::OV | VR::OW)
}

/// Bytes of one number.
fn width(vr: VR) -> Option<usize> {
    match vr {
        VR::OB => Some(1),
        VR::OW | VR::SS | VR::US => Some(2),
        VR::AT | VR::FL | VR::OF | VR::OL | VR::SL | VR::UL => Some(4),
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_by_vr() {
        let check = |vr, value: &str, expected: Option<&str>| {
            let found = checked_value(Tag(0x0018, 0x0050), vr, &Bytes::copy_from_slice(value.as_bytes()));
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{vr:?} {value}");
        };
        check(VR::DS, "1.5\\-2e3 \\", Some("1.5\\-2e3 \\"));
        check(VR::DS, "0.48828125000000001", Some("0.48828125000000001"));
        check(VR::DS, "Smith", None);
        check(VR::DS, "1.5\\Smith", None);
        check(VR::DS, "inf", None);
        check(VR::DS, "1e999", None);
        check(VR::DS, "123456789012345678901234567890123", None);
        check(VR::IS, "12 ", Some("12 "));
        check(VR::IS, "+12", Some("+12"));
        check(VR::IS, "4.000000\\3.0", Some("4.000000\\3.0"));
        check(VR::IS, "12.5", None);
        check(VR::IS, "9901011234567", None);
        check(VR::CS, "AXIAL_1 A", Some("AXIAL_1 A"));
        check(VR::CS, "ORIGINAL\\Smith^John\\AXIAL", Some("ORIGINAL\\\\AXIAL "));
        check(VR::CS, "Smith", None);
        check(VR::CS, "LONGER THAN SIXTEEN", None);
        check(VR::CS, "ÅSA", None);
        check(VR::TM, "120000", Some("120000"));
        check(VR::TM, "Smith", None);
        check(VR::AS, "030Y", Some("030Y"));
        check(VR::AS, "30Y", None);
        check(VR::AS, "089Y", Some("089Y"));
        check(VR::AS, "090Y", Some("090Y"));
        check(VR::AS, "091Y", Some("090Y"));
        check(VR::AS, "102Y\\030Y ", Some("090Y\\030Y "));
        check(VR::AS, "999M", Some("999M"));
        check(VR::AS, "0102Y", None);
        check(VR::AS, "102Y\\Smith", None);
        check(VR::UI, "1.2.3\0", Some("1.2.3\0"));
        check(VR::UI, "1.2.Smith", None);
        check(VR::UI, "1..2", None);
        check(VR::UI, "20110213", None);
        check(VR::UI, "4711.2", None);
        check(VR::LO, "any text", Some("any text"));
        check(VR::PN, "Smith^John", None);
        check(VR::AE, "STORESCP", None);
        check(VR::UR, "http://a", None);
        check(VR::DA, "20240101", None);
        check(VR::UN, "ab", None);
        check(VR::US, "ab", Some("ab"));
        check(VR::US, "abc", None);
        check(VR::US, "Smith^John", None);
        check(VR::FD, "12345678", None);
        check(VR::FD, "333333C@", Some("333333C@"));
        check(VR::FD, "Smith^Jo", None);
        check(VR::FL, "q=J?}?U?d;_?", Some("q=J?}?U?d;_?"));
        check(VR::FL, "Smith^John  ", None);
        check(VR::OB, "Smith^John", None);
        check(VR::CS, "", Some(""));
    }

    #[test]
    fn names_have_a_caret() {
        let check = |text: &str, expected| assert_eq!(is_like_a_name(text.as_bytes()), expected, "{text}");
        check("Smith^John", true);
        check("for 山田^太郎", true);
        check("10^3", false);
        check("B30f^3", false);
        check("Smith^", false);
        check("Siemens", false);
    }

    #[test]
    fn uids_in_texts() {
        let check = |text: &str, expected| assert_eq!(names_an_entity(text.as_bytes()), expected, "{text}");
        check("1.2.840.113619.2.55.3.604688119", true);
        check("see 1.3.12.2.1107.5.1.4.1234, series 2", true);
        check("2.25.123316733347098731124423739342178345853", true);
        check("uid=1.2.3.977977977.4.", true);
        check("1.2.840.10008.5.1.4.1.1.2", false);
        check("syngo 5.1.2.3.4", false);
        check("10.20.30.40.50.60", false);
        check("1.2.3.4.5.6.7", false);
        check("1.5mm 2.5mm", false);
        check("", false);
    }

    #[test]
    fn character_set_terms() {
        let check = |value: &str, expected: Option<&str>| {
            let value = Bytes::copy_from_slice(value.as_bytes());
            let found = checked_value(tags::SPECIFIC_CHARACTER_SET, VR::CS, &value);
            assert_eq!(found.as_deref(), expected.map(str::as_bytes));
        };
        check("ISO_IR 100", Some("ISO_IR 100"));
        check("\\ISO 2022 IR 149 ", Some("\\ISO 2022 IR 149 "));
        check("GB18030 ", Some("GB18030 "));
        check("ISO-IR 100", Some("ISO-IR 100"));
        check("SMITH", None);
        check("ISO_IR SMITH", None);
    }

    #[test]
    fn icc_profiles() {
        let mut profile = vec![0; 132];
        profile[3] = 132;
        profile[36..40].copy_from_slice(b"acsp");
        let check = |bytes: &[u8], expected| {
            let found = checked_value(tags::ICC_PROFILE, VR::OB, &Bytes::copy_from_slice(bytes));
            assert_eq!(found.is_some(), expected);
        };
        check(&profile, true);
        check(&profile[..131], false);
        check(b"Smith^John", false);
        check(&[0; 132], false);
    }

    #[test]
    fn vr_as_written_against_the_dictionary() {
        let check = |written, dictionary, expected| {
            assert_eq!(agreed_vr(written, dictionary), expected, "{written:?} {dictionary:?}");
        };
        check(VR::LO, VR::CS.into(), Some(VR::CS));
        check(VR::CS, VR::LO.into(), Some(VR::LO));
        check(VR::UN, VR::DS.into(), Some(VR::DS));
        check(VR::PN, VR::LO.into(), None);
        check(VR::DA, VR::LO.into(), None);
        check(VR::OB, VR::LO.into(), None);
        check(VR::LO, VR::US.into(), None);
        check(VR::OB, VR::US.into(), None);
        check(VR::SS, VR::US.into(), Some(VR::SS));
        check(VR::UN, VirtualVr::Xs, Some(VR::US));
        check(VR::SS, VirtualVr::Xs, Some(VR::SS));
        check(VR::LT, VirtualVr::Lt, None);
        check(VR::OW, VR::OB.into(), Some(VR::OW));
        check(VR::UN, VR::UN.into(), None);
    }
}
