//! The main job on the fixtures, compared with their answer key: outcomes, categories, pixels, and no identifier left.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::{files_below, fixtures, ingest, quarantine, radmill, stderr, stdout};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use radmill_synth::{AnswerKey, CanaryKind, FileKey, Outcome};
use serde_json::Value;

fn key() -> Vec<FileKey> {
    AnswerKey::read(&AnswerKey::path_for(&fixtures())).unwrap().files
}

fn shards(dataset: &Path) -> Vec<(String, Vec<u8>)> {
    files_below(dataset).into_iter().filter(|(name, _)| name.ends_with(".parquet")).collect()
}

fn rows(shard: &[u8]) -> Vec<Row> {
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(shard)).unwrap();
    reader.get_row_iter(None).unwrap().collect::<Result<_, _>>().unwrap()
}

/// The value of a column as text; empty if null.
fn column(row: &Row, name: &str) -> String {
    let (_, field) = row.get_column_iter().find(|(column, _)| *column == name).unwrap();
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

fn count(summary: &Value, name: &str) -> usize {
    usize::try_from(summary[name].as_u64().unwrap()).unwrap()
}

#[test]
fn every_file_becomes_what_the_key_says() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let summary = ingest(&fixtures(), &dataset, &[]);
    let rejected: BTreeMap<String, Value> = quarantine(&dataset)
        .into_iter()
        .map(|record| (record["source"].as_str().unwrap().to_owned(), record))
        .collect();

    let key = key();
    let expected = |outcome| key.iter().filter(|file| file.outcome == outcome).count();
    for file in &key {
        match (file.outcome, rejected.get(&file.path)) {
            (Outcome::Rejected, Some(record)) => {
                let reason = record["reason"].as_str().unwrap();
                assert!(file.reasons.iter().any(|expected| expected == reason), "{}: {record}", file.path);
            }
            (Outcome::Rejected, None) => panic!("{} was not rejected: {}", file.path, file.about),
            (_, None) => {}
            (_, Some(record)) => panic!("{}: {record}", file.path),
        }
    }
    assert_eq!(count(&summary, "n_sources"), key.len());
    assert_eq!(count(&summary, "n_milled"), expected(Outcome::Milled));
    assert_eq!(count(&summary, "n_rejected"), expected(Outcome::Rejected));
    assert_eq!(count(&summary, "n_duplicates"), expected(Outcome::Duplicate));
    assert_eq!(count(&summary, "n_skipped"), expected(Outcome::Skipped));

    let mut expected_images: BTreeMap<String, u64> = BTreeMap::new();
    for file in key.iter().filter(|file| file.outcome == Outcome::Milled) {
        *expected_images.entry(file.category.clone()).or_default() += u64::from(file.n_frames);
    }
    let images: BTreeMap<String, u64> =
        serde_json::from_value(summary["images_per_category"].clone()).unwrap();
    assert_eq!(images, expected_images);
}

#[test]
fn images_hold_the_true_stored_values_and_hounsfield_units() {
    let folder = tempfile::tempdir().unwrap();
    // One file at a time, since a dataset does not say which source a row comes from.
    for (index, file) in key().iter().enumerate() {
        if file.outcome != Outcome::Milled || file.hounsfield.is_empty() {
            continue;
        }
        let dataset = folder.path().join(index.to_string());
        ingest(&fixtures().join(&file.path), &dataset, &[]);
        let rows: Vec<Row> = shards(&dataset).iter().flat_map(|(_, shard)| rows(shard)).collect();
        for point in &file.hounsfield {
            let row = rows.iter().find(|row| column(row, "frame_index") == point.frame.to_string()).unwrap();
            let (samples, width) = grey16(&dataset.join(column(row, "image_path")));
            let sample = f64::from(samples[point.row as usize * width + point.column as usize]);
            let number = |name| column(row, name).parse::<f64>().unwrap();
            assert_eq!(sample * number("sample_scale") + number("sample_offset"), point.hu, "{}", file.path);
            assert_eq!(sample + number("sample_stored_lowest"), f64::from(point.stored), "{}", file.path);
            assert_eq!(column(row, "sample_unit"), "HU");
        }
    }
}

