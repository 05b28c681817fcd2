//! Versions of a dataset: what each is, how two differ, and that small files do not pile up.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use common::{files_below, fixtures, ingest, same_key};
use radmill_manifest::DatasetTable;

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
