//! What only some files have, and what one would not look for names in.

use super::{Header, reference};
use crate::data_set::DataSet;
use crate::plan::Oddity;
use crate::writer::{Encoding, write_data_set};

impl Header<'_> {
    pub(super) fn oddities(&mut self) {
        for oddity in self.plan.oddities {
            match oddity {
                Oddity::Overlay => self.overlay(),
                Oddity::OverlayInPixels => self.overlay_in_pixels(),
                Oddity::Curve => self.curve(),
                Oddity::Icon => self.icon(),
                Oddity::WrongVr => self.wrong_vr(),
                Oddity::UnknownTags => self.unknown_tags(),
                Oddity::TrailingPadding => self.word((0xfffc, 0xfffc), b"OB", "trailing padding"),
                Oddity::Signed => self.signed(),
                Oddity::UnSequence => self.un_sequence(),
                _ => {}
            }
        }
        // Last, because the lengths are those of all that stands before.
        if self.plan.has(Oddity::GroupLengths) {
            self.group_lengths();
        }
    }

    fn overlay(&mut self) {
        let (rows, columns) = (32_u16, 64_u16);
        self.data.us((0x6000, 0x0010), &[rows]);
        self.data.us((0x6000, 0x0011), &[columns]);
        self.word((0x6000, 0x0022), b"LO", "overlay description");
        self.data.text((0x6000, 0x0040), b"CS", "G");
        self.data.ss((0x6000, 0x0050), &[1, 1]);
        self.data.us((0x6000, 0x0100), &[1]);
        self.data.us((0x6000, 0x0102), &[0]);
        self.word((0x6000, 0x1500), b"LO", "overlay label");
        self.word((0x6000, 0x4000), b"LT", "overlay comments");
        let mut bits = vec![0; usize::from(rows) * usize::from(columns) / 8];
        let hidden = self.mint.word("overlay bits");
        bits[40..40 + hidden.len()].copy_from_slice(hidden.as_bytes());
        self.data.bytes((0x6000, 0x3000), b"OB", bits);
    }

    fn overlay_in_pixels(&mut self) {
        self.data.us((0x6002, 0x0010), &[self.plan.rows as u16]);
        self.data.us((0x6002, 0x0011), &[self.plan.columns as u16]);
        self.data.text((0x6002, 0x0040), b"CS", "G");
        self.data.ss((0x6002, 0x0050), &[1, 1]);
        self.data.us((0x6002, 0x0100), &[16]);
        self.data.us((0x6002, 0x0102), &[15]);
    }

    fn curve(&mut self) {
        self.data.us((0x5000, 0x0005), &[2]);
        self.data.us((0x5000, 0x0010), &[2]);
        self.data.text((0x5000, 0x0020), b"CS", "ECG");
        self.word((0x5000, 0x0022), b"LO", "curve description");
        self.word((0x5000, 0x2500), b"LO", "curve label");
        let mut points = vec![1, 0, 2, 0];
        points.extend(self.mint.word("curve data").into_bytes());
        self.data.bytes((0x5000, 0x3000), b"OB", points);
    }

    fn icon(&mut self) {
        let side = 32_u16;
        let mut icon = DataSet::default();
        icon.us((0x0028, 0x0002), &[1]);
        icon.text((0x0028, 0x0004), b"CS", "MONOCHROME2");
        icon.us((0x0028, 0x0010), &[side]);
        icon.us((0x0028, 0x0011), &[side]);
        icon.us((0x0028, 0x0100), &[8]);
        icon.us((0x0028, 0x0101), &[8]);
        icon.us((0x0028, 0x0102), &[7]);
        icon.us((0x0028, 0x0103), &[0]);
        icon.text((0x0010, 0x0010), b"PN", self.mint.word("icon name"));
        // A thumbnail shows what the image shows, so it counts as identifying; here it says so in its bytes.
        let mut pixels: Vec<u8> =
            (0..usize::from(side) * usize::from(side)).map(|i| (i % 97) as u8).collect();
        let hidden = self.mint.word("icon pixels");
        pixels[100..100 + hidden.len()].copy_from_slice(hidden.as_bytes());
        icon.bytes((0x7fe0, 0x0011), b"OB", hidden.into_bytes());
        icon.bytes((0x7fe0, 0x0010), b"OW", pixels);
        self.sequence((0x0088, 0x0200), vec![icon]);
    }

    fn wrong_vr(&mut self) {
        let name = format!("{} family", self.plan.patient_label());
        self.word((0x0018, 0x1152), b"IS", &name);
        self.word((0x0018, 0x0050), b"DS", "name in a number");
        self.word((0x0008, 0x0008), b"CS", "name in a code");
        self.word((0x0018, 0x5100), b"CS", "name in a position");
        self.word((0x0040, 0x0002), b"DA", "name in a date");
        self.word((0x0040, 0x0003), b"TM", "name in a time");
        self.word((0x0018, 0x9073), b"AS", "name in an age");
        // Longer than the VR allows.
        let long = self.mint.word("name too long").repeat(8);
        self.data.text((0x0008, 0x1010), b"SH", long);
    }

    fn unknown_tags(&mut self) {
        // Even groups, so not private; in no edition.
        self.word((0x0018, 0xfff0), b"LO", "unlisted attribute");
        self.word((0x0010, 0x9998), b"UT", "unlisted patient attribute");
        self.word((0x4ffe, 0x0002), b"LT", "unlisted group");
        // Retired, each of them.
        self.word((0x0008, 0x4000), b"LT", "identifying comments");
        self.word((0x4008, 0x0040), b"SH", "results id");
        self.word((0x4008, 0x010b), b"ST", "interpretation text");
        self.word((0x4008, 0x010c), b"PN", "interpretation author");
        self.word((0x0020, 0x3401), b"CS", "modifying device");
        self.word((0x0020, 0x3406), b"LO", "modified image description");
        self.word((0x0008, 0x0001), b"LO", "length to end");
        let time = self.mint.time("unlisted time");
        self.data.text((0x0018, 0xfff2), b"TM", time);
    }

    fn signed(&mut self) {
        let mut signature = DataSet::default();
        signature.us((0x0400, 0x0005), &[1]);
        signature.text((0x0400, 0x0100), b"UI", self.mint.uid("signature"));
        let moment = format!("20150101{}", self.mint.time("signature"));
        signature.text((0x0400, 0x0105), b"DT", moment);
        signature.text((0x0400, 0x0110), b"CS", "X509_1993_SIG");
        signature.text((0x0400, 0x0115), b"OB", self.mint.word("certificate"));
        signature.text((0x0400, 0x0120), b"OB", self.mint.word("signature bytes"));
        self.sequence((0xfffa, 0xfffa), vec![signature]);
        let mut encrypted = DataSet::default();
        encrypted.text((0x0400, 0x0510), b"UI", "1.2.840.10008.1.2");
        encrypted.text((0x0400, 0x0520), b"OB", self.mint.word("encrypted content"));
        self.sequence((0x0400, 0x0500), vec![encrypted]);
    }

    /// A sequence written as UN: its content is implicit little endian whatever the file is (PS3.5 6.2.2).
    fn un_sequence(&mut self) {
        let mut inner = reference("1.2.840.10008.5.1.4.1.1.2", &self.mint.uid("uid in un"));
        inner.text((0x0010, 0x0010), b"PN", self.mint.word("name in un"));
        let mut outer = DataSet::default();
        outer.items((0x0008, 0x1115), vec![inner]);
        let written = write_data_set(&outer, Encoding::ImplicitLittle);
        // Tag and length go, the items stay.
        self.data.bytes((0x0008, 0x1115), b"UN", &written[8..]);
    }

    /// Of what is there so far: pixels come later, so that the length of group 0028 is wrong, as it often is.
    fn group_lengths(&mut self) {
        let mut groups: Vec<u16> = self.data.elements.iter().map(|element| element.tag.0).collect();
        groups.sort_unstable();
        groups.dedup();
        for group in groups {
            let part = DataSet {
                elements: self
                    .data
                    .elements
                    .iter()
                    .filter(|element| element.tag.0 == group)
                    .cloned()
                    .collect(),
            };
            let length = write_data_set(&part, self.plan.syntax.encoding()).len() as u32;
            self.data.ul((group, 0x0000), &[length]);
        }
    }
}
