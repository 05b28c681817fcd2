//! `radmill decode` as a user runs it.
#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::fs;
use std::path::PathBuf;

use common::{assert_fault, files_below, fixtures, ingest, real_files, run, stderr, stdout};
use serde_json::Value;
use sha2::Digest;

/// The facts as JSON, with more arguments.
#[track_caller]
fn facts(file: &PathBuf, more: &[&str]) -> Value {
    let done = common::radmill().arg("decode").arg(file).arg("--json").args(more).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    serde_json::from_str(&stdout(&done)).unwrap()
}

#[test]
fn every_fixture_decodes_or_says_why_not() {
    let mut n_decoded = 0;
    for (name, _) in files_below(&fixtures()) {
        let done = run(&[&"decode", &fixtures().join(&name), &"--json"]);
        match done.status.code() {
            Some(0) => n_decoded += 1,
            Some(9) => assert!(stderr(&done).contains("cannot decode"), "{name}"),
            other => panic!("{name}: {other:?} {}", stderr(&done)),
        }
    }
    assert!(n_decoded > 10, "{n_decoded}");
}

#[test]
fn samples_are_what_the_facts_say() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("samples.raw");
    let cine = fixtures().join("hospital-d/cmr/sa_cine.dcm");
    let all = facts(&cine, &["--raw", raw.to_str().unwrap()]);
    assert_eq!(all["shape"], serde_json::json!([4, 128, 128, 1]));
    assert_eq!((&all["dtype"], &all["bits_stored"]), (&"uint16".into(), &12.into()));
    assert_eq!(all["transfer_syntax"], "1.2.840.10008.1.2.4.80");
    let samples = fs::read(&raw).unwrap();
    assert_eq!(samples.len(), 4 * 128 * 128 * 2);
    assert_eq!(all["sha256"], sha256(&samples));
    let to_stdout = run(&[&"decode", &cine, &"--raw", &"-"]);
    assert_eq!((to_stdout.status.code(), &to_stdout.stdout), (Some(0), &samples));
    for (index, frame) in samples.chunks(128 * 128 * 2).enumerate() {
        let one = facts(&cine, &["--frame", &index.to_string()]);
        assert_eq!((&one["shape"][0], &one["frame"]), (&1.into(), &index.into()));
        assert_eq!(one["sha256"], sha256(frame));
    }
    let text = stdout(&run(&[&"decode", &cine]));
    assert!(text.contains("4 × 128 × 128 × 1"), "{text}");
}

#[test]
fn what_cannot_be_decoded_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let raw = folder.path().join("samples.raw");
    let check = |file: PathBuf, code: i32, words: &[&str]| {
        let done = run(&[&"decode", &file, &"--raw", &raw]);
        assert_fault(&done, code, words);
        assert!(done.stdout.is_empty());
        assert_eq!(files_below(folder.path()).len(), 0);
    };
    let malformed = |name: &str| fixtures().join("malformed").join(name);
    check(malformed("jpeg_cut.dcm"), 9, &["invalid_codestream"]);
    check(malformed("video.dcm"), 9, &["unsupported_transfer_syntax"]);
    check(malformed("report.dcm"), 9, &["no_pixel_data"]);
    check(malformed("notes.txt"), 9, &["not_dicom"]);
    check(malformed("frames_claim.dcm"), 9, &["over_limit"]);
    check(malformed("none.dcm"), 5, &["cannot read"]);
    let cine = fixtures().join("hospital-d/cmr/sa_cine.dcm");
    assert_fault(&run(&[&"decode", &cine, &"--frame", &"4"]), 9, &["no_such_frame", "4 frames"]);
    assert_eq!(run(&[&"decode", &cine, &"--frame", &"-1"]).status.code(), Some(2));
    let nowhere = folder.path().join("samples.raw/below");
    fs::write(&raw, b"").unwrap();
    assert_fault(&run(&[&"decode", &cine, &"--raw", &nowhere]), 6, &[]);
}

#[test]
fn frames_of_a_file_that_was_cut_come_out_and_the_others_are_not_invented() {
    let folder = tempfile::tempdir().unwrap();
    let [input, dataset] = ["in", "out"].map(|name| folder.path().join(name));
    fs::create_dir(&input).unwrap();
    let cut = input.join("cut.dcm");
    let cine = fs::read(fixtures().join("hospital-d/cmr/sa_cine.dcm")).unwrap();
    fs::write(&cut, &cine[..cine.len() - 1000]).unwrap();
    let decoded = facts(&cut, &[]);
    assert_eq!(decoded["shape"], serde_json::json!([3, 128, 128, 1]));
    let defects = decoded["defects"].as_array().unwrap();
    assert!(defects.iter().any(|defect| defect["code"] == "frames_missing"), "{defects:?}");
    assert_fault(&run(&[&"decode", &cut, &"--frame", &"3"]), 9, &["no_such_frame"]);
    let summary = ingest(&input, &dataset, &[]);
    assert_eq!((&summary["n_milled"], &summary["n_images"]), (&1.into(), &3.into()));
}

#[test]
fn real_files_say_what_is_wrong_with_them() {
    let Some(folder) = real_files() else { return };
    let current = "github_pydicom__pydicom/src/pydicom/data/test_files";
    let earlier = "github_pydicom__pydicom/history/pydicom/data/test_files";
    let check = |tests: &str, name: &str, shape: [u64; 4], dtype: &str, defects: &[&str]| {
        let found = facts(&folder.join(tests).join(name), &[]);
        assert_eq!(found["shape"], serde_json::json!(shape), "{name}");
        assert_eq!(found["dtype"], dtype, "{name}");
        let codes: Vec<&str> = found["defects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|defect| defect["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, defects, "{name}");
    };
    check(current, "J2K_pixelrep_mismatch.dcm", [1, 512, 512, 1], "int16", &["sign_contradicted"]);
    check(current, "MR_small_padded.dcm", [1, 64, 64, 1], "int16", &["pixel_trailing_bytes"]);
    // Kakadu coded the colours as they are, and the header says so.
    check(current, "SC_rgb_gdcm_KY.dcm", [1, 100, 100, 3], "uint8", &[]);
    let contradicted = &["color_transform_contradicted"];
    check(earlier, "SC_rgb_jpeg_lossy_gdcm.dcm", [1, 100, 100, 3], "uint8", contradicted);
}

#[test]
fn colour_is_rgb_unless_it_is_to_stay() {
    let Some(folder) = real_files() else { return };
    let name = "github_pydicom__pydicom/src/pydicom/data/test_files/SC_ybr_full_422_uncompressed.dcm";
    let rgb = facts(&folder.join(name), &[]);
    assert_eq!((&rgb["photometric_stored"], &rgb["photometric"]), (&"YBR_FULL_422".into(), &"RGB".into()));
    let ycbcr = facts(&folder.join(name), &["--keep-ycbcr"]);
    assert_eq!(ycbcr["photometric"], "YBR_FULL");
    assert_ne!(rgb["sha256"], ycbcr["sha256"]);
}

fn sha256(bytes: &[u8]) -> String {
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
