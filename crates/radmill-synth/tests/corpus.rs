//! A corpus is a function of its options.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

use std::collections::HashSet;
use std::fs;

use radmill_synth::{AnswerKey, CanaryKind, CorpusOptions, Mix, write_corpus};

fn options(seed: u64) -> CorpusOptions {
    CorpusOptions { seed, n_files: 60, shrink: 16, mix: Mix::HOSPITAL }
}

fn make(seed: u64) -> (AnswerKey, Vec<Vec<u8>>) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("corpus");
    let key = write_corpus(&options(seed), &folder).unwrap();
    let bytes = key.files.iter().map(|file| fs::read(folder.join(&file.path)).unwrap()).collect();
    (key, bytes)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (first, second) = (make(1), make(1));
    assert_eq!(first.0, second.0);
    assert!(first.1 == second.1);
}

#[test]
fn another_seed_gives_other_canaries() {
    let words = |seed| -> HashSet<String> {
        let key = make(seed).0;
        let canaries = key.files.into_iter().flat_map(|file| file.canaries);
        canaries.filter(|canary| canary.kind == CanaryKind::Text).map(|canary| canary.text).collect()
    };
    let (first, second) = (words(1), words(2));
    assert!(first.len() > 500);
    assert!(first.is_disjoint(&second));
}

#[test]
fn shares_are_those_of_the_mix() {
    let key = make(3).0;
    assert_eq!(key.files.len(), 60);
    let count = |modality: &str| key.files.iter().filter(|file| file.modality == modality).count();
    assert!((30..50).contains(&count("CT")), "{} CT", count("CT"));
    assert!((8..24).contains(&count("MR")), "{} MR", count("MR"));
    let paths: HashSet<&str> = key.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths.len(), 60);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("mine"), "x").unwrap();
    assert!(write_corpus(&options(1), scratch.path()).is_err());
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1);
}
