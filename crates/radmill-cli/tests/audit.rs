//! `audit` as a user runs it: what radmill makes is clean, what is planted is found, and no value is shown.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::path::Path;
use std::process::Output;

use common::{assert_fault, files_below, fixtures, ingest, radmill, real_files, stderr, stdout};
use radmill_synth::{AnswerKey, CanaryKind};
use serde_json::Value;

fn audit(dataset: &Path, more: &[&dyn AsRef<std::ffi::OsStr>]) -> Output {
    let arguments = more.iter().map(|argument| argument.as_ref());
    radmill().arg("audit").arg(dataset).args(arguments).output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap()
}

/// A dataset of the fixtures.
fn dataset(folder: &Path) -> std::path::PathBuf {
    let dataset = folder.join("set");
    ingest(&fixtures(), &dataset, &[]);
    dataset
}

#[test]
fn a_dataset_of_the_fixtures_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = dataset(folder.path());
    let output = audit(&dataset, &[&"--against", &fixtures(), &"--json", &"--threads", &"2"]);
    let report = report(&output);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert_eq!(report["n_suspicious"], 0, "{report}");
    // By the crosswalk in the private root, of which nothing is left behind.
    assert_eq!(report["counts"]["not_linked"], 0, "{report}");
    let private = folder.path().join("set.private");
    assert!(!files_below(&private).iter().any(|(name, _)| name.ends_with(".csv")));
    let by_shape = audit(&dataset, &[&"--strict"]);
    assert_eq!(by_shape.status.code(), Some(0), "{}", stdout(&by_shape));
}

/// Images in archives and tables are compared with their sources like files.
#[test]
fn packed_images_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    for layout in ["tar", "parquet"] {
        let (dataset, pipeline) = (folder.path().join(layout), folder.path().join("pipeline.toml"));
        std::fs::write(&pipeline, format!("version = 1\n[images]\nlayout = \"{layout}\"\n")).unwrap();
        let summary = ingest(&fixtures(), &dataset, &["--pipeline", pipeline.to_str().unwrap()]);
        let output = audit(&dataset, &[&"--against", &fixtures(), &"--json"]);
        let report = report(&output);
        assert_eq!((output.status.code(), &report["n_suspicious"]), (Some(0), &Value::from(0)), "{report}");
        assert_eq!(report["counts"]["images"], summary["n_images"], "{layout}");
        assert_eq!(report["counts"]["not_linked"], 0, "{layout}");
    }
}

#[test]
fn a_dataset_of_real_files_is_clean() {
    let Some(input) = real_files() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    ingest(&input, &dataset, &[]);
    let output = audit(&dataset, &[&"--against", &input]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

/// The sources themselves as the thing to be shared: every identifying attribute is there, and no value is shown.
#[test]
fn sources_are_full_of_leaks_and_none_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    for (index, (_, bytes)) in files_below(&fixtures()).into_iter().enumerate() {
        std::fs::create_dir_all(&copy).unwrap();
        std::fs::write(copy.join(format!("{index}")), bytes).unwrap();
    }
    let key = AnswerKey::read(&AnswerKey::path_for(&fixtures())).unwrap();
    let canaries: Vec<String> = key
        .files
        .iter()
        .flat_map(|file| &file.canaries)
        .filter(|canary| canary.text.chars().count() > 4)
        .map(|canary| canary.text.clone())
        .collect();
    let against = fixtures();
    let runs: [&[&dyn AsRef<std::ffi::OsStr>]; 4] =
        [&[&"--against", &against], &[&"--against", &against, &"--json"], &[], &[&"--json"]];
    for more in runs {
        let output = audit(&copy, more);
        assert_eq!(output.status.code(), Some(10), "{}", stderr(&output));
        let text = stdout(&output) + &stderr(&output);
        for canary in &canaries {
            assert!(!text.contains(canary.as_str()), "a value is in the report");
        }
    }
    let report = report(&audit(&copy, &[&"--against", &against, &"--json"]));
    let found = |place: &str| {
        report["findings"].as_array().unwrap().iter().any(|finding| finding["place"]["at"] == place)
    };
    let names_and_numbers =
        ["(0010,0010)", "(0010,0020)", "(0010,0030)", "(0010,1002)[0].(0010,0020)", "(0002,0003)"];
    for place in names_and_numbers {
        assert!(found(place), "{place}");
    }
    assert!(key.files.iter().flat_map(|file| &file.canaries).any(|canary| canary.kind == CanaryKind::Date));
}

#[test]
fn one_planted_file_spoils_a_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = dataset(folder.path());
    let (_, source) =
        files_below(&fixtures()).into_iter().find(|(name, _)| name.ends_with("thorax_pa.dcm")).unwrap();
    std::fs::write(dataset.join("images/thumbs.db"), &source).unwrap();
    let output = audit(&dataset, &[&"--against", &fixtures()]);
    assert_eq!(output.status.code(), Some(10));
    assert!(stdout(&output).contains("not clean"), "{}", stdout(&output));
    assert!(!stdout(&output).contains("thorax_pa") && !stdout(&output).contains("thumbs"));
    let output = audit(&dataset, &[&"--against", &fixtures(), &"--show-paths"]);
    assert!(stdout(&output).contains("thorax_pa") && stdout(&output).contains("images/thumbs.db"));
}

#[test]
fn what_cannot_be_audited_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent");
    assert_fault(&audit(&absent, &[]), 6, &["dataset"]);
    assert_fault(&audit(folder.path(), &[&"--against", &absent]), 5, &["input"]);
    assert_fault(&audit(folder.path(), &[&"--against", &folder.path()]), 5, &["the same folder"]);
    let crosswalk = folder.path().join("uids.csv");
    std::fs::write(&crosswalk, "old,new\n").unwrap();
    let output = audit(folder.path(), &[&"--against", &fixtures(), &"--uids", &crosswalk]);
    assert_fault(&output, 5, &["crosswalk", "id_old,id_new"]);
}
