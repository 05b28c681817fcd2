//! Wrong input, wrong settings, wrong places: one clear sentence and the documented exit code, nothing half-written.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::fs;
use std::path::Path;

use common::{assert_fault, fixtures, ingest, run, stderr, stdout};

fn ingest_with(arguments: &[&str], dataset: &Path) -> std::process::Output {
    common::radmill()
        .arg("ingest")
        .arg(fixtures())
        .arg("--out")
        .arg(dataset)
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn no_arguments_show_the_help() {
    let output = run(&[]);
    assert_fault(&output, 2, &["Usage: radmill", "ingest", "inspect", "explain", "key", "synth"]);
}

#[test]
fn help_has_examples_and_exit_codes() {
    for command in ["ingest", "inspect", "explain", "synth", "completions"] {
        let output = run(&[&command, &"--help"]);
        assert!(output.status.success());
        assert!(stdout(&output).contains("Example"), "{command}");
    }
    assert!(stdout(&run(&[&"--help"])).contains("Exit codes"));
}

#[test]
fn a_wrong_pipeline_file_says_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("wrong.toml");
    fs::write(&pipeline, "version = 1\n[normalize]\nlongest_side = 512\n").unwrap();
    let dataset = folder.path().join("set");
    let output = ingest_with(&["--pipeline", pipeline.to_str().unwrap()], &dataset);
    assert_fault(&output, 3, &["line 3, column 1", "unknown field `longest_side`", "longest_side_max"]);
    assert!(!dataset.exists());
}

#[test]
fn a_missing_input_is_code_5() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let output = run(&[&"ingest", &folder.path().join("nothing"), &"--out", &dataset]);
    assert_fault(&output, 5, &["cannot read", "no such file"]);
    assert!(!dataset.exists());
    let list = folder.path().join("list.txt");
    fs::write(&list, "s3://bucket/dicom/one.dcm\n").unwrap();
    let output = run(&[&"ingest", &"--list", &list, &"--out", &dataset]);
    assert_fault(&output, 5, &["entry 1 of the list is a URL"]);
}

#[test]
fn a_file_that_is_no_key_is_code_4() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.key");
    fs::write(&wrong, "password").unwrap();
    let output = ingest_with(&["--key", wrong.to_str().unwrap()], &folder.path().join("set"));
    assert_fault(&output, 4, &["is not a site key", "radmill key new"]);
    let missing = folder.path().join("missing.key");
    let output = ingest_with(&["--key", missing.to_str().unwrap()], &folder.path().join("set2"));
    assert_fault(&output, 4, &["cannot read"]);
}

#[test]
fn a_second_key_for_a_dataset_is_code_4() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let key = folder.path().join("site.key");
    assert!(run(&[&"key", &"new", &key]).status.success());
    assert_fault(&run(&[&"key", &"new", &key]), 4, &["file exists"]);
    ingest(&fixtures().join("malformed"), &dataset, &[]);
    let output = ingest_with(&["--key", key.to_str().unwrap()], &dataset);
    assert_fault(&output, 4, &["not the site key that the dataset was begun with"]);
}

#[test]
fn a_target_that_is_a_file_is_code_6() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    fs::write(&dataset, "in the way").unwrap();
    assert_fault(&ingest_with(&[], &dataset), 6, &["cannot create"]);
}

#[test]
fn a_target_within_the_input_is_code_6() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "x").unwrap();
    let output = run(&[&"ingest", &folder.path(), &"--out", &folder.path().join("set")]);
    assert_fault(&output, 6, &["must not lie within each other"]);
}

#[test]
fn the_private_root_lies_beside_however_the_dataset_is_written() {
    let folder = tempfile::tempdir().unwrap();
    for (within, written, private) in
        [(".", "set/", "set.private"), ("inner", ".", "inner.private"), ("inner/deep", "..", "inner.private")]
    {
        let folder = folder.path();
        fs::create_dir_all(folder.join(within)).unwrap();
        let output = common::radmill()
            .current_dir(folder.join(within))
            .arg("ingest")
            .arg(fixtures().join("mammo").canonicalize().unwrap())
            .args(["--out", written])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(folder.join(private).join("site.key").is_file(), "{written} in {within}");
    }
    let names = common::files_below(&folder.path().join("set")).into_keys();
    assert!(
        names
            .chain(common::files_below(&folder.path().join("inner")).into_keys())
            .all(|name| !name.contains("key"))
    );
}

#[test]
fn too_many_rejections_are_code_7() {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = folder.path().join("strict.toml");
    fs::write(&pipeline, "version = 1\n[job]\nrejected_share_max = 0.0\nrejected_check_after = 1\n").unwrap();
    let dataset = folder.path().join("set");
    let output = ingest_with(&["--pipeline", pipeline.to_str().unwrap()], &dataset);
    assert_fault(&output, 7, &["nothing was added"]);
    assert!(!dataset.join("manifest/_delta_log").exists());
}

#[test]
fn a_dataset_that_another_job_writes_is_code_8() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    ingest(&fixtures().join("malformed"), &dataset, &[]);
    let lock = fs::File::create(folder.path().join("set.private/lock")).unwrap();
    lock.lock().unwrap();
    assert_fault(&ingest_with(&[], &dataset), 8, &["another job is writing"]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_code_6_and_nothing_becomes_visible() {
    // A tiny limit on the size of files stands for the full disk: the system refuses the write.
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let command = format!(
        "ulimit -f 4; trap '' XFSZ; exec '{}' ingest '{}' --out '{}'",
        env!("CARGO_BIN_EXE_radmill"),
        fixtures().display(),
        dataset.display()
    );
    let output = std::process::Command::new("bash").args(["-c", &command]).output().unwrap();
    assert_fault(&output, 6, &["cannot write"]);
    assert!(!dataset.join("manifest/_delta_log").exists(), "{}", stderr(&output));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let command =
        format!("'{}' inspect '{}' | head -n 1", env!("CARGO_BIN_EXE_radmill"), fixtures().display());
    let output =
        std::process::Command::new("bash").args(["-o", "pipefail", "-c", &command]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn completions_are_made_for_each_shell() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = run(&[&"completions", &shell]);
        assert!(output.status.success());
        assert!(stdout(&output).contains("ingest"), "{shell}");
    }
}
