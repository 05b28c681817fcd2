//! Carries the rules out on a data set, level by level.

mod dummy_item;
mod level;

use bytes::Bytes;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{CharacterSet, DataSet, Element, Value};

pub(crate) use level::Level;

use crate::crosswalk::Replacements;
use crate::date::{is_date, is_date_time, is_time, is_utc_offset, shift_da, shift_dt};
use crate::descriptors::codes;
use crate::own_words::OwnWords;
use crate::policy::OptionSet;
use crate::pseudonym::{self, PatientPseudonym};
use crate::registered_uid::is_registered_uid;
use crate::rules::dummy::{dummy, dummy_of};
use crate::rules::fixed::{Fixed, Outcome};
use crate::rules::reason::Reason;
use crate::rules::{Rule, Treatment, is_unknown};
use crate::value::{
    agreed_vr, ascii_values, checked_value, codes_where, is_free_text, is_like_a_name, is_structural_code,
    is_text, is_uid, joined, names_an_entity, trimmed,
};
use crate::{
    ActionCounts, Policy, ProfileOption, Refusal, SiteKey, descriptors, graphics, private, structured_content,
};

/// Deepest nesting that is looked into; real objects stay below 10. Bounds the stack.
pub(crate) const NESTING_DEPTH_MAX: usize = 64;

/// One run over one instance.
pub(crate) struct Pass<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) key: &'a SiteKey,
    pub(crate) patient: &'a PatientPseudonym,
    /// The instance was de-identified under this key before.
    pub(crate) is_ours: bool,
    pub(crate) own_words: &'a OwnWords,
    /// No element was left out because its tag stood there twice: each private creator is the one that was meant.
    pub(crate) has_clear_creators: bool,
    pub(crate) done: Done,
    pub(crate) counts: ActionCounts,
    /// Where somebody asks for them.
    pub(crate) replacements: Option<Replacements>,
}

/// What was really carried out on this instance.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    /// Options by which a value was kept or cleaned.
    pub(crate) options: OptionSet,
    /// A date was shifted, or a time of day kept beside dates that are not.
    pub(crate) modified_temporal: bool,
    /// A date or time was kept as it was, by the option that keeps them all.
    pub(crate) full_temporal: bool,
}

