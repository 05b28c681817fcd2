//! Carries the rules out on a data set, level by level.

use bytes::Bytes;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

use crate::date::{is_time, is_utc_offset, shift_da, shift_dt};
use crate::dummy::dummy;
use crate::own_words::OwnWords;
use crate::pseudonym::{self, PatientPseudonym};
use crate::rules::{Rule, Treatment, is_unknown};
use crate::value::{
    agreed_vr, ascii_values, checked_value, codes_where, is_free_text, is_like_a_name, is_registered_uid,
    is_text, joined, trimmed,
};
use crate::{ActionCounts, Policy, Refusal, SiteKey};

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
    pub(crate) counts: ActionCounts,
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
                self.counts.kept += 1;
                let mut kept = Vec::with_capacity(items.len());
                for item in items {
                    let character_set = *item.character_set();
                    kept.push(DataSet::new(self.treat_level(item, depth + 1)?, character_set));
                }
                Ok(Some(Element { tag, vr: VR::SQ, value: Value::Items(kept) }))
            }
            // A sequence where the dictionary has none is not what its tag says.
            (treatment, Value::Items(_)) if keeps_value(treatment) => {
                self.counts.value_unfit += 1;
                Ok(self.fixed(Treatment::Remove, tag, rule, false))
            }
            (treatment, Value::Items(items)) => Ok(self.fixed(treatment, tag, rule, items.is_empty())),
            (treatment, Value::Bytes(bytes)) if !keeps_value(treatment) => {
                Ok(self.fixed(treatment, tag, rule, bytes.is_empty()))
            }
            (Treatment::PatientPseudonym, Value::Bytes(_)) if depth == 0 => {
                self.counts.patient_ids_replaced += 1;
                Ok(Some(text_element(tag, VR::LO, &[&self.patient.id])))
            }
            (_, Value::Bytes(bytes)) if is_blank(rule, &bytes) => {
                match rule.vr.exact().filter(|vr| *vr != VR::SQ) {
                    Some(vr) => {
                        self.counts.kept += 1;
                        Ok(Some(empty_element(tag, vr)))
                    }
                    None => Ok(self.fixed(Treatment::Remove, tag, rule, true)),
                }
            }
            (treatment, Value::Bytes(bytes)) => {
                let treated = match treatment {
                    Treatment::ReplaceUids => Some(self.replace_uids(tag, &bytes)),
                    Treatment::PatientPseudonym => Some(self.nested_patient_id(tag, &bytes, character_set)),
                    Treatment::ShiftDates => self.shift_dates(tag, rule, &bytes),
                    Treatment::KeepTimes => self.keep_times(tag, rule, &bytes),
                    _ => self.keep(tag, element.vr, rule, &bytes, character_set),
                };
                Ok(treated.or_else(|| self.fixed(rule.otherwise, tag, rule, false)))
            }
        }
    }

    /// Remove, Empty and Dummy, which do not look at the value; what was empty stays empty.
    fn fixed(&mut self, treatment: Treatment, tag: Tag, rule: Rule, was_empty: bool) -> Option<Element> {
        let dummy = if treatment == Treatment::Dummy && !was_empty { dummy(rule.vr) } else { None };
        if let Some((vr, value)) = dummy {
            self.counts.replaced_by_dummy += 1;
            return Some(Element { tag, vr, value: Value::Bytes(value) });
        }
        if matches!(treatment, Treatment::Empty | Treatment::Dummy) {
            self.counts.emptied += 1;
            return Some(empty_element(tag, rule.vr.relaxed()));
        }
        self.counts.removed += 1;
        if tag.0 % 2 == 1 {
            self.counts.removed_private += 1;
        } else if is_unknown(tag) {
            self.counts.removed_unknown += 1;
        }
        None
    }

    fn keep(
        &mut self,
        tag: Tag,
        written: VR,
        rule: Rule,
        bytes: &Bytes,
        character_set: &CharacterSet,
    ) -> Option<Element> {
        let checked = agreed_vr(written, rule.vr).and_then(|vr| Some((vr, checked_value(tag, vr, bytes)?)));
        let Some((vr, value)) = checked else {
            self.counts.value_unfit += 1;
            return None;
        };
        let Some(value) = self.without_identity(tag, vr, value, character_set) else {
            self.counts.identifying_value += 1;
            return None;
        };
        self.counts.kept += 1;
        Some(Element { tag, vr, value: Value::Bytes(value) })
    }

    /// The value, if it is not written like a person's name and repeats no name, identifier or date of this header.
    /// Of codes only the values that do are blanked.
    fn without_identity(
        &self,
        tag: Tag,
        vr: VR,
        value: Bytes,
        character_set: &CharacterSet,
    ) -> Option<Bytes> {
        let own_words = self.own_words;
        match vr {
            VR::CS if tag == tags::SPECIFIC_CHARACTER_SET => Some(value),
            VR::CS => codes_where(&value, |code| !own_words.occur_in(code.as_bytes(), character_set)),
            VR::DS | VR::IS => (!own_words.are_among_numbers(&value)).then_some(value),
            _ if is_free_text(vr) => {
                (!is_like_a_name(&value) && !own_words.occur_in(&value, character_set)).then_some(value)
            }
            _ => Some(value),
        }
    }

    fn replace_uids(&mut self, tag: Tag, bytes: &[u8]) -> Element {
        let uids = || bytes.split(|byte| *byte == b'\\').map(trimmed);
        let replaced: Vec<String> = uids().map(|uid| replaced_uid(self.key, uid)).collect();
        let is_same = uids().eq(replaced.iter().map(String::as_bytes));
        *(if is_same { &mut self.counts.kept } else { &mut self.counts.uids_replaced }) += 1;
        text_element(tag, VR::UI, &replaced)
    }

    fn nested_patient_id(&mut self, tag: Tag, bytes: &[u8], character_set: &CharacterSet) -> Element {
        self.counts.patient_ids_replaced += 1;
        let patient_id = character_set.decode(bytes);
        let patient = PatientPseudonym::of_patient_id(self.key, trim_text(&patient_id));
        text_element(tag, VR::LO, &[patient.id])
    }

    fn shift_dates(&mut self, tag: Tag, rule: Rule, bytes: &[u8]) -> Option<Element> {
        let Some((vr, shifted)) = shifted(rule, bytes, self.patient.date_offset_days) else {
            self.counts.value_unfit += 1;
            return None;
        };
        self.counts.dates_shifted += 1;
        self.kept_temporal |= shifted.iter().any(|value| !value.is_empty());
        Some(text_element(tag, vr, &shifted))
    }

    fn keep_times(&mut self, tag: Tag, rule: Rule, bytes: &Bytes) -> Option<Element> {
        let Some((vr, values)) = times(rule, bytes) else {
            self.counts.value_unfit += 1;
            return None;
        };
        self.counts.times_kept += 1;
        // Our own dummy is midnight, and says nothing about the time.
        self.kept_temporal |=
            values.iter().any(|value| value.bytes().any(|byte| matches!(byte, b'1'..=b'9')));
        Some(Element { tag, vr, value: Value::Bytes(bytes.clone()) })
    }
}

