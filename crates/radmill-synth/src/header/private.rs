//! Private blocks of several creators: harmless numbers beside names, dates and whole nested data sets.

use super::Header;
use crate::data_set::DataSet;
use crate::plan::Oddity;

impl Header<'_> {
    pub(super) fn private_blocks(&mut self) {
        let label = self.plan.series_label();
        // A block as one maker's CT and MR write it: text, a date, and a binary header with a name inside.
        self.data.text((0x0029, 0x0010), b"LO", "SIEMENS CSA HEADER");
        self.data.text((0x0029, 0x1008), b"CS", "IMAGE NUM 4");
        let version = self.mint.date(&format!("{label} private date"), (2012, 2012));
        self.data.text((0x0029, 0x1009), b"LO", version);
        let mut binary = b"SV10\x04\x03\x02\x01".to_vec();
        binary.extend(self.mint.word(&format!("{label} private binary")).into_bytes());
        binary.extend([0; 40]);
        self.data.bytes((0x0029, 0x1010), b"OB", binary);

        // With the VRs of their makers' dictionaries, so that implicit VR files can be read.
        self.data.text((0x0019, 0x0010), b"LO", "GEMS_ACQU_01");
        self.data.bytes((0x0019, 0x1002), b"SL", 888_i32.to_le_bytes());

        // Two creators in one group; the second block is at 11.
        self.data.text((0x2005, 0x0010), b"LO", "Philips MR Imaging DD 001");
        self.data.fl((0x2005, 0x1000), &[1.5]);
        self.data.text((0x2005, 0x0011), b"LO", "ACME INTERNAL 2");
        let mut item = DataSet::default();
        self.person_item(&mut item, (0x0010, 0x0010), &format!("{label} private sequence"));
        item.text((0x2005, 0x0010), b"LO", "ACME NESTED");
        item.text((0x2005, 0x1001), b"LT", self.mint.word(&format!("{label} private nested")));
        self.sequence((0x2005, 0x1102), vec![item]);
        let uid = self.mint.uid(&format!("{label} private uid"));
        self.data.text((0x2005, 0x1104), b"UI", uid);
        let unknown = self.mint.word(&format!("{label} private unknown"));
        self.data.text((0x2005, 0x1105), b"UN", unknown);

        self.word((0x2005, 0x1106), b"LO", &format!("{label} private text"));
        self.word((0x2005, 0x1107), b"SH", &format!("{label} private short text"));

        if self.plan.has(Oddity::PrivateBlocks) {
            self.renumbered_blocks();
        }

        // The creator itself can name somebody, and elements can lie in a block that nobody reserved.
        let creator = self.mint.word(&format!("{label} private creator"));
        self.data.text((0x0011, 0x0010), b"LO", creator);
        self.data.us((0x0011, 0x1001), &[7]);
        self.word((0x0033, 0x1013), b"LO", &format!("{label} private orphan"));
    }

    /// Elements of Table E.3.10-1 of PS3.15 where no list of absolute tags finds them: in blocks of other numbers, two
    /// blocks of one creator, and in an item, beside elements of the same creators that the table does not list.
    fn renumbered_blocks(&mut self) {
        let label = self.plan.series_label();
        self.data.text((0x0019, 0x0033), b"LO", "GEMS_ACQU_01");
        self.data.text((0x0019, 0x3323), b"DS", "55.5");
        self.data.text((0x0019, 0x3327), b"DS", "0.5");
        self.word((0x0019, 0x33fe), b"LO", &format!("{label} unlisted element"));
        self.data.text((0x2001, 0x0090), b"LO", "Philips Imaging DD 001");
        self.data.fl((0x2001, 0x9003), &[1000.0]);
        self.data.text((0x2001, 0x0091), b"LO", "Philips Imaging DD 001");
        self.word((0x2001, 0x91fe), b"SH", &format!("{label} second block"));
        let mut item = DataSet::default();
        item.text((0x0019, 0x00ff), b"LO", "GEMS_ACQU_01");
        item.text((0x0019, 0xff23), b"DS", "44.25");
        item.text((0x0019, 0xfffe), b"LO", self.mint.word(&format!("{label} private in an item")));
        item.text((0x0008, 0x1155), b"UI", self.mint.uid(&format!("{label} private in an item")));
        self.sequence((0x0008, 0x1199), vec![item]);
    }
}
