//! Lists of sources, from a file and from standard input.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use common::{assert_fault, contents, fixtures, ingest, radmill, run, same_key, stdout};
use serde_json::Value;

/// Runs a command with this text as standard input.
fn run_with(text: &[u8], arguments: &[&str]) -> Output {
    let mut child = radmill()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

/// Ingests what a list has, and gives the summary.
#[track_caller]
fn ingest_list(text: &[u8], dataset: &Path, more: &[&str]) -> Value {
    let arguments = ["ingest", "--list", "-", "--json", "--out", dataset.to_str().unwrap()];
    let output = run_with(text, &[&arguments, more].concat());
    assert!(output.status.success(), "{}", common::stderr(&output));
    serde_json::from_str(stdout(&output).lines().last().unwrap()).unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    common::files_below(folder).keys().map(|name| folder.join(name)).collect()
}

fn joined(paths: &[PathBuf], separator: char) -> Vec<u8> {
    paths.iter().flat_map(|path| format!("{}{separator}", path.display()).into_bytes()).collect()
}

#[track_caller]
fn check(summary: &Value, expected: &[(&str, u64)]) {
    for (name, n) in expected {
        assert_eq!(summary[name], *n, "{name}");
    }
}

#[test]
fn a_list_gives_what_its_folder_gives() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let (whole, listed) = (folder.path().join("whole"), folder.path().join("listed"));
    let of_folder = ingest(&fixtures(), &whole, &["--key", &key]);
    // The folders as well, as `find` without `-type f` prints them.
    let mut paths = files_below(&fixtures());
    paths.insert(0, fixtures());
    let of_list = ingest_list(&joined(&paths, '\0'), &listed, &["--key", &key]);
    for name in ["n_sources", "n_milled", "n_rejected", "n_duplicates", "n_skipped"] {
        assert_eq!(of_folder[name], of_list[name], "{name}");
    }
    assert!(contents(&whole) == contents(&listed));

    let list = folder.path().join("list.txt");
    fs::write(&list, joined(&files_below(&fixtures()), '\n')).unwrap();
    let output = run(&[&"ingest", &"--list", &list, &"--out", &listed, &"--key", &key, &"--json"]);
    let again: Value = serde_json::from_str(stdout(&output).lines().last().unwrap()).unwrap();
    assert_eq!((&again["already_finished"], &again["n_unchanged"]), (&true.into(), &of_list["n_sources"]));
}

/// A source is known by its path, in whatever list it stands.
#[test]
fn lists_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let malformed = fixtures().join("malformed");
    let path = |name: &str| malformed.join(name);
    let first = [path("same_uid_a.dcm"), path("report.dcm"), path("missing.dcm")];
    let summary = ingest_list(&joined(&first, '\n'), &dataset, &[]);
    check(&summary, &[("n_sources", 3), ("n_milled", 1), ("n_rejected", 2), ("n_new", 2)]);
    assert_eq!(summary["rejected_by_reason"]["unreadable"], 1);

    let second = [path("report.dcm"), path("duplicate_a.dcm")];
    let summary = ingest_list(&joined(&second, '\n'), &dataset, &[]);
    check(&summary, &[("n_sources", 2), ("n_new", 1), ("n_unchanged", 1), ("n_vanished", 0)]);

    let third = ingest_list(&joined(&first[..2], '\n'), &dataset, &[]);
    assert_eq!((&third["already_finished"], &third["n_unchanged"]), (&true.into(), &2.into()));

    // The books know all of them once.
    let status: Value = serde_json::from_str(&stdout(&run(&[&"status", &dataset, &"--json"]))).unwrap();
    check(&status["sources"], &[("n_sources", 4), ("n_milled", 2), ("n_rejected", 2)]);
    let shown = stdout(&run(&[&"quarantine", &"show", &dataset, &"--reason", &"unreadable"]));
    assert!(shown.contains(path("missing.dcm").to_str().unwrap()), "{shown}");
}

#[test]
fn rejected_sources_of_lists_are_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let source = folder.path().join("source");
    fs::copy(fixtures().join("malformed/report.dcm"), &source).unwrap();
    let paths = [source.clone(), fixtures().join("malformed/same_uid_a.dcm")];
    check(&ingest_list(&joined(&paths, '\n'), &dataset, &[]), &[("n_milled", 1), ("n_rejected", 1)]);
    fs::copy(fixtures().join("malformed/duplicate_a.dcm"), &source).unwrap();
    let retry = ["quarantine", "retry", "--reason", "no_pixel_data", dataset.to_str().unwrap()];
    let output = radmill().args(retry).output().unwrap();
    assert!(output.status.success(), "{}", common::stderr(&output));
    let status: Value = serde_json::from_str(&stdout(&run(&[&"status", &dataset, &"--json"]))).unwrap();
    check(&status["sources"], &[("n_sources", 2), ("n_milled", 2), ("n_rejected", 0)]);
}

#[test]
#[cfg(target_os = "linux")]
fn paths_of_any_bytes_are_read() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let path = folder.path().join(OsStr::from_bytes(b"new\nline \xff.dcm"));
    fs::copy(fixtures().join("malformed/same_uid_a.dcm"), &path).unwrap();
    let text = [path.as_os_str().as_bytes(), b"\0"].concat();
    check(&ingest_list(&text, &dataset, &[]), &[("n_milled", 1), ("n_rejected", 0)]);
    assert_eq!(ingest_list(&text, &dataset, &[])["already_finished"], true);
}

#[test]
fn what_cannot_be_a_list_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let missing = run(&[&"ingest", &"--list", &folder.path().join("none"), &"--out", &dataset]);
    assert_fault(&missing, 5, &["cannot read the list", "none"]);
    assert_fault(&run(&[&"ingest", &"--out", &dataset]), 2, &["--list"]);
    let both = run(&[&"ingest", &"a", &"--list", &"b", &"--out", &dataset]);
    assert_fault(&both, 2, &["--list"]);

    fs::create_dir(&dataset).unwrap();
    fs::write(dataset.join("file"), "x").unwrap();
    let text = joined(&[dataset.join("file")], '\n');
    let within = run_with(&text, &["ingest", "--list", "-", "--out", dataset.to_str().unwrap()]);
    assert_fault(&within, 6, &["must not lie within each other"]);
}
