use radmill_dicom::ParsedInstance;
use thiserror::Error;

use crate::{DeidentifiedInstance, SiteKey};

/// What is done with every attribute: a profile and its options, settled.
#[derive(Clone, Debug)]
pub struct Policy {}

impl Policy {
    /// Basic Application Level Confidentiality Profile with Retain Longitudinal Temporal Information
    /// With Modified Dates (PS3.15 E.2 and E.3.6).
    pub fn basic() -> Policy {
        Policy {}
    }

    /// Stable identifier of what this policy does; changes when the table or a rule changes.
    pub fn id(&self) -> String {
        String::new()
    }
}

/// Why an instance was not de-identified. Never holds a value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Burned In Annotation (0028,0301) is YES: the pixels show identifying text.
    #[error("Burned In Annotation is YES, and pixels are not cleaned under this policy")]
    BurnedInAnnotation,
}

impl Refusal {
    /// Stable reason code for the quarantine.
    pub fn reason(&self) -> &'static str {
        match self {
            Refusal::BurnedInAnnotation => "burned_in_annotation",
        }
    }
}

/// De-identifies one instance, or refuses. A pure function of its arguments.
pub fn deidentify(
    instance: ParsedInstance,
    policy: &Policy,
    key: &SiteKey,
) -> Result<DeidentifiedInstance, Refusal> {
    let _ = (policy, key);
    Ok(DeidentifiedInstance { data: instance.data, pixels: instance.pixels, source: instance.source })
}
