//! A second job into the same dataset works on what has changed, and the result is what one job would have made.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{contents, fixtures, ingest, same_key};
use radmill_manifest::DatasetTable;
use serde_json::Value;

/// The rows of the newest version, without the version of what made them.
fn rows(dataset: &Path) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    DatasetTable::open(dataset)
        .unwrap()
        .for_each_key(&mut |file, key| {
            let category = file.category;
            let (uid, frame, image) = (key.sop_instance_uid, key.frame_index, key.image_path);
            assert!(dataset.join(image).is_file(), "the image of a row is not there");
            let row = format!("{category} {uid} {frame} {image} {}", key.image_sha256);
            assert!(rows.insert(row), "two rows are the same");
        })
        .unwrap();
    rows
}

/// What one job makes of an input as it is now.
fn fresh(input: &Path, folder: &Path, name: &str, more: &[&str]) -> BTreeSet<String> {
    let (dataset, key) = (folder.join(name), same_key(folder));
    ingest(input, &dataset, &[&["--key", &key], more].concat());
    rows(&dataset)
}

fn numbers<const N: usize>(summary: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| summary[name].as_u64().unwrap())
}

const CHANGES: [&str; 5] = ["n_new", "n_modified", "n_again", "n_unchanged", "n_vanished"];

/// An input of some files of the fixtures, by name.
fn input_of(folder: &Path, files: &[(&str, &str)]) -> std::path::PathBuf {
    let input = folder.join("input");
    fs::create_dir_all(&input).unwrap();
    for (name, fixture) in files {
        put(&input, name, fixture);
    }
    input
}

fn put(input: &Path, name: &str, fixture: &str) {
    fs::copy(fixtures().join(fixture), input.join(name)).unwrap();
}

const CT: &str = "hospital-a/cath/run01";
const REPORT: &str = "malformed/report.dcm";
const SAME_A: &str = "malformed/same_uid_a.dcm";
const SAME_B: &str = "malformed/same_uid_b.dcm";
const DUPLICATE_A: &str = "malformed/duplicate_a.dcm";

#[test]
fn only_what_is_new_is_worked_on() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = input_of(folder.path(), &[("a", SAME_A), ("b", REPORT), ("c", CT)]);
    let dataset = folder.path().join("set");
    let first = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(numbers(&first, CHANGES), [3, 0, 0, 0, 0]);

    put(&input, "b2", DUPLICATE_A);
    let second = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(numbers(&second, CHANGES), [1, 0, 0, 3, 0]);
    assert_eq!(numbers(&second, ["n_sources", "n_milled", "n_rejected", "n_new_images"]), [4, 3, 1, 1]);
    assert_eq!(rows(&dataset), fresh(&input, folder.path(), "fresh", &[]));

    let before = contents(&dataset);
    let third = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(third["already_finished"], true);
    assert_eq!(third["version"], second["version"]);
    assert_eq!(numbers(&third, CHANGES), [0, 0, 0, 4, 0]);
    assert!(before == contents(&dataset));
}

#[test]
fn what_a_modified_source_gave_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = input_of(folder.path(), &[("a", SAME_A), ("b", CT)]);
    let dataset = folder.path().join("set");
    let first = ingest(&input, &dataset, &["--key", &key]);
    let before = rows(&dataset);

    // The same SOP Instance UID with other pixels, where two sources would be a conflict.
    put(&input, "a", SAME_B);
    let second = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(numbers(&second, CHANGES), [0, 1, 0, 1, 0]);
    assert_eq!(numbers(&second, ["n_milled", "n_rejected"]), [2, 0]);
    assert_eq!(second["version"].as_u64().unwrap(), first["version"].as_u64().unwrap() + 1);
    let after = rows(&dataset);
    assert_eq!(after, fresh(&input, folder.path(), "fresh", &[]));
    assert!(before != after);

    // Another instance, and then no image at all.
    put(&input, "a", DUPLICATE_A);
    ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(rows(&dataset), fresh(&input, folder.path(), "fresh2", &[]));
    put(&input, "a", REPORT);
    let last = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(numbers(&last, ["n_milled", "n_rejected", "n_new_images"]), [1, 1, 0]);
    assert_eq!(rows(&dataset), fresh(&input, folder.path(), "fresh3", &[]));
}

#[test]
fn a_source_that_was_only_touched_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let input = input_of(folder.path(), &[("a", SAME_A), ("b", CT)]);
    let dataset = folder.path().join("set");
    ingest(&input, &dataset, &[]);
    let before = rows(&dataset);
    let bytes = fs::read(input.join("a")).unwrap();
    fs::write(input.join("a"), bytes).unwrap();
    let second = ingest(&input, &dataset, &[]);
    assert_eq!(numbers(&second, CHANGES), [0, 1, 0, 1, 0]);
    assert_eq!(numbers(&second, ["n_milled", "n_duplicates"]), [2, 0]);
    assert_eq!(rows(&dataset), before);
}

