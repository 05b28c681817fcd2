//! What texts, codes and kinds of objects say, alone and together.

use radmill_anatomy::{
    Category, Classification, Clues, Code, EvidenceSource, Taxonomy, UncategorizedReason, classify,
};

fn given(modality: &str, body_part: &str, study: &str, series: &str) -> Classification {
    let clues = Clues {
        modality: modality.to_owned(),
        body_part_examined: body_part.to_owned(),
        study_description: study.to_owned(),
        series_description: series.to_owned(),
        ..Clues::default()
    };
    classify(&Taxonomy::builtin(), &clues)
}

fn name(classification: &Classification) -> &'static str {
    classification.reason.map_or(classification.category.name(), UncategorizedReason::name)
}

#[test]
fn one_description() {
    let check = |modality: &str, study: &str, expected: &str| {
        assert_eq!(name(&given(modality, "", study, "")), expected, "{modality} {study}");
    };
    // English and its abbreviations.
    check("CT", "CT CHEST W CONTRAST", "CHEST");
    check("CR", "CXR PA/LAT", "CHEST");
    check("CT", "CTPA", "CHEST");
    check("CT", "CT C/A/P", "CHEST");
    check("CT", "CT ABD/PEL W/O", "ABDOMEN");
    check("CR", "KUB", "ABDOMEN");
    check("RF", "UGI w air", "ABDOMEN");
    check("US", "US OB 1st trimester", "ABDOMEN");
    check("MR", "MRI PROSTATE", "ABDOMEN");
    check("MR", "c-sp w/o", "SPINE");
    check("MR", "LSpine", "SPINE");
    check("DX", "XR CERVICAL SPINE", "SPINE");
    check("CT", "CT NECK SOFT TISSUE", "NECK");
    check("US", "US THYROID", "NECK");
    check("CT", "CT HEAD WO", "BRAIN");
    check("MR", "MRI IACs", "BRAIN");
    check("CT", "SINUSES", "BRAIN");
    check("DX", "KNEE 3 VIEWS LT", "EXTREMITY");
    check("DX", "L HIP", "EXTREMITY");
    check("DX", "LEFT HAND BONE AGE", "BONE");
    check("NM", "WHOLE BODY BONE SCAN", "BONE");
    check("DX", "SKELETAL SURVEY", "BONE");
    check("US", "Echocardiogram", "HEART");
    check("CT", "CCTA", "HEART");
    check("CT", "Calcium Scoring", "HEART");
    check("CT", "CTA THORACIC AORTA", "HEART");
    check("MR", "MR BREAST BILAT", "BREAST");
    // Glued, underscored, camel case.
    check("CT", "CT_CHEST_ABD_PELVIS", "CHEST");
    check("CT", "CHESTABDPELVIS", "CHEST");
    check("MR", "LEFTBREAST", "BREAST");
    check("CT", "CT_AbdPelvis", "ABDOMEN");
    check("DX", "RIGHTKNEE", "EXTREMITY");
    // Longer phrases win over the words in them.
    check("DX", "FEMORAL NECK", "EXTREMITY");
    check("US", "BLADDER NECK", "ABDOMEN");
    check("MR", "SAGITTAL SINUS", "BRAIN");
    check("MR", "CERVICAL CANCER", "ABDOMEN");
    check("CT", "HEAD OF PANCREAS", "ABDOMEN");
    check("DX", "THORACIC SPINE", "SPINE");
    // Not a body part at all.
    check("CT", "HEAD FIRST SUPINE", "no_evidence");
    check("CT", "BONE", "no_evidence");
    check("MR", "Body Coil", "no_evidence");
    check("MR", "HEAD COIL", "no_evidence");
    check("CT", "COR 2.0", "no_evidence");
    check("MR", "GRADIENT ECHO", "no_evidence");
    check("CT", "", "no_evidence");
    check("OT", "12345", "no_evidence");
    // Left out on purpose.
    check("CT", "CT CHEST WITHOUT ABDOMEN", "CHEST");
    check("CT", "CT Thorax ohne Abdomen", "CHEST");
    // The whole body, phantoms, animals.
    check("PT", "PET/CT SKULL BASE TO MID-THIGH", "whole_body");
    check("CT", "Polytrauma", "whole_body");
    check("CT", "CT head, chest, abdomen", "whole_body");
    check("CT", "ACR PHANTOM CHEST", "phantom");
    check("DX", "Canine thorax", "not_human");
    check("SM", "Prostate H&E", "not_human");
}

