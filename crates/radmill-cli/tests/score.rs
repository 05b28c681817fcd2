//! The whole loop through the binary: plant, de-identify, export the crosswalk, score.

mod common;

use std::path::Path;
use std::process::Output;

use common::{radmill, stderr, stdout};
use serde_json::Value;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    radmill().args(arguments).current_dir(folder).output().expect("radmill runs")
}

fn succeed(folder: &Path, arguments: &[&str]) -> Output {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
    output
}

const SCORE: [&str; 12] = [
    "score",
    "clean",
    "--checks",
    "planted-checks.jsonl",
    "--patients",
    "patients.csv",
    "--uids",
    "uids.csv",
    "--failures",
    "failures.jsonl",
    "--at-least",
    "99.9",
];

#[test]
fn what_research_makes_of_a_planted_corpus_scores_as_promised() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    succeed(folder, &["synth", "--out", "planted", "--plant", "96", "--seed", "11"]);
    succeed(folder, &["deidentify", "planted", "--out", "clean", "--profile", "research"]);
    succeed(folder, &["crosswalk", "export", "clean", "--patients", "patients.csv", "--uids", "uids.csv"]);
    let judged = run(folder, &[&SCORE[..], &["--json"]].concat());
    let failures = std::fs::read_to_string(folder.join("failures.jsonl")).unwrap();
    let first: Vec<&str> = failures.lines().take(20).collect();
    assert!(judged.status.success(), "{}\n{}", stdout(&judged), first.join("\n"));
    let score: Value = serde_json::from_str(&stdout(&judged)).unwrap();
    assert!(score["total"]["passed"].as_u64().unwrap() > 15_000, "{score}");
    assert_eq!((&score["n_files"], &score["n_files_missing"]), (&96.into(), &0.into()));
    assert_eq!(score["n_strays"], 0);
}

#[test]
fn an_untouched_folder_scores_too_low() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    succeed(folder, &["synth", "--out", "planted", "--plant", "8"]);
    for map in ["patients.csv", "uids.csv"] {
        std::fs::write(folder.join(map), "id_old,id_new\n").unwrap();
    }
    std::fs::rename(folder.join("planted"), folder.join("clean")).unwrap();
    let judged = run(folder, &SCORE);
    assert_eq!(judged.status.code(), Some(11));
    assert!(stdout(&judged).contains("text_removed"), "{}", stdout(&judged));
    // Without a limit it is a report like any other.
    succeed(folder, &SCORE[..8]);
}

#[test]
fn what_cannot_be_read_is_said() {
    let scratch = tempfile::tempdir().unwrap();
    let output = run(scratch.path(), &SCORE);
    assert_eq!(output.status.code(), Some(5));
    assert!(stderr(&output).contains("planted-checks.jsonl"), "{}", stderr(&output));
}
