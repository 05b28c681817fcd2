//! Whole instances: what comes out, and what must not.

mod cleaned;
mod counts;
mod golden;
mod instances;
mod levels;
mod planted;
mod policies;
mod private;
mod properties;
mod real_files;
mod types;
mod unlisted;
mod written;

use bytes::Bytes;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, ParsedInstance, SourceFacts, Value};

use crate::SiteKey;

const CT_IMAGE_STORAGE: &str = "1.2.840.10008.5.1.4.1.1.2";

fn key() -> SiteKey {
    SiteKey::from_bytes([7; 32])
}

fn text(tag: Tag, vr: VR, value: &str) -> Element {
    Element { tag, vr, value: Value::Bytes(Bytes::copy_from_slice(value.as_bytes())) }
}

fn sequence(tag: Tag, items: Vec<Vec<Element>>) -> Element {
    let items = items.into_iter().map(|elements| DataSet::new(elements, utf8())).collect();
    Element { tag, vr: VR::SQ, value: Value::Items(items) }
}

fn utf8() -> CharacterSet {
    CharacterSet::new(b"ISO_IR 192")
}

/// An instance with nothing but these elements.
fn bare(elements: Vec<Element>) -> ParsedInstance {
    let source = SourceFacts {
        transfer_syntax: "1.2.840.10008.1.2.1".to_owned(),
        transfer_syntax_inferred: false,
        defects: Vec::new(),
    };
    ParsedInstance { data: DataSet::new(elements, utf8()), pixels: None, source }
}

/// An instance with these elements, and the ones it cannot do without where they are missing.
fn instance(mut elements: Vec<Element>) -> ParsedInstance {
    elements.extend([
        text(tags::SOP_CLASS_UID, VR::UI, CT_IMAGE_STORAGE),
        text(tags::SOP_INSTANCE_UID, VR::UI, "1.2.3.4"),
        text(tags::PATIENT_ID, VR::LO, "4711"),
    ]);
    bare(elements)
}

/// Calls `visit` for every element of every level.
fn visit_elements<'a>(data: &'a DataSet, visit: &mut impl FnMut(&'a Element, &'a DataSet)) {
    for element in data.elements() {
        visit(element, data);
        if let Value::Items(items) = &element.value {
            for item in items {
                visit_elements(item, visit);
            }
        }
    }
}
