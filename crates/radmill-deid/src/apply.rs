//! Carries the rules out on a data set, level by level.

use bytes::Bytes;
use dicom_core::{Tag, VR};
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

use crate::date::{is_time, is_utc_offset, shift_da, shift_dt};
use crate::dummy::dummy;
use crate::own_words::OwnWords;
use crate::pseudonym::{self, PatientPseudonym};
use crate::rules::{Rule, Treatment};
use crate::value::{
    agreed_vr, ascii_values, checked_value, is_free_text, is_registered_uid, joined, trimmed,
};
use crate::{Policy, Refusal, SiteKey};

/// Deepest nesting that is looked into; real objects stay below 10. Bounds the stack.
pub(crate) const NESTING_DEPTH_MAX: usize = 64;

/// One run over one instance.
pub(crate) struct Pass<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) key: &'a SiteKey,
    pub(crate) patient: &'a PatientPseudonym,
    pub(crate) own_words: &'a OwnWords,
    /// A date was shifted or a time of day kept somewhere.
    pub(crate) kept_temporal: bool,
}

impl Pass<'_> {
    /// The elements of one level that stay, each as its rule wants it. `depth` is 0 at the top.
    pub(crate) fn treat_level(&mut self, data: DataSet, depth: usize) -> Result<Vec<Element>, Refusal> {
        if depth > NESTING_DEPTH_MAX {
            return Err(Refusal::NestedTooDeep);
        }
        let character_set = *data.character_set();
        let mut kept = Vec::new();
        for element in data.into_elements() {
            kept.extend(self.treat_element(element, &character_set, depth)?);
        }
        Ok(kept)
    }

    fn treat_element(
        &mut self,
        element: Element,
        character_set: &CharacterSet,
        depth: usize,
    ) -> Result<Option<Element>, Refusal> {
        let rule = self.policy.rule(element.tag);
        let tag = element.tag;
        match (rule.treatment, element.value) {
            (Treatment::Keep, Value::Items(items)) if rule.vr.exact() == Some(VR::SQ) => {
                let mut kept = Vec::with_capacity(items.len());
                for item in items {
                    let character_set = *item.character_set();
                    kept.push(DataSet::new(self.treat_level(item, depth + 1)?, character_set));
                }
                Ok(Some(Element { tag, vr: VR::SQ, value: Value::Items(kept) }))
            }
            // A sequence where the dictionary has none is not what its tag says.
            (treatment, Value::Items(items)) => Ok(fixed(
                if keeps_value(treatment) { Treatment::Remove } else { treatment },
                tag,
                rule,
                items.is_empty(),
            )),
            (Treatment::PatientPseudonym, Value::Bytes(_)) if depth == 0 => {
                Ok(Some(text_element(tag, VR::LO, &[&self.patient.id])))
            }
            (_, Value::Bytes(bytes)) if trimmed(&bytes).is_empty() && keeps_value(rule.treatment) => {
                Ok(rule.vr.exact().filter(|vr| *vr != VR::SQ).map(|vr| empty_element(tag, vr)))
            }
            (treatment, Value::Bytes(bytes)) => {
                let is_empty = bytes.is_empty();
                let treated = match treatment {
                    Treatment::ReplaceUids => Some(self.replace_uids(tag, &bytes)),
                    Treatment::PatientPseudonym => Some(self.nested_patient_id(tag, &bytes, character_set)),
                    Treatment::ShiftDates => self.shift_dates(tag, rule, &bytes),
                    Treatment::KeepTimes => self.keep_times(tag, rule, bytes),
                    Treatment::Keep => self.keep(tag, element.vr, rule, &bytes, character_set),
                    _ => return Ok(fixed(treatment, tag, rule, is_empty)),
                };
                Ok(treated.or_else(|| fixed(rule.otherwise, tag, rule, is_empty)))
            }
        }
    }

    fn keep(
        &self,
        tag: Tag,
        written: VR,
        rule: Rule,
        bytes: &Bytes,
        character_set: &CharacterSet,
    ) -> Option<Element> {
        let vr = agreed_vr(written, rule.vr)?;
        let value = checked_value(tag, vr, bytes)?;
        if is_free_text(vr) && self.own_words.occur_in(&value, character_set) {
            return None;
        }
        Some(Element { tag, vr, value: Value::Bytes(value) })
    }

    fn replace_uids(&self, tag: Tag, bytes: &[u8]) -> Element {
        let replaced: Vec<String> =
            bytes.split(|byte| *byte == b'\\').map(|uid| replaced_uid(self.key, uid)).collect();
        text_element(tag, VR::UI, &replaced)
    }

    fn nested_patient_id(&self, tag: Tag, bytes: &[u8], character_set: &CharacterSet) -> Element {
        let patient_id = character_set.decode(bytes);
        let patient = PatientPseudonym::of_patient_id(self.key, trim_text(&patient_id));
        text_element(tag, VR::LO, &[patient.id])
    }

    fn shift_dates(&mut self, tag: Tag, rule: Rule, bytes: &[u8]) -> Option<Element> {
        let vr = rule.vr.exact()?;
        let shift = if vr == VR::DA { shift_da } else { shift_dt };
        let shifted: Vec<String> = ascii_values(bytes)?
            .into_iter()
            .map(|value| match value {
                "" => Some(String::new()),
                _ => shift(value, self.patient.date_offset_days),
            })
            .collect::<Option<_>>()?;
        self.kept_temporal |= shifted.iter().any(|value| !value.is_empty());
        Some(text_element(tag, vr, &shifted))
    }

    fn keep_times(&mut self, tag: Tag, rule: Rule, bytes: Bytes) -> Option<Element> {
        let vr = rule.vr.exact()?;
        let is_valid = if vr == VR::TM { is_time } else { is_utc_offset };
        let values = ascii_values(&bytes)?;
        if !values.iter().all(|value| value.is_empty() || is_valid(value)) {
            return None;
        }
        // Our own dummy is midnight, and says nothing about the time.
        self.kept_temporal |=
            values.iter().any(|value| value.bytes().any(|byte| matches!(byte, b'1'..=b'9')));
        Some(Element { tag, vr, value: Value::Bytes(bytes) })
    }
}

