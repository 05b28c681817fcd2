//! Rows of a series say where each slice lies, however the series comes: in one job, in batches, with replaced files.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{files_below, ingest, real_files, same_key};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

type Row = BTreeMap<String, String>;

/// All rows of the newest version.
fn rows(dataset: &Path) -> Vec<Row> {
    let mut rows = Vec::new();
    // What was replaced lies on for older versions.
    for file in radmill_manifest::DatasetTable::open(dataset).unwrap().live_files().unwrap() {
        let bytes = fs::read(dataset.join("manifest").join(&file.path)).unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let fields = row.unwrap().into_columns().into_iter();
            rows.push(fields.map(|(name, field)| (name, shown(&field))).collect::<Row>());
        }
    }
    rows.sort();
    rows
}

fn shown(field: &Field) -> String {
    match field {
        Field::Null => "-".to_owned(),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

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

/// A CT image of one series: its number tells its Instance Number and UID.
fn write_slice(folder: &Path, number: u16, image_type: &str, position: &str) {
    fs::create_dir_all(folder).unwrap();
    let uid = format!("1.2.3.4.5.{number}");
    let instance = number.to_string();
    let texts: [(u16, u16, &[u8; 2], &str); 19] = [
        (0x0008, 0x0008, b"CS", image_type),
        (0x0008, 0x0016, b"UI", "1.2.840.10008.5.1.4.1.1.2"),
        (0x0008, 0x0018, b"UI", &uid),
        (0x0008, 0x0060, b"CS", "CT"),
        (0x0010, 0x0010, b"PN", "Slice^Test"),
        (0x0010, 0x0020, b"LO", "P1"),
        (0x0018, 0x0015, b"CS", "CHEST"),
        (0x0020, 0x000d, b"UI", "1.2.3.4.1"),
        (0x0020, 0x000e, b"UI", "1.2.3.4.2"),
        (0x0020, 0x0013, b"IS", &instance),
        (0x0020, 0x0032, b"DS", position),
        (0x0020, 0x0037, b"DS", "1\\0\\0\\0\\1\\0"),
        (0x0028, 0x0004, b"CS", "MONOCHROME2"),
        (0x0028, 0x0030, b"DS", "0.5\\0.5"),
        (0x0028, 0x0301, b"CS", "NO"),
        (0x0028, 0x1052, b"DS", "-1024"),
        (0x0028, 0x1053, b"DS", "1"),
        (0x0028, 0x1050, b"DS", "40"),
        (0x0028, 0x1051, b"DS", "400"),
    ];
    let numbers =
        [(0x0002, 1), (0x0010, 4), (0x0011, 4), (0x0100, 16), (0x0101, 16), (0x0102, 15), (0x0103, 0)];
    let mut elements = BTreeMap::new();
    for (group, element, vr, text) in texts {
        let padding = if vr == b"UI" { "\0" } else { " " };
        let padded = if text.len() % 2 == 0 { text.to_owned() } else { format!("{text}{padding}") };
        elements.insert((group, element), (vr, padded.into_bytes()));
    }
    for (element, value) in numbers {
        elements.insert((0x0028, element), (b"US", u16::to_le_bytes(value).to_vec()));
    }
    let samples = (0..16).flat_map(|sample| (1000 + sample + number).to_le_bytes()).collect();
    elements.insert((0x7fe0, 0x0010), (b"OW", samples));

    let mut file = vec![0; 128];
    file.extend(b"DICM");
    let syntax = b"1.2.840.10008.1.2.1\0";
    file.extend([2, 0, 0, 0]);
    file.extend(b"UL\x04\0");
    file.extend((8 + syntax.len() as u32).to_le_bytes());
    file.extend([2, 0, 0x10, 0]);
    file.extend(b"UI");
    file.extend((syntax.len() as u16).to_le_bytes());
    file.extend(syntax);
    for ((group, element), (vr, value)) in elements {
        file.extend(u16::to_le_bytes(group));
        file.extend(u16::to_le_bytes(element));
        file.extend(vr);
        if vr == b"OW" {
            file.extend([0, 0]);
            file.extend((value.len() as u32).to_le_bytes());
        } else {
            file.extend((value.len() as u16).to_le_bytes());
        }
        file.extend(value);
    }
    fs::write(folder.join(format!("{number:03}.dcm")), file).unwrap();
}

fn axial(folder: &Path, number: u16, z: f64) {
    write_slice(folder, number, "ORIGINAL\\PRIMARY\\AXIAL", &format!("-10\\-20\\{z}"));
}

#[test]
fn slices_gaps_duplicates_and_localizers_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    // From head to feet, as scanners number them: two slices are missing, and one was sent twice.
    for (number, z) in (1..).zip([40.0, 37.5, 35.0, 35.0, 27.5, 25.0]) {
        axial(&input, number, z);
    }
    write_slice(&input, 90, "ORIGINAL\\PRIMARY\\LOCALIZER", "-10\\-20\\33");
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
