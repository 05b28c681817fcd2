//! A large file is read in pieces, and a member of an archive whole: the images are the same.

#![allow(clippy::unwrap_used, reason = "this is test code")]

#[path = "../../radmill-archive/tests/build/mod.rs"]
mod build;
mod common;

use std::fs;

use common::{contents, fixtures, ingest, same_key};

const ROWS: u16 = 1000;
const COLUMNS: u16 = 1500;

/// A file of 3 frames of 3 MB, no two rows of them alike.
fn cine() -> Vec<u8> {
    let mut file = fs::read(fixtures().join("physics/qa.dcm")).unwrap();
    let place = |file: &[u8], tag: &[u8]| file.windows(tag.len()).position(|bytes| bytes == tag).unwrap();
    let rows = place(&file, b"\x28\x00\x10\x00US");
    file[rows + 8..rows + 10].copy_from_slice(&ROWS.to_le_bytes());
    let columns = place(&file, b"\x28\x00\x11\x00US");
    file[columns + 8..columns + 10].copy_from_slice(&COLUMNS.to_le_bytes());
    file.splice(rows..rows, *b"\x28\x00\x08\x00IS\x02\x003 ");
    let pixel_data = place(&file, b"\xe0\x7f\x10\x00OW");
    file.truncate(pixel_data + 8);
    let n_samples = 3 * u32::from(ROWS) * u32::from(COLUMNS);
    file.extend((2 * n_samples).to_le_bytes());
    let sample = |index: u32| (index.wrapping_mul(7) ^ (index / u32::from(COLUMNS))) as u16 & 0xFFF;
    file.extend((0..n_samples).flat_map(|index| sample(index).to_le_bytes()));
    file
}

#[test]
fn large_files_give_what_members_of_archives_give() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let [file, archive] = ["file", "archive"].map(|name| folder.path().join(name));
    fs::create_dir_all(&file).unwrap();
    fs::create_dir_all(&archive).unwrap();
    fs::write(file.join("cine.dcm"), cine()).unwrap();
    fs::write(archive.join("cine.zip"), build::zip([("cine.dcm", &cine()[..])], build::DEFLATED)).unwrap();

    let [in_pieces, whole] = [file, archive].map(|input| {
        let dataset = input.with_extension("set");
        let done = ingest(&input, &dataset, &["--key", &key]);
        assert_eq!(done["n_milled"], 1, "{done}");
        contents(&dataset)
    });
    assert_eq!(in_pieces.keys().filter(|name| name.ends_with(".png")).count(), 3);
    assert!(in_pieces == whole);
}
