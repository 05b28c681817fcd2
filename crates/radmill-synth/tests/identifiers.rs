//! Images share a UID only where they would in an archive: a study has one patient, a series one study and modality.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use radmill_synth::{AnswerKey, CorpusOptions, FileKey, Mix, Outcome, write_corpus};

const PATIENT_ID: &str = "(0010,0020)";
const STUDY_INSTANCE_UID: &str = "(0020,000D)";
const SERIES_INSTANCE_UID: &str = "(0020,000E)";
const SOP_INSTANCE_UID: &str = "(0008,0018)";

/// The identifier that stands at this tag.
fn value<'a>(file: &'a FileKey, tag: &str) -> Option<&'a str> {
    let is_there = |places: &[String]| places.iter().any(|place| place == tag);
    file.canaries.iter().find(|canary| is_there(&canary.planted_at)).map(|canary| canary.text.as_str())
}

fn check(files: &[FileKey]) {
    let mut instances: HashSet<&str> = HashSet::new();
    let mut series: HashMap<&str, (&str, &str)> = HashMap::new();
    let mut studies: HashMap<&str, &str> = HashMap::new();
    for file in files {
        // Of the two files that share a SOP Instance UID on purpose, the first is looked at.
        if file.outcome == Outcome::Duplicate || file.reasons == ["sop_instance_conflict"] {
            continue;
        }
        let found = [SOP_INSTANCE_UID, SERIES_INSTANCE_UID, STUDY_INSTANCE_UID, PATIENT_ID]
            .map(|tag| value(file, tag));
        let [Some(instance), Some(series_uid), Some(study), Some(patient)] = found else {
            assert_ne!(file.outcome, Outcome::Milled, "{} lacks an identifier", file.path);
            continue;
        };
        assert!(instances.insert(instance), "the SOP Instance UID of {} is taken", file.path);
        let of_series = (study, file.modality.as_str());
        assert_eq!(*series.entry(series_uid).or_insert(of_series), of_series, "series of {}", file.path);
        assert_eq!(*studies.entry(study).or_insert(patient), patient, "study of {}", file.path);
    }
    assert!(instances.len() > 60 && instances.is_disjoint(&series.keys().copied().collect()));
}

#[test]
fn fixtures_share_no_identifier_by_mistake() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom");
    check(&AnswerKey::read(&AnswerKey::path_for(&folder)).unwrap().files);
}

#[test]
fn corpora_share_no_identifier_by_mistake() {
    for seed in [1, 2] {
        let scratch = tempfile::tempdir().unwrap();
        let mix = Mix { ct: 2, mr: 2, radiograph: 3, ultrasound: 1, mammogram: 3 };
        let options = CorpusOptions { seed, n_files: 150, shrink: 32, mix };
        check(&write_corpus(&options, &scratch.path().join("corpus")).unwrap().files);
    }
}
