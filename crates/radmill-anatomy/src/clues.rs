use std::fmt;

use dicom_dictionary_std::tags;
use radmill_dicom::{DataSet, ParsedInstance};

/// Header values that say something about anatomy. Identified text: it is weighed, and never kept.
///
/// All fields may be empty; rows of a table are classified by filling in what their columns hold.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Clues {
    /// Modality (0008,0060).
    pub modality: String,
    /// SOP Class UID (0008,0016).
    pub sop_class_uid: String,
    /// Body Part Examined (0018,0015).
    pub body_part_examined: String,
    /// Anatomic Region Sequence (0008,2218) with its modifiers (0008,2220), also of the functional groups.
    pub anatomic_regions: Vec<Code>,
    /// Primary Anatomic Structure Sequence (0008,2228), also of the functional groups.
    pub primary_anatomic_structures: Vec<Code>,
    /// Procedure Code Sequence (0008,1032), and the requested and performed procedures' codes.
    pub procedure_codes: Vec<Code>,
    /// Study Description (0008,1030).
    pub study_description: String,
    /// Series Description (0008,103E).
    pub series_description: String,
    /// Protocol Name (0018,1030).
    pub protocol_name: String,
    /// Requested Procedure Description (0032,1060).
    pub requested_procedure_description: String,
    /// Performed Procedure Step Description (0040,0254).
    pub performed_procedure_step_description: String,
    /// Acquisition Device Processing Description (0018,1400).
    pub acquisition_device_processing_description: String,
    /// Scheduled and Performed Protocol Code Sequence (0040,0008), (0040,0260).
    pub protocol_codes: Vec<Code>,
    /// Scheduled Procedure Step Description (0040,0007).
    pub scheduled_procedure_step_description: String,
    /// Acquisition Protocol Name (0018,9423) and Description (0018,9424).
    pub acquisition_protocol_description: String,
    /// View Position (0018,5101), View Name (0008,2127) of a stress test.
    pub view_position: String,
    /// View Code Sequence (0054,0220) with its modifiers (0054,0222).
    pub view_codes: Vec<Code>,
    /// Image Laterality (0020,0062), or Laterality (0020,0060).
    pub image_laterality: String,
    /// Transducer Type (0018,6031).
    pub transducer_type: String,
    /// Patient Species Description (0010,2201).
    pub patient_species_description: String,
    /// Patient Species Code Sequence (0010,2202).
    pub patient_species: Vec<Code>,
}

/// A code sequence item (PS3.3 section 8).
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Code {
    /// Coding Scheme Designator (0008,0102).
    pub scheme: String,
    /// Code Value (0008,0100).
    pub value: String,
    /// Code Meaning (0008,0104).
    pub meaning: String,
}

/// Most codes of one kind that are read; real instances hold one or two.
const CODES_MAX: usize = 32;

/// Most per-frame items that are searched for Frame Anatomy Sequence (0020,9071).
const FRAMES_MAX: usize = 64;

