//! DICOM: every element at every level, preamble and file meta, and what stands outside of both.

use std::collections::BTreeSet;

use dicom_core::Tag;

use crate::finding::{Hit, Place, Severity};
use crate::identity::dates::days_of_value;
use crate::identity::kind::Kind;
use crate::identity::tags::{PREAMBLE, unchecked_unless};
use crate::outputs::image::jpeg_segments;
use crate::probe::{Form, Probe};
use crate::read::tag::TagPath;
use crate::read::vr::{has_character_set, is_binary, is_private, is_text};
use crate::read::walk::{Element, Visitor};
use crate::shape;

const FORMAT: &str = "dicom";

/// Bytes of the chunk before that are looked at again, so that nothing is cut in two.
const OVERLAP_BYTES: usize = 256;

/// Options of PS3.15 that the object declares, by code value of CID 7050.
pub(crate) struct Declared(BTreeSet<String>);

impl Declared {
    /// Whether a declared option lets values of this kind, or of this attribute, stay.
    fn keeps(&self, hit: &Hit) -> bool {
        let tag = hit.origin.map(|(tag, _)| tag);
        let codes: &[&str] = match hit.kind {
            Kind::Date => &["113106"],
            Kind::Device => &["113109"],
            // Device UID, and Manufacturer's Device Class UID
            Kind::Uid if matches!(tag, Some(Tag(0x0018, 0x1002 | 0x100B))) => &["113109", "113110"],
            Kind::Uid => &["113110"],
            // Occupation and Requesting Service are cleaned as descriptions are.
            Kind::Characteristic if tag == Some(Tag(0x0010, 0x2180)) => &["113105"],
            Kind::Institution if tag == Some(Tag(0x0032, 0x1033)) => &["113105", "113112"],
            // The locations of a scheduled study and of a step of it count as devices in Table E.1-1.
            Kind::Institution if matches!(tag, Some(Tag(0x0032, 0x1020) | Tag(0x0040, 0x0011))) => {
                &["113109", "113112"]
            }
            Kind::Institution => &["113112"],
            _ => &[],
        };
        codes.iter().any(|code| self.has(code))
    }

    /// Whether it is a value that a declared option cleaned and found nothing to take away from.
    fn explains(&self, hit: &Hit) -> bool {
        let options = match hit {
            Hit { kind: Kind::Unchecked, origin: Some((tag, _)), .. } => unchecked_unless(*tag),
            _ => None,
        };
        options.is_some_and(|options| options.iter().any(|code| self.has(&code.to_string())))
    }

    pub(crate) fn has(&self, code: &str) -> bool {
        self.0.contains(code)
    }
}

/// Shows the elements of an output to a probe.
pub(crate) struct DicomOutput<'p, 'a> {
    probe: &'p mut Probe<'a>,
    shape: shape::dicom::ObjectShape,
    declared: BTreeSet<String>,
    tail: Vec<u8>,
}

impl<'p, 'a> DicomOutput<'p, 'a> {
    pub(crate) fn new(probe: &'p mut Probe<'a>) -> DicomOutput<'p, 'a> {
        DicomOutput {
            probe,
            shape: shape::dicom::ObjectShape::default(),
            declared: BTreeSet::new(),
            tail: Vec::new(),
        }
    }

    /// What can only be judged when all was seen: whether the object declares to have kept what was found.
    pub(crate) fn finish(self) {
        let declared = Declared(self.declared);
        if self.probe.is_by_shape() {
            self.shape.finish(&declared, self.probe);
        }
        self.probe.hits.retain(|hit| !declared.explains(hit));
        for hit in &mut self.probe.hits {
            if hit.severity == Severity::Leak && hit.place.format == FORMAT && declared.keeps(hit) {
                hit.severity = Severity::Declared;
            }
        }
    }

    fn text_element(&mut self, place: &Place, element: &Element<'_>) {
        let form = Form::of(element.vr, element.path.tag());
        let readings = if has_character_set(element.vr) {
            self.probe.raw(place, element.value, 0);
            element.character_sets.decode(element.value)
        } else {
            vec![encoding_rs::mem::decode_latin1(element.value).into_owned()]
        };
        for text in &readings {
            let text = text.trim_matches(['\0', ' ']);
            if form == Form::Date {
                for day in days_of_value(text) {
                    self.probe.day(place, Some(element.path), day);
                }
            }
            self.probe.text(place, form, text);
        }
        self.probe.unchanged(place, element.path, element.value);
    }
}

impl Visitor for DicomOutput<'_, '_> {
    fn preamble(&mut self, bytes: &[u8]) {
        let place = Place::new(FORMAT, "preamble");
        self.probe.bytes(&place, bytes);
        self.probe.unchanged(&place, &TagPath::of(&[], PREAMBLE), bytes);
        if self.probe.is_by_shape() && bytes.iter().any(|byte| *byte != 0) {
            self.probe.hit(Hit {
                severity: Severity::Suspicious,
                kind: Kind::Unchecked,
                place,
                about: "the preamble is not empty",
                origin: None,
            });
        }
    }

    fn sequence(&mut self, path: &TagPath) {
        if self.probe.is_by_shape() {
            self.shape.sequence(path);
        }
    }

    fn element(&mut self, element: &Element<'_>) {
        if element.value.is_empty() {
            return;
        }
        if is_method_code(element.path) {
            self.declared.insert(String::from_utf8_lossy(element.value).trim_matches(['\0', ' ']).to_owned());
        }
        if self.probe.is_by_shape() {
            self.shape.element(element);
        }
        let place = Place::new(FORMAT, element.path.to_string());
        if is_text(element.vr) {
            self.text_element(&place, element);
        } else if is_binary(element.vr) {
            self.probe.bytes(&place, element.value);
            self.probe.unchanged(&place, element.path, element.value);
        } else if is_private(element.path.tag()) {
            // A number in a private element may be text under a wrong VR.
            self.probe.bytes(&place, element.value);
        }
        if element.path.tag() == TRAILING_PADDING {
            self.probe.bytes(&place, element.value);
        }
    }

    fn bulk(&mut self, path: &TagPath, start: bool, bytes: &[u8]) {
        let place = Place::new(FORMAT, path.to_string());
        if start {
            self.tail.clear();
            for (name, segment) in jpeg_segments(bytes) {
                self.probe.bytes(&Place::new(FORMAT, format!("{path} {name}")), segment);
            }
        }
        if self.tail.is_empty() {
            self.probe.bulk(&place, bytes);
        } else {
            let first = bytes.len().min(OVERLAP_BYTES);
            self.tail.extend_from_slice(&bytes[..first]);
            let seam = std::mem::take(&mut self.tail);
            self.probe.bulk(&place, &seam);
            self.probe.bulk(&place, bytes);
        }
        self.tail = bytes[bytes.len().saturating_sub(OVERLAP_BYTES)..].to_vec();
    }
}

const TRAILING_PADDING: Tag = Tag(0xFFFC, 0xFFFC);

/// Code Value in De-identification Method Code Sequence.
fn is_method_code(path: &TagPath) -> bool {
    path.tag() == Tag(0x0008, 0x0100) && path.sequences().eq([Tag(0x0012, 0x0064)])
}
