//! `radmill classify` and `radmill taxonomy check` as a user runs them.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::fs;

use common::{assert_fault, fixtures, run, stdout};
use serde_json::Value;

#[test]
fn a_table_gets_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let [input, output] = ["in.csv", "out.csv"].map(|name| folder.path().join(name));
    fs::write(&input, "id,Modality,study_description\n1,CT,CT Thorax nativ\n2,CT,scan\n").unwrap();
    let done = run(&[&"classify", &input, &"--out", &output, &"--json"]);
    assert_eq!(done.status.code(), Some(0));
    let summary: Value = serde_json::from_str(&stdout(&done)).unwrap();
    assert_eq!(summary["rows"], 2);
    assert_eq!(summary["columns_read"], 2);
    assert_eq!(summary["categories"]["CHEST"], 1);
    assert_eq!(summary["reasons"]["no_evidence"], 1);
    let text = fs::read_to_string(&output).unwrap();
    assert!(
        text.starts_with(
            "id,Modality,study_description,category,regions,confidence,conflict,reason,evidence\n"
        )
    );
    assert!(text.contains("1,CT,CT Thorax nativ,CHEST,CHEST,"), "{text}");
}

#[test]
fn files_are_rows() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.csv");
    let done = run(&[&"classify", &fixtures(), &"--out", &output]);
    assert_eq!(done.status.code(), Some(0));
    assert!(stdout(&done).contains("no category because"));
    assert!(fs::read_to_string(&output).unwrap().starts_with("path,not_read,category,"));
}

#[test]
fn a_sites_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let [input, output, taxonomy] = ["in.csv", "out.csv", "words.toml"].map(|name| folder.path().join(name));
    fs::write(&input, "study_description\nmooch\n").unwrap();
    let words = "format = 1\nversion = \"site-7\"\n[[terms]]\nregion = \"KNEE\"\nwords = [\"mooch\"]\n";
    fs::write(&taxonomy, words).unwrap();
    let checked = run(&[&"taxonomy", &"check", &taxonomy]);
    assert_eq!(checked.status.code(), Some(0));
    assert!(stdout(&checked).starts_with("version     site-7+"));
    let done = run(&[&"classify", &input, &"--out", &output, &"--taxonomy", &taxonomy]);
    assert_eq!(done.status.code(), Some(0));
    assert!(fs::read_to_string(&output).unwrap().contains("mooch,EXTREMITY,KNEE,"));

    fs::write(&taxonomy, words.replace("region", "reign")).unwrap();
    let place = "line 4, column 1: unknown field `reign`";
    assert_fault(&run(&[&"taxonomy", &"check", &taxonomy]), 3, &[place]);
    assert_fault(&run(&[&"classify", &input, &"--out", &output, &"--taxonomy", &taxonomy]), 3, &[place]);
}

#[test]
fn faults_have_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.csv");
    fs::write(&input, "shoe_size\n44\n").unwrap();
    let output = folder.path().join("out.csv");
    assert_fault(&run(&[&"classify", &input, &"--out", &output]), 5, &["no column has the name"]);
    assert_fault(
        &run(&[&"classify", &input, &"--out", &folder.path().join("out.txt")]),
        6,
        &[".csv or .parquet"],
    );
    assert_fault(&run(&[&"classify", &folder.path().join("absent"), &"--out", &output]), 5, &["absent"]);
    assert!(!output.exists());
}
