use thiserror::Error;

use crate::PixelRisk;

/// Why an instance was not de-identified. Never holds a value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The pixels may show who it is, and where is not known, or they are not to be cleaned.
    #[error("the pixels may identify somebody ({}), and are not cleaned under this policy", .0.words())]
    PixelRisk(PixelRisk),
    /// SOP Class UID (0008,0016) is absent or no UID: nobody knows what the object is.
    #[error("the SOP Class UID is missing or invalid")]
    NoSopClassUid,
    /// SOP Instance UID (0008,0018) is absent or empty: the object has no identity to map.
    #[error("the SOP Instance UID is missing")]
    NoSopInstanceUid,
    /// Neither Patient ID (0010,0020) nor Study Instance UID (0020,000D): no key for pseudonym and dates.
    #[error("neither a Patient ID nor a Study Instance UID is there to make a pseudonym from")]
    NoPatientIdentity,
    /// An encapsulated document (PDF, CDA, STL and so on): its content is not looked into.
    #[error("the content of an encapsulated document cannot be de-identified")]
    EncapsulatedDocument,
    /// Voice or other recorded sound: its content is not listened to.
    #[error("recorded sound cannot be de-identified")]
    Audio,
    /// The Transfer Syntax UID is no UID; it would be handed on as it is.
    #[error("the Transfer Syntax UID is invalid")]
    InvalidTransferSyntaxUid,
    /// Sequences are nested deeper than is looked into.
    #[error("sequences are nested deeper than {} levels", crate::apply::NESTING_DEPTH_MAX)]
    NestedTooDeep,
}

impl Refusal {
    /// Stable reason code for the quarantine.
    pub fn reason(&self) -> &'static str {
        match self {
            Refusal::PixelRisk(risk) => risk.reason(),
            Refusal::NoSopClassUid => "no_sop_class_uid",
            Refusal::NoSopInstanceUid => "no_sop_instance_uid",
            Refusal::NoPatientIdentity => "no_patient_identity",
            Refusal::EncapsulatedDocument => "encapsulated_document",
            Refusal::Audio => "audio",
            Refusal::InvalidTransferSyntaxUid => "invalid_transfer_syntax_uid",
            Refusal::NestedTooDeep => "deid_nested_too_deep",
        }
    }
}