/// VR and shifted values; `None` if one of them is no date that can be shifted.
fn shifted(rule: Rule, bytes: &[u8], offset_days: i64) -> Option<(VR, Vec<String>)> {
    let vr = rule.vr.exact()?;
    let shift = if vr == VR::DA { shift_da } else { shift_dt };
    let shifted = ascii_values(bytes)?.into_iter().map(|value| match value {
        "" => Some(String::new()),
        _ => shift(value, offset_days),
    });
    Some((vr, shifted.collect::<Option<_>>()?))
}

/// VR and values of times of day, or of offsets from UTC; `None` if one of them is none.
fn times(rule: Rule, bytes: &[u8]) -> Option<(VR, Vec<&str>)> {
    let vr = rule.vr.exact()?;
    let is_valid = if vr == VR::TM { is_time } else { is_utc_offset };
    let values = ascii_values(bytes)?;
    values.iter().all(|value| value.is_empty() || is_valid(value)).then_some((vr, values))
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

/// Without a value, or in a text with nothing but padding. Zeros are a value of a number.
fn is_blank(rule: Rule, bytes: &[u8]) -> bool {
    let is_text = rule.vr.exact().is_some_and(is_text);
    if is_text { trimmed(bytes).is_empty() } else { bytes.is_empty() }
}

/// True if something of the source's value may go on.
fn keeps_value(treatment: Treatment) -> bool {
    !matches!(treatment, Treatment::Remove | Treatment::Empty | Treatment::Dummy)
}

fn empty_element(tag: Tag, vr: VR) -> Element {
    let value = if vr == VR::SQ { Value::Items(Vec::new()) } else { Value::Bytes(Bytes::new()) };
    Element { tag, vr, value }
}
