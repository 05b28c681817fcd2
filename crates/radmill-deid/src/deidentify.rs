use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{DataSet, ParsedInstance, Value};

use crate::apply::{Done, Level, Pass, text_element, trim_text};
use crate::claims::{CLAIM_TAGS, CLEAN_PIXEL_DATA, METHOD, claims};
use crate::crosswalk::Replacements;
use crate::own_words::OwnWords;
use crate::pixel_risk::{self, PixelDecision};
use crate::pseudonym::{PatientPseudonym, is_own_patient_id};
use crate::value::{is_uid, trimmed};
use crate::{
    ActionCounts, Crosswalk, DeidentifiedInstance, Documents, Policy, ProfileOption, Refusal, SiteKey,
};

/// SOP Classes whose payload is a document: Encapsulated PDF, CDA, STL, OBJ, MTL and what may follow.
const ENCAPSULATED_DOCUMENT_CLASSES: &str = "1.2.840.10008.5.1.4.1.1.104.";

/// Basic Voice Audio and General Audio Waveform Storage.
const AUDIO_CLASSES: [&str; 2] = ["1.2.840.10008.5.1.4.1.1.9.4.1", "1.2.840.10008.5.1.4.1.1.9.4.2"];

/// What the reader notes when it leaves out the second of two elements with the same tag.
const ELEMENT_REPEATED: &str = "element_repeated";

/// De-identifies one instance, or refuses. A pure function of its arguments.
pub fn deidentify(
    instance: ParsedInstance,
    policy: &Policy,
    key: &SiteKey,
) -> Result<DeidentifiedInstance, Refusal> {
    run(instance, policy, key, None).map(|(instance, _)| instance)
}

/// The same, and which identifiers and UIDs became which: for whoever may know both.
pub fn deidentify_with_crosswalk(
    instance: ParsedInstance,
    policy: &Policy,
    key: &SiteKey,
) -> Result<(DeidentifiedInstance, Crosswalk), Refusal> {
    run(instance, policy, key, Some(Replacements::default()))
}

fn run(
    instance: ParsedInstance,
    policy: &Policy,
    key: &SiteKey,
    replacements: Option<Replacements>,
) -> Result<(DeidentifiedInstance, Crosswalk), Refusal> {
    let ParsedInstance { data, pixels, source } = instance;
    if !(source.transfer_syntax.is_empty() || is_uid(&source.transfer_syntax)) {
        return Err(Refusal::InvalidTransferSyntaxUid);
    }
    let sop_class_uid = raw_text(&data, tags::SOP_CLASS_UID);
    let sop_class_uid = sop_class_uid.filter(|uid| is_uid(uid)).ok_or(Refusal::NoSopClassUid)?;
    let sop_instance_uid = raw_bytes(&data, tags::SOP_INSTANCE_UID).ok_or(Refusal::NoSopInstanceUid)?;
    let sop_instance_uid = sop_instance_uid.to_vec();
    let pixel_decision = match &pixels {
        Some(_) => pixel_risk::decide(&data, policy.burned_in())?,
        None => PixelDecision::default(),
    };
    check_payload(&data, &sop_class_uid, policy)?;
    let earlier = Earlier::of(&data, key);
    let patient = patient_pseudonym(&data, key, earlier).ok_or(Refusal::NoPatientIdentity)?;

    let level = Level::top(&data, &sop_class_uid);
    let own_words = OwnWords::of(&data, |tag| policy.keeps(tag));
    let mut pass = Pass {
        policy,
        key,
        patient: &patient,
        is_ours: earlier.is_ours,
        own_words: &own_words,
        has_clear_creators: !source.defects.contains(&ELEMENT_REPEATED),
        done: Done::default(),
        counts: ActionCounts::default(),
        replacements,
    };
    let mut elements = pass.treat_level(data, &level)?;
    let sop_instance_uid = match std::str::from_utf8(&sop_instance_uid) {
        Ok(uid) if policy.has(ProfileOption::RetainUids) && is_uid(uid) => uid.to_owned(),
        _ => pass.replaced_uid(&sop_instance_uid),
    };
    let Pass { done, counts, replacements, .. } = pass;

    // Written whatever the source had, so that they can be relied on.
    let claims = claims(&policy.id(), done, pixel_decision.is_cleaned() || earlier.pixels_cleaned);
    elements.retain(|element| {
        !CLAIM_TAGS.contains(&element.tag)
            && ![tags::SOP_CLASS_UID, tags::SOP_INSTANCE_UID, tags::PATIENT_ID].contains(&element.tag)
            && claims.iter().all(|claim| claim.tag != element.tag)
    });
    elements.push(text_element(tags::SOP_CLASS_UID, VR::UI, &[&sop_class_uid]));
    elements.push(text_element(tags::SOP_INSTANCE_UID, VR::UI, &[&sop_instance_uid]));
    elements.push(text_element(tags::PATIENT_ID, VR::LO, &[&patient.id]));
    elements.extend(claims);

    let instance = DeidentifiedInstance {
        data: DataSet::new(elements, level.character_set),
        pixels,
        pixel_decision,
        source,
        sop_class_uid,
        sop_instance_uid,
        patient_pseudonym: patient.id,
        actions: counts,
    };
    Ok((instance, replacements.map(Replacements::into_crosswalk).unwrap_or_default()))
}

