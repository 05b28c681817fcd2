use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{DataSet, ParsedInstance, Value};

use crate::apply::{Pass, replaced_uid, text_element, trim_text};
use crate::claims::{CLAIM_TAGS, claims};
use crate::own_words::OwnWords;
use crate::policy::BurnedIn;
use crate::pseudonym::PatientPseudonym;
use crate::value::{is_uid, trimmed};
use crate::{ActionCounts, DeidentifiedInstance, Policy, Refusal, SiteKey};

/// SOP Classes whose payload is a document: Encapsulated PDF, CDA, STL, OBJ, MTL and what may follow.
const ENCAPSULATED_DOCUMENT_CLASSES: &str = "1.2.840.10008.5.1.4.1.1.104.";

/// Basic Voice Audio and General Audio Waveform Storage.
const AUDIO_CLASSES: [&str; 2] = ["1.2.840.10008.5.1.4.1.1.9.4.1", "1.2.840.10008.5.1.4.1.1.9.4.2"];

/// De-identifies one instance, or refuses. A pure function of its arguments.
pub fn deidentify(
    instance: ParsedInstance,
    policy: &Policy,
    key: &SiteKey,
) -> Result<DeidentifiedInstance, Refusal> {
    let ParsedInstance { data, pixels, source } = instance;
    if !(source.transfer_syntax.is_empty() || is_uid(&source.transfer_syntax)) {
        return Err(Refusal::InvalidTransferSyntaxUid);
    }
    let sop_class_uid = raw_text(&data, tags::SOP_CLASS_UID);
    let sop_class_uid = sop_class_uid.filter(|uid| is_uid(uid)).ok_or(Refusal::NoSopClassUid)?;
    let sop_instance_uid = raw_bytes(&data, tags::SOP_INSTANCE_UID).ok_or(Refusal::NoSopInstanceUid)?;
    let sop_instance_uid = replaced_uid(key, sop_instance_uid);
    check_payload(&data, &sop_class_uid, policy)?;
    let patient = patient_pseudonym(&data, key).ok_or(Refusal::NoPatientIdentity)?;

    let character_set = *data.character_set();
    let own_words = OwnWords::of(&data);
    let mut pass = Pass {
        policy,
        key,
        patient: &patient,
        own_words: &own_words,
        kept_temporal: false,
        counts: ActionCounts::default(),
    };
    let mut elements = pass.treat_level(data, 0)?;
    let Pass { kept_temporal, counts, .. } = pass;

    // Written whatever the source had, so that they can be relied on.
    elements.retain(|element| {
        !CLAIM_TAGS.contains(&element.tag)
            && ![tags::SOP_CLASS_UID, tags::SOP_INSTANCE_UID, tags::PATIENT_ID].contains(&element.tag)
    });
    elements.push(text_element(tags::SOP_CLASS_UID, VR::UI, &[&sop_class_uid]));
    elements.push(text_element(tags::SOP_INSTANCE_UID, VR::UI, &[&sop_instance_uid]));
    elements.push(text_element(tags::PATIENT_ID, VR::LO, &[&patient.id]));
    elements.extend(claims(&policy.id(), kept_temporal));

    Ok(DeidentifiedInstance {
        data: DataSet::new(elements, character_set),
        pixels,
        source,
        sop_class_uid,
        sop_instance_uid,
        patient_pseudonym: patient.id,
        actions: counts,
    })
}

/// Refuses what the rules for attributes cannot reach.
fn check_payload(data: &DataSet, sop_class_uid: &str, policy: &Policy) -> Result<(), Refusal> {
    let burned_in = raw_text(data, tags::BURNED_IN_ANNOTATION);
    let burned_in = data.get(tags::BURNED_IN_ANNOTATION).is_some_and(|element| !element.is_empty())
        && burned_in.is_none_or(|text| !text.is_empty() && !text.eq_ignore_ascii_case("NO"));
    if burned_in && policy.burned_in() == BurnedIn::Reject {
        return Err(Refusal::BurnedInAnnotation);
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
fn raw_text(data: &DataSet, tag: Tag) -> Option<String> {
    let text = std::str::from_utf8(raw_bytes(data, tag)?).ok()?;
    text.is_ascii().then(|| text.to_owned())
}