impl Pass<'_> {
    /// The elements of one level that stay, each as its rule wants it.
    pub(crate) fn treat_level(&mut self, data: DataSet, level: &Level) -> Result<Vec<Element>, Refusal> {
        if level.depth > NESTING_DEPTH_MAX {
            return Err(Refusal::NestedTooDeep);
        }
        let treats_private = self.policy.has(ProfileOption::RetainSafePrivate);
        let treats_planes = self.policy.has(ProfileOption::CleanGraphics);
        let mut kept = Vec::with_capacity(data.elements().len());
        let (mut of_private, mut of_planes) = (Vec::new(), Vec::new());
        for element in data.into_elements() {
            match element.tag.0 {
                group if group % 2 == 1 && treats_private => of_private.push(element),
                0x5000..=0x50FF | 0x6000..=0x60FF if treats_planes => of_planes.push(element),
                _ => kept.extend(self.treat_element(element, level)?),
            }
        }
        // What a level keeps is sorted by whoever makes a data set of it.
        if !of_private.is_empty() {
            kept.extend(private::treat(self, of_private, level)?);
        }
        if !of_planes.is_empty() {
            kept.extend(graphics::treat_planes(self, of_planes, level)?);
        }
        Ok(kept)
    }

    /// The items of `sequence`, an element of `level`, each treated by the rules.
    pub(crate) fn treat_items(
        &mut self,
        sequence: Tag,
        items: Vec<DataSet>,
        level: &Level,
    ) -> Result<Vec<DataSet>, Refusal> {
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            let inside = level.inside(sequence, &item);
            // The parts of a code stay together. A code that somebody made up is a descriptor wherever it stands.
            let cleans_code = inside.clean_texts
                || (self.policy.has(ProfileOption::CleanDescriptors) && codes::is_private(&item));
            let code = cleans_code.then(|| codes::cleaned(&item, self.own_words)).flatten();
            let mut elements = self.treat_level(item, &inside)?;
            if let Some(code) = code {
                elements.retain(|element| !codes::CODE_TAGS.contains(&element.tag));
                elements.extend(code);
            }
            kept.push(DataSet::new(elements, inside.character_set));
        }
        Ok(kept)
    }

    /// The element as its rule wants it; `None` if it goes.
    pub(crate) fn treat_element(
        &mut self,
        element: Element,
        level: &Level,
    ) -> Result<Option<Element>, Refusal> {
        let rule = self.policy.rule(element.tag);
        self.treat_by_rule(element, rule, level)
    }

    /// The same for a rule that the policy does not know: that of a private element.
    pub(crate) fn treat_by_rule(
        &mut self,
        element: Element,
        rule: Rule,
        level: &Level,
    ) -> Result<Option<Element>, Refusal> {
        let tag = element.tag;
        match (rule.treatment, element.value) {
            (Treatment::Fixed(fixed), value) => self.fixed(fixed, tag, rule, level, value),
            (treatment, Value::Items(items)) => self.treat_sequence(tag, rule, treatment, items, level),
            (Treatment::KeepPayload, value @ Value::Bytes(_)) => {
                self.counts.kept += 1;
                Ok(Some(Element { tag, vr: rule.vr.relaxed(), value }))
            }
            (Treatment::PatientPseudonym, Value::Bytes(bytes)) if level.depth == 0 => {
                Ok(Some(self.own_patient_id(tag, &bytes, level)))
            }
            (_, Value::Bytes(bytes)) if is_blank(rule, &bytes) => {
                match rule.vr.exact().filter(|vr| *vr != VR::SQ) {
                    Some(vr) => {
                        self.counts.kept += 1;
                        Ok(Some(empty_element(tag, vr)))
                    }
                    None => Ok(self.remove(tag)),
                }
            }
            (treatment, Value::Bytes(bytes)) => {
                let treated = match treatment {
                    Treatment::ReplaceUids => Some(self.replace_uids(tag, rule, &bytes)),
                    Treatment::PatientPseudonym => Some(self.nested_patient_id(tag, &bytes, level)),
                    Treatment::ShiftDates => self.shift_dates(tag, rule, &bytes),
                    Treatment::KeepTemporal => self.keep_temporal(tag, rule, &bytes),
                    Treatment::CleanText => self.clean_text(tag, element.vr, rule, &bytes, level),
                    _ => self.keep(tag, element.vr, rule, &bytes, level),
                };
                match treated {
                    Some(element) => Ok(Some(element)),
                    None => self.fixed(rule.otherwise, tag, rule, level, Value::Bytes(bytes)),
                }
            }
        }
    }

    fn treat_sequence(
        &mut self,
        tag: Tag,
        rule: Rule,
        treatment: Treatment,
        items: Vec<DataSet>,
        level: &Level,
    ) -> Result<Option<Element>, Refusal> {
        if rule.vr.exact() != Some(VR::SQ) {
            // A sequence where the dictionary has none is not what its tag says.
            self.counts.value_unfit += 1;
            return Ok(self.remove(tag));
        }
        let was_empty = items.is_empty();
        let kept = match treatment {
            Treatment::Keep => Some(self.treat_items(tag, items, level)?),
            Treatment::CleanItems => Some(self.treat_items(tag, items, &level.cleaning())?),
            // Where nothing stays, the same stands as where nothing could be cleaned.
            Treatment::CleanContent => structured_content::clean(self, tag, items, level)?
                .filter(|kept| was_empty || !kept.is_empty()),
            Treatment::CleanGraphics => graphics::clean(self, tag, items, level)?,
            _ => None,
        };
        let Some(kept) = kept else {
            // The items are gone; what takes their place does not depend on them.
            let value = if was_empty { Value::Items(Vec::new()) } else { unspecific_items() };
            return self.fixed(rule.otherwise, tag, rule, level, value);
        };
        if !was_empty {
            self.carried(rule);
        }
        *(if treatment == Treatment::Keep { &mut self.counts.kept } else { &mut self.counts.cleaned }) += 1;
        Ok(Some(Element { tag, vr: VR::SQ, value: Value::Items(kept) }))
    }

    /// Remembers that the option behind the rule was carried out.
    pub(crate) fn carried(&mut self, rule: Rule) {
        if let Some(option) = rule.reason.option() {
            self.done.options.insert(option);
        }
    }

    /// The same, unless all that was there to keep is a dummy of ours from an earlier time.
    fn carried_out_on(&mut self, rule: Rule, value: &Bytes) {
        let is_dummy = || dummy(rule.vr).is_some_and(|(_, dummy)| dummy == *value);
        if rule.reason.option().is_some() && !is_dummy() {
            self.carried(rule);
        }
    }

    /// An element goes.
    fn remove(&mut self, tag: Tag) -> Option<Element> {
        self.count_removed(tag);
        None
    }

    /// Counts an element that goes, to be called by whoever takes it out.
    pub(crate) fn count_removed(&mut self, tag: Tag) {
        self.counts.removed += 1;
        if tag.0 % 2 == 1 {
            self.counts.removed_private += 1;
        } else if is_unknown(tag) {
            self.counts.removed_unknown += 1;
        }
    }

    /// Remove, empty or dummy, whatever the IOD needs; what was empty is never a dummy.
    fn fixed(
        &mut self,
        fixed: Fixed,
        tag: Tag,
        rule: Rule,
        level: &Level,
        value: Value,
    ) -> Result<Option<Element>, Refusal> {
        let is_gone = matches!(rule.reason, Reason::Group | Reason::Unknown);
        let outcome = if is_gone { Outcome::Remove } else { fixed.outcome(level.requirement(tag)) };
        if outcome == Outcome::Remove {
            return Ok(self.remove(tag));
        }
        let is_needed = outcome == Outcome::Dummy && !is_empty(&value);
        let replacement = match value {
            Value::Items(items) if is_needed && rule.vr.exact() == Some(VR::SQ) => {
                let Some(items) = self.dummy_items(tag, items, level)? else { return Ok(self.remove(tag)) };
                Some((VR::SQ, Value::Items(items)))
            }
            _ if is_needed => dummy_of(tag, rule.vr).map(|(vr, value)| (vr, Value::Bytes(value))),
            _ => None,
        };
        Ok(Some(match replacement {
            Some((vr, value)) => {
                self.counts.replaced_by_dummy += 1;
                Element { tag, vr, value }
            }
            None => {
                self.counts.emptied += 1;
                empty_element(tag, rule.vr.relaxed())
            }
        }))
    }

    fn keep(&mut self, tag: Tag, written: VR, rule: Rule, bytes: &Bytes, level: &Level) -> Option<Element> {
        if level.clean_texts && rule.vr.exact().is_some_and(is_free_text) {
            return self.clean_text(tag, written, rule, bytes, level);
        }
        if rule.vr.exact() == Some(VR::UI) && rule.reason.option().is_some() {
            return Some(self.keep_uids(tag, rule, bytes));
        }
        let checked = agreed_vr(written, rule.vr).and_then(|vr| Some((vr, checked_value(tag, vr, bytes)?)));
        let Some((vr, value)) = checked else {
            self.counts.value_unfit += 1;
            return None;
        };
        let Some(value) = self.without_identity(tag, vr, value, &level.character_set) else {
            self.counts.identifying_value += 1;
            if tag.0.is_multiple_of(2) && matches!(vr, VR::CS | VR::DS | VR::IS) {
                // An empty code or number tells as little as none, and the IOD may need it.
                self.counts.emptied += 1;
                return Some(empty_element(tag, vr));
            }
            return None;
        };
        self.carried_out_on(rule, &value);
        self.counts.kept += 1;
        Some(Element { tag, vr, value: Value::Bytes(value) })
    }

    fn clean_text(
        &mut self,
        tag: Tag,
        written: VR,
        rule: Rule,
        bytes: &Bytes,
        level: &Level,
    ) -> Option<Element> {
        let Some(vr) = agreed_vr(written, rule.vr) else {
            self.counts.value_unfit += 1;
            return None;
        };
        let Some(value) = descriptors::clean(bytes, vr, &level.character_set, self.own_words) else {
            self.counts.identifying_value += 1;
            return None;
        };
        self.carried_out_on(rule, &value);
        self.counts.cleaned += 1;
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
            VR::CS if tag == tags::SPECIFIC_CHARACTER_SET || is_structural_code(tag, &value) => Some(value),
            VR::CS => codes_where(&value, |code| !own_words.occur_in(code.as_bytes(), character_set)),
            VR::DS | VR::IS => (!own_words.are_among_numbers(&value)).then_some(value),
            _ if is_free_text(vr) => {
                let identifies = is_like_a_name(&value)
                    || (names_an_entity(&value) && !self.policy.has(ProfileOption::RetainUids))
                    || own_words.occur_in(&value, character_set);
                (!identifies).then_some(value)
            }
            _ => Some(value),
        }
    }

    /// Under Retain UIDs; what is no UID may be anything and is replaced like one.
    fn keep_uids(&mut self, tag: Tag, rule: Rule, bytes: &[u8]) -> Element {
        let is_valid = |uid: &[u8]| uid.is_empty() || std::str::from_utf8(uid).is_ok_and(is_uid);
        if !bytes.split(|byte| *byte == b'\\').map(trimmed).all(is_valid) {
            self.counts.value_unfit += 1;
            return self.replace_uids(tag, rule, bytes);
        }
        self.carried(rule);
        self.counts.kept += 1;
        Element { tag, vr: VR::UI, value: Value::Bytes(Bytes::copy_from_slice(bytes)) }
    }

    /// The UID that takes the place of this one under the policy in force; padding does not count. An empty value and a
    /// registered UID stay. Goes into the crosswalk.
    pub(crate) fn replaced_uid(&mut self, uid: &[u8]) -> String {
        let uid = trimmed(uid);
        let new = replaced_uid(self.key, uid);
        if let Some(replacements) = &mut self.replacements {
            replacements.add_uid(&String::from_utf8_lossy(uid), &new);
        }
        new
    }

    /// The pseudonym that takes the place of a Patient ID, decoded and trimmed. Goes into the crosswalk.
    pub(crate) fn replaced_patient_id(&mut self, patient_id: &str) -> String {
        let pseudonym_of = if self.is_ours {
            PatientPseudonym::of_patient_id_again
        } else {
            PatientPseudonym::of_patient_id
        };
        let patient = pseudonym_of(self.key, patient_id);
        if let Some(replacements) = &mut self.replacements {
            replacements.add_patient(patient_id, &patient.id);
        }
        patient.id
    }

    fn replace_uids(&mut self, tag: Tag, rule: Rule, bytes: &[u8]) -> Element {
        let uids = || bytes.split(|byte| *byte == b'\\').map(trimmed);
        let replaced: Vec<String> = uids().map(|uid| self.replaced_uid(uid)).collect();
        let is_same = uids().eq(replaced.iter().map(String::as_bytes));
        *(if is_same { &mut self.counts.kept } else { &mut self.counts.uids_replaced }) += 1;
        text_element(tag, rule.vr.relaxed(), &replaced)
    }

    fn own_patient_id(&mut self, tag: Tag, bytes: &[u8], level: &Level) -> Element {
        self.counts.patient_ids_replaced += 1;
        if let Some(replacements) = &mut self.replacements {
            replacements.add_patient(trim_text(&level.character_set.decode(bytes)), &self.patient.id);
        }
        text_element(tag, VR::LO, &[&self.patient.id])
    }

    fn nested_patient_id(&mut self, tag: Tag, bytes: &[u8], level: &Level) -> Element {
        self.counts.patient_ids_replaced += 1;
        let patient_id = level.character_set.decode(bytes);
        text_element(tag, VR::LO, &[self.replaced_patient_id(trim_text(&patient_id))])
    }

    fn shift_dates(&mut self, tag: Tag, rule: Rule, bytes: &[u8]) -> Option<Element> {
        let Some((vr, shifted)) = shifted(rule, bytes, self.patient.date_offset_days) else {
            self.counts.value_unfit += 1;
            return None;
        };
        self.counts.dates_shifted += 1;
        if shifted.iter().any(|value| !value.is_empty()) {
            self.carried(rule);
            self.done.modified_temporal = true;
        }
        Some(text_element(tag, vr, &shifted))
    }

    fn keep_temporal(&mut self, tag: Tag, rule: Rule, bytes: &Bytes) -> Option<Element> {
        let Some((vr, values)) = temporal_values(rule, bytes) else {
            self.counts.value_unfit += 1;
            return None;
        };
        let is_time = !matches!(vr, VR::DA | VR::DT);
        *(if is_time { &mut self.counts.times_kept } else { &mut self.counts.kept }) += 1;
        // Our own dummies are midnight and the first day of 1900, and say nothing about the time.
        let says_something = |value: &&str| {
            value.bytes().any(|byte| matches!(byte, b'1'..=b'9')) && (is_time || *value != "19000101")
        };
        if values.iter().any(says_something) {
            self.carried(rule);
            match rule.reason.option() {
                Some(ProfileOption::RetainLongitudinalFullDates) => self.done.full_temporal = true,
                // When a device was calibrated says nothing about when the patient was there.
                Some(ProfileOption::RetainDeviceIdentity) => {}
                _ => self.done.modified_temporal = true,
            }
        }
        Some(Element { tag, vr, value: Value::Bytes(bytes.clone()) })
    }
}

