//! Identifiers inside of sequences: shallow and deep, standard and private, in items with a character set of their own.

use super::people::Name;
use super::phrases::Phrase;
use super::*;
use crate::place::Name as PlaceName;

/// CT Image Storage.
const CT: &str = "1.2.840.10008.5.1.4.1.1.2";

/// Plants a sequence.
type Plant = fn(&mut Sower, Tag);

impl Sower {
    /// Sequences that the file does not have yet.
    pub(super) fn nested(&mut self) {
        let parts: [(Tag, Plant); 8] = [
            ((0x0040, 0x0275), Sower::request),
            ((0x0008, 0x1110), Sower::referenced_study),
            ((0x0008, 0x1140), Sower::referenced_images),
            ((0x0400, 0x0561), Sower::original_attributes),
            ((0x0018, 0xa001), Sower::equipment),
            ((0x0008, 0x1115), Sower::referenced_series),
            ((0x0054, 0x0016), Sower::radiopharmaceutical),
            ((0x0032, 0x1064), Sower::procedure_code),
        ];
        for (tag, plant) in parts {
            if !self.has_items(tag) && self.rng.below(4) > 0 {
                plant(self, tag);
            }
        }
    }

    /// Notes a text in item 0 of `tag` that must go, and puts it there.
    fn gone_in(&mut self, item: &mut DataSet, at: &Place, tag: Tag, vr: &[u8; 2], text: &str, code: Code) {
        item_text(item, self.charset, tag, vr, text);
        self.note(&at.item(0, PlaceName::Tag(tag)), Action::TextRemoved, text, code, ALL);
    }

    fn uid_in(&mut self, item: &mut DataSet, at: &Place, index: usize, tag: Tag) {
        let uid = self.new_uid();
        item.text(tag, b"UI", &uid);
        self.note_uid(&at.item(index, PlaceName::Tag(tag)), &uid, true);
    }

    fn phrase_in(&mut self, item: &mut DataSet, at: &Place, tag: Tag, vr: &[u8; 2]) {
        let phrase = Phrase::new(&self.person, self.charset, &mut self.rng, 64);
        item_text(item, self.charset, tag, vr, &phrase.text);
        self.note_phrase(&at.item(0, PlaceName::Tag(tag)), &phrase);
    }

    /// Request Attributes Sequence: kept under Clean Descriptors, cleaned inside.
    fn request(&mut self, tag: Tag) {
        let (at, mut item) = (Place::top(tag), DataSet::default());
        let (accession, step) = (self.person.accession.clone(), format!("SPS{}", self.new_digits(6)));
        self.gone_in(&mut item, &at, (0x0008, 0x0050), b"SH", &accession, NUMBER);
        self.gone_in(&mut item, &at, (0x0040, 0x0009), b"SH", &step, NUMBER);
        self.phrase_in(&mut item, &at, (0x0040, 0x0007), b"LO");
        self.phrase_in(&mut item, &at, (0x0032, 0x1060), b"LO");
        self.phrase_in(&mut item, &at, (0x0040, 0x1002), b"LO");
        self.uid_in(&mut item, &at, 0, (0x0020, 0x000d));
        self.data().items(tag, vec![item]);
    }

    fn referenced_study(&mut self, tag: Tag) {
        let (at, mut item) = (Place::top(tag), DataSet::default());
        item.text((0x0008, 0x1150), b"UI", "1.2.840.10008.3.1.2.3.1");
        self.uid_in(&mut item, &at, 0, (0x0008, 0x1155));
        self.data().items(tag, vec![item]);
    }

    fn referenced_images(&mut self, tag: Tag) {
        let at = Place::top(tag);
        let mut items = Vec::new();
        for index in 0..2 {
            let mut item = DataSet::default();
            item.text((0x0008, 0x1150), b"UI", CT);
            self.uid_in(&mut item, &at, index, (0x0008, 0x1155));
            items.push(item);
        }
        self.data().items_undefined(tag, items);
    }

    /// What the header said before, in clear.
    fn original_attributes(&mut self, tag: Tag) {
        let before = Place::top(tag).item(0, PlaceName::Tag((0x0400, 0x0550)));
        let mut values = DataSet::default();
        let (name, id) = (self.person.pn(), self.person.id.clone());
        self.gone_in(&mut values, &before, (0x0010, 0x0010), b"PN", &name, NAME);
        self.gone_in(&mut values, &before, (0x0010, 0x0020), b"LO", &id, RECORD);
        self.uid_in(&mut values, &before, 0, (0x0020, 0x000d));
        let mut item = DataSet::default();
        item.items((0x0400, 0x0550), vec![values]);
        let moment = format!("{}{}", self.new_date(), self.new_time());
        item.text((0x0400, 0x0562), b"DT", &moment);
        let system = format!("SYS{}", self.new_digits(6));
        self.gone_in(&mut item, &Place::top(tag), (0x0400, 0x0564), b"LO", &system, REMOVED);
        self.data().items(tag, vec![item]);
    }