#[test]
fn many_languages() {
    let check = |study: &str, expected: Category| {
        assert_eq!(given("CT", "", study, "").category, expected, "{study}");
    };
    check("Thoraxaufnahme in 2 Ebenen", Category::Chest);
    check("Röntgenthorax", Category::Chest);
    check("Oberbauch nativ", Category::Abdomen);
    check("Schädel CT", Category::Brain);
    check("SCHAEDEL", Category::Brain);
    check("LWS seitlich", Category::Spine);
    check("Kniegelenk links", Category::Extremity);
    check("Fuß rechts", Category::Extremity);
    check("Herz-CT", Category::Heart);
    check("Schilddrüsensonographie", Category::Neck);
    check("Radiographie du poignet gauche", Category::Extremity);
    check("IRM cérébrale", Category::Brain);
    check("Main gauche", Category::Extremity);
    check("MAIN SERIES", Category::Uncategorized);
    check("Scanner abdomino-pelvien", Category::Abdomen);
    check("Rachis lombaire", Category::Spine);
    check("TC torace", Category::Chest);
    check("Ginocchio destro", Category::Extremity);
    check("Radiografía de tórax", Category::Chest);
    check("Columna cervical", Category::Spine);
    check("Mamografia bilateral", Category::Breast);
    check("Coração", Category::Heart);
    check("TK jamy brzusznej", Category::Abdomen);
    check("RTG klatki piersiowej", Category::Chest);
    check("Органы грудной клетки", Category::Chest);
    check("Головной мозг", Category::Brain);
    check("Коленный сустав", Category::Extremity);
    check("胸部正面", Category::Chest);
    check("頭部CT", Category::Brain);
    check("腰椎MRI", Category::Spine);
    check("膝关节", Category::Extremity);
    check("흉부 CT", Category::Chest);
    check("복부", Category::Abdomen);
    check("Θώρακας", Category::Chest);
    check("Akciğer grafisi", Category::Chest);
    check("Lungröntgen", Category::Chest);
    check("Bröst", Category::Breast);
    check("Knä höger", Category::Extremity);
    check("the long arm of been over there", Category::Extremity);
    check("Over long", Category::Uncategorized);
}

#[test]
fn body_part_examined() {
    let check = |modality: &str, text: &str, expected: &str| {
        assert_eq!(name(&given(modality, text, "", "")), expected, "{modality} {text}");
    };
    check("CT", "CHEST", "CHEST");
    check("CT", "C SPINE", "SPINE");
    check("CT", "HEADNECK", "NECK");
    check("CT", "Thorax", "CHEST");
    check("CT", "CHESTABDPELVIS", "CHEST");
    check("MR", "SMA", "ABDOMEN");
    check("MR", "PCA", "BRAIN");
    check("CT", "PELVIS", "ABDOMEN");
    check("DX", "PELVIS", "BONE");
    check("CR", "Hand", "EXTREMITY");
    check("CR", "MAIN", "EXTREMITY");
    check("CT", "WHOLEBODY", "whole_body");
    check("CT", "PHANTOM", "phantom");
    check("CT", "BODYPART", "no_evidence");
    check("CT", "ARTERY", "no_evidence");
    check("DX", "STIFLE", "not_human");
    check("CT", "UNKNOWN", "no_evidence");
}

#[test]
fn attributes_against_each_other() {
    let check = |body_part: &str, study: &str, series: &str, expected: Category, conflict: bool| {
        let given = given("CT", body_part, study, series);
        assert_eq!(
            (given.category, given.conflict),
            (expected, conflict),
            "{body_part} | {study} | {series}"
        );
    };
    check("CHEST", "CT Chest", "AX", Category::Chest, false);
    check("HEAD", "CT C Spine", "Spine 2.0 Sagittal", Category::Spine, true);
    check("CHEST", "MRI BREAST", "", Category::Breast, true);
    check("ABDOMEN", "CT CHEST", "", Category::Chest, true);
    check("", "CT ABDOMEN", "LUNG", Category::Abdomen, false);
    check("ABDOMEN", "CT CAP", "", Category::Abdomen, false);
    check("HEADNECK", "CT HEAD", "", Category::Brain, false);
    check("WHOLEBODY", "CT CAP", "", Category::Chest, true);
    check("CHEST", "PET WB", "", Category::Uncategorized, false);
    let agreeing = given("CT", "CHEST", "CT CHEST", "CHEST");
    let alone = given("CT", "CHEST", "", "");
    let disputed = given("CT", "HEAD", "CT CHEST", "");
    assert!(agreeing.confidence > alone.confidence && disputed.confidence < agreeing.confidence);
}

