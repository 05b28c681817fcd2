//! Versions of a dataset: what each is, how two differ, and that small files do not pile up.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::{assert_fault, files_below, fixtures, ingest, run, same_key, stdout};
use radmill_manifest::DatasetTable;
use serde_json::{Value, json};

/// The rows of a version.
fn rows(dataset: &Path, version: u64) -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    DatasetTable::open_at(dataset, version)
        .unwrap()
        .for_each_key(&mut |file, key| {
            let (uid, frame, image) = (key.sop_instance_uid, key.frame_index, key.image_path);
            assert!(rows.insert(format!("{} {uid} {frame} {image} {}", file.category, key.image_sha256)));
        })
        .unwrap();
    rows
}

/// Files of a version by category.
fn n_files(dataset: &Path, version: u64) -> BTreeMap<&'static str, usize> {
    let mut n_files = BTreeMap::new();
    for file in DatasetTable::open_at(dataset, version).unwrap().live_files().unwrap() {
        *n_files.entry(file.category.name()).or_default() += 1;
    }
    n_files
}

/// A pipeline file that lets two small shards of a category be.
fn pipeline(folder: &Path, more: &str) -> String {
    let path = folder.join("pipeline.toml");
    fs::write(&path, format!("version = 1\n{more}[shards]\nsmall_files_max = 2\n")).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The well-formed fixtures in so many folders, one batch each.
fn batches(folder: &Path, n: usize) -> Vec<PathBuf> {
    let folders: Vec<PathBuf> = (0..n).map(|index| folder.join(format!("batch-{index}"))).collect();
    let mut files = files_below(&fixtures());
    files.retain(|name, _| !name.starts_with("malformed"));
    for (index, (name, bytes)) in files.into_iter().enumerate() {
        let path = folders[index % n].join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folders
}

#[test]
fn small_shards_of_many_jobs_are_merged() {
    for more in ["", "[images]\nlayout = \"tar\"\n"] {
        let folder = tempfile::tempdir().unwrap();
        let (key, pipeline) = (same_key(folder.path()), pipeline(folder.path(), more));
        let dataset = folder.path().join("set");
        let mut as_they_were = Vec::new();
        for batch in batches(folder.path(), 8) {
            let done = ingest(&batch, &dataset, &["--key", &key, "--pipeline", &pipeline]);
            let version = done["version"].as_u64().unwrap();
            let rows = rows(&dataset, version);
            for row in &rows {
                assert!(dataset.join(row.split(' ').nth(3).unwrap()).is_file(), "{row}");
            }
            as_they_were.push((version, rows));
        }
        let (newest, last) = as_they_were.last().unwrap();
        let most = n_files(&dataset, *newest).into_values().max().unwrap();
        assert!(most <= 3, "{:?}", n_files(&dataset, *newest));
        let was_more = (1..=*newest).any(|version| n_files(&dataset, version).values().any(|n| *n == 3));
        assert!(was_more, "there was something to merge");
        for pair in as_they_were.windows(2) {
            assert!(pair[0].1.is_subset(&pair[1].1), "no row is lost or changed");
        }
        for (version, rows_then) in &as_they_were {
            assert_eq!(rows(&dataset, *version), *rows_then, "older versions are as they were");
        }

        let verified = run(&[&"verify", &dataset]);
        assert!(verified.status.success(), "{}", stdout(&verified));

        if more.is_empty() {
            let input = folder.path().join("all");
            fs::create_dir(&input).unwrap();
            for index in 0..8 {
                let name = format!("batch-{index}");
                fs::rename(folder.path().join(&name), input.join(&name)).unwrap();
            }
            let fresh = folder.path().join("fresh");
            let done = ingest(&input, &fresh, &["--key", &key, "--pipeline", &pipeline]);
            assert_eq!(rows(&fresh, done["version"].as_u64().unwrap()), *last, "one job gives the same");
        }
    }
}

/// What a command prints as JSON, a line each.
#[track_caller]
fn lines(arguments: &[&str]) -> Vec<Value> {
    let arguments: Vec<&dyn AsRef<std::ffi::OsStr>> =
        arguments.iter().map(|argument| argument as &dyn AsRef<std::ffi::OsStr>).collect();
    let output = run(&arguments);
    assert!(output.status.success(), "{output:?}");
    stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn versions_and_their_differences_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let dataset = folder.path().join("set");
    let name = dataset.to_str().unwrap();
    let input = folder.path().join("input");
    fs::create_dir(&input).unwrap();
    let put = |name: &str, fixture: &str| fs::copy(fixtures().join(fixture), input.join(name)).unwrap();
    put("a", "malformed/same_uid_a.dcm");
    put("b", "hospital-a/cath/run01");
    let first = ingest(&input, &dataset, &["--key", &key]);
    put("a", "malformed/same_uid_b.dcm");
    put("c", "malformed/duplicate_a.dcm");
    ingest(&input, &dataset, &["--key", &key]);
    let n_first = first["n_new_images"].as_u64().unwrap();

    let versions = lines(&["versions", name, "--json"]);
    let facts: Vec<_> = versions
        .iter()
        .map(|v| (&v["version"], &v["operation"], &v["rows_added"], &v["rows_removed"], &v["rows"]))
        .collect();
    assert_eq!(
        facts,
        [
            (&json!(0), &json!("create"), &json!(0), &json!(0), &json!(0)),
            (&json!(1), &json!("append"), &json!(n_first), &json!(0), &json!(n_first)),
            (&json!(2), &json!("replace"), &json!(2), &json!(1), &json!(n_first + 1)),
        ]
    );
    let text = stdout(&run(&[&"versions", &name]));
    assert!(text.contains("replace") && text.contains("rows per category of version 2"), "{text}");

    let kinds = |from: &str, to: &str| -> BTreeMap<(String, String), u64> {
        let difference = lines(&["diff", name, from, to, "--json"]).remove(0);
        let mut kinds = BTreeMap::new();
        for row in difference["differences"].as_array().unwrap() {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            *kinds.entry((text("change"), text("reason"))).or_default() += row["rows"].as_u64().unwrap();
        }
        kinds
    };
    let kind = |change: &str, reason: &str, n| ((change.to_owned(), reason.to_owned()), n);
    assert_eq!(kinds("0", "1"), BTreeMap::from([kind("added", "new_source", n_first)]));
    let changed = [kind("added", "new_source", 1), kind("changed", "replaced_source", 1)];
    assert_eq!(kinds("1", "2"), BTreeMap::from(changed.clone()));
    assert_eq!(kinds("2", "1"), BTreeMap::from(changed), "the order of the versions is clear");
    assert_eq!(kinds("2", "2"), BTreeMap::new());
    let text = stdout(&run(&[&"diff", &name, &"1"]));
    assert!(text.contains("from version 1 to version 2"), "{text}");

    assert_fault(
        &run(&[&"diff", &name, &"1", &"7"]),
        6,
        &["no version 7", "newest is 2", "radmill versions"],
    );
    assert_fault(&run(&[&"versions", &input]), 6, &["no dataset"]);
    let sheet = folder.path().join("sheet.png");
    let drawn = |version: &str| {
        let output = run(&[&"contact-sheet", &name, &"--out", &sheet, &"--version", &version]);
        assert!(output.status.success(), "{output:?}");
        (stdout(&output), fs::read(&sheet).unwrap())
    };
    assert_ne!(drawn("1"), drawn("2"));
}
