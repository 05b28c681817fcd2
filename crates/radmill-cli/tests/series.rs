//! Rows of a series say where each slice lies, however the series comes: in one job, in batches, with replaced files.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::slice::Slice;
use common::table::{Row, rows};
use common::{files_below, ingest, real_files, same_key};

/// Stack, slice, number of slices, spacing and marks of each row, in order.
fn places(dataset: &Path) -> Vec<String> {
    let mut places: Vec<String> = rows(dataset).iter().map(place).collect();
    places.sort();
    places
}

fn place(row: &Row) -> String {
    let [stack, slice, n_slices] = ["stack_index", "slice_index", "n_slices"].map(|name| &row[name]);
    let marks = [
        ("is_localizer", " localizer"),
        ("has_gap_before", " <"),
        ("has_gap_after", " >"),
        ("is_duplicate_position", " ="),
    ];
    let marks: String =
        marks.into_iter().filter(|(name, _)| row[*name] == "true").map(|(_, mark)| mark).collect();
    format!("{stack}:{slice}/{n_slices} {} {}{marks}", row["slice_spacing_mm"], row["is_regular_stack"])
}

fn axial(folder: &Path, number: u16, z: f64) {
    Slice { number, position: &format!("-10\\-20\\{z}"), ..Slice::default() }.write(folder);
}

#[test]
fn slices_gaps_duplicates_and_localizers_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    // From head to feet, as scanners number them: two slices are missing, and one was sent twice.
    for (number, z) in (1..).zip([40.0, 37.5, 35.0, 35.0, 27.5, 25.0]) {
        axial(&input, number, z);
    }
    let image_type = "ORIGINAL\\PRIMARY\\LOCALIZER";
    Slice { number: 90, image_type, position: "-10\\-20\\33", ..Slice::default() }.write(&input);
    ingest(&input, &dataset, &["--key", &same_key(folder.path())]);
    assert_eq!(
        places(&dataset),
        [
            "-:-/- - - localizer",
            "0:0/5 2.5 false",
            "0:1/5 2.5 false >",
            "0:2/5 2.5 false <",
            "0:2/5 2.5 false < =",
            "0:3/5 2.5 false",
            "0:4/5 2.5 false",
        ]
    );
}

#[test]
fn batches_give_what_one_job_gives() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    let into = |name: &str| ingest(&input, &folder.path().join(name), &["--key", &key]);
    let check = |name: &str, expected: &[&str]| {
        into("set");
        assert_eq!(places(&dataset), expected, "{name}");
        into(name);
        assert_eq!(rows(&dataset), rows(&folder.path().join(name)), "{name}");
    };

    for number in [1, 2, 5] {
        axial(&input, number, f64::from(number) * 2.0);
    }
    check("first", &["0:0/3 2.0 false", "0:1/3 2.0 false >", "0:2/3 2.0 false <"]);
    // What was missing comes later.
    axial(&input, 3, 6.0);
    axial(&input, 4, 8.0);
    check(
        "filled",
        &["0:0/5 2.0 true", "0:1/5 2.0 true", "0:2/5 2.0 true", "0:3/5 2.0 true", "0:4/5 2.0 true"],
    );
    // One slice is sent anew with another position.
    axial(&input, 5, 14.0);
    check(
        "moved",
        &["0:0/5 2.0 false", "0:1/5 2.0 false", "0:2/5 2.0 false", "0:3/5 2.0 false >", "0:4/5 2.0 false <"],
    );
    // Nothing new moves no row.
    let before = files_below(&dataset);
    into("set");
    assert_eq!(files_below(&dataset), before);
    // A later batch of another series leaves the files of this one alone.
    let shards = || radmill_manifest::DatasetTable::open(&dataset).unwrap().live_files().unwrap();
    let of_series = shards();
    let other = common::fixtures().join("hospital-b");
    ingest(&other, &dataset, &["--key", &key]);
    assert!(of_series.iter().all(|file| shards().contains(file)));
}

#[test]
fn real_series_are_stacks() {
    let Some(real) = real_files() else { return };
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    ingest(&real, &dataset, &[]);
    let mut series: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows(&dataset) {
        series.entry(row["series_instance_uid"].clone()).or_default().push(row);
    }
    let mut n_stacks = 0;
    for rows in series.into_values().filter(|rows| rows.len() > 1) {
        let mut slices = BTreeMap::new();
        for row in rows.iter().filter(|row| row["is_duplicate_position"] == "false") {
            let key = (row["stack_index"].clone(), row["slice_index"].parse::<i32>().unwrap());
            let position = row["slice_position_mm"].parse::<f64>().unwrap();
            // Without duplicates a stack has one image a position,
            assert_eq!(slices.insert(key, position), None);
        }
        for (a, b) in slices.iter().zip(slices.iter().skip(1)) {
            if a.0.0 == b.0.0 {
                // numbered without a hole, in the order of positions.
                assert_eq!(a.0.1 + 1, b.0.1);
                assert!(a.1 < b.1, "{a:?} {b:?}");
            }
        }
        n_stacks += usize::from(slices.len() > 1);
    }
    assert!(n_stacks >= 5, "{n_stacks}");
}
