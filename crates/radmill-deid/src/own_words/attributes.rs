//! Which attributes of a header identify, besides person names (PN) and dates.

use dicom_core::Tag;
use dicom_dictionary_std::tags;

/// Attributes whose value identifies as a whole: numbers of records, telephones, addresses. In ascending order.
const IDENTIFIERS: [Tag; 33] = [
    tags::ACCESSION_NUMBER,
    tags::INSTITUTION_NAME,
    tags::INSTITUTION_ADDRESS,
    tags::REFERRING_PHYSICIAN_ADDRESS,
    tags::REFERRING_PHYSICIAN_TELEPHONE_NUMBERS,
    tags::PATIENT_ID,
    // Other Patient IDs, Insurance Plan Identification, Medical Record Locator: retired, still met.
    Tag(0x0010, 0x1000),
    tags::PATIENT_ADDRESS,
    Tag(0x0010, 0x1050),
    Tag(0x0010, 0x1090),
    tags::PATIENT_TELEPHONE_NUMBERS,
    tags::PATIENT_TELECOM_INFORMATION,
    tags::CLINICAL_TRIAL_SUBJECT_ID,
    tags::CLINICAL_TRIAL_SUBJECT_READING_ID,
    tags::DEVICE_SERIAL_NUMBER,
    tags::STUDY_ID,
    tags::ADMISSION_ID,
    tags::SERVICE_EPISODE_ID,
    tags::PATIENT_INSTITUTION_RESIDENCE,
    tags::SCHEDULED_PROCEDURE_STEP_ID,
    tags::PERFORMED_PROCEDURE_STEP_ID,
    tags::CONTAINER_IDENTIFIER,
    tags::SPECIMEN_IDENTIFIER,
    tags::REQUESTED_PROCEDURE_ID,
    // Placer and filler order number of the procedure, retired.
    Tag(0x0040, 0x1006),
    Tag(0x0040, 0x1007),
    tags::PERSON_ADDRESS,
    tags::PERSON_TELEPHONE_NUMBERS,
    tags::PERSON_TELECOM_INFORMATION,
    tags::ORDER_CALLBACK_PHONE_NUMBER,
    tags::ORDER_CALLBACK_TELECOM_INFORMATION,
    tags::PLACER_ORDER_NUMBER_IMAGING_SERVICE_REQUEST,
    tags::FILLER_ORDER_NUMBER_IMAGING_SERVICE_REQUEST,
];

/// Sequences of codes that stand for a person or an institution: their meanings are names.
const CODED_NAMES: [Tag; 5] = [
    tags::INSTITUTION_CODE_SEQUENCE,
    tags::REFERRING_PHYSICIAN_IDENTIFICATION_SEQUENCE,
    tags::OPERATOR_IDENTIFICATION_SEQUENCE,
    tags::PERSON_IDENTIFICATION_CODE_SEQUENCE,
    tags::VERIFYING_OBSERVER_IDENTIFICATION_CODE_SEQUENCE,
];

/// Words of institutions, and particles, degrees and placeholders of names, that say nothing by themselves; folded.
const NEUTRAL: [&str; 64] = [
    "academic",
    "ambulatory",
    "anonymised",
    "anonymized",
    "anonymous",
    "care",
    "center",
    "centre",
    "centro",
    "children",
    "city",
    "clinic",
    "clinica",
    "clinical",
    "clinique",
    "college",
    "community",
    "county",
    "deidentified",
    "department",
    "dept",
    "diagnostic",
    "diagnostics",
    "doctor",
    "general",
    "group",
    "health",
    "healthcare",
    "hopital",
    "hospital",
    "identified",
    "imaging",
    "institut",
    "institute",
    "international",
    "jr",
    "junior",
    "klinik",
    "klinikum",
    "krankenhaus",
    "lab",
    "laboratory",
    "medical",
    "medicine",
    "memorial",
    "name",
    "national",
    "none",
    "ospedale",
    "phd",
    "prof",
    "public",
    "radiologie",
    "radiology",
    "regional",
    "research",
    "saint",
    "school",
    "senior",
    "szpital",
    "universitatsklinikum",
    "universite",
    "university",
    "unknown",
];

/// True for the attributes that identify as a whole.
pub(super) fn is_identifier(tag: Tag) -> bool {
    IDENTIFIERS.binary_search(&tag).is_ok()
}

/// True for sequences whose code meanings are names of people or institutions.
pub(super) fn holds_coded_names(tag: Tag) -> bool {
    CODED_NAMES.contains(&tag)
}

/// True for words that name nobody although they stand in names.
pub(super) fn is_neutral(folded: &str) -> bool {
    NEUTRAL.binary_search(&folded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_for_binary_search() {
        assert!(IDENTIFIERS.is_sorted_by(|a, b| a < b));
        assert!(NEUTRAL.is_sorted_by(|a, b| a < b));
    }
}
