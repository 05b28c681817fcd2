//! Attributes of Table E.1-1 at random: in the long run each is planted many times.

use super::people::Name;
use super::*;
use crate::expectation::{EXPECTATIONS, Expectation, Fate};
use crate::place::Name as PlaceName;

/// Attributes that are planted elsewhere, or that would make another kind of object of the file.
const LEFT_OUT: &[Tag] = &[
    (0x0008, 0x0018), // SOP Instance UID
    (0x0020, 0x000d), // Study Instance UID
    (0x0020, 0x000e), // Series Instance UID
    (0x0010, 0x0020), // Patient ID
    (0x0042, 0x0011), // Encapsulated Document
    (0x0400, 0x0565), // Reason for the Attribute Modification: a code, not a description
    (0x0018, 0x1010), // Secondary Capture Device ID
    (0x0018, 0x1011), // Hardcopy Creation Device ID
    (0x0018, 0x1012), // Date of Secondary Capture
    (0x0018, 0x1014), // Time of Secondary Capture
    (0x0088, 0x0200), // Icon Image Sequence
    (0x0040, 0xa730), // Content Sequence
    (0x0070, 0x0001), // Graphic Annotation Sequence
];

impl Sower {
    /// Plants about `n` attributes that are not there yet.
    pub(super) fn listed(&mut self, n: usize) {
        for _ in 0..n {
            let row = EXPECTATIONS[self.rng.below(EXPECTATIONS.len())];
            if !LEFT_OUT.contains(&row.0) && self.file.data.element(row.0).is_none() {
                self.plant_listed(row);
            }
        }
    }

    fn plant_listed(&mut self, Expectation(tag, vr, fate, is_needed): Expectation) {
        let from = self.checks.len();
        let place = Place::top(tag);
        match (fate, &vr) {
            (Fate::Date, b"DA" | b"DT") => self.listed_date(tag, &vr, is_needed),
            (Fate::Time, b"TM") => {
                let time = self.new_time();
                self.data().text(tag, b"TM", time);
                self.note(&place, Action::TagRetained, "", DATES_KEPT, RESEARCH);
            }
            (Fate::Uid, b"UI") => {
                let uid = self.new_uid();
                self.uid(tag, &uid);
            }
            (Fate::Clean, b"SH" | b"LO" | b"ST" | b"LT" | b"UT") => self.phrase(tag, &vr),
            (Fate::Keep, _) => self.listed_device(tag, &vr),
            (Fate::Remove, b"SQ") => self.listed_sequence(tag),
            (Fate::Remove, _) => self.listed_identifier(tag, &vr),
            _ => {}
        }
        if !is_needed {
            let retains =
                |check: &Check| !check.action.passes_without_file() && check.action != Action::UidConsistent;
            let noted = self.checks.split_off(from);
            self.checks.extend(noted.into_iter().filter(|check| !retains(check)));
        }
    }

    fn listed_date(&mut self, tag: Tag, vr: &[u8; 2], is_needed: bool) {
        let date = self.new_date();
        let value = if vr == b"DT" { format!("{date}{}", self.new_time()) } else { date.clone() };
        self.data().text(tag, vr, value);
        self.note_date(&Place::top(tag), &date, is_needed, true);
    }

    fn listed_device(&mut self, tag: Tag, vr: &[u8; 2]) {
        match vr {
            b"SH" | b"LO" | b"ST" | b"UT" | b"UC" => {
                let value = format!("DEV{}", self.new_digits(5));
                self.kept(tag, vr, &value, DEVICE);
            }
            b"DS" => self.kept(tag, vr, "1.75", PATIENT),
            b"UI" => {
                let uid = self.new_uid();
                self.kept(tag, vr, &uid, DEVICE);
            }
            b"SQ" if !self.has_items(tag) => {
                let mut item = DataSet::default();
                item.text((0x0008, 0x0100), b"SH", "T-1234");
                item.text((0x0008, 0x0102), b"SH", "99LOCAL");
                item.text((0x0008, 0x0104), b"LO", "Left");
                self.data().items(tag, vec![item]);
                self.note(&Place::top(tag), Action::TagRetained, "", DEVICE, RESEARCH);
            }
            _ => {}
        }
    }

    /// A sequence that goes, with a name in it: whether the sequence or the name goes is all the same.
    fn listed_sequence(&mut self, tag: Tag) {
        let name = Name::new(&mut self.rng, 4);
        let mut item = DataSet::default();
        item_text(&mut item, self.charset, (0x0040, 0xa123), b"PN", &name.pn());
        item_text(&mut item, self.charset, (0x0008, 0x0080), b"LO", &self.person.institution.clone());
        self.data().items(tag, vec![item]);
        let person = Place::top(tag).item(0, PlaceName::Tag((0x0040, 0xa123)));
        self.note(&person, Action::TextRemoved, &name.pn(), NAME, ALL);
        let institution = Place::top(tag).item(0, PlaceName::Tag((0x0008, 0x0080)));
        let expected = self.person.institution.clone();
        self.note(&institution, Action::TextRemoved, &expected, PLACE, ALL);
    }

    fn listed_identifier(&mut self, tag: Tag, vr: &[u8; 2]) {
        // What is cleaned may keep a word that nothing marks as a name.
        let share = if vr == b"AE" { usize::MAX } else { 4 };
        let name = Name::new(&mut self.rng, share);
        let digits = self.new_digits(6);
        let (text, code) = match vr {
            b"PN" => (name.pn(), NAME),
            b"SH" | b"AE" => (format!("{:.8} {digits}", name.family), REMOVED),
            b"LO" | b"ST" | b"LT" | b"UT" | b"UC" => {
                (format!("{} {} {digits}", name.given, name.family), REMOVED)
            }
            b"CS" => (format!("{:.8}_{digits}", name.family.to_uppercase()).replace('-', "_"), REMOVED),
            b"DS" | b"IS" => (self.new_digits(8), NUMBER),
            b"DA" => (self.new_date(), DATE),
            b"UR" => (format!("https://{}.example/{digits}", name.family.to_lowercase()), REMOVED),
            b"OB" | b"UN" => (format!("{} {digits}", name.family), REMOVED),
            _ => return,
        };
        self.gone(tag, vr, &text, code);
    }
}
