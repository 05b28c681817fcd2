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

impl Evidence {
    /// The evidence in words, such as `Study Description says "liver", which points to ABDOMEN (weight 0.75)`.
    /// Words of the taxonomy only, never a text from the file.
    pub fn sentence(&self) -> String {
        let title = self.source.title();
        let (kind, what) = self.rule.split_once(':').unwrap_or(("rule", &self.rule));
        let finding = match (kind, what) {
            ("term", word) => format!("{title} says \"{word}\""),
            ("misspelt", word) => format!("{title} seems to say \"{word}\" with a slip of the hand"),
            ("body_part", term) => format!("{title} is the defined term {term}"),
            ("code", region) => format!("{title} has a code for {region}"),
            (_, "whole_body_span") => format!("{title} names parts from one end of the body to the other"),
            (_, rule) => format!("{title} speaks for itself (rule {rule})"),
        };
        let points_to = match self.category {
            Category::Uncategorized => "no single category".to_owned(),
            category => category.to_string(),
        };
        format!("{finding}, which points to {points_to} (weight {:.2})", self.weight)
    }
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

    /// The attribute's name, such as `Study Description`.
    fn title(self) -> String {
        let words = self.name().split('_').map(|word| match word {
            "sop" | "uid" => word.to_uppercase(),
            _ => {
                let (first, rest) = word.split_at(1);
                first.to_uppercase() + rest
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }

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

    /// The reason in words that go on after "because".
    pub fn sentence(self) -> &'static str {
        match self {
            UncategorizedReason::NoEvidence => "nothing in the header names a part of the body (no_evidence)",
            UncategorizedReason::WholeBody => "the examination covers the whole body (whole_body)",
            UncategorizedReason::Phantom => "the header speaks of a phantom or a test (phantom)",
            UncategorizedReason::Conflict => {
                "the evidence contradicts itself, and nothing prevails (conflict)"
            }
            UncategorizedReason::NotHuman => "the header speaks of an animal or a specimen (not_human)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_in_words() {
        let check = |source, rule: &str, category, expected: &str| {
            let evidence = Evidence { source, rule: rule.to_owned(), category, weight: 0.75 };
            assert_eq!(evidence.sentence(), format!("{expected} (weight 0.75)"));
        };
        use EvidenceSource::{AnatomicRegion, BodyPartExamined, Modality, SopClass, StudyDescription};
        let abdomen = Category::Abdomen;
        check(
            StudyDescription,
            "term:liver",
            abdomen,
            "Study Description says \"liver\", which points to ABDOMEN",
        );
        check(
            BodyPartExamined,
            "misspelt:chest",
            Category::Chest,
            "Body Part Examined seems to say \"chest\" with a slip of the hand, which points to CHEST",
        );
        check(
            BodyPartExamined,
            "body_part:LIVER",
            abdomen,
            "Body Part Examined is the defined term LIVER, which points to ABDOMEN",
        );
        check(
            AnatomicRegion,
            "code:LIVER",
            abdomen,
            "Anatomic Region Sequence has a code for LIVER, which points to ABDOMEN",
        );
        check(
            Modality,
            "rule:mammography",
            Category::Breast,
            "Modality speaks for itself (rule mammography), which points to BREAST",
        );
        check(
            SopClass,
            "rule:microscopy",
            Category::Uncategorized,
            "SOP Class UID speaks for itself (rule microscopy), which points to no single category",
        );
    }
}
