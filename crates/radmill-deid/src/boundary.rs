//! The privacy boundary, held by the compiler: what must not compile, each next to a twin that compiles and differs in
//! what is tested only.
//!
//! Doc tests rather than `trybuild`, which builds all dependencies once more. Whatever the code after `compile_fail`
//! is, a stable compiler takes any error for the one that is meant, so the twins are what makes a failure a proof.
//! Private fields have theirs among the tests of the modules that own them, where the same expressions compile.
//!
//! The way that is open:
//!
//! ```
//! use radmill_deid::{Attributes, DeidentifiedInstance, Policy, SiteKey, deidentify};
//! use radmill_dicom::{CharacterSet, DataSet, Element, ParsedInstance, SourceFacts, Value};
//!
//! fn parsed() -> ParsedInstance {
//!     let element = |group, element, vr, value: &'static str| Element {
//!         tag: dicom_core::Tag(group, element),
//!         vr,
//!         value: Value::Bytes(value.into()),
//!     };
//!     let elements = vec![
//!         element(0x0008, 0x0016, dicom_core::VR::UI, "1.2.840.10008.5.1.4.1.1.2"),
//!         element(0x0008, 0x0018, dicom_core::VR::UI, "1.2.3"),
//!         element(0x0010, 0x0020, dicom_core::VR::LO, "4711"),
//!     ];
//!     let source = SourceFacts {
//!         transfer_syntax: "1.2.840.10008.1.2".to_owned(),
//!         transfer_syntax_inferred: false,
//!         defects: Vec::new(),
//!     };
//!     ParsedInstance { data: DataSet::new(elements, CharacterSet::default()), pixels: None, source }
//! }
//!
//! fn patient_id(attributes: Attributes<'_>) -> Option<String> {
//!     attributes.text(dicom_core::Tag(0x0010, 0x0020))
//! }
//!
//! let key = SiteKey::from_bytes([7; 32]);
//! let instance: DeidentifiedInstance = deidentify(parsed(), &Policy::basic(), &key).unwrap();
//! assert_eq!(patient_id(instance.attributes()).as_deref(), Some(instance.patient_pseudonym()));
//! ```
//!
//! An instance cannot be forged: neither whole, nor by changing another one.
//!
//! ```
//! fn pass_on(
//!     parsed: radmill_dicom::ParsedInstance,
//!     instance: radmill_deid::DeidentifiedInstance,
//! ) -> radmill_deid::DeidentifiedInstance {
//!     drop(parsed.data);
//!     instance
//! }
//! ```
//!
//! ```compile_fail,E0451
//! fn forge(
//!     parsed: radmill_dicom::ParsedInstance,
//!     instance: radmill_deid::DeidentifiedInstance,
//! ) -> radmill_deid::DeidentifiedInstance {
//!     radmill_deid::DeidentifiedInstance { data: parsed.data, ..instance }
//! }
//! ```
//!
//! ```compile_fail,E0451
//! fn forge(parsed: &radmill_dicom::ParsedInstance) -> radmill_deid::Attributes<'_> {
//!     radmill_deid::Attributes { data: &parsed.data }
//! }
//! ```
//!
//! The data set inside cannot be reached, from neither of the two:
//!
//! ```compile_fail,E0616
//! fn reach(instance: radmill_deid::DeidentifiedInstance) -> radmill_dicom::DataSet {
//!     instance.data
//! }
//! ```
//!
//! ```compile_fail,E0616
//! fn reach<'a>(attributes: &radmill_deid::Attributes<'a>) -> &'a radmill_dicom::DataSet {
//!     attributes.data
//! }
//! ```
//!
//! No conversion leads round `deidentify`, nor to the attributes of what is identified:
//!
//! ```
//! fn is_made_from<Source, Target: From<Source>>() {}
//! is_made_from::<radmill_deid::DeidentifiedInstance, radmill_deid::DeidentifiedInstance>();
//! is_made_from::<radmill_deid::Attributes<'static>, radmill_deid::Attributes<'static>>();
//! ```
//!
//! ```compile_fail,E0277
//! fn is_made_from<Source, Target: From<Source>>() {}
//! is_made_from::<radmill_dicom::ParsedInstance, radmill_deid::DeidentifiedInstance>();
//! ```
//!
//! ```compile_fail,E0277
//! fn is_made_from<Source, Target: From<Source>>() {}
//! is_made_from::<&'static radmill_dicom::DataSet, radmill_deid::Attributes<'static>>();
//! ```
//!
//! The identified instance ends where the de-identified one begins:
//!
//! ```
//! fn once(parsed: radmill_dicom::ParsedInstance, key: &radmill_deid::SiteKey) {
//!     println!("{:?}", parsed.data);
//!     let _ = radmill_deid::deidentify(parsed, &radmill_deid::Policy::basic(), key);
//! }
//! ```
//!
//! ```compile_fail,E0382
//! fn twice(parsed: radmill_dicom::ParsedInstance, key: &radmill_deid::SiteKey) {
//!     let _ = radmill_deid::deidentify(parsed, &radmill_deid::Policy::basic(), key);
//!     println!("{:?}", parsed.data);
//! }
//! ```
//!
//! A site key has no default, and its secret cannot be read:
//!
//! ```
//! fn key() -> radmill_deid::SiteKey {
//!     radmill_deid::SiteKey::from_bytes(Default::default())
//! }
//! ```
//!
//! ```compile_fail,E0277
//! fn key() -> radmill_deid::SiteKey {
//!     Default::default()
//! }
//! ```
//!
//! ```compile_fail,E0616
//! fn secret(key: &radmill_deid::SiteKey) -> usize {
//!     size_of_val(&key.secret)
//! }
//! ```