/// The UID that takes the place of this one; padding does not count, an empty value and a registered UID stay.
pub(crate) fn replaced_uid(key: &SiteKey, uid: &[u8]) -> String {
    let uid = trimmed(uid);
    match std::str::from_utf8(uid) {
        Ok(text) if text.is_empty() || is_registered_uid(text) => text.to_owned(),
        _ => pseudonym::uid(key, uid),
    }
}

/// Without white space and NUL at both ends.
pub(crate) fn trim_text(text: &str) -> &str {
    text.trim_matches(|c: char| c == '\0' || c.is_whitespace())
}

/// An element with these values in ASCII.
pub(crate) fn text_element(tag: Tag, vr: VR, values: &[impl AsRef<str>]) -> Element {
    Element { tag, vr, value: Value::Bytes(joined(vr, values)) }
}

/// True if something of the source's value may go on.
fn keeps_value(treatment: Treatment) -> bool {
    !matches!(treatment, Treatment::Remove | Treatment::Empty | Treatment::Dummy)
}

/// Remove, Empty and Dummy, which do not look at the value; what was empty stays empty.
fn fixed(treatment: Treatment, tag: Tag, rule: Rule, was_empty: bool) -> Option<Element> {
    match treatment {
        Treatment::Dummy if !was_empty => {
            dummy(rule.vr).map(|(vr, value)| Element { tag, vr, value: Value::Bytes(value) })
        }
        Treatment::Empty | Treatment::Dummy => Some(empty_element(tag, rule.vr.relaxed())),
        _ => None,
    }
}

fn empty_element(tag: Tag, vr: VR) -> Element {
    let value = if vr == VR::SQ { Value::Items(Vec::new()) } else { Value::Bytes(Bytes::new()) };
    Element { tag, vr, value }
}
