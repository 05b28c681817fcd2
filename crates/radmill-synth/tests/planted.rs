//! The checks tell the truth about the planted files: judged by them, the untouched corpus retains everything and
//! removes nothing.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not seen as tests")]

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use radmill_synth::{Action, Check, Maps, PlantOptions, checks_path_for, read_checks, score, write_planted};

fn plant(scratch: &Path, name: &str, seed: u64, n: usize, real: Option<PathBuf>) -> (PathBuf, Vec<Check>) {
    let folder = scratch.join(name);
    let planted = write_planted(&PlantOptions { seed, n_synthetic: n, real }, &folder).unwrap();
    let checks = read_checks(&checks_path_for(&folder)).unwrap();
    assert_eq!(planted.n_checks, checks.len());
    (folder, checks)
}

/// Each old identifier mapped to itself.
fn identity(checks: &[Check]) -> Maps {
    let map = |action| {
        let of_action = checks.iter().filter(|check| check.action == action);
        of_action.map(|check| (check.expected.clone(), check.expected.clone())).collect()
    };
    Maps { patients: map(Action::PatidConsistent), uids: map(Action::UidConsistent) }
}

fn check_untouched(folder: &Path, checks: &[Check]) {
    let judged = score(folder, checks, &identity(checks), "research").unwrap();
    assert_eq!(judged.n_files_missing, 0);
    let must_fail = |action: Action| action.passes_without_file();
    let wrong: Vec<_> = judged.failures.iter().filter(|failure| !must_fail(failure.check.action)).collect();
    assert!(wrong.is_empty(), "{} not retained, such as {:?}", wrong.len(), wrong[0]);
    let failed: HashSet<u64> = judged.failures.iter().map(|failure| failure.check.id).collect();
    let found = |check: &&Check| must_fail(check.action) && !failed.contains(&check.id);
    let wrong: Vec<_> = checks.iter().filter(found).collect();
    assert!(wrong.is_empty(), "{} not planted, such as {:?}", wrong.len(), wrong[0]);
    for (action, tally) in &judged.by_action {
        assert!(!must_fail(*action) || tally.passed == 0, "{} pass of {}", tally.passed, action.name());
    }
}

#[test]
fn synthetic_objects_hold_what_the_checks_say() {
    let scratch = tempfile::tempdir().unwrap();
    let (folder, checks) = plant(scratch.path(), "planted", 3, 48, None);
    check_untouched(&folder, &checks);
    let mut by_action: BTreeMap<Action, usize> = BTreeMap::new();
    checks.iter().for_each(|check| *by_action.entry(check.action).or_default() += 1);
    for action in Action::ALL {
        assert!(by_action.contains_key(&action), "no check of {}", action.name());
    }
    assert!(checks.len() > 8_000, "{} checks", checks.len());
}

#[test]
fn real_files_hold_what_the_checks_say() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if !real.is_dir() {
        println!("skipped: the real files are not there");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let (folder, checks) = plant(scratch.path(), "planted", 5, 0, Some(real));
    check_untouched(&folder, &checks);
    assert!(checks.len() > 50_000, "{} checks", checks.len());
}

#[test]
fn the_same_seed_gives_the_same_corpus() {
    let scratch = tempfile::tempdir().unwrap();
    let (first, _) = plant(scratch.path(), "first", 9, 24, None);
    let (second, _) = plant(scratch.path(), "second", 9, 24, None);
    let checks = |folder: &Path| fs::read(checks_path_for(folder)).unwrap();
    assert!(checks(&first) == checks(&second));
    let (other, _) = plant(scratch.path(), "other", 10, 24, None);
    assert!(checks(&first) != checks(&other));
}

#[test]
fn nothing_at_all_removes_everything_and_retains_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let (_, checks) = plant(scratch.path(), "planted", 3, 12, None);
    let empty = scratch.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let judged = score(&empty, &checks, &Maps::default(), "research").unwrap();
    assert_eq!(judged.n_files_missing, judged.n_files);
    for (action, tally) in &judged.by_action {
        let (wrong, right) = if action.passes_without_file() {
            (tally.failed, tally.passed)
        } else {
            (tally.passed, tally.failed)
        };
        assert_eq!(wrong, 0, "{}", action.name());
        assert!(right > 0, "{}", action.name());
    }
}