#[test]
fn modality_and_sop_class() {
    let check = |modality: &str, sop_class_uid: &str, expected: &str| {
        let clues = Clues {
            modality: modality.to_owned(),
            sop_class_uid: sop_class_uid.to_owned(),
            body_part_examined: "CHEST".to_owned(),
            ..Clues::default()
        };
        assert_eq!(name(&classify(&Taxonomy::builtin(), &clues)), expected, "{modality} {sop_class_uid}");
    };
    check("MG", "", "BREAST");
    check("mg", "", "BREAST");
    check("", "1.2.840.10008.5.1.4.1.1.13.1.3", "BREAST");
    check("OP", "", "BRAIN");
    check("BMD", "", "BONE");
    check("ECG", "", "HEART");
    check("SM", "", "not_human");
    check("CT", "1.2.840.10008.5.1.4.1.1.2", "CHEST");
}

#[test]
fn codes() {
    let check = |scheme: &str, value: &str, meaning: &str, expected: &str| {
        let code = Code { scheme: scheme.to_owned(), value: value.to_owned(), meaning: meaning.to_owned() };
        let clues = Clues { anatomic_regions: vec![code], ..Clues::default() };
        assert_eq!(name(&classify(&Taxonomy::builtin(), &clues)), expected, "{scheme} {value}");
    };
    check("SCT", "10200004", "", "ABDOMEN");
    check("SRT", "T-62000", "", "ABDOMEN");
    check("SCT", "399368009", "", "BREAST");
    check("RADLEX", "RID58", "", "ABDOMEN");
    check("LN", "24627-2", "CT Chest", "CHEST");
    check("LN", "99999-9", "XR Knee 3 Views", "EXTREMITY");
    check("SNM3", "T-D1100", "", "BRAIN");
    check("99SDM", "T-32000", "", "HEART");
    check("SCT", "76365002", "", "BREAST");
    check("SCT", "416775004", "", "CHEST");
    check("99LOCAL", "17", "Liver", "ABDOMEN");
    check("99LOCAL", "17", "", "no_evidence");
    // The code is what counts, whatever its meaning says.
    check("SCT", "10200004", "Head", "ABDOMEN");
}

#[test]
fn codes_of_an_approach_mean_the_organ() {
    let taxonomy = Taxonomy::builtin();
    let check =
        |scheme, value, region| assert_eq!(taxonomy.region_of_code(scheme, value), Some(region), "{value}");
    check("SRT", "T-32000", "HEART");
    check("SCT", "80891009", "HEART");
    check("SCT", "64033007", "KIDNEY");
    check("SCT", "43799004", "CHEST");
}

/// What says something by itself: a probe, a side, a view, a protocol, a scheduled step.
#[test]
fn attributes_that_speak_for_themselves() {
    let check = |clues: Clues, expected: &str| {
        assert_eq!(name(&classify(&Taxonomy::builtin(), &clues)), expected, "{clues:?}");
    };
    let of = |modality: &str| Clues { modality: modality.to_owned(), ..Clues::default() };
    check(Clues { transducer_type: "SECTOR_PHASED".to_owned(), ..of("US") }, "HEART");
    check(Clues { transducer_type: "ENDOCAV_CLA".to_owned(), ..of("US") }, "ABDOMEN");
    check(Clues { transducer_type: "LINEAR".to_owned(), ..of("US") }, "no_evidence");
    check(Clues { image_laterality: "L".to_owned(), ..of("DX") }, "EXTREMITY");
    check(Clues { image_laterality: "U".to_owned(), ..of("DX") }, "no_evidence");
    check(Clues { image_laterality: "L".to_owned(), ..of("US") }, "no_evidence");
    let chest =
        Clues { body_part_examined: "CHEST".to_owned(), image_laterality: "R".to_owned(), ..of("DX") };
    check(chest, "CHEST");
    check(Clues { view_position: "MLO".to_owned(), ..of("DX") }, "BREAST");
    check(Clues { view_position: "PLAX".to_owned(), ..of("US") }, "HEART");
    check(Clues { scheduled_procedure_step_description: "MRT Knie".to_owned(), ..of("MR") }, "EXTREMITY");
    check(Clues { acquisition_protocol_description: "Neck 3.0".to_owned(), ..of("CT") }, "NECK");
    let code = |value: &str| {
        vec![Code { scheme: "SCT".to_owned(), value: value.to_owned(), meaning: String::new() }]
    };
    check(Clues { view_codes: code("399162004"), ..of("DX") }, "BREAST");
    check(Clues { protocol_codes: code("10200004"), ..of("CT") }, "ABDOMEN");
}

