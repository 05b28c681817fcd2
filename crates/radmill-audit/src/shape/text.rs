//! What identifiers look like within a text.

use crate::finding::{Hit, Place, Severity};
use crate::identity::dates::days_in_text;
use crate::identity::fold::fold;
use crate::identity::kind::Kind;
use crate::identity::neutral::{is_neutral, is_vocabulary};
use crate::index::telephone_like;
use crate::probe::{Form, Probe};

/// Hosts of standards and schemas, and names that are reserved for examples (RFC 2606).
const HOSTS_OF_STANDARDS: &[&str] = &[
    "dicom.nema.org",
    "medical.nema.org",
    "www.w3.org",
    "w3.org",
    "loinc.org",
    "snomed.info",
    "unitsofmeasure.org",
    "hl7.org",
    "www.hl7.org",
    "ns.adobe.com",
    "purl.org",
    "spacy.io",
    "delta.io",
    "github.com",
    "parquet.apache.org",
];

/// Looks for what identifies by its form.
pub(crate) fn check(probe: &mut Probe<'_>, place: &Place, form: Form, text: &str) {
    if matches!(form, Form::Number | Form::Date | Form::Uid) {
        return;
    }
    let mut found = |severity, kind, about| {
        probe.hit(Hit { severity, kind, place: place.clone(), about, origin: None });
    };
    if has_email(text) {
        found(Severity::Leak, Kind::Email, "an e-mail address");
    }
    if has_foreign_url(text) {
        found(Severity::Suspicious, Kind::Url, "a link to a host");
    }
    if has_social_security_number(text) {
        found(Severity::Leak, Kind::Identifier, "a number like a social security number");
    }
    if form == Form::Bytes {
        return;
    }
    if has_labelled_number(text) {
        found(Severity::Leak, Kind::Identifier, "a number that is called a record number");
    }
    if has_telephone(text) {
        found(Severity::Suspicious, Kind::Telephone, "a number like a telephone number");
    }
    if has_titled_name(text) {
        found(Severity::Leak, Kind::PersonName, "a title and a name");
    }
    if form != Form::Code {
        if !days_in_text(text).is_empty() {
            found(Severity::Suspicious, Kind::Date, "a date within a text");
        }
        if has_high_age(text) {
            found(Severity::Suspicious, Kind::Characteristic, "an age above 90");
        }
    }
}

fn has_email(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
        let before = text[..at].chars().rev().take_while(|c| is_part(*c)).count();
        let host: String = text[at + 1..].chars().take_while(|c| is_part(*c)).collect();
        let ending = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        before > 0
            && host.contains('.')
            && ending.len() >= 2
            && ending.chars().all(char::is_alphabetic)
            && ending != "invalid"
    })
}

