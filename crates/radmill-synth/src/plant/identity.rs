//! Who the patient is, who asked, who looked, and where: the attributes that every file has.

use super::people::Name;
use super::*;
use crate::data_set::Value;
use crate::place::Name as PlaceName;

impl Sower {
    /// Patient, study and institution.
    pub(super) fn identity(&mut self) {
        let person = self.person.clone();
        self.gone((0x0010, 0x0010), b"PN", &person.pn(), NAME);
        self.gone((0x0010, 0x0020), b"LO", &person.id, RECORD);
        self.note(&Place::top((0x0010, 0x0020)), Action::PatidConsistent, &person.id, PATIENT_MAPPED, ALL);
        self.gone((0x0010, 0x0030), b"DA", &person.birth_date, DATE);
        self.characteristics();
        self.gone((0x0010, 0x1040), b"LO", &format!("{}, {}", person.street, person.town), PLACE);
        self.gone((0x0010, 0x2154), b"SH", &person.phone, PHONE);
        self.gone((0x0010, 0x2155), b"LT", &person.mail, MAIL);
        self.gone((0x0008, 0x0050), b"SH", &person.accession, NUMBER);
        self.gone((0x0008, 0x0080), b"LO", &person.institution, PLACE);
        self.gone((0x0008, 0x0081), b"ST", &format!("{}\r\n{}", person.street, person.town), PLACE);
        self.gone((0x0008, 0x0090), b"PN", &person.referrer.pn(), NAME);
        self.gone((0x0008, 0x1060), b"PN", &person.reader.pn(), NAME);
        let study_id = format!("S{}", self.new_digits(6));
        self.gone((0x0020, 0x0010), b"SH", &study_id, NUMBER);
        let others = format!("{}\\MRN{}", self.new_digits(9), self.new_digits(7));
        self.gone((0x0010, 0x1000), b"LO", &others, RECORD);
        let (first, second) = (Name::new(&mut self.rng, 4), Name::new(&mut self.rng, 4));
        self.gone((0x0008, 0x1050), b"PN", &format!("{}\\{}", first.pn(), second.pn()), NAME);
        self.other_ids();
        self.identifiers();
        self.dates();
        self.devices();
        self.descriptions();
    }

    /// Retained, but for an age that few people reach.
    fn characteristics(&mut self) {
        let sex = ["F", "M", "O"][self.rng.below(3)];
        self.kept((0x0010, 0x0040), b"CS", sex, PATIENT);
        let place = Place::top((0x0010, 0x1010));
        if self.rng.below(8) == 0 {
            self.text((0x0010, 0x1010), b"AS", "093Y");
            self.note(&place, Action::TextRemoved, "093Y", DATE, ALL);
            self.note(&place, Action::TagRetained, "", PATIENT, RESEARCH);
        } else {
            let age = format!("{:03}Y", 1 + self.rng.below(89));
            self.kept((0x0010, 0x1010), b"AS", &age, PATIENT);
        }
        let weight = format!("{}.5", 40 + self.rng.below(60));
        self.kept((0x0010, 0x1030), b"DS", &weight, PATIENT);
    }

    fn other_ids(&mut self) {
        let id = format!("INS{}", self.new_digits(8));
        let mut item = DataSet::default();
        item.text((0x0010, 0x0020), b"LO", &id);
        item.text((0x0010, 0x0022), b"CS", "TEXT");
        self.data().items((0x0010, 0x1002), vec![item]);
        let place = Place::top((0x0010, 0x1002)).item(0, PlaceName::Tag((0x0010, 0x0020)));
        self.note(&place, Action::TextRemoved, &id, RECORD, ALL);
    }

    /// Its own UIDs, so that no two planted files are one instance; those of study and series where there are none.
    fn identifiers(&mut self) {
        let instance = self.new_uid();
        self.uid((0x0008, 0x0018), &instance);
        for tag in [(0x0020, 0x000d), (0x0020, 0x000e)] {
            let known = self.file.data.value(tag).is_some_and(remains::is_uid);
            if !known {
                let uid = self.new_uid();
                self.uid(tag, &uid);
            }
        }
    }

    fn dates(&mut self) {
        let date = self.new_date();
        for element in [0x0020, 0x0021, 0x0022, 0x0023] {
            let time = self.new_time();
            self.data().text((0x0008, element), b"DA", &date);
            self.note_date(&Place::top((0x0008, element)), &date, true, true);
            self.data().text((0x0008, element + 0x10), b"TM", &time);
            self.note(&Place::top((0x0008, element + 0x10)), Action::TagRetained, "", DATES_KEPT, RESEARCH);
        }
        let moment = format!("{date}{}{}", self.new_time(), ["", "+0100", "-0500"][self.rng.below(3)]);
        self.data().text((0x0008, 0x002a), b"DT", &moment);
        self.note_date(&Place::top((0x0008, 0x002a)), &moment[..8], true, true);
        // Two dates in one value, both to be shifted.
        let (first, second) = (self.new_date(), self.new_date());
        self.data().text((0x0018, 0x1200), b"DA", format!("{first}\\{second}"));
        self.note_date(&Place::top((0x0018, 0x1200)), &first, false, true);
        self.note_date(&Place::top((0x0018, 0x1200)), &second, false, true);
    }

    fn devices(&mut self) {
        for (tag, vr, prefix) in [
            ((0x0018, 0x1000), b"LO", "SN"),
            ((0x0008, 0x1010), b"SH", "CTAWP"),
            ((0x0018, 0x1008), b"LO", "GW"),
        ] {
            let value = format!("{prefix}{}", self.new_digits(6));
            self.kept(tag, vr, &value, DEVICE);
        }
        let device = self.new_uid();
        self.data().text((0x0018, 0x1002), b"UI", &device);
        self.note(&Place::top((0x0018, 0x1002)), Action::TextRetained, &device, DEVICE, RESEARCH);
    }

    /// What was done, in somebody's words.
    fn descriptions(&mut self) {
        for (tag, vr) in [
            ((0x0008, 0x1030), b"LO"),
            ((0x0008, 0x103e), b"LO"),
            ((0x0018, 0x1030), b"LO"),
            ((0x0040, 0x0254), b"LO"),
            ((0x0020, 0x4000), b"LT"),
        ] {
            self.phrase(tag, vr);
        }
    }

    /// Plants a phrase at the top level.
    pub(super) fn phrase(&mut self, tag: Tag, vr: &[u8; 2]) {
        let length = match vr {
            b"SH" => 16,
            b"LO" => 64,
            _ => 200,
        };
        let phrase = phrases::Phrase::new(&self.person, self.charset, &mut self.rng, length);
        self.text(tag, vr, &phrase.text);
        self.note_phrase(&Place::top(tag), &phrase);
    }

    pub(super) fn note_phrase(&mut self, place: &Place, phrase: &phrases::Phrase) {
        for kept in &phrase.kept {
            self.note(place, Action::TextRetained, kept, DESCRIPTOR, RESEARCH);
        }
        for gone in &phrase.gone {
            self.note(place, Action::TextRemoved, gone, NAME, ALL);
        }
    }

    /// True if the file has a sequence there already, which is then left alone.
    pub(super) fn has_items(&self, tag: Tag) -> bool {
        self.file.data.element(tag).is_some_and(|element| matches!(element.value, Value::Items { .. }))
    }
}