impl Clues {
    /// Reads the clues from an instance.
    pub fn of(instance: &ParsedInstance) -> Clues {
        let data = &instance.data;
        let text = |tag| data.text(tag).unwrap_or_default();
        let mut clues = Clues {
            modality: text(tags::MODALITY),
            sop_class_uid: text(tags::SOP_CLASS_UID),
            body_part_examined: text(tags::BODY_PART_EXAMINED),
            study_description: text(tags::STUDY_DESCRIPTION),
            series_description: text(tags::SERIES_DESCRIPTION),
            protocol_name: text(tags::PROTOCOL_NAME),
            requested_procedure_description: text(tags::REQUESTED_PROCEDURE_DESCRIPTION),
            performed_procedure_step_description: text(tags::PERFORMED_PROCEDURE_STEP_DESCRIPTION),
            acquisition_device_processing_description: text(tags::ACQUISITION_DEVICE_PROCESSING_DESCRIPTION),
            scheduled_procedure_step_description: text(tags::SCHEDULED_PROCEDURE_STEP_DESCRIPTION),
            acquisition_protocol_description: both(
                text(tags::ACQUISITION_PROTOCOL_NAME),
                text(tags::ACQUISITION_PROTOCOL_DESCRIPTION),
            ),
            view_position: both(text(tags::VIEW_POSITION), text(tags::VIEW_NAME)),
            image_laterality: first(text(tags::IMAGE_LATERALITY), text(tags::LATERALITY)),
            transducer_type: text(tags::TRANSDUCER_TYPE),
            protocol_codes: codes(data, tags::PERFORMED_PROTOCOL_CODE_SEQUENCE),
            patient_species_description: text(tags::PATIENT_SPECIES_DESCRIPTION),
            patient_species: codes(data, tags::PATIENT_SPECIES_CODE_SEQUENCE),
            procedure_codes: codes(data, tags::PROCEDURE_CODE_SEQUENCE),
            ..Clues::default()
        };
        clues.add_anatomy(data);
        for request in data.items(tags::REQUEST_ATTRIBUTES_SEQUENCE).iter().take(CODES_MAX) {
            clues.add_request(request);
        }
        clues.procedure_codes.extend(codes(data, tags::REQUESTED_PROCEDURE_CODE_SEQUENCE));
        for view in data.items(tags::VIEW_CODE_SEQUENCE).iter().take(CODES_MAX) {
            add(&mut clues.view_codes, Code::of(view));
            for modifier in codes(view, tags::VIEW_MODIFIER_CODE_SEQUENCE) {
                add(&mut clues.view_codes, modifier);
            }
        }
        clues.add_functional_groups(data);
        clues
    }

    /// Anatomic Region and Primary Anatomic Structure of one level.
    fn add_anatomy(&mut self, data: &DataSet) {
        for region in data.items(tags::ANATOMIC_REGION_SEQUENCE).iter().take(CODES_MAX) {
            add(&mut self.anatomic_regions, Code::of(region));
            for modifier in codes(region, tags::ANATOMIC_REGION_MODIFIER_SEQUENCE) {
                add(&mut self.anatomic_regions, modifier);
            }
        }
        for structure in codes(data, tags::PRIMARY_ANATOMIC_STRUCTURE_SEQUENCE) {
            add(&mut self.primary_anatomic_structures, structure);
        }
    }

    fn add_request(&mut self, request: &DataSet) {
        if self.requested_procedure_description.is_empty() {
            self.requested_procedure_description =
                request.text(tags::REQUESTED_PROCEDURE_DESCRIPTION).unwrap_or_default();
        }
        if self.scheduled_procedure_step_description.is_empty() {
            self.scheduled_procedure_step_description =
                request.text(tags::SCHEDULED_PROCEDURE_STEP_DESCRIPTION).unwrap_or_default();
        }
        for code in codes(request, tags::REQUESTED_PROCEDURE_CODE_SEQUENCE) {
            add(&mut self.procedure_codes, code);
        }
        for code in codes(request, tags::SCHEDULED_PROTOCOL_CODE_SEQUENCE) {
            add(&mut self.protocol_codes, code);
        }
    }

    /// Frame Anatomy Sequence (PS3.3 C.7.6.16.2.8), shared by all frames or given for each.
    fn add_functional_groups(&mut self, data: &DataSet) {
        let shared = data.items(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE).iter();
        let per_frame = data.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).iter().take(FRAMES_MAX);
        for group in shared.take(1).chain(per_frame) {
            for anatomy in group.items(tags::FRAME_ANATOMY_SEQUENCE).iter().take(1) {
                self.add_anatomy(anatomy);
                if self.body_part_examined.is_empty() {
                    self.body_part_examined = anatomy.text(tags::BODY_PART_EXAMINED).unwrap_or_default();
                }
            }
        }
    }
}

fn first(text: String, otherwise: String) -> String {
    if text.is_empty() { otherwise } else { text }
}

fn both(text: String, more: String) -> String {
    match (text.is_empty(), more.is_empty()) {
        (_, true) => text,
        (true, _) => more,
        _ => format!("{text} {more}"),
    }
}

/// Adds a code that is not there yet.
fn add(codes: &mut Vec<Code>, code: Code) {
    if codes.len() < CODES_MAX && !codes.contains(&code) {
        codes.push(code);
    }
}

