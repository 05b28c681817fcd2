//! `radmill quarantine`: rejected sources, counted, looked at and tried again.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{assert_fault, deidentify, files_below, fixtures, ingest, run, stderr, stdout};
use serde_json::Value;

/// Two instances with pixels.
const GOOD: &str = "hospital-c/neck/ct.dcm";
const OTHER: &str = "hospital-c/dx/cspine.dcm";

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
            assert_eq!(
                Path::new(group["example"]["input"].as_str().unwrap()),
                fixtures().canonicalize().unwrap()
            );
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
        counted.contains("truncated_file (parse)") && counted.contains("/fixtures/dicom/malformed/"),
        "{counted}"
    );
    let shown = stdout(&run(&[&"quarantine", &"show", &dataset, &"--reason", &"truncated_file"]));
    assert!(shown.starts_with("truncated_file\tparse\t/"), "{shown}");
}

#[test]
fn no_source_path_lies_below_the_dataset() {
    for (name, job) in [("set", ingest as fn(&Path, &Path, &[&str]) -> Value), ("files", deidentify)] {
        let folder = tempfile::tempdir().unwrap();
        let dataset = folder.path().join(name);
        job(&fixtures(), &dataset, &[]);
        let input = fixtures().canonicalize().unwrap().display().to_string();
        let sources = lines("show", &dataset, &[]);
        let sources = sources.iter().map(|source| source["source"].as_str().unwrap().to_owned());
        let sources: Vec<String> = sources.chain(["hospital-a".to_owned(), input]).collect();
        for (name, bytes) in files_below(&dataset) {
            for source in &sources {
                let is_in = bytes.windows(source.len()).any(|window| window == source.as_bytes());
                assert!(!is_in && !name.contains(source.as_str()), "{source} is in {name}");
            }
        }
    }
}

/// Tries again and gives the summary.
#[track_caller]
fn retry(dataset: &Path, more: &[&str]) -> Value {
    lines("retry", dataset, more).pop().unwrap()
}

#[track_caller]
fn n_rejected(dataset: &Path, reason: &str) -> usize {
    lines("show", dataset, &["--reason", reason]).len()
}

#[test]
fn what_was_mended_moves_into_the_dataset() {
    for (name, job) in [("set", ingest as fn(&Path, &Path, &[&str]) -> Value), ("files", deidentify)] {
        let folder = tempfile::tempdir().unwrap();
        let (input, dataset) = (folder.path().join("in"), folder.path().join(name));
        fs::create_dir(&input).unwrap();
        let good = fs::read(fixtures().join(GOOD)).unwrap();
        fs::write(input.join("cut-1"), &good[..700]).unwrap();
        fs::write(input.join("cut-2"), &good[..600]).unwrap();
        fs::copy(fixtures().join(OTHER), input.join("fine")).unwrap();
        let first = job(&input, &dataset, &[]);
        assert_eq!((&first["n_milled"], &first["n_rejected"]), (&1.into(), &2.into()), "{first}");
        let reason = lines("ls", &dataset, &[])[0]["reason"].as_str().unwrap().to_owned();

        // Nothing was mended: nothing changes.
        let none = retry(&dataset, &["--reason", &reason]);
        assert_eq!((&none["n_rejected"], &none["version"]), (&2.into(), &first["version"]));

        // The folder has moved, one of two was mended, and what is new there is not looked at.
        let moved = folder.path().join("moved");
        fs::rename(&input, &moved).unwrap();
        fs::write(moved.join("cut-1"), &good).unwrap();
        fs::write(moved.join("new"), &good).unwrap();
        let gone = run(&[&"quarantine", &"retry", &dataset, &"--reason", &reason]);
        assert_fault(&gone, 5, &["cannot read", "in"]);
        let moved = moved.to_str().unwrap();
        let second = retry(&dataset, &["--reason", &reason, "--input", moved]);
        assert_eq!((&second["n_milled"], &second["n_rejected"]), (&2.into(), &1.into()), "{second}");
        if name == "set" {
            assert_eq!(second["version"].as_u64().unwrap(), first["version"].as_u64().unwrap() + 1);
        }
        let left = lines("show", &dataset, &[]);
        assert_eq!(left.len(), 1);
        assert_eq!(left[0]["source"], "cut-2");
    }
}

#[test]
fn another_policy_lets_through_what_it_allows() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let first = ingest(&fixtures(), &dataset, &["--pipeline", &pipeline(folder.path(), "reject")]);
    let n_before = n_rejected(&dataset, "burned_in_annotation");
    assert!(n_before > 0);
    let allow = pipeline(folder.path(), "allow");
    let second = retry(&dataset, &["--reason", "burned_in_annotation", "--pipeline", &allow]);
    assert_eq!(n_rejected(&dataset, "burned_in_annotation"), 0);
    assert!(second["n_milled"].as_u64() > first["n_milled"].as_u64(), "{second}");
    assert_eq!(second["n_sources"], first["n_sources"]);
    assert_eq!(second["n_unchanged"].as_u64().unwrap() as usize + n_before, count(&first, "n_sources"));
    let nothing = run(&[&"quarantine", &"retry", &dataset, &"--reason", &"burned_in_annotation"]);
    assert_fault(&nothing, 5, &["nothing lies in quarantine for burned_in_annotation"]);
}

fn count(summary: &Value, name: &str) -> usize {
    usize::try_from(summary[name].as_u64().unwrap()).unwrap()
}

fn pipeline(folder: &Path, burned_in: &str) -> String {
    let path = folder.join(format!("{burned_in}.toml"));
    fs::write(&path, format!("version = 1\n[deidentify]\nburned_in = \"{burned_in}\"\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_dataset_that_no_job_wrote_has_no_quarantine() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&[&"quarantine", &"ls", &folder.path().join("nothing")]);
    assert_fault(&output, 5, &["nothing.private does not exist"]);
}
