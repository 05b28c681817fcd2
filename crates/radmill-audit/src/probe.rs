//! Looks at one output: every text and every run of bytes in it goes through here.

use std::collections::HashSet;
use std::sync::Arc;

use dicom_core::{Tag, VR};

use crate::finding::{Hit, Place, Severity};
use crate::identity::dates::{Day, days_in_text, days_of_value};
use crate::identity::extract::{Identity, fingerprint, trimmed};
use crate::identity::fold::{fold, is_whole};
use crate::identity::kind::Kind;
use crate::identity::neutral::{is_neutral, is_vocabulary};
use crate::identity::uids;
use crate::index::{Index, Origin};
use crate::read::strings::printable_runs;
use crate::read::tag::TagPath;
use crate::read::vr::is_private;
use crate::shape;

/// What kind of text it is; on that depends what can be there by chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Words of a person.
    Text,
    /// A person name.
    Name,
    /// A defined term, a code, a column of a manifest: vocabulary is at home here.
    Code,
    /// A name of a file or folder: vocabulary too, but chosen by somebody.
    FileName,
    /// A number in digits.
    Number,
    /// A date or a time.
    Date,
    Uid,
    /// Printable characters among bytes.
    Bytes,
}

impl Form {
    pub(crate) fn of(vr: VR, tag: Tag) -> Form {
        match vr {
            VR::PN => Form::Name,
            VR::DS | VR::IS => Form::Number,
            VR::DA | VR::DT | VR::TM => Form::Date,
            VR::UI => Form::Uid,
            VR::CS | VR::AS => Form::Code,
            // Private creators are names of programs.
            _ if is_private(tag) && (0x0010..=0x00FF).contains(&tag.1) => Form::Code,
            // Code Value, Coding Scheme Designator and Version, Code Meaning
            _ if tag.0 == 0x0008 && (0x0100..=0x0104).contains(&tag.1) => Form::Code,
            _ => Form::Text,
        }
    }
}

/// The source that an output was made from, with what its header says.
pub(crate) struct Linked {
    pub(crate) source: u32,
    pub(crate) identity: Identity,
}

/// Shorter runs within pixel data are there by chance.
const BULK_RUN_MIN: usize = 8;

/// So are runs of few different characters: an even area of an image.
const BULK_DIFFERENT_MIN: usize = 5;

/// Short words are also abbreviations: as a term of a program they are judged from this length on.
const TERM_CHARS_MIN: usize = 5;

pub(crate) struct Probe<'a> {
    index: Option<&'a Index>,
    linked: Option<Arc<Linked>>,
    by_shape: bool,
    /// Names of columns and keys that everybody knows.
    published: &'a [String],
    /// Days by which the output's dates differ from the source's.
    shift: Option<i64>,
    seen: HashSet<(Place, Kind, Option<Tag>)>,
    /// Counts also what was found there before.
    pub(crate) n_found: usize,
    pub(crate) hits: Vec<Hit>,
}