#[test]
fn other_settings_make_all_of_it_anew() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = input_of(folder.path(), &[("a", SAME_A), ("b", CT), ("c", "malformed/notes.txt")]);
    let dataset = folder.path().join("set");
    let first = ingest(&input, &dataset, &["--key", &key]);
    let pipeline = folder.path().join("other.toml");
    fs::write(&pipeline, "version = 1\n[normalize]\noutput = \"display8\"\n").unwrap();
    let more = ["--pipeline", pipeline.to_str().unwrap()];
    let second = ingest(&input, &dataset, &["--key", &key, more[0], more[1]]);
    assert_eq!(numbers(&second, CHANGES), [0, 0, 2, 1, 0]);
    assert_eq!(second["n_new_images"], first["n_images"]);
    assert_eq!(rows(&dataset), fresh(&input, folder.path(), "fresh", &more));

    let third = ingest(&input, &dataset, &["--key", &key, more[0], more[1]]);
    assert_eq!(third["already_finished"], true);
}

#[test]
fn what_vanished_stays_in_the_dataset() {
    let folder = tempfile::tempdir().unwrap();
    let input = input_of(folder.path(), &[("a", SAME_A), ("b", CT)]);
    let dataset = folder.path().join("set");
    ingest(&input, &dataset, &[]);
    let before = rows(&dataset);
    fs::remove_file(input.join("a")).unwrap();
    let second = ingest(&input, &dataset, &[]);
    assert_eq!(numbers(&second, CHANGES), [0, 0, 0, 1, 1]);
    assert_eq!(second["already_finished"], true);
    assert_eq!(rows(&dataset), before);
}

/// The only source that holds an instance changes: another one that had lost to it takes its place.
#[test]
fn a_duplicate_takes_the_place_of_what_was_modified() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = input_of(folder.path(), &[("a", SAME_A), ("b", SAME_A), ("c", SAME_B)]);
    let dataset = folder.path().join("set");
    let first = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(numbers(&first, ["n_milled", "n_duplicates", "n_rejected"]), [1, 1, 1]);
    put(&input, "a", CT);
    let second = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!(numbers(&second, CHANGES), [0, 1, 2, 0, 0]);
    assert_eq!(numbers(&second, ["n_milled", "n_duplicates", "n_rejected"]), [2, 0, 1]);
    assert_eq!(rows(&dataset), fresh(&input, folder.path(), "fresh", &[]));
}

/// Two input folders hold the same instance, and the one that it was taken from changes.
#[test]
fn what_another_input_gives_as_well_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let input = input_of(folder.path(), &[("a", SAME_A), ("b", CT)]);
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    put(&other, "x", SAME_A);
    let dataset = folder.path().join("set");
    ingest(&input, &dataset, &[]);
    let before = rows(&dataset);
    assert_eq!(ingest(&other, &dataset, &[])["n_duplicates"], 1);
    put(&input, "a", REPORT);
    ingest(&input, &dataset, &[]);
    assert_eq!(rows(&dataset), before);
}

#[test]
fn the_books_balance_over_all_runs() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let input = input_of(folder.path(), &[("a", SAME_A)]);
    ingest(&fixtures(), &dataset, &[]);
    ingest(&input, &dataset, &[]);
    put(&input, "b", "malformed/notes.txt");
    fs::remove_file(input.join("a")).unwrap();
    ingest(&input, &dataset, &[]);
    let output = common::run(&[&"status", &dataset, &"--json"]);
    let status: Value = serde_json::from_str(&common::stdout(&output)).unwrap();
    let n_fixtures = common::files_below(&fixtures()).len() as u64;
    let names = ["n_sources", "n_milled", "n_rejected", "n_duplicates", "n_skipped"];
    let [n_sources, parts @ ..] = numbers(&status["sources"], names);
    assert_eq!((n_sources, status["n_inputs"].as_u64()), (n_fixtures + 2, Some(2)));
    assert_eq!(n_sources, parts.iter().sum::<u64>());
    let runs = status["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 3);
    for run in runs {
        let [n_sources, parts @ ..] = numbers(&run["summary"], names);
        assert_eq!(n_sources, parts.iter().sum::<u64>());
    }
    let text = common::stdout(&common::run(&[&"status", &dataset]));
    assert!(text.contains("sources in 2 inputs") && text.contains("rejected by reason"), "{text}");
    common::assert_fault(&common::run(&[&"status", &folder.path().join("none")]), 5, &["does not exist"]);
}

/// Whatever happens to a folder between jobs, the dataset is what one job would make of it.
#[test]
fn many_small_changes_end_like_one_job() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = input_of(folder.path(), &[("0", SAME_A), ("1", CT), ("2", REPORT)]);
    let dataset = folder.path().join("set");
    let kinds = [SAME_A, CT, REPORT, DUPLICATE_A, "malformed/notes.txt", "malformed/truncated_pixels.dcm"];
    // A generator of the simplest kind: the same changes on every run.
    let mut state = 7_u64;
    let mut random = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % n
    };
    for round in 0..10 {
        for _ in 0..=random(3) {
            let name = random(6).to_string();
            // What vanishes would stay in the dataset, so that nothing vanishes here.
            put(&input, &name, kinds[random(kinds.len())]);
        }
        let summary = ingest(&input, &dataset, &["--key", &key]);
        let [n_sources, parts @ ..] =
            numbers(&summary, ["n_sources", "n_milled", "n_rejected", "n_duplicates", "n_skipped"]);
        assert_eq!(n_sources, parts.iter().sum::<u64>());
        let expected = fresh(&input, folder.path(), &format!("fresh-{round}"), &[]);
        assert_eq!(rows(&dataset), expected, "after round {round}");
    }
}