/// Refuses what the rules for attributes cannot reach.
fn check_payload(data: &DataSet, sop_class_uid: &str, policy: &Policy) -> Result<(), Refusal> {
    if policy.documents() == Documents::Allow {
        return Ok(());
    }
    if sop_class_uid.starts_with(ENCAPSULATED_DOCUMENT_CLASSES)
        || data.get(tags::ENCAPSULATED_DOCUMENT).is_some()
    {
        return Err(Refusal::EncapsulatedDocument);
    }
    if AUDIO_CLASSES.contains(&sop_class_uid) {
        return Err(Refusal::Audio);
    }
    Ok(())
}

/// What was done to an instance that was de-identified under this key before. What an instance says about itself is
/// believed only where it says it in our words and where the key has left its mark in the Patient ID.
#[derive(Clone, Copy, Default)]
pub(crate) struct Earlier {
    is_ours: bool,
    dates_shifted: bool,
    pixels_cleaned: bool,
}

impl Earlier {
    pub(crate) fn of(data: &DataSet, key: &SiteKey) -> Earlier {
        let says = |tag, word: &str| raw_text(data, tag).is_some_and(|text| text.starts_with(word));
        let has_mark = || raw_text(data, tags::PATIENT_ID).is_some_and(|id| is_own_patient_id(key, &id));
        // The pseudonym alone is not enough: somebody may type it in at a scanner.
        let is_ours = says(tags::PATIENT_IDENTITY_REMOVED, "YES")
            && says(tags::DEIDENTIFICATION_METHOD, METHOD)
            && has_mark();
        if !is_ours {
            return Earlier::default();
        }
        let is_cleaning = |code: &DataSet| code.text(tags::CODE_VALUE).as_deref() == Some(CLEAN_PIXEL_DATA.0);
        let methods = data.items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE);
        Earlier {
            is_ours,
            dates_shifted: says(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, "MODIFIED"),
            pixels_cleaned: says(tags::BURNED_IN_ANNOTATION, "NO") && methods.iter().any(is_cleaning),
        }
    }
}

/// From Patient ID, or if there is none from the study. Whatever VR the file gives them.
pub(crate) fn patient_pseudonym(data: &DataSet, key: &SiteKey, earlier: Earlier) -> Option<PatientPseudonym> {
    let patient_id = raw_bytes(data, tags::PATIENT_ID).map(|bytes| data.character_set().decode(bytes));
    let patient = match patient_id.as_deref().map(trim_text).filter(|patient_id| !patient_id.is_empty()) {
        Some(patient_id) if earlier.is_ours => PatientPseudonym::of_patient_id_again(key, patient_id),
        Some(patient_id) => PatientPseudonym::of_patient_id(key, patient_id),
        None => PatientPseudonym::of_study(key, &raw_text(data, tags::STUDY_INSTANCE_UID)?),
    };
    Some(if earlier.dates_shifted { patient.without_offset() } else { patient })
}

/// The value without padding; `None` if absent, empty or a sequence.
fn raw_bytes(data: &DataSet, tag: Tag) -> Option<&[u8]> {
    match &data.get(tag)?.value {
        Value::Bytes(bytes) => Some(trimmed(bytes)).filter(|bytes| !bytes.is_empty()),
        Value::Items(_) => None,
    }
}

/// The same as ASCII text; `None` if there is anything else in it.
pub(crate) fn raw_text(data: &DataSet, tag: Tag) -> Option<String> {
    let text = std::str::from_utf8(raw_bytes(data, tag)?).ok()?;
    text.is_ascii().then(|| text.to_owned())
}