fn codes(data: &DataSet, sequence: dicom_core::Tag) -> Vec<Code> {
    data.items(sequence).iter().take(CODES_MAX).map(Code::of).collect()
}

impl Code {
    /// Reads an item of a code sequence; Long and URN Code Value stand in for a missing Code Value.
    fn of(item: &DataSet) -> Code {
        let values = [tags::CODE_VALUE, tags::LONG_CODE_VALUE, tags::URN_CODE_VALUE];
        Code {
            scheme: item.text(tags::CODING_SCHEME_DESIGNATOR).unwrap_or_default(),
            value: values.into_iter().find_map(|tag| item.text(tag)).unwrap_or_default(),
            meaning: item.text(tags::CODE_MEANING).unwrap_or_default(),
        }
    }
}

/// Which clues there are: never a value.
impl fmt::Debug for Clues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clues")
            .field("modality_bytes", &self.modality.len())
            .field("body_part_examined_bytes", &self.body_part_examined.len())
            .field("n_anatomic_regions", &self.anatomic_regions.len())
            .field("n_procedure_codes", &self.procedure_codes.len())
            .field("study_description_bytes", &self.study_description.len())
            .field("series_description_bytes", &self.series_description.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use dicom_core::{Tag, VR};
    use radmill_dicom::{CharacterSet, Element, SourceFacts, Value};

    use super::*;
    use crate::{Category, Taxonomy, classify};

    fn data(elements: Vec<Element>) -> DataSet {
        DataSet::new(elements, CharacterSet::default())
    }

    fn text(tag: Tag, vr: VR, value: &str) -> Element {
        Element { tag, vr, value: Value::Bytes(value.to_owned().into_bytes().into()) }
    }

    fn sequence(tag: Tag, items: Vec<Vec<Element>>) -> Element {
        Element { tag, vr: VR::SQ, value: Value::Items(items.into_iter().map(data).collect()) }
    }

    fn code(scheme: &str, value: &str, meaning: &str) -> Vec<Element> {
        vec![
            text(tags::CODE_VALUE, VR::SH, value),
            text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, scheme),
            text(tags::CODE_MEANING, VR::LO, meaning),
        ]
    }

    fn clues_of(elements: Vec<Element>) -> Clues {
        let source = SourceFacts {
            transfer_syntax: String::new(),
            transfer_syntax_inferred: false,
            defects: Vec::new(),
        };
        Clues::of(&ParsedInstance { data: data(elements), pixels: None, source })
    }

    #[test]
    fn from_an_instance() {
        let check = |elements: Vec<Element>, expected: Category| {
            let clues = clues_of(elements);
            assert_eq!(classify(&Taxonomy::builtin(), &clues).category, expected, "{clues:?}");
        };
        let anatomy = || sequence(tags::ANATOMIC_REGION_SEQUENCE, vec![code("SCT", "10200004", "Liver")]);
        let group = || vec![sequence(tags::FRAME_ANATOMY_SEQUENCE, vec![vec![anatomy()]])];
        check(vec![], Category::Uncategorized);
        check(vec![text(tags::MODALITY, VR::CS, "MG")], Category::Breast);
        check(vec![text(tags::BODY_PART_EXAMINED, VR::CS, "KNEE ")], Category::Extremity);
        check(vec![text(tags::STUDY_DESCRIPTION, VR::LO, "CT CHEST")], Category::Chest);
        check(vec![text(tags::REQUESTED_PROCEDURE_DESCRIPTION, VR::LO, "CT CHEST")], Category::Chest);
        check(vec![anatomy()], Category::Abdomen);
        check(vec![sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![group()])], Category::Abdomen);
        check(
            vec![sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![vec![], group()])],
            Category::Abdomen,
        );
        check(
            vec![sequence(tags::PROCEDURE_CODE_SEQUENCE, vec![code("99SITE", "CTK", "CT Kopf nativ")])],
            Category::Brain,
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let clues = clues_of(vec![
            text(tags::STUDY_DESCRIPTION, VR::LO, "CANARY"),
            sequence(tags::ANATOMIC_REGION_SEQUENCE, vec![code("CANARY", "CANARY", "CANARY")]),
        ]);
        assert!(!format!("{clues:?}").contains("CANARY"));
    }
}
