//! What a de-identified DICOM object must not hold, and what it must say of itself (PS3.15 E.2, E.3).

use std::collections::BTreeSet;

use dicom_core::{Tag, VR};

use crate::finding::{Hit, Place, Severity};
use crate::identity::dates::{Day, days_of_value};
use crate::identity::extract::trimmed;
use crate::identity::fold::fold;
use crate::identity::kind::Kind;
use crate::identity::neutral::is_neutral;
use crate::identity::tags::{is_structural_uid, kind_of, removed};
use crate::identity::uids::{is_from_uuid, is_registered};
use crate::outputs::dicom::Declared;
use crate::probe::Probe;
use crate::read::tag::TagPath;
use crate::read::vr::{is_private, is_text};
use crate::read::walk::Element;

/// What was seen of one object.
#[derive(Default)]
pub(crate) struct ObjectShape {
    suspects: Vec<Suspect>,
    /// Blocks with a creator: the sequences around them, group, and block number.
    creators: BTreeSet<String>,
    says_identity_removed: bool,
    says_method: bool,
}

struct Suspect {
    place: String,
    severity: Severity,
    kind: Kind,
    about: &'static str,
    /// Code values of options that make it rightful.
    options: &'static [u32],
}

impl ObjectShape {
    pub(crate) fn sequence(&mut self, path: &TagPath) {
        if path.tag() == Tag(0x0012, 0x0064) {
            self.says_method = true;
        } else if let Some(options) = removed(path.tag()) {
            self.suspect(path, Severity::Suspicious, Kind::Unchecked, LISTED, options);
        }
    }

    pub(crate) fn element(&mut self, element: &Element<'_>) {
        let path = element.path;
        let tag = path.tag();
        let value = trimmed(element.value);
        if value.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(value);
        match tag {
            Tag(0x0012, 0x0062) => self.says_identity_removed |= text == "YES" && !path.is_nested(),
            Tag(0x0012, 0x0063) => self.says_method = true,
            Tag(0x0028, 0x0301) if text != "NO" => {
                self.suspect(
                    path,
                    Severity::Suspicious,
                    Kind::Unchecked,
                    "the object says that text is burned into the pixels",
                    &[],
                );
            }
            Tag(0x0042, 0x0011) => {
                self.suspect(path, Severity::Suspicious, Kind::Unchecked, "an encapsulated document", &[]);
            }
            _ if is_private(tag) => self.private(path),
            Tag(0x6000..=0x60FF, 0x3000 | 0x4000) | Tag(0x5000..=0x50FF, _) => {
                self.suspect(
                    path,
                    Severity::Suspicious,
                    Kind::Unchecked,
                    "an overlay or a curve",
                    &[113_103],
                );
            }
            _ => self.standard(element, &text),
        }
    }

    fn standard(&mut self, element: &Element<'_>, text: &str) {
        let path = element.path;
        if let Some(options) = removed(path.tag()) {
            // What names somebody has no business there; what only may do so is for a person to see.
            let kind = kind_of(path, element.vr).unwrap_or(Kind::Unchecked);
            let is_placeholder = is_text(element.vr) && is_placeholder(element.vr, text);
            let names_somebody = !matches!(kind, Kind::Unchecked | Kind::Date | Kind::Uid);
            let severity = if names_somebody { Severity::Leak } else { Severity::Suspicious };
            if !is_placeholder {
                self.suspect(path, severity, kind, LISTED, options);
            }
        }
        match element.vr {
            VR::PN => self.person_name(path, &element.character_sets.decode(element.value)[0]),
            VR::UI if !is_structural_uid(path.tag()) && has_foreign_uid(text) => {
                let about = "a uid that no de-identifier seems to have made";
                self.suspect(path, Severity::Suspicious, Kind::Uid, about, &[113_110]);
            }
            VR::AS if age_in_years(text).is_some_and(|years| years > 90) => {
                self.suspect(path, Severity::Leak, Kind::Characteristic, "an age above 90", &[]);
            }
            VR::DA if path.tag() == Tag(0x0010, 0x0030) && !is_placeholder(element.vr, text) => {
                self.suspect(
                    path,
                    Severity::Suspicious,
                    Kind::BirthDate,
                    "a date of birth",
                    &[113_106, 113_107],
                );
            }
            _ => {}
        }
    }

