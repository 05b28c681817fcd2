//! Private elements: those known to be safe, which a researcher needs, and those that hold whatever somebody put there.

use super::people::Name;
use super::*;
use crate::expectation::{SAFE_PRIVATE, SafeCreator};
use crate::place::Name as PlaceName;

/// Creators that no list knows.
const UNKNOWN: &[&str] = &["ACME PHI 1.0", "KLINIK RIS EXPORT", "99LOCAL_NOTES", "PACS WORKFLOW 3"];

/// Listed as safe, and yet a careful tool may think otherwise.
const NOT_CLAIMED: &[(&str, u16, u8)] = &[
    // Year of Diagnosis: beside dates that are shifted a year that is not tells by how much.
    ("CTP", 0x0013, 0x51),
];

impl Sower {
    /// Safe blocks, unsafe ones and an orphan.
    pub(super) fn private(&mut self) {
        for _ in 0..3 {
            let creator = *self.rng.pick(SAFE_PRIVATE);
            // The standard's own list is short beside the other; both are to be seen.
            let creator =
                if creator.standard || self.rng.below(2) == 0 { creator } else { self.standard_creator() };
            // Patterns of the knowledge base, and creators with characters that a path cannot hold.
            if !creator.name.ends_with("xx") && !creator.name.contains('"') {
                self.safe_block(creator);
            }
        }
        self.unknown_block();
        self.orphan();
    }

    fn standard_creator(&mut self) -> SafeCreator {
        let standard: Vec<&SafeCreator> = SAFE_PRIVATE.iter().filter(|creator| creator.standard).collect();
        **self.rng.pick(&standard)
    }

    /// Some safe elements of one creator, and one of which nothing is known.
    fn safe_block(&mut self, creator: SafeCreator) {
        let (group, ..) = *self.rng.pick(creator.elements);
        let Some(block) = self.reserve(group, creator.name) else { return };
        let in_group: Vec<_> = creator.elements.iter().filter(|element| element.0 == group).collect();
        for _ in 0..4 {
            let (_, low, vr) = **self.rng.pick(&in_group);
            if NOT_CLAIMED.contains(&(creator.name, group, low)) {
                continue;
            }
            let tag = (group, block << 8 | u16::from(low));
            if self.file.data.element(tag).is_some() {
                continue;
            }
            let place = private_place(group, creator.name, low);
            match &vr {
                b"DS" | b"IS" => {
                    let value = self.new_digits(2);
                    self.data().text(tag, &vr, &value);
                    self.note(&place, Action::TextRetained, &value, SAFE_PRIVATE_KEPT, RESEARCH);
                    continue;
                }
                b"CS" => self.data().text(tag, &vr, "NONE"),
                b"LO" | b"SH" | b"ST" | b"LT" => self.data().text(tag, &vr, "T1"),
                b"US" | b"SS" => self.data().bytes(tag, &vr, [7, 0]),
                b"UL" | b"SL" => self.data().bytes(tag, &vr, [7, 0, 0, 0]),
                b"FL" => self.data().fl(tag, &[1.5]),
                b"FD" => self.data().fd(tag, &[2.5]),
                _ => continue,
            }
            self.note(&place, Action::TagRetained, "", SAFE_PRIVATE_KEPT, RESEARCH);
        }
        let Some(low) = (0..=0xff).rev().find(|&low| {
            !SAFE_PRIVATE.iter().any(|known| {
                known.name == creator.name && known.elements.iter().any(|row| (row.0, row.1) == (group, low))
            })
        }) else {
            return;
        };
        if self.file.data.element((group, block << 8 | u16::from(low))).is_none() {
            self.unsafe_element(group, block, creator.name, low);
        }
    }

    fn unknown_block(&mut self) {
        let group = [0x0009, 0x0019, 0x0029, 0x0055, 0x2019][self.rng.below(5)];
        let creator = *self.rng.pick(UNKNOWN);
        let Some(block) = self.reserve(group, creator) else { return };
        self.unsafe_element(group, block, creator, 0x01);
        self.unsafe_element(group, block, creator, 0x02);
        let (date, uid) = (self.new_date(), self.new_uid());
        self.data().text((group, block << 8 | 0x03), b"DA", &date);
        self.note(&private_place(group, creator, 0x03), Action::DateShifted, &date, DATE, ALL);
        self.data().text((group, block << 8 | 0x04), b"UI", &uid);
        self.note(&private_place(group, creator, 0x04), Action::UidChanged, &uid, NUMBER, ALL);
        let mut item = DataSet::default();
        let name = self.person.pn();
        item_text(&mut item, self.charset, (0x0010, 0x0010), b"PN", &name);
        // Of undefined length: in implicit VR nothing else says that an unknown element is a sequence.
        self.data().items_undefined((group, block << 8 | 0x05), vec![item]);
        let place = private_place(group, creator, 0x05).item(0, PlaceName::Tag((0x0010, 0x0010)));
        self.note(&place, Action::TextRemoved, &name, PRIVATE_REMOVED, ALL);
    }

    fn unsafe_element(&mut self, group: u16, block: u16, creator: &str, low: u8) {
        let name = Name::new(&mut self.rng, 4);
        let (text, vr) = match self.rng.below(4) {
            0 => (format!("{} {}", self.person.family, self.person.id), b"LO"),
            1 => (name.pn(), b"PN"),
            2 => (format!("seen by {} {}", name.given, name.family), b"LT"),
            _ => (format!("{} {}", name.family, self.person.accession), b"UN"),
        };
        self.text((group, block << 8 | u16::from(low)), vr, &text);
        let place = private_place(group, creator, low);
        let text = text.replace("seen by ", "");
        self.note(&place, Action::TextRemoved, &text, PRIVATE_REMOVED, ALL);
    }

    /// An element in a block that nobody reserved.
    fn orphan(&mut self) {
        let tag = (0x0033, 0x7713);
        let name = Name::new(&mut self.rng, 4);
        self.gone(tag, b"LO", &name.pn(), PRIVATE_REMOVED);
    }

    /// Reserves a free block, seldom the first (PS3.5 section 7.8.1); none if the creator has one already.
    fn reserve(&mut self, group: u16, creator: &str) -> Option<u16> {
        if self.file.data.private_block(group, creator).is_some() {
            return None;
        }
        let first = [0x10, 0x10, 0x11, 0x20, 0xc3][self.rng.below(5)];
        let taken = |data: &DataSet, block: u16| {
            data.elements.iter().any(|e| e.tag.0 == group && (e.tag.1 == block || e.tag.1 >> 8 == block))
        };
        let block = (first..=0xff).find(|&block| !taken(&self.file.data, block))?;
        self.data().text((group, block), b"LO", creator);
        Some(block)
    }
}

fn private_place(group: u16, creator: &str, low: u8) -> Place {
    Place { within: Vec::new(), name: PlaceName::Private(group, creator.to_owned(), low) }
}
