use radmill_anatomy::{Clues, Code};

use crate::codes;

/// Puts the cell of a column into the clues.
pub(crate) type Fill = fn(&mut Clues, &str);

/// The columns that are read, by keyword in lower case without underscores.
const COLUMNS: [(&str, Fill); 28] = [
    ("modality", |clues, cell| clues.modality.push_str(cell)),
    ("sopclassuid", |clues, cell| clues.sop_class_uid.push_str(cell)),
    ("bodypartexamined", |clues, cell| clues.body_part_examined.push_str(cell)),
    ("studydescription", |clues, cell| clues.study_description.push_str(cell)),
    ("seriesdescription", |clues, cell| clues.series_description.push_str(cell)),
    ("protocolname", |clues, cell| clues.protocol_name.push_str(cell)),
    ("requestedproceduredescription", |clues, cell| {
        clues.requested_procedure_description.push_str(cell);
    }),
    ("performedprocedurestepdescription", |clues, cell| {
        clues.performed_procedure_step_description.push_str(cell);
    }),
    ("scheduledprocedurestepdescription", |clues, cell| {
        clues.scheduled_procedure_step_description.push_str(cell);
    }),
    ("acquisitiondeviceprocessingdescription", |clues, cell| {
        clues.acquisition_device_processing_description.push_str(cell);
    }),
    ("acquisitionprotocolname", |clues, cell| append(&mut clues.acquisition_protocol_description, cell)),
    ("acquisitionprotocoldescription", |clues, cell| {
        append(&mut clues.acquisition_protocol_description, cell);
    }),
    ("viewposition", |clues, cell| append(&mut clues.view_position, cell)),
    ("viewname", |clues, cell| append(&mut clues.view_position, cell)),
    ("imagelaterality", |clues, cell| replace(&mut clues.image_laterality, cell)),
    ("laterality", |clues, cell| replace(&mut clues.image_laterality, cell)),
    ("transducertype", |clues, cell| clues.transducer_type.push_str(cell)),
    ("patientspeciesdescription", |clues, cell| clues.patient_species_description.push_str(cell)),
    ("patientspeciescodesequence", |clues, cell| codes::parse(cell, &mut clues.patient_species)),
    ("anatomicregionsequence", |clues, cell| codes::parse(cell, &mut clues.anatomic_regions)),
    ("anatomicregionmodifiersequence", |clues, cell| codes::parse(cell, &mut clues.anatomic_regions)),
    ("primaryanatomicstructuresequence", |clues, cell| {
        codes::parse(cell, &mut clues.primary_anatomic_structures);
    }),
    ("procedurecodesequence", |clues, cell| codes::parse(cell, &mut clues.procedure_codes)),
    ("requestedprocedurecodesequence", |clues, cell| codes::parse(cell, &mut clues.procedure_codes)),
    ("performedprotocolcodesequence", |clues, cell| codes::parse(cell, &mut clues.protocol_codes)),
    ("scheduledprotocolcodesequence", |clues, cell| codes::parse(cell, &mut clues.protocol_codes)),
    ("viewcodesequence", |clues, cell| codes::parse(cell, &mut clues.view_codes)),
    ("viewmodifiercodesequence", |clues, cell| codes::parse(cell, &mut clues.view_codes)),
];

/// What to do with a column of this name, if it is one of those that are read.
pub(crate) fn fill_of(name: &str) -> Option<Fill> {
    let plain: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
    COLUMNS.iter().find(|(known, _)| *known == plain).map(|(_, fill)| *fill)
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

fn replace(text: &mut String, by: &str) {
    if text.is_empty() {
        text.push_str(by);
    }
}

/// Empties the clues and keeps their memory.
pub(crate) fn clear(clues: &mut Clues) {
    let Clues {
        modality,
        sop_class_uid,
        body_part_examined,
        anatomic_regions,
        primary_anatomic_structures,
        procedure_codes,
        study_description,
        series_description,
        protocol_name,
        requested_procedure_description,
        performed_procedure_step_description,
        acquisition_device_processing_description,
        protocol_codes,
        scheduled_procedure_step_description,
        acquisition_protocol_description,
        view_position,
        view_codes,
        image_laterality,
        transducer_type,
        patient_species_description,
        patient_species,
    } = clues;
    let texts = [
        modality,
        sop_class_uid,
        body_part_examined,
        study_description,
        series_description,
        protocol_name,
        requested_procedure_description,
        performed_procedure_step_description,
        acquisition_device_processing_description,
        scheduled_procedure_step_description,
        acquisition_protocol_description,
        view_position,
        image_laterality,
        transducer_type,
        patient_species_description,
    ];
    texts.into_iter().for_each(String::clear);
    let codes: [&mut Vec<Code>; 6] = [
        anatomic_regions,
        primary_anatomic_structures,
        procedure_codes,
        protocol_codes,
        view_codes,
        patient_species,
    ];
    codes.into_iter().for_each(Vec::clear);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_spelling() {
        for name in ["body_part_examined", "BodyPartExamined", "bodypartexamined", "BODY_PART_EXAMINED"] {
            assert!(fill_of(name).is_some(), "{name}");
        }
        for name in ["SOPClassUID", "sop_class_uid", "SeriesDescription", "AnatomicRegionSequence"] {
            assert!(fill_of(name).is_some(), "{name}");
        }
        assert!(fill_of("patient_name").is_none());
    }

    #[test]
    fn nothing_is_left_of_a_row() {
        let mut clues = Clues::default();
        COLUMNS.iter().for_each(|(_, fill)| fill(&mut clues, "(1, SCT, \"x\")"));
        assert_eq!(clues.view_position, "(1, SCT, \"x\") (1, SCT, \"x\")");
        clear(&mut clues);
        assert!(clues == Clues::default());
    }
}