    fn person_name(&mut self, path: &TagPath, text: &str) {
        let folded = fold(text);
        let n_words = folded
            .split(' ')
            .filter(|word| {
                word.chars().count() >= 2 && word.chars().all(char::is_alphabetic) && !is_neutral(word)
            })
            .count();
        // A pseudonym is one word, or has digits in it.
        match n_words {
            0 => {}
            1 => self.suspect(path, Severity::Suspicious, Kind::PersonName, "a person name of one word", &[]),
            _ => self.suspect(path, Severity::Leak, Kind::PersonName, "a person name of several words", &[]),
        }
    }

    /// A private element may stay under Retain Safe Private, and then its creator says whose it is (PS3.5 7.8.1).
    fn private(&mut self, path: &TagPath) {
        let tag = path.tag();
        let level = path.to_string();
        let level = &level[..level.len() - "(gggg,eeee)".len()];
        if (0x0010..=0x00FF).contains(&tag.1) {
            self.creators.insert(format!("{level}{:04X}{:02X}", tag.0, tag.1));
            self.suspect(path, Severity::Suspicious, Kind::Unchecked, "a private element", &[113_111]);
        } else if !self.creators.contains(&format!("{level}{:04X}{:02X}", tag.0, tag.1 >> 8)) {
            self.suspect(
                path,
                Severity::Suspicious,
                Kind::Unchecked,
                "a private element without a creator",
                &[],
            );
        } else {
            self.suspect(path, Severity::Suspicious, Kind::Unchecked, "a private element", &[113_111]);
        }
    }

    fn suspect(
        &mut self,
        path: &TagPath,
        severity: Severity,
        kind: Kind,
        about: &'static str,
        options: &'static [u32],
    ) {
        self.suspects.push(Suspect { place: path.to_string(), severity, kind, about, options });
    }

    /// Hands over what no declared option explains.
    pub(crate) fn finish(self, declared: &Declared, probe: &mut Probe<'_>) {
        for suspect in self.suspects {
            if suspect.options.iter().any(|code| declared.has(&code.to_string())) {
                continue;
            }
            probe.hit(Hit {
                severity: suspect.severity,
                kind: suspect.kind,
                place: Place::new("dicom", suspect.place),
                about: suspect.about,
                origin: None,
            });
        }
        let claims = [
            (self.says_identity_removed, "(0012,0062)", "Patient Identity Removed is not YES"),
            (self.says_method, "(0012,0063)", "nothing says how it was de-identified"),
        ];
        for (is_there, at, about) in claims {
            if !is_there {
                let place = Place::new("dicom", at);
                probe.hit(Hit {
                    severity: Severity::Suspicious,
                    kind: Kind::Claim,
                    place,
                    about,
                    origin: None,
                });
            }
        }
    }
}

const LISTED: &str = "the Basic Profile removes this attribute";

/// What de-identifiers write where something has to stand.
fn is_placeholder(vr: VR, text: &str) -> bool {
    match vr {
        VR::DA | VR::DT => days_of_value(text).all(Day::is_placeholder),
        VR::TM => text.chars().all(|c| matches!(c, '0' | '.')),
        VR::UI => !has_foreign_uid(text),
        _ => fold(text).split(' ').all(is_neutral),
    }
}

/// UIDs under roots of organisations and devices.
fn has_foreign_uid(text: &str) -> bool {
    text.split('\\').any(|uid| !is_from_uuid(uid) && !is_registered(uid))
}

/// `095Y` as years (PS3.5 6.2).
pub(crate) fn age_in_years(text: &str) -> Option<u32> {
    text.trim().strip_suffix('Y')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generated::removed::REMOVED;

    #[test]
    fn the_generated_table_is_sorted() {
        assert!(REMOVED.is_sorted_by_key(|(group, element, _)| (*group, *element)));
        assert!(removed(Tag(0x0010, 0x1040)).is_some() && removed(Tag(0x0028, 0x0010)).is_none());
    }
}
