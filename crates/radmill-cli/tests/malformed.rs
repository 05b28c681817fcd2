//! What becomes of each broken, hostile or foreign file of `fixtures/dicom/malformed`, by name.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::BTreeMap;

use common::{files_below, fixtures, ingest, quarantine, radmill, stdout};

/// The file, and its reason code, or what else becomes of it.
const EXPECTED: [(&str, &str); 49] = [
    ("DICOMDIR", "dicomdir"),
    ("bad_vr.dcm", "truncated_file"),
    ("bits_stored_over_allocated.dcm", "invalid_pixel_attributes"),
    ("burned_in.dcm", "burned_in_annotation"),
    ("deep_nesting.dcm", "over_limit"),
    ("deep_nesting_deflated.dcm", "over_limit"),
    ("deflate_bomb.dcm", "over_limit"),
    ("document.dcm", "no_pixel_data"),
    ("duplicate_a.dcm", "milled"),
    ("duplicate_b.dcm", "duplicate"),
    ("empty.dcm", "not_dicom"),
    ("frames_claim.dcm", "over_limit"),
    ("garbage_after_dicm.dcm", "truncated_file"),
    ("huge_matrix.dcm", "over_limit"),
    ("huge_rle.dcm", "over_limit"),
    ("index.html", "not_dicom"),
    ("jpeg_cut.dcm", "invalid_codestream"),
    ("jpeg_lossless_cut.dcm", "invalid_codestream"),
    ("jpeg_ls_cut.dcm", "invalid_codestream"),
    ("jpeg_noise.dcm", "invalid_codestream"),
    ("jpeg_wrong_size.dcm", "invalid_codestream"),
    ("length_over_file.dcm", "truncated_file"),
    ("negative_frames.dcm", "invalid_pixel_attributes"),
    ("no_fragments.dcm", "invalid_codestream"),
    ("no_rows.dcm", "invalid_pixel_attributes"),
    ("no_sop_instance_uid.dcm", "no_sop_instance_uid"),
    ("no_transfer_syntax.dcm", "milled"),
    ("notes.txt", "not_dicom"),
    ("one_byte.dcm", "not_dicom"),
    ("palette_without_tables.dcm", "invalid_image_attributes"),
    ("picture.dcm", "not_dicom"),
    ("report.dcm", "no_pixel_data"),
    ("rle_bad_header.dcm", "invalid_codestream"),
    ("rle_bad_offset.dcm", "invalid_codestream"),
    ("rle_cut.dcm", "invalid_codestream"),
    ("same_uid_a.dcm", "milled"),
    ("same_uid_b.dcm", "sop_instance_conflict"),
    ("short_pixels.dcm", "truncated_pixel_data"),
    ("truncated_header.dcm", "truncated_file"),
    ("truncated_meta.dcm", "truncated_file"),
    ("truncated_pixels.dcm", "truncated_pixel_data"),
    ("unclosed_sequence.dcm", "truncated_file"),
    ("unknown_photometric.dcm", "unsupported_pixel_format"),
    ("unknown_syntax.dcm", "unsupported_transfer_syntax"),
    ("video.dcm", "unsupported_transfer_syntax"),
    ("wrong_meta_length.dcm", "milled"),
    ("zero_rows.dcm", "invalid_pixel_attributes"),
    ("zero_slope.dcm", "milled"),
    ("zeros.dcm", "not_dicom"),
];

#[test]
fn each_malformed_file_ends_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let summary = ingest(&fixtures().join("malformed"), &dataset, &[]);
    let rejected: BTreeMap<String, String> = quarantine(&dataset)
        .iter()
        .map(|record| ["source", "reason"].map(|name| record[name].as_str().unwrap().to_owned()).into())
        .collect();
    let mut skipped: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, expected) in EXPECTED {
        match expected {
            "milled" | "duplicate" => assert_eq!(rejected.get(name), None, "{name}"),
            "not_dicom" | "dicomdir" => *skipped.entry(expected).or_default() += 1,
            reason => assert_eq!(rejected.get(name).map(String::as_str), Some(reason), "{name}"),
        }
    }
    let count = |wanted: &str| EXPECTED.iter().filter(|(_, expected)| *expected == wanted).count() as u64;
    assert_eq!(summary["n_milled"], count("milled"));
    assert_eq!(summary["n_duplicates"], count("duplicate"));
    assert_eq!(summary["skipped_by_reason"], serde_json::to_value(&skipped).unwrap());
}

#[test]
fn every_malformed_file_is_in_the_list() {
    let names: Vec<String> = files_below(&fixtures().join("malformed")).into_keys().collect();
    assert_eq!(names, EXPECTED.map(|(name, _)| name));
}

#[test]
fn explain_gives_the_same_reason() {
    for (name, expected) in EXPECTED {
        let output = radmill().arg("explain").arg(fixtures().join("malformed").join(name)).output().unwrap();
        // What becomes of duplicates is settled among all sources; a file alone is milled.
        let is_millable = matches!(expected, "milled" | "duplicate" | "sop_instance_conflict");
        assert_eq!(output.status.code(), Some(if is_millable { 0 } else { 9 }), "{name}");
        assert!(is_millable || stdout(&output).contains(expected), "{name}: {}", stdout(&output));
    }
}
