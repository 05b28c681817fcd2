//! The committed fixtures are what the generator makes, and the answer key tells the truth about them.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use radmill_synth::{AnswerKey, CanaryKind, FileKey, Outcome, write_fixtures};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom")
}

/// Path below the folder, with `/`, and content of every file.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                files.insert(name, fs::read(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn committed_fixtures_are_what_the_generator_makes() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("dicom");
    let key = write_fixtures(&folder).unwrap();
    let (made, kept) = (contents(&folder), contents(&committed()));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<String>>();
    assert_eq!(names(&made), names(&kept), "run the command in fixtures/README.md");
    for (name, bytes) in &made {
        assert!(*bytes == kept[name], "{name} differs; run the command in fixtures/README.md");
    }
    assert_eq!(AnswerKey::read(&AnswerKey::path_for(&committed())).unwrap(), key);
    let size: usize = made.values().map(Vec::len).sum();
    assert!(size < 6_000_000, "{size} bytes");
}

#[test]
fn every_canary_is_in_its_file() {
    let key = AnswerKey::read(&AnswerKey::path_for(&committed())).unwrap();
    let files = contents(&committed());
    assert_eq!(key.files.len(), files.len());
    for file in &key.files {
        let deflated = file.transfer_syntax == "1.2.840.10008.1.2.1.99" && file.outcome == Outcome::Milled;
        let bytes = if deflated { inflated(&files[&file.path]) } else { files[&file.path].clone() };
        for canary in &file.canaries {
            let needle = canary.bytes_hex.as_deref().map_or(canary.text.clone().into_bytes(), unhex);
            let found = bytes.windows(needle.len()).any(|window| window == needle);
            let in_path = file.path.contains(&canary.text);
            assert!(found || in_path, "{}: {} is not there", file.path, canary.text);
            assert_eq!(in_path, canary.planted_at.contains(&"path".to_owned()));
        }
        if file.outcome == Outcome::Milled {
            assert!(file.canaries.len() > 70, "{}: {} canaries", file.path, file.canaries.len());
            assert!((100..260).contains(&file.n_elements), "{}: {} elements", file.path, file.n_elements);
        }
    }
}

/// The file meta as it is, the data set inflated.
fn inflated(bytes: &[u8]) -> Vec<u8> {
    let length = u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
    let (head, body) = bytes.split_at(144 + length);
    [head.to_vec(), miniz_oxide::inflate::decompress_to_vec(body).unwrap()].concat()
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

/// A token that stands for two things, or that is part of another, would hide a leak or invent one.
#[test]
fn canaries_are_unlike_each_other() {
    let key = AnswerKey::read(&AnswerKey::path_for(&committed())).unwrap();
    let mut kinds: HashMap<&str, CanaryKind> = HashMap::new();
    for canary in key.files.iter().flat_map(|file| &file.canaries) {
        assert_eq!(*kinds.entry(&canary.text).or_insert(canary.kind), canary.kind);
    }
    let texts: Vec<&str> =
        kinds.iter().filter(|(_, kind)| **kind != CanaryKind::Date).map(|(text, _)| *text).collect();
    let words: Vec<&str> = texts.iter().copied().filter(|text| text.starts_with("ZQ")).collect();
    assert!(words.len() > 800, "{} words", words.len());
    let lengths: HashSet<usize> = words.iter().map(|word| word.len()).collect();
    assert_eq!(lengths, HashSet::from([14]));
}

#[test]
fn every_category_modality_and_transfer_syntax_is_there() {
    let key = AnswerKey::read(&AnswerKey::path_for(&committed())).unwrap();
    let well_formed: Vec<_> = key.files.iter().filter(|file| !file.path.starts_with("malformed/")).collect();
    let check = |what: &str, expected: &[&str], of: &dyn Fn(&FileKey) -> String| {
        let there: HashSet<String> = well_formed.iter().map(|file| of(file)).collect();
        for value in expected {
            assert!(there.contains(*value), "{what} {value} is missing");
        }
    };
    check(
        "category",
        &[
            "BONE",
            "CHEST",
            "BRAIN",
            "NECK",
            "EXTREMITY",
            "ABDOMEN",
            "BREAST",
            "HEART",
            "SPINE",
            "UNCATEGORIZED",
        ],
        &|file| file.category.clone(),
    );
    check("modality", &["CT", "MR", "CR", "DX", "MG", "US", "XA", "NM", "PT", "OT"], &|file| {
        file.modality.clone()
    });
    check(
        "transfer syntax",
        &[
            "1.2.840.10008.1.2",
            "1.2.840.10008.1.2.1",
            "1.2.840.10008.1.2.2",
            "1.2.840.10008.1.2.1.99",
            "1.2.840.10008.1.2.5",
            "1.2.840.10008.1.2.4.50",
            "1.2.840.10008.1.2.4.51",
            "1.2.840.10008.1.2.4.70",
            "1.2.840.10008.1.2.4.80",
        ],
        &|file| file.transfer_syntax.clone(),
    );
    check(
        "character set",
        &[
            "",
            "ISO_IR 100",
            "ISO_IR 192",
            "GB18030",
            "\\ISO 2022 IR 87",
            "\\ISO 2022 IR 149",
            "ISO_IR 144",
            "ISO_IR 126",
        ],
        &|file| file.character_set.clone(),
    );
}

#[test]
fn the_readme_says_what_the_key_says() {
    let readme = fs::read_to_string(committed().with_file_name("README.md")).unwrap();
    for file in AnswerKey::read(&AnswerKey::path_for(&committed())).unwrap().files {
        let FileKey { path, about, category, modality, .. } = &file;
        let row = match path.strip_prefix("malformed/") {
            None => format!("| `{path}` | {about} | {category} | {modality} |"),
            Some(name) => {
                let outcome = serde_json::to_value(file.outcome).unwrap();
                let (outcome, reason) = (outcome.as_str().unwrap(), file.reasons.join(", "));
                format!("| `{name}` | {about} | {outcome} | {reason} |")
            }
        };
        assert!(readme.contains(&row), "fixtures/README.md lacks {row}");
        let n_reasons = usize::from(matches!(file.outcome, Outcome::Rejected | Outcome::Skipped));
        assert_eq!(file.reasons.len(), n_reasons, "{path}");
    }
}