fn grey16(path: &Path) -> (Vec<u16>, usize) {
    let decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    assert_eq!(info.bit_depth, png::BitDepth::Sixteen);
    let samples = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    (samples, info.width as usize)
}

/// Everything a run shows or makes that may be shared, each piece with where it is: file names, bytes of files,
/// decoded values of shards, and what was printed by every command, with and without faults.
fn everything_shareable(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut pieces = Vec::new();
    let mut printed = |what: &str, arguments: &[&str]| {
        let output = radmill().args(arguments).current_dir(folder).output().unwrap();
        pieces.push((format!("output of {what}"), output.stdout));
        pieces.push((format!("messages of {what}"), output.stderr));
    };
    let input = fixtures().canonicalize().unwrap();
    let input = input.to_str().unwrap();
    printed("ingest", &["ingest", input, "--out", "set"]);
    printed("ingest --json", &["ingest", input, "--out", "json-set", "--json"]);
    std::fs::write(
        folder.join("strict.toml"),
        "version = 1\n[job]\nrejected_share_max = 0.0\nrejected_check_after = 1",
    )
    .unwrap();
    printed("ingest that stops", &["ingest", input, "--out", "strict", "--pipeline", "strict.toml"]);
    std::fs::write(
        folder.join("display.toml"),
        "version = 1\n[normalize]\noutput = \"display8\"\nlongest_side_max = 64",
    )
    .unwrap();
    printed("ingest for display", &["ingest", input, "--out", "display", "--pipeline", "display.toml"]);
    printed("deidentify", &["deidentify", input, "--out", "copies"]);
    printed(
        "crosswalk export",
        &["crosswalk", "export", "copies", "--patients", "patients.csv", "--uids", "uids.csv"],
    );
    printed("inspect", &["inspect", input]);
    for file in key() {
        printed("explain", &["explain", &format!("{input}/{}", file.path)]);
    }
    // What stays in their headers depends on the profile: `radmill audit` and `radmill score` judge that.
    let copies = files_below(&folder.join("copies")).into_keys();
    pieces.extend(copies.map(|name| (format!("name of copies/{name}"), name.into_bytes())));
    for dataset in ["set", "json-set", "display"] {
        for (name, bytes) in files_below(&folder.join(dataset)) {
            if name.ends_with(".parquet") {
                let decoded: Vec<String> = rows(&bytes).iter().map(ToString::to_string).collect();
                pieces.push((format!("rows of {dataset}/{name}"), decoded.join("\n").into_bytes()));
            }
            pieces.push((format!("name of {dataset}/{name}"), name.clone().into_bytes()));
            pieces.push((format!("bytes of {dataset}/{name}"), bytes));
        }
    }
    pieces
}

#[test]
fn no_planted_identifier_is_in_anything_shareable() {
    let folder = tempfile::tempdir().unwrap();
    let pieces = everything_shareable(folder.path());
    let wanted = identifiers();
    assert!(wanted.len() > 500, "the fixtures plant identifiers");
    assert!(pieces.iter().any(|(place, _)| place.starts_with("rows of")));
    for (place, bytes) in &pieces {
        let found = find_any(&wanted, bytes);
        assert!(found.is_none(), "an identifier of the kind {found:?} is in {place}");
    }
}

#[test]
fn the_search_for_identifiers_finds_them_where_they_are() {
    let wanted = identifiers();
    let found = files_below(&fixtures()).values().filter(|bytes| find_any(&wanted, bytes).is_some()).count();
    assert!(found > 40, "most fixtures hold identifiers in clear, and {found} were found");
}

