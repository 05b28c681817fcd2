//! The attributes around the pixels: as many, as deep and as talkative as those of a hospital's devices.

mod acquisition;
mod oddities;
mod private;
mod study;

use crate::canary::{CanaryKind, Mint};
use crate::data_set::{DataSet, Tag};
use crate::plan::{Oddity, Plan};
use crate::text::Charset;

/// Everything but pixel data and the Image Pixel module.
pub(crate) fn data_set(plan: &Plan, mint: &mut Mint) -> DataSet {
    let mut header = Header { plan, mint, data: DataSet::default() };
    header.patient();
    header.study();
    header.series_and_equipment();
    header.instance();
    header.procedure_steps();
    header.acquisition();
    header.private_blocks();
    header.oddities();
    header.data
}

/// Group 0002 without its length.
pub(crate) fn file_meta(plan: &Plan, mint: &mut Mint) -> DataSet {
    let mut meta = DataSet::default();
    meta.bytes((0x0002, 0x0001), b"OB", [0, 1]);
    meta.text((0x0002, 0x0002), b"UI", plan.kind.sop_class());
    meta.text((0x0002, 0x0003), b"UI", mint.uid(&format!("instance {}", plan.instance_label())));
    meta.text((0x0002, 0x0010), b"UI", plan.syntax.uid());
    meta.text((0x0002, 0x0012), b"UI", "2.999.1");
    meta.text((0x0002, 0x0013), b"SH", "RADMILL_SYNTH");
    meta.text((0x0002, 0x0016), b"AE", mint.word("source ae"));
    if plan.number.is_multiple_of(2) {
        meta.text((0x0002, 0x0017), b"AE", mint.word("sending ae"));
        meta.text((0x0002, 0x0018), b"AE", mint.word("receiving ae"));
        meta.text((0x0002, 0x0100), b"UI", mint.uid("private meta creator"));
        meta.text((0x0002, 0x0102), b"OB", mint.word(&format!("private meta {}", plan.series_label())));
    }
    meta
}

impl Plan {
    fn patient_label(&self) -> String {
        format!("patient {}", self.patient.index)
    }

    fn study_label(&self) -> String {
        format!("{} study {}", self.patient_label(), self.study)
    }

    fn series_label(&self) -> String {
        format!("{} series {}", self.study_label(), self.series)
    }

    pub(crate) fn instance_label(&self) -> String {
        format!("{} number {}", self.series_label(), self.number)
    }
}

/// A data set in the making.
struct Header<'a> {
    plan: &'a Plan,
    mint: &'a mut Mint,
    data: DataSet,
}

impl Header<'_> {
    /// Text in the character set of the file.
    fn text(&mut self, tag: Tag, vr: &[u8; 2], text: impl AsRef<str>) {
        let bytes = self.plan.patient.charset.encode(text.as_ref());
        self.data.bytes(tag, vr, bytes);
    }

    /// A person's name in the forms that the character set calls for.
    fn person_name(&mut self, who: &str) -> String {
        let (family, given) =
            (self.mint.word(&format!("{who} family")), self.mint.word(&format!("{who} given")));
        match self.plan.patient.charset {
            Charset::Ascii => format!("{family}^{given}^^Dr."),
            Charset::Japanese | Charset::Korean | Charset::Gb18030 => {
                let ideographic = self.mint.native(&format!("{who} family"));
                let native_given = self.mint.native(&format!("{who} given"));
                format!("{family}^{given}={ideographic}^{native_given}")
            }
            _ => {
                let native = self.mint.native(&format!("{who} given"));
                format!("{family}^{native} {given}")
            }
        }
    }

    fn person(&mut self, tag: Tag, who: &str) {
        let name = self.person_name(who);
        self.text(tag, b"PN", name);
    }

    /// The same person in an item.
    fn person_item(&mut self, item: &mut DataSet, tag: Tag, who: &str) {
        let name = self.person_name(who);
        item.bytes(tag, b"PN", self.plan.patient.charset.encode(&name));
    }

    fn word(&mut self, tag: Tag, vr: &[u8; 2], what: &str) {
        let word = self.mint.word(what);
        self.data.text(tag, vr, word);
    }

    fn uid(&mut self, tag: Tag, what: &str) {
        let uid = self.mint.uid(what);
        self.data.text(tag, b"UI", uid);
    }

    fn sequence(&mut self, tag: Tag, items: Vec<DataSet>) {
        if self.plan.has(Oddity::UndefinedLengths) {
            self.data.items_undefined(tag, items);
        } else {
            self.data.items(tag, items);
        }
    }

    /// Keeps a value that is made of something else, such as a house number with a street.
    fn keep_number(&mut self, text: String) -> String {
        self.mint.keep(text, CanaryKind::Number)
    }
}

/// A code sequence item (PS3.3 section 8).
pub(crate) fn code(scheme: &str, value: &str, meaning: &str) -> DataSet {
    let mut item = DataSet::default();
    item.text((0x0008, 0x0100), b"SH", value);
    item.text((0x0008, 0x0102), b"SH", scheme);
    item.text((0x0008, 0x0104), b"LO", meaning);
    item
}

/// A Referenced SOP Sequence item.
pub(crate) fn reference(class: &str, instance: &str) -> DataSet {
    let mut item = DataSet::default();
    item.text((0x0008, 0x1150), b"UI", class);
    item.text((0x0008, 0x1155), b"UI", instance);
    item
}
