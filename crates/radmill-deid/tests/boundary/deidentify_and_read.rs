//! Control: the way that is open. If this does not compile, the failures beside it prove nothing.

use radmill_deid::{Attributes, DeidentifiedInstance, Policy, SiteKey, deidentify};
use radmill_dicom::{CharacterSet, DataSet, Element, ParsedInstance, SourceFacts, Value};

fn parsed() -> ParsedInstance {
    let element = |group, element, vr, value: &'static str| Element {
        tag: dicom_core::Tag(group, element),
        vr,
        value: Value::Bytes(value.into()),
    };
    let elements = vec![
        element(0x0008, 0x0016, dicom_core::VR::UI, "1.2.840.10008.5.1.4.1.1.2"),
        element(0x0008, 0x0018, dicom_core::VR::UI, "1.2.3"),
        element(0x0010, 0x0020, dicom_core::VR::LO, "4711"),
    ];
    let source = SourceFacts {
        transfer_syntax: "1.2.840.10008.1.2".to_owned(),
        transfer_syntax_inferred: false,
        defects: Vec::new(),
    };
    ParsedInstance { data: DataSet::new(elements, CharacterSet::default()), pixels: None, source }
}

fn patient_id(attributes: Attributes<'_>) -> Option<String> {
    attributes.text(dicom_core::Tag(0x0010, 0x0020))
}

fn main() {
    let key = SiteKey::from_bytes([7; 32]);
    let instance: DeidentifiedInstance = deidentify(parsed(), &Policy::basic(), &key).unwrap();
    assert_eq!(patient_id(instance.attributes()).as_deref(), Some(instance.patient_pseudonym()));
}
