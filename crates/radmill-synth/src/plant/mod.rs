//! Plants synthetic identifiers into data sets and notes, check by check, what must have become of each.
//!
//! What is expected follows from the standard's tables ([`crate::expectation`]) and from how the benchmark MIDI-B
//! judges; nothing here knows how radmill de-identifies.

mod around;
mod claims;
mod corpus;
mod ground;
mod identity;
mod listed;
mod nested;
mod people;
mod phrases;
mod pixels;
mod private;
mod remains;
mod reports;

pub use corpus::{PlantOptions, Planted, write_planted};

use crate::check::{Action, Check};
use crate::data_set::{DataSet, Tag};
use crate::place::Place;
use crate::read::ReadFile;
use crate::rng::Rng;
use crate::text::Charset;
use people::Person;

/// Policies under which what identifies must be gone: all of them.
const ALL: &[&str] = &["basic", "research", "strict"];
/// What only the options of `research` retain.
const RESEARCH: &[&str] = &["research"];

/// Category and subcategory of the report.
type Code = (&'static str, &'static str);

const NAME: Code = ("hipaa", "HIPAA-A");
const PLACE: Code = ("hipaa", "HIPAA-B");
const DATE: Code = ("hipaa", "HIPAA-C");
const PHONE: Code = ("hipaa", "HIPAA-D");
const MAIL: Code = ("hipaa", "HIPAA-F");
const RECORD: Code = ("hipaa", "HIPAA-H");
const NUMBER: Code = ("hipaa", "HIPAA-R");
const REMOVED: Code = ("tcia", "TCIA-P15-BASIC-X");
const DESCRIPTOR: Code = ("tcia", "TCIA-P15-DESC-C");
const DEVICE: Code = ("tcia", "TCIA-P15-DEV-K");
const PATIENT: Code = ("tcia", "TCIA-P15-PAT-K");
const DATES_KEPT: Code = ("dicom", "DICOM-P15-MOD-C");
const SAFE_PRIVATE_KEPT: Code = ("tcia", "TCIA-PTKB-K");
const PRIVATE_REMOVED: Code = ("tcia", "TCIA-PTKB-X");
const IOD: Code = ("dicom", "DICOM-IOD");
const UID_MAPPED: Code = ("dicom", "DICOM-P15-BASIC-U");
const PATIENT_MAPPED: Code = ("dicom", "DICOM-P15-BASIC-C");
const PIXELS_KEPT: Code = ("tcia", "TCIA-P15-PIX-K");

/// A file in the making, and what is noted about it.
struct Sower {
    file: ReadFile,
    charset: Charset,
    person: Person,
    rng: Rng,
    /// Number, path and SOP Instance UID are filled in at the end.
    checks: Vec<Check>,
}

impl Sower {
    fn new(file: ReadFile, charset: Charset, person: Person, rng: Rng) -> Sower {
        Sower { file, charset, person, rng, checks: Vec::new() }
    }

    fn data(&mut self) -> &mut DataSet {
        &mut self.file.data
    }

    /// Text in the character set of the file.
    fn text(&mut self, tag: Tag, vr: &[u8; 2], text: &str) {
        let bytes = self.charset.encode(text);
        self.data().bytes(tag, vr, bytes);
    }

    fn note(&mut self, place: &Place, action: Action, expected: &str, code: Code, policies: &[&str]) {
        self.checks.push(Check {
            id: 0,
            file: String::new(),
            sop_instance_uid: String::new(),
            tag: place.to_string(),
            action,
            expected: expected.to_owned(),
            region: None,
            category: code.0.to_owned(),
            subcategory: code.1.to_owned(),
            policies: policies.iter().map(|&policy| policy.to_owned()).collect(),
            planted: true,
        });
    }

    /// Plants a text that must go.
    fn gone(&mut self, tag: Tag, vr: &[u8; 2], text: &str, code: Code) {
        self.text(tag, vr, text);
        self.note(&Place::top(tag), Action::TextRemoved, text, code, ALL);
    }

    /// Plants a text that must stay.
    fn kept(&mut self, tag: Tag, vr: &[u8; 2], text: &str, code: Code) {
        self.text(tag, vr, text);
        self.note(&Place::top(tag), Action::TextRetained, text, code, RESEARCH);
    }

    /// What must hold of a UID that refers to an entity.
    fn note_uid(&mut self, place: &Place, uid: &str, planted: bool) {
        let from = self.checks.len();
        self.note(place, Action::UidChanged, uid, NUMBER, ALL);
        self.note(place, Action::UidConsistent, uid, UID_MAPPED, ALL);
        self.checks[from..].iter_mut().for_each(|check| check.planted = planted);
    }

    fn uid(&mut self, tag: Tag, uid: &str) {
        self.data().text(tag, b"UI", uid);
        self.note_uid(&Place::top(tag), uid, true);
    }

    /// What must hold of a date: it is another one, and where it is needed, one is there.
    fn note_date(&mut self, place: &Place, date: &str, is_needed: bool, planted: bool) {
        let from = self.checks.len();
        self.note(place, Action::DateShifted, date, DATE, ALL);
        if is_needed {
            self.note(place, Action::TextNotnull, "", DATES_KEPT, RESEARCH);
        }
        self.checks[from..].iter_mut().for_each(|check| check.planted = planted);
    }

    fn new_uid(&mut self) -> String {
        let mut part = || 1 + self.rng.next_u64() % 9_999_999_999;
        format!("1.2.826.0.1.3680043.10.{}.{}.{}", part(), part(), part())
    }

    /// A date of the patient's lifetime with scanners, as DA.
    fn new_date(&mut self) -> String {
        format!("{}{:02}{:02}", 2003 + self.rng.below(20), 1 + self.rng.below(12), 1 + self.rng.below(28))
    }

    fn new_time(&mut self) -> String {
        let rng = &mut self.rng;
        let (hour, minute, second) = (7 + rng.below(12), rng.below(60), rng.below(60));
        format!("{hour:02}{minute:02}{second:02}.{:06}", rng.below(1_000_000))
    }

    fn new_digits(&mut self, n: usize) -> String {
        (0..n)
            .map(|at| {
                char::from(b'0' + self.rng.below(if at == 0 { 9 } else { 10 }) as u8 + u8::from(at == 0))
            })
            .collect()
    }
}

/// An element of an item that holds a text that must go.
fn item_text(item: &mut DataSet, charset: Charset, tag: Tag, vr: &[u8; 2], text: &str) {
    item.bytes(tag, vr, charset.encode(text));
}