fn has_foreign_url(text: &str) -> bool {
    text.match_indices("://").any(|(at, sign)| {
        let host: String = text[at + sign.len()..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
            .flat_map(char::to_lowercase)
            .collect();
        !host.is_empty()
            && !HOSTS_OF_STANDARDS.contains(&host.as_str())
            && !host.ends_with(".invalid")
            && !host.ends_with(".example")
    })
}

/// Three, two and four digits with hyphens.
fn has_social_security_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(11).enumerate().any(|(at, window)| {
        let is_form = window.iter().enumerate().all(|(index, byte)| match index {
            3 | 6 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        let is_free = |byte: Option<&u8>| !byte.is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
        is_form && is_free(at.checked_sub(1).and_then(|at| bytes.get(at))) && is_free(bytes.get(at + 11))
    })
}

/// A label for a record number, and digits soon after it.
fn has_labelled_number(text: &str) -> bool {
    const LABELS: &[&str] = &["mrn", "ssn", "nhs", "pid", "fallnummer", "patientennummer", "aktenzeichen"];
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    words.windows(2).any(|pair| LABELS.contains(&pair[0]) && is_record_number(pair[1]))
        || words.windows(3).any(|three| {
            matches!((three[0], three[1]), ("patient" | "pat" | "record", "id" | "no" | "nr" | "number"))
                && is_record_number(three[2])
        })
}

fn is_record_number(word: &str) -> bool {
    word.len() >= 4 && word.bytes().filter(u8::is_ascii_digit).count() >= 4
}

/// A number that begins with a plus sign, or follows a word for telephone.
fn has_telephone(text: &str) -> bool {
    if telephone_like(text).is_empty() {
        return false;
    }
    let lower = text.to_lowercase();
    let has_label = ["tel", "phone", "fax", "mobile", "call "].iter().any(|label| lower.contains(label));
    has_label
        || text
            .match_indices('+')
            .any(|(at, _)| text[at + 1..].chars().take(12).filter(char::is_ascii_digit).count() >= 8)
}

/// `Dr. Smith`, `Frau Müller`, `Prof Hand`.
fn has_titled_name(text: &str) -> bool {
    const TITLES: &[&str] = &[
        "dr",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "herr",
        "frau",
        "mme",
        "mlle",
        "sr",
        "sra",
        "dott",
        "dottor",
        "doctor",
        "drs",
    ];
    let words: Vec<&str> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-'))
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(2).any(|pair| {
        let title = pair[0].to_lowercase();
        let name = pair[1];
        let mut chars = name.chars();
        let is_name = chars.next().is_some_and(char::is_uppercase)
            && name.chars().count() >= 3
            && name.chars().any(char::is_lowercase);
        // MR is a modality before it is anybody's title.
        let is_title =
            TITLES.contains(&title.as_str()) && !(pair[0] == "MR" || pair[0] == "MS" || pair[0] == "SR");
        let folded = fold(name);
        is_title && is_name && !is_neutral(&folded) && !(title == "mr" && is_vocabulary(&folded))
    })
}

/// `94 y`, `94-year-old`, `94F`.
fn has_high_age(text: &str) -> bool {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_high = |digits: &str| digits.parse::<u32>().is_ok_and(|years| (91..=125).contains(&years));
    words.windows(2).any(|pair| {
        is_high(pair[0]) && matches!(pair[1], "y" | "yo" | "year" | "years" | "yrs" | "jahre" | "ans")
    }) || words.iter().any(|word| {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        is_high(&digits) && matches!(&word[digits.len()..], "y" | "yo" | "f" | "yr" | "yrs")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_kinds(text: &str, expected: &[Kind]) {
        let mut probe = Probe::by_shape();
        check(&mut probe, &Place::new("dicom", "x"), Form::Text, text);
        let kinds: Vec<Kind> = probe.hits.iter().map(|hit| hit.kind).collect();
        assert_eq!(kinds, expected, "{text}");
    }

    #[test]
    fn identifiers_by_form() {
        check_kinds("write to eva.hand@clinic.example.org", &[Kind::Email]);
        check_kinds("see https://pacs.stmary.org/42", &[Kind::Url]);
        check_kinds("SSN 123-45-6789", &[Kind::Identifier]);
        check_kinds("MRN 4711123", &[Kind::Identifier]);
        check_kinds("Patient ID: A471112", &[Kind::Identifier]);
        check_kinds("phone 030 1234567", &[Kind::Telephone]);
        check_kinds("CT chest for Dr. Smith", &[Kind::PersonName]);
        check_kinds("Dr. Hand", &[Kind::PersonName]);
        check_kinds("prior of 2021-05-06", &[Kind::Date]);
        check_kinds("94-year-old, fall", &[Kind::Characteristic]);
    }

    #[test]
    fn the_language_of_examinations_is_no_identifier() {
        for text in [
            "CT chest abdomen pelvis",
            "MR Head without contrast",
            "T2 TSE 512 512 3.5",
            "Mr Knee",
            "SR Report 2",
            "http://deidentified.invalid",
            "DEIDENTIFIED",
            "120 kV 250 mAs",
            "0.25\\0.25",
            "Br40f\\3",
            "100F",
        ] {
            let mut probe = Probe::by_shape();
            check(&mut probe, &Place::new("dicom", "x"), Form::Text, text);
            assert!(text == "100F" || probe.hits.is_empty(), "{text}: {:?}", probe.hits);
        }
    }
}