    /// Contributing Equipment Sequence with an operator three levels down.
    fn equipment(&mut self, tag: Tag) {
        let at = Place::top(tag);
        let mut item = DataSet::default();
        let (institution, operator) = (self.person.institution.clone(), Name::new(&mut self.rng, 4));
        self.gone_in(&mut item, &at, (0x0008, 0x0080), b"LO", &institution, PLACE);
        let operators = at.item(0, PlaceName::Tag((0x0008, 0x1072)));
        let mut identified = DataSet::default();
        let telephone = format!("+1 555 {}", self.new_digits(7));
        self.gone_in(&mut identified, &operators, (0x0040, 0x1103), b"LO", &telephone, PHONE);
        let codes = operators.item(0, PlaceName::Tag((0x0040, 0x1101)));
        let mut code = DataSet::default();
        code.text((0x0008, 0x0100), b"SH", "OP");
        code.text((0x0008, 0x0102), b"SH", "99LOCAL");
        let meaning = format!("{} {}", operator.given, operator.family);
        self.gone_in(&mut code, &codes, (0x0008, 0x0104), b"LO", &meaning, NAME);
        identified.items((0x0040, 0x1101), vec![code]);
        item.items((0x0008, 0x1072), vec![identified]);
        self.data().items(tag, vec![item]);
    }

    /// Series, image and a private element below, the latter in a block of its own level.
    fn referenced_series(&mut self, tag: Tag) {
        let at = Place::top(tag);
        let mut item = DataSet::default();
        self.uid_in(&mut item, &at, 0, (0x0020, 0x000e));
        let images = at.item(0, PlaceName::Tag((0x0008, 0x1140)));
        let mut image = DataSet::default();
        image.text((0x0008, 0x1150), b"UI", CT);
        self.uid_in(&mut image, &images, 0, (0x0008, 0x1155));
        let name = Name::new(&mut self.rng, 4);
        image.text((0x0029, 0x0012), b"LO", "ACME NESTED");
        item_text(&mut image, self.charset, (0x0029, 0x1201), b"LO", &name.pn());
        let place = images.item(0, PlaceName::Private(0x0029, "ACME NESTED".to_owned(), 1));
        self.note(&place, Action::TextRemoved, &name.pn(), PRIVATE_REMOVED, ALL);
        item.items((0x0008, 0x1140), vec![image]);
        self.data().items(tag, vec![item]);
    }

    /// Times of an injection, which must stay as far from the acquisition as they were; the item has its own
    /// character set.
    fn radiopharmaceutical(&mut self, tag: Tag) {
        let at = Place::top(tag);
        let mut item = DataSet::default();
        item.text((0x0008, 0x0005), b"CS", "ISO_IR 192");
        let date = self.new_date();
        let start = format!("{date}{}", self.new_time());
        item.text((0x0018, 0x1078), b"DT", &start);
        self.note_date(&at.item(0, PlaceName::Tag((0x0018, 0x1078))), &date, true, true);
        item.text((0x0018, 0x1074), b"DS", "370000000");
        let dose = at.item(0, PlaceName::Tag((0x0018, 0x1074)));
        self.note(&dose, Action::TextRetained, "370000000", IOD, RESEARCH);
        item.text((0x0018, 0x0031), b"LO", "FDG");
        self.data().items(tag, vec![item]);
    }

    /// A code that stays, with its meaning.
    fn procedure_code(&mut self, tag: Tag) {
        let mut item = DataSet::default();
        item.text((0x0008, 0x0100), b"SH", "24627-2");
        item.text((0x0008, 0x0102), b"SH", "LN");
        item.text((0x0008, 0x0104), b"LO", "CT Chest");
        self.data().items(tag, vec![item]);
        let place = Place::top(tag).item(0, PlaceName::Tag((0x0008, 0x0100)));
        if crate::expectation::expectation(tag).is_none() {
            self.note(&place, Action::TextRetained, "24627-2", IOD, RESEARCH);
        }
    }
}