/// VR and shifted values; `None` if one of them is no date that can be shifted.
fn shifted(rule: Rule, bytes: &[u8], offset_days: i64) -> Option<(VR, Vec<String>)> {
    if offset_days == 0 {
        // Shifted already: what has come to lie on a day that stands for "unknown" elsewhere is a day like any other.
        let (vr, values) = temporal_values(rule, bytes)?;
        return Some((vr, values.into_iter().map(str::to_owned).collect()));
    }
    let vr = rule.vr.exact()?;
    let shift = if vr == VR::DA { shift_da } else { shift_dt };
    let shifted = ascii_values(bytes)?.into_iter().map(|value| match value {
        "" => Some(String::new()),
        _ => shift(value, offset_days),
    });
    Some((vr, shifted.collect::<Option<_>>()?))
}

/// VR and values of dates, times of day, or offsets from UTC; `None` if one of them is none.
fn temporal_values(rule: Rule, bytes: &[u8]) -> Option<(VR, Vec<&str>)> {
    let vr = rule.vr.exact()?;
    let is_valid = |value: &&str| match vr {
        VR::DA => is_date(value),
        VR::TM => is_time(value),
        VR::SH => is_utc_offset(value),
        // DT, and a private text that is known to be one.
        _ => is_date_time(value),
    };
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

fn empty_element(tag: Tag, vr: VR) -> Element {
    let value = if vr == VR::SQ { Value::Items(Vec::new()) } else { Value::Bytes(Bytes::new()) };
    Element { tag, vr, value }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Items(items) => items.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
    }
}

/// Stands for items that are gone.
fn unspecific_items() -> Value {
    Value::Items(vec![DataSet::default()])
}