/// Every planted identifier in every form that is looked for, in lower case, with what it is.
///
/// Dates are left out: a shifted date may by chance be the true date of somebody else.
fn identifiers() -> BTreeMap<Vec<u8>, String> {
    let mut wanted = BTreeMap::new();
    for file in key() {
        for canary in file.canaries.iter().filter(|canary| canary.kind != CanaryKind::Date) {
            let kind = format!("{:?} at {:?} of {}", canary.kind, canary.planted_at, file.path);
            wanted.insert(canary.text.to_lowercase().into_bytes(), kind.clone());
            if let Some(hex) = &canary.bytes_hex {
                let bytes =
                    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
                wanted.insert(bytes.map(|byte| byte.to_ascii_lowercase()).collect(), kind);
            }
        }
    }
    wanted
}

/// What was found, if anything. Looks at each place once, for identifiers that begin as the bytes there do.
fn find_any(wanted: &BTreeMap<Vec<u8>, String>, bytes: &[u8]) -> Option<String> {
    let lower = bytes.to_ascii_lowercase();
    let mut by_beginning: BTreeMap<[u8; 4], Vec<(&Vec<u8>, &String)>> = BTreeMap::new();
    for (identifier, what) in wanted {
        let beginning = identifier.first_chunk::<4>().expect("identifiers are longer");
        by_beginning.entry(*beginning).or_default().push((identifier, what));
    }
    let beginnings: BTreeSet<[u8; 4]> = by_beginning.keys().copied().collect();
    let firsts: [bool; 256] =
        std::array::from_fn(|byte| beginnings.iter().any(|found| usize::from(found[0]) == byte));
    for (at, window) in lower.windows(4).enumerate() {
        if !firsts[usize::from(window[0])] {
            continue;
        }
        let Some(candidates) = by_beginning.get(window) else { continue };
        if let Some((_, what)) = candidates.iter().find(|(identifier, _)| lower[at..].starts_with(identifier))
        {
            return Some((*what).clone());
        }
    }
    None
}

#[test]
fn the_summary_says_what_happened_and_what_to_do_next() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let output = radmill().arg("ingest").arg(fixtures()).arg("--out").arg(&dataset).output().unwrap();
    let text = stdout(&output);
    for words in [
        "sources",
        "milled into",
        "rejected by reason",
        "duplicates",
        "images per category",
        "quarantine",
        "next",
    ] {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    let log = stderr(&output);
    assert!(log.lines().all(|line| line.starts_with("radmill: ")), "plain lines: {log}");
}

#[test]
fn events_are_one_object_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let output = radmill()
        .arg("ingest")
        .arg(fixtures())
        .arg("--out")
        .arg(folder.path().join("set"))
        .arg("--json")
        .output()
        .unwrap();
    let events: Vec<Value> =
        stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!((names[0], names[names.len() - 1]), ("planned", "finished"));
    assert!(names.contains(&"progress") && names.contains(&"sealing"));
}

#[test]
fn inspect_and_explain_speak_without_values() {
    let text = stdout(&common::run(&[&"inspect", &fixtures()]));
    for words in ["category", "modality", "SOP class", "CT Image Storage", "transfer syntax", "RLE Lossless"]
    {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    let milled = key().into_iter().find(|file| !file.hounsfield.is_empty()).unwrap();
    let output = common::run(&[&"explain", &fixtures().join(&milled.path)]);
    assert!(output.status.success());
    let text = stdout(&output);
    for words in ["parse", "classify", "deidentify", "normalize", "HU = sample"] {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
    let output = common::run(&[&"explain", &fixtures().join("malformed/truncated_pixels.dcm")]);
    assert_eq!(output.status.code(), Some(9));
    assert!(stdout(&output).contains("truncated_pixel_data"));
}

#[test]
fn synth_makes_a_corpus_that_can_be_ingested() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = folder.path().join("corpus");
    let output = common::run(&[&"synth", &"--out", &corpus, &"--files", &"3", &"--seed", &"5"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let summary = ingest(&corpus, &folder.path().join("set"), &[]);
    assert_eq!(count(&summary, "n_milled"), 3);
}
