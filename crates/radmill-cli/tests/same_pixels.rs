//! Instances that have the pixels of another instance, under another SOP Instance UID, are counted and noted.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::fs;
use std::path::Path;

use common::{fixtures, ingest, radmill, same_key};

const SOP_INSTANCE_UID: [u8; 6] = [0x08, 0x00, 0x18, 0x00, b'U', b'I'];
const PIXEL_DATA: [u8; 6] = [0xe0, 0x7f, 0x10, 0x00, b'O', b'W'];

/// Where the value of an element begins in a file of explicit VR and little endian, after its length.
fn value_of(file: &[u8], element: [u8; 6], length_bytes: usize) -> usize {
    file.windows(6).position(|bytes| bytes == element).unwrap() + 6 + length_bytes
}

/// A file of the same pixels, or of none to speak of, under another UID.
fn put(input: &Path, name: &str, digit: u8, is_blank: bool) {
    let mut file = fs::read(fixtures().join("malformed/same_uid_a.dcm")).unwrap();
    let length_at = value_of(&file, SOP_INSTANCE_UID, 0);
    let length = usize::from(u16::from_le_bytes([file[length_at], file[length_at + 1]]));
    let uid = file[length_at + 2..length_at + 2 + length].to_vec();
    let last_digit = uid.iter().rposition(u8::is_ascii_digit).unwrap();
    // In the file meta information as well.
    for at in 0..file.len() - length {
        if file[at..at + length] == uid {
            file[at + last_digit] = digit;
        }
    }
    if is_blank {
        let pixels = value_of(&file, PIXEL_DATA, 6);
        file[pixels..].fill(0);
    }
    fs::write(input.join(name), file).unwrap();
}

/// The sources that the private root notes.
fn noted(dataset: &Path) -> Vec<String> {
    let private = dataset.with_extension("private").join("sources");
    let mut names = Vec::new();
    for ledger in fs::read_dir(private).unwrap() {
        for line in fs::read_to_string(ledger.unwrap().path()).unwrap().lines().skip(1) {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            if entry["has_same_pixels"] == true {
                names.push(entry["source"].as_str().unwrap().to_owned());
            }
        }
    }
    names
}

#[test]
fn what_repeats_the_pixels_of_another_instance_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::create_dir(&input).unwrap();
    let key = same_key(folder.path());
    for (name, digit, is_blank) in
        [("a", b'1', false), ("b", b'2', false), ("c", b'3', false), ("d", b'3', false), ("y", b'4', true)]
    {
        put(&input, name, digit, is_blank);
    }
    put(&input, "z", b'5', true);
    for threads in ["1", "2", "8"] {
        let dataset = folder.path().join(threads);
        let summary = ingest(&input, &dataset, &["--key", &key, "--threads", threads]);
        assert_eq!((&summary["n_milled"], &summary["n_duplicates"]), (&5.into(), &1.into()));
        assert_eq!(summary["n_same_pixels"], 2);
        assert_eq!(noted(&dataset), ["b", "c"]);
    }

    let dataset = folder.path().join("1");
    put(&input, "0", b'6', false);
    let summary = ingest(&input, &dataset, &["--key", &key]);
    assert_eq!((&summary["n_new_images"], &summary["n_same_pixels"]), (&1.into(), &3.into()));
    assert_eq!(noted(&dataset), ["0", "b", "c"], "what the dataset has was there first");

    let again = radmill()
        .arg("ingest")
        .arg(&input)
        .arg("--out")
        .arg(&dataset)
        .args(["--key", &key])
        .output()
        .unwrap();
    let text = String::from_utf8(again.stdout).unwrap();
    assert!(text.contains("3    of them with the pixels of another instance"), "{text}");
}