impl<'a> Probe<'a> {
    /// A probe for values of sources; what belongs to one patient only is looked for if `linked` is known.
    pub(crate) fn against(index: &'a Index, linked: Option<Arc<Linked>>) -> Probe<'a> {
        Probe {
            index: Some(index),
            linked,
            by_shape: false,
            published: &[],
            shift: None,
            seen: HashSet::new(),
            n_found: 0,
            hits: Vec::new(),
        }
    }

    /// The same, for an output whose columns and keys may have these names whatever the sources hold.
    pub(crate) fn with_published(self, published: &'a [String]) -> Probe<'a> {
        Probe { published, ..self }
    }

    /// A probe that knows no source and goes by what identifiers look like.
    pub(crate) fn by_shape() -> Probe<'a> {
        Probe {
            index: None,
            linked: None,
            by_shape: true,
            published: &[],
            shift: None,
            seen: HashSet::new(),
            n_found: 0,
            hits: Vec::new(),
        }
    }

    pub(crate) fn is_by_shape(&self) -> bool {
        self.by_shape
    }

    /// Changes what the outputs that follow were made from: rows of a table come from different sources.
    pub(crate) fn link(&mut self, linked: Option<Arc<Linked>>) {
        self.linked = linked;
        self.shift = None;
    }

    pub(crate) fn hit(&mut self, hit: Hit) {
        let key = (hit.place.clone(), hit.kind, hit.origin.map(|(tag, _)| tag));
        self.n_found += 1;
        if self.seen.insert(key) {
            self.hits.push(hit);
        }
    }

    fn found(&mut self, place: &Place, origin: Origin, about: &'static str) {
        self.hit(Hit {
            severity: if about == LONE_WORD { Severity::Suspicious } else { Severity::Leak },
            kind: origin.kind,
            place: place.clone(),
            about,
            origin: Some((origin.tag, origin.source)),
        });
    }

    /// Whether the element has the same identifying value, or the same day, as the one there in the source.
    pub(crate) fn unchanged(&mut self, place: &Place, path: &TagPath, value: &[u8]) {
        let Some(linked) = self.linked.clone() else { return };
        let Some((kind, before)) = linked.identity.by_place.get(path) else { return };
        let value = trimmed(value);
        let text = String::from_utf8_lossy(value);
        let is_placeholder = match kind {
            Kind::Date | Kind::BirthDate => days_of_value(&text).all(Day::is_placeholder),
            Kind::Uid => uids::is_registered(&text),
            _ => is_blank(value) || fold(&text).split(' ').all(is_neutral) && text.is_ascii(),
        };
        if fingerprint(value) == *before && !is_placeholder {
            let origin = Origin { kind: *kind, tag: path.tag(), source: linked.source };
            self.found(place, origin, UNCHANGED);
        }
    }

    /// A value of VR DA or DT, or a column of dates. `path` is the attribute in the source.
    pub(crate) fn day(&mut self, place: &Place, path: Option<&TagPath>, day: Day) {
        let Some(linked) = self.linked.clone() else { return };
        let identity = &linked.identity;
        let before = path.and_then(|path| identity.days_by_place.get(path));
        if let Some(before) = before {
            self.shift.get_or_insert(day.number() - before.number());
        }
        // A date that was shifted from another one is no leak, if it meets a date of the source by chance.
        let was_shifted = before.is_some_and(|before| *before != day) || self.is_explained(identity, day);
        if let Some((kind, tag)) = identity.days.get(&day)
            && !was_shifted
        {
            self.found(place, Origin { kind: *kind, tag: *tag, source: linked.source }, "the date itself");
        }
    }

    /// Whether a day is another day of the source, moved by as many days as the rest.
    fn is_explained(&self, identity: &Identity, day: Day) -> bool {
        self.shift.is_some_and(|shift| {
            shift != 0 && identity.days.keys().any(|before| before.number() + shift == day.number())
        })
    }

    /// The name of a column or key, or its path: one of those that are published says nothing about any source.
    pub(crate) fn name(&mut self, place: &Place, name: &str) {
        let root = name.split('.').next().unwrap_or(name);
        if !self.published.iter().any(|published| published == root) {
            self.text(place, Form::Code, name);
        }
    }

    pub(crate) fn text(&mut self, place: &Place, form: Form, text: &str) {
        if self.by_shape {
            shape::text::check(self, place, form, text);
        }
        let Some(index) = self.index else { return };
        if form != Form::Number {
            index.uids(text, |origin| self.found(place, origin, "the value"));
        }
        if matches!(form, Form::Date | Form::Uid) {
            if form == Form::Uid {
                self.days(place, text);
            }
            return;
        }
        let folded = fold(text);
        let is_number = form == Form::Number;
        index.in_folded(&folded, |origin, value| {
            if !is_number || value.len() == folded.len() {
                self.found(place, origin, "the value, or a form of it");
            }
        });
        if is_number {
            return;
        }
        if matches!(form, Form::Text | Form::Name | Form::Bytes) {
            index.telephones(text, |origin| self.found(place, origin, "the number"));
        }
        match self.linked.clone() {
            Some(linked) => self.weak(place, form, &folded, &linked),
            // Terms that a program chose are no names.
            None if form == Form::Code => {}
            None => index.lone_words(&folded, |origin| self.found(place, origin, LONE_WORD)),
        }
        self.days(place, text);
    }

    /// What is too common to be searched everywhere.
    fn weak(&mut self, place: &Place, form: Form, folded: &str, linked: &Linked) {
        for needle in linked.identity.needles.iter().filter(|needle| !needle.is_strong) {
            let is_term = matches!(form, Form::Code | Form::FileName) || needle.kind == Kind::Characteristic;
            if is_term && is_vocabulary_here(linked, &needle.text) {
                continue;
            }
            let is_there = folded
                .match_indices(&needle.text)
                .any(|(start, found)| needle.is_free || is_whole(folded, start, start + found.len()));
            if is_there {
                let origin = Origin { kind: needle.kind, tag: needle.tag, source: linked.source };
                self.found(place, origin, "a part or a form of the value");
            }
        }
    }

    fn days(&mut self, place: &Place, text: &str) {
        let Some(linked) = self.linked.clone() else { return };
        for (_, day) in days_in_text(text) {
            if let Some((kind, tag)) = linked.identity.days.get(&day)
                && !self.is_explained(&linked.identity, day)
            {
                self.found(
                    place,
                    Origin { kind: *kind, tag: *tag, source: linked.source },
                    "the date, maybe reformatted",
                );
            }
        }
    }

    /// Bytes of unknown meaning.
    pub(crate) fn bytes(&mut self, place: &Place, bytes: &[u8]) {
        self.raw(place, bytes, 0);
        for run in printable_runs(bytes) {
            self.text(place, Form::Bytes, &run);
        }
    }

    /// Bytes that mean pixels or the like: only long values are not there by chance.
    pub(crate) fn bulk(&mut self, place: &Place, bytes: &[u8]) {
        self.raw(place, bytes, BULK_RUN_MIN);
        let Some(index) = self.index else { return };
        for run in bytes.split(|byte| !matches!(byte, 0x20..=0x7E)).filter(|run| run.len() >= BULK_RUN_MIN) {
            let text = String::from_utf8_lossy(run);
            index.uids(&text, |origin| self.found(place, origin, "the value"));
            index.in_folded(&fold(&text), |origin, value| {
                let n_different = value.chars().collect::<HashSet<_>>().len();
                if value.len() >= BULK_RUN_MIN && n_different >= BULK_DIFFERENT_MIN {
                    self.found(place, origin, "the value, or a form of it");
                }
            });
        }
    }

    /// The bytes of values outside ASCII.
    pub(crate) fn raw(&mut self, place: &Place, bytes: &[u8], length_min: usize) {
        let Some(index) = self.index else { return };
        index.in_bytes(bytes, |origin, length| {
            if length >= length_min {
                self.found(place, origin, "the bytes of the value");
            }
        });
    }
}

/// Whether a word may stand as a term of the examination, because it is one, or was one in the source.
fn is_vocabulary_here(linked: &Linked, text: &str) -> bool {
    let is_short = text.len() < TERM_CHARS_MIN && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_short
        || text.split(' ').all(|word| is_vocabulary(word) || linked.identity.examination_words.contains(word))
}

/// A value of equal bytes says nothing.
fn is_blank(value: &[u8]) -> bool {
    value.iter().all(|byte| value.first() == Some(byte))
}

const LONE_WORD: &str = "a single word of a name; the output could not be linked to its source";
const UNCHANGED: &str = "the value is unchanged";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_by_vr() {
        for (vr, tag, expected) in [
            (VR::LO, Tag(0x0008, 0x1030), Form::Text),
            (VR::LO, Tag(0x0008, 0x0104), Form::Code),
            (VR::PN, Tag(0x0010, 0x0010), Form::Name),
            (VR::CS, Tag(0x0018, 0x0015), Form::Code),
        ] {
            assert_eq!(Form::of(vr, tag), expected);
        }
    }
}