#[test]
fn directions_are_no_places() {
    let check = |modality: &str, series: &str, expected: &str| {
        assert_eq!(name(&given(modality, "", "", series)), expected, "{modality} {series}");
    };
    check("CT", "CRANIOCAUDAL", "no_evidence");
    check("XA", "LAO 30 CRANIAL 20", "HEART");
    check("MG", "cranio-caudal", "BREAST");
}

#[test]
fn misspellings() {
    let check = |body_part: &str, study: &str, expected: &str| {
        let given = given("CT", body_part, study, "");
        assert_eq!(name(&given), expected, "{body_part} {study}");
        assert!(expected == "no_evidence" || given.evidence[0].rule.starts_with("misspelt:"));
    };
    check("KINDEY", "", "ABDOMEN");
    check("HAED", "", "BRAIN");
    check("", "CT PANCRAES", "ABDOMEN");
    check("", "CT SHOUDLER", "EXTREMITY");
    // Short words of descriptions are left as they are, and so are words of technique.
    check("", "CT HAED", "no_evidence");
    check("", "SPIRAL PRONE PLANAR TRACE BREATH", "no_evidence");
}

#[test]
fn species() {
    let check = |description: &str, value: &str, expected: &str| {
        let species = Code { scheme: "SCT".to_owned(), value: value.to_owned(), meaning: String::new() };
        let clues = Clues {
            body_part_examined: "CHEST".to_owned(),
            patient_species_description: description.to_owned(),
            patient_species: vec![species],
            ..Clues::default()
        };
        assert_eq!(name(&classify(&Taxonomy::builtin(), &clues)), expected, "{description} {value}");
    };
    check("", "", "CHEST");
    check("Homo sapiens", "", "CHEST");
    check("", "337915000", "CHEST");
    check("Canis lupus familiaris", "", "not_human");
    check("", "448771007", "not_human");
}

/// Nothing of the text comes out, whatever surrounds the words that match.
#[test]
fn only_words_of_the_taxonomy_come_out() {
    let canary = "ZZQWERTY^CANARY";
    let classification = given("CT", &format!("CHEST {canary}"), &format!("{canary} liver"), canary);
    assert!(!format!("{classification:?}").to_uppercase().contains("CANARY"));
    let rules: Vec<&str> = classification.evidence.iter().map(|evidence| evidence.rule.as_str()).collect();
    assert_eq!(rules, ["term:liver", "term:chest"]);
    assert_eq!(classification.regions, ["CHEST", "LIVER"]);
    let exact = given("CT", "CHEST", "", "");
    let [piece] = &exact.evidence[..] else { panic!("one piece of evidence") };
    assert_eq!((piece.source, piece.rule.as_str()), (EvidenceSource::BodyPartExamined, "body_part:CHEST"));
}

#[test]
fn confidence_is_a_share_and_reasons_go_with_no_category() {
    let texts = ["", "CHEST", "HEAD", "LUNG", "PHANTOM", "WB", "KNEE", "MAIN", "\u{0}\u{1F600}é", "胸部"];
    for body_part in texts {
        for study in texts {
            for series in texts {
                let given = given("CT", body_part, study, series);
                assert!((0.0..=1.0).contains(&given.confidence));
                assert_eq!(given.reason.is_some(), given.category == Category::Uncategorized);
                assert!(given.regions.is_sorted());
                assert!(given.evidence.iter().all(|piece| (0.0..=1.0).contains(&piece.weight)));
            }
        }
    }
}
