//! `radmill quarantine`: rejected sources, counted, looked at and tried again.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{assert_fault, deidentify, files_below, fixtures, ingest, run, stderr, stdout};
use serde_json::Value;

/// What a subcommand prints with `--json`, a line each.
#[track_caller]
fn lines(subcommand: &str, dataset: &Path, more: &[&str]) -> Vec<Value> {
    let output = common::radmill()
        .args(["quarantine", subcommand, "--json"])
        .arg(dataset)
        .args(more)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn reasons_are_counted_with_an_example_each() {
    let folder = tempfile::tempdir().unwrap();
    for (name, job) in [("set", ingest as fn(&Path, &Path, &[&str]) -> Value), ("files", deidentify)] {
        let dataset = folder.path().join(name);
        let summary = job(&fixtures(), &dataset, &[]);
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for group in lines("ls", &dataset, &[]) {
            let reason = group["reason"].as_str().unwrap();
            *counted.entry(reason.to_owned()).or_default() += group["n_sources"].as_u64().unwrap();
            assert!(!group["means"].as_str().unwrap().starts_with("a code that"), "{reason}");
            let source = group["example"]["source"].as_str().unwrap();
            assert!(fixtures().join(source).exists(), "{source}");
        }
        let expected: BTreeMap<String, u64> =
            serde_json::from_value(summary["rejected_by_reason"].clone()).unwrap();
        assert!(counted.len() > 3);
        assert_eq!(counted, expected);

        let n_all = summary["n_rejected"].as_u64().unwrap();
        assert_eq!(lines("show", &dataset, &[]).len() as u64, n_all);
        let shown = lines("show", &dataset, &["--reason", "truncated_file"]);
        assert_eq!(shown.len() as u64, expected["truncated_file"]);
        assert!(shown.iter().all(|source| source["reason"] == "truncated_file"));
        assert_eq!(lines("show", &dataset, &["--limit", "2"]).len(), 2);
    }
}

#[test]
fn people_get_lines_with_paths() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    ingest(&fixtures(), &dataset, &[]);
    let counted = stdout(&run(&[&"quarantine", &"ls", &dataset]));
    assert!(
        counted.contains("truncated_file (parse)") && counted.contains("such as malformed/"),
        "{counted}"
    );
    let shown = stdout(&run(&[&"quarantine", &"show", &dataset, &"--reason", &"truncated_file"]));
    assert!(shown.starts_with("truncated_file\tparse\tmalformed/"), "{shown}");
}

#[test]
fn no_source_path_lies_below_the_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    ingest(&fixtures(), &dataset, &[]);
    let sources: Vec<String> = lines("show", &dataset, &[])
        .iter()
        .map(|source| source["source"].as_str().unwrap().to_owned())
        .chain(["hospital-a".to_owned()])
        .collect();
    for (name, bytes) in files_below(&dataset) {
        for source in &sources {
            let is_in = bytes.windows(source.len()).any(|window| window == source.as_bytes());
            assert!(!is_in && !name.contains(source.as_str()), "{source} is in {name}");
        }
    }
}

#[test]
fn a_dataset_that_no_job_wrote_has_no_quarantine() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&[&"quarantine", &"ls", &folder.path().join("nothing")]);
    assert_fault(&output, 5, &["nothing.private does not exist"]);
}
