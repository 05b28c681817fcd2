//! What takes the place of the items of a sequence that the IOD needs and nothing of which may stay (PS3.15 E.1.1:
//! a dummy that keeps the object valid).

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

use super::{Level, NESTING_DEPTH_MAX, Pass, text_element};
use crate::Refusal;
use crate::rules::Treatment;
use crate::rules::dummy::dummy;
use crate::structured_content;

/// Sequences that are the whole of their module, which is optional: it is valid to have none of it.
const WHOLE_OF_MODULE: [Tag; 2] = [tags::GRAPHIC_ANNOTATION_SEQUENCE, tags::WAVEFORM_ANNOTATION_SEQUENCE];

impl Pass<'_> {
    /// One item with the attributes of the first one, in which UIDs are replaced, codes of the standard stay, and
    /// everything else is a dummy; none if the sequence may as well not be there.
    pub(super) fn dummy_items(
        &mut self,
        sequence: Tag,
        items: Vec<DataSet>,
        level: &Level,
    ) -> Result<Option<Vec<DataSet>>, Refusal> {
        if WHOLE_OF_MODULE.contains(&sequence) {
            return Ok(None);
        }
        if sequence == tags::CONTENT_SEQUENCE {
            return Ok(Some(structured_content::dummy_items()));
        }
        let Some(first) = items.into_iter().next() else { return Ok(Some(Vec::new())) };
        // Of what lies in a dummy nothing is counted or claimed.
        let (counts, done) = (self.counts, self.done);
        let item = self.dummy_item(sequence, first, level);
        (self.counts, self.done) = (counts, done);
        Ok(Some(vec![item?]))
    }

    fn dummy_item(&mut self, sequence: Tag, item: DataSet, level: &Level) -> Result<DataSet, Refusal> {
        let inside = level.inside(sequence, &item);
        if inside.depth > NESTING_DEPTH_MAX {
            return Err(Refusal::NestedTooDeep);
        }
        if item.get(tags::CODE_MEANING).is_some() {
            return Ok(dummy_code());
        }
        let mut kept = Vec::new();
        for element in item.into_elements() {
            kept.extend(self.dummy_element(element, &inside)?);
        }
        Ok(DataSet::new(kept, inside.character_set))
    }

    fn dummy_element(&mut self, element: Element, level: &Level) -> Result<Option<Element>, Refusal> {
        let tag = element.tag;
        let rule = self.policy.rule(tag);
        if matches!(rule.treatment, Treatment::Fixed(_)) || matches!(rule.vr.exact(), Some(VR::UI | VR::CS)) {
            return self.treat_element(element, level);
        }
        match element.value {
            Value::Items(items) if rule.vr.exact() == Some(VR::SQ) => {
                let items = match items.into_iter().next() {
                    Some(first) => vec![self.dummy_item(tag, first, level)?],
                    None => Vec::new(),
                };
                Ok(Some(Element { tag, vr: VR::SQ, value: Value::Items(items) }))
            }
            Value::Items(_) => Ok(None),
            Value::Bytes(_) => {
                Ok(dummy(rule.vr).map(|(vr, value)| Element { tag, vr, value: Value::Bytes(value) }))
            }
        }
    }
}

/// A code that claims nothing; schemes beginning with 99 are nobody's (PS3.16 section 8).
fn dummy_code() -> DataSet {
    let elements = vec![
        text_element(tags::CODE_VALUE, VR::SH, &["DEIDENTIFIED"]),
        text_element(tags::CODING_SCHEME_DESIGNATOR, VR::SH, &["99DEIDENTIFIED"]),
        text_element(tags::CODE_MEANING, VR::LO, &["DEIDENTIFIED"]),
    ];
    DataSet::new(elements, CharacterSet::default())
}
