use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{DataSet, ParsedInstance, Value};

use crate::apply::{Done, Level, Pass, text_element, trim_text};
use crate::claims::{CLAIM_TAGS, claims};
use crate::crosswalk::Replacements;
use crate::own_words::OwnWords;
use crate::pixel_risk::{self, PixelDecision};
use crate::pseudonym::PatientPseudonym;
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
    let patient = patient_pseudonym(&data, key).ok_or(Refusal::NoPatientIdentity)?;

    let level = Level::top(&data, &sop_class_uid);
    let own_words = OwnWords::of(&data, |tag| policy.keeps(tag));
    let mut pass = Pass {
        policy,
        key,
        patient: &patient,
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
    let claims = claims(&policy.id(), done, pixel_decision.is_cleaned());
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

/// From Patient ID, or if there is none from the study. Whatever VR the file gives them.
fn patient_pseudonym(data: &DataSet, key: &SiteKey) -> Option<PatientPseudonym> {
    let patient_id = raw_bytes(data, tags::PATIENT_ID).map(|bytes| data.character_set().decode(bytes));
    match patient_id.as_deref().map(trim_text) {
        Some(patient_id) if !patient_id.is_empty() => Some(PatientPseudonym::of_patient_id(key, patient_id)),
        _ => Some(PatientPseudonym::of_study(key, &raw_text(data, tags::STUDY_INSTANCE_UID)?)),
    }
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
