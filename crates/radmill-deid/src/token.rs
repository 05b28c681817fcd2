//! The token of a patient: the pseudonym, as a site computes it from its own record number.

use radmill_dicom::ParsedInstance;

use crate::SiteKey;
use crate::apply::trim_text;
use crate::deidentify::{Earlier, patient_pseudonym};
use crate::pseudonym::{self, PatientPseudonym};

/// The pseudonym of the patient with this Patient ID (0010,0020).
pub fn patient_token(key: &SiteKey, patient_id: &str) -> String {
    PatientPseudonym::of_patient_id(key, trim_text(patient_id)).id
}

/// The pseudonym that stands for the patient of a study whose instances have no Patient ID.
pub fn study_token(key: &SiteKey, study_instance_uid: &str) -> String {
    PatientPseudonym::of_study(key, trim_text(study_instance_uid)).id
}

/// The pseudonym that the patient of this instance gets; `None` if there is nothing to derive one from.
pub fn token_of_instance(instance: &ParsedInstance, key: &SiteKey) -> Option<String> {
    let earlier = Earlier::of(&instance.data, key);
    patient_pseudonym(&instance.data, key, earlier).map(|patient| patient.id)
}

/// True if this is a pseudonym that this key has made: one of a million others passes as well.
pub fn is_patient_token(key: &SiteKey, token: &str) -> bool {
    pseudonym::is_own_patient_id(key, token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_pseudonyms_of_trimmed_numbers() {
        let key = SiteKey::from_bytes([7; 32]);
        // The same golden values as in `pseudonym`.
        assert_eq!(patient_token(&key, " 4711 "), "83SSTKMFT4VSQG4K");
        let study = "1.2.840.113619.2.55.3.604688119.969";
        assert_eq!(study_token(&key, study), "Q6GBV34HVH0JANHH");
        assert!(is_patient_token(&key, "83SSTKMFT4VSQG4K") && !is_patient_token(&key, "4711"));
        assert!(!is_patient_token(&SiteKey::from_bytes([8; 32]), "83SSTKMFT4VSQG4K"));
    }
}
