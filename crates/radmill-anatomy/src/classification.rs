use crate::Category;

/// What an instance shows, and why we think so. Closed vocabulary of the taxonomy; never a text from the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Classification {
    /// The one category, by the taxonomy's precedence.
    pub category: Category,
    /// All regions found, as the taxonomy's ids, sorted, each once.
    pub regions: Vec<String>,
    /// Share of trust, from 0 to 1.
    pub confidence: f32,
    /// Pieces of evidence contradict each other.
    pub conflict: bool,
    /// Set if and only if the category is [`Category::Uncategorized`].
    pub reason: Option<UncategorizedReason>,
    /// What was weighed, strongest first.
    pub evidence: Vec<Evidence>,
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Which attribute it comes from.
    pub source: EvidenceSource,
    /// Id of the taxonomy's rule or term that matched; the taxonomy's own words.
    pub rule: String,
    /// Where it points.
    pub category: Category,
    /// How much it counts, from 0 to 1.
    pub weight: f32,
}

/// The attribute that a piece of evidence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceSource {
    /// Anatomic Region Sequence (0008,2218).
    AnatomicRegion,
    /// Primary Anatomic Structure Sequence (0008,2228).
    PrimaryAnatomicStructure,
    /// Body Part Examined (0018,0015).
    BodyPartExamined,
    /// Procedure Code Sequence (0008,1032).
    ProcedureCode,
    /// Study Description (0008,1030).
    StudyDescription,
    /// Series Description (0008,103E).
    SeriesDescription,
    /// Protocol Name (0018,1030).
    ProtocolName,
    /// Requested Procedure Description (0032,1060).
    RequestedProcedureDescription,
    /// Performed Procedure Step Description (0040,0254).
    PerformedProcedureStepDescription,
    /// Acquisition Device Processing Description (0018,1400).
    AcquisitionDeviceProcessingDescription,
    /// Scheduled and Performed Protocol Code Sequence (0040,0008), (0040,0260).
    ProtocolCode,
    /// Scheduled Procedure Step Description (0040,0007).
    ScheduledProcedureStepDescription,
    /// Acquisition Protocol Name (0018,9423) and Description (0018,9424).
    AcquisitionProtocol,
    /// View Position (0018,5101), View Name (0008,2127) or View Code Sequence (0054,0220).
    View,
    /// Image Laterality (0020,0062) or Laterality (0020,0060).
    Laterality,
    /// Transducer Type (0018,6031).
    TransducerType,
    /// Modality (0008,0060).
    Modality,
    /// SOP Class UID (0008,0016).
    SopClass,
    /// Patient Species Description (0010,2201) or Code Sequence (0010,2202).
    Species,
}

impl EvidenceSource {
    /// Number of sources.
    pub(crate) const COUNT: usize = 19;

    /// All sources, in declaration order.
    pub const ALL: [EvidenceSource; EvidenceSource::COUNT] = [
        EvidenceSource::AnatomicRegion,
        EvidenceSource::PrimaryAnatomicStructure,
        EvidenceSource::BodyPartExamined,
        EvidenceSource::ProcedureCode,
        EvidenceSource::StudyDescription,
        EvidenceSource::SeriesDescription,
        EvidenceSource::ProtocolName,
        EvidenceSource::RequestedProcedureDescription,
        EvidenceSource::PerformedProcedureStepDescription,
        EvidenceSource::AcquisitionDeviceProcessingDescription,
        EvidenceSource::ProtocolCode,
        EvidenceSource::ScheduledProcedureStepDescription,
        EvidenceSource::AcquisitionProtocol,
        EvidenceSource::View,
        EvidenceSource::Laterality,
        EvidenceSource::TransducerType,
        EvidenceSource::Modality,
        EvidenceSource::SopClass,
        EvidenceSource::Species,
    ];

    /// A text about the whole examination, rather than about one of its series.
    pub(crate) fn names_the_examination(self) -> bool {
        matches!(
            self,
            EvidenceSource::StudyDescription
                | EvidenceSource::RequestedProcedureDescription
                | EvidenceSource::PerformedProcedureStepDescription
                | EvidenceSource::ScheduledProcedureStepDescription
        )
    }

    /// The attribute's keyword in snake_case.
    pub fn name(self) -> &'static str {
        match self {
            EvidenceSource::AnatomicRegion => "anatomic_region_sequence",
            EvidenceSource::PrimaryAnatomicStructure => "primary_anatomic_structure_sequence",
            EvidenceSource::BodyPartExamined => "body_part_examined",
            EvidenceSource::ProcedureCode => "procedure_code_sequence",
            EvidenceSource::StudyDescription => "study_description",
            EvidenceSource::SeriesDescription => "series_description",
            EvidenceSource::ProtocolName => "protocol_name",
            EvidenceSource::RequestedProcedureDescription => "requested_procedure_description",
            EvidenceSource::PerformedProcedureStepDescription => "performed_procedure_step_description",
            EvidenceSource::AcquisitionDeviceProcessingDescription => {
                "acquisition_device_processing_description"
            }
            EvidenceSource::ProtocolCode => "performed_protocol_code_sequence",
            EvidenceSource::ScheduledProcedureStepDescription => "scheduled_procedure_step_description",
            EvidenceSource::AcquisitionProtocol => "acquisition_protocol_description",
            EvidenceSource::View => "view_position",
            EvidenceSource::Laterality => "image_laterality",
            EvidenceSource::TransducerType => "transducer_type",
            EvidenceSource::Modality => "modality",
            EvidenceSource::SopClass => "sop_class_uid",
            EvidenceSource::Species => "patient_species",
        }
    }
}

/// Why an instance got none of the nine categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UncategorizedReason {
    /// Nothing in the header names a region.
    NoEvidence,
    /// The examination covers the whole body.
    WholeBody,
    /// A phantom or test object.
    Phantom,
    /// The evidence contradicts itself and nothing prevails.
    Conflict,
    /// An animal, a specimen, or no body at all.
    NotHuman,
}

impl UncategorizedReason {
    /// The code in manifests, such as `no_evidence`.
    pub fn name(self) -> &'static str {
        match self {
            UncategorizedReason::NoEvidence => "no_evidence",
            UncategorizedReason::WholeBody => "whole_body",
            UncategorizedReason::Phantom => "phantom",
            UncategorizedReason::Conflict => "conflict",
            UncategorizedReason::NotHuman => "not_human",
        }
    }
}
