//! The result does not depend on threads, interruptions or repetition.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use common::{contents, fixtures, ingest, large_input, radmill, same_key, stderr};

#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let [one, two, eight] = ["1", "2", "8"].map(|threads| {
        let dataset = folder.path().join(format!("set-{threads}"));
        ingest(&fixtures(), &dataset, &["--key", &key, "--threads", threads]);
        contents(&dataset)
    });
    assert!(one.keys().any(|name| name.ends_with(".parquet")));
    assert!(one.keys().any(|name| name.ends_with(".png")));
    assert!(one == two && one == eight);
}

#[test]
fn a_finished_job_is_not_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let first = ingest(&fixtures(), &dataset, &[]);
    let before = common::files_below(&dataset);
    let second = ingest(&fixtures(), &dataset, &[]);
    assert_eq!(second["already_finished"], true);
    assert_eq!(second["n_images"], first["n_images"]);
    assert_eq!(second["version"], first["version"]);
    assert!(before == common::files_below(&dataset));
}

#[test]
fn what_the_dataset_has_is_a_duplicate_for_another_input() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let first = ingest(&fixtures(), &dataset, &[]);
    let before = contents(&dataset);
    let pipeline = folder.path().join("other.toml");
    fs::write(&pipeline, "version = 1\n[normalize]\noutput = \"display8\"\n").unwrap();
    let copy = folder.path().join("copy");
    for (name, bytes) in common::files_below(&fixtures()) {
        fs::create_dir_all(copy.join(&name).parent().unwrap()).unwrap();
        fs::write(copy.join(name), bytes).unwrap();
    }
    let second = ingest(&copy, &dataset, &["--pipeline", pipeline.to_str().unwrap()]);
    assert_eq!(second["n_images"], 0);
    assert_eq!(second["version"], first["version"]);
    let n_known = first["n_milled"].as_u64().unwrap() + first["n_duplicates"].as_u64().unwrap();
    assert_eq!(second["n_duplicates"].as_u64().unwrap(), n_known);
    assert!(before == contents(&dataset), "images of the second job are removed, those of the first stay");
}

#[test]
#[cfg(unix)]
fn an_interrupted_job_goes_on_and_ends_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = large_input(folder.path());
    let whole = folder.path().join("whole");
    ingest(&input, &whole, &["--key", &key]);

    let dataset = folder.path().join("set");
    let mut n_interrupted = 0;
    // A job may be faster than the signal: then it is begun anew.
    for wait_ms in [0, 1, 3, 8, 20, 40, 60].into_iter().cycle().take(70) {
        let mut child = radmill()
            .arg("ingest")
            .arg(&input)
            .arg("--out")
            .arg(&dataset)
            .args(["--key", &key, "--threads", "1"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        sleep(Duration::from_millis(wait_ms));
        let id = child.id().to_string();
        std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
        let status = child.wait().unwrap();
        match status.code() {
            // Before the handler stands, the signal itself ends the process.
            Some(130) | None => n_interrupted += 1,
            code => {
                assert_eq!(code, Some(0));
                if n_interrupted > 0 {
                    break;
                }
                fs::remove_dir_all(&dataset).unwrap();
                fs::remove_dir_all(folder.path().join("set.private")).unwrap();
            }
        }
    }
    let last = radmill()
        .arg("ingest")
        .arg(&input)
        .arg("--out")
        .arg(&dataset)
        .args(["--key", &key])
        .output()
        .unwrap();
    assert!(last.status.success(), "{}", stderr(&last));
    assert!(n_interrupted > 0);
    assert!(contents(&whole) == contents(&dataset));
}

#[test]
fn many_cines_before_many_small_files_do_not_stall() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input");
    fs::create_dir(&input).unwrap();
    let cine = fs::read(fixtures().join("hospital-a/cath/run01")).unwrap();
    for copy in 0..64 {
        fs::write(input.join(format!("{copy:02}")), &cine).unwrap();
    }
    for copy in 0..2600 {
        fs::write(input.join(format!("z{copy:04}")), "no DICOM").unwrap();
    }
    for (threads, attempt) in [("2", 0), ("4", 0), ("32", 0), ("2", 1), ("4", 1), ("32", 1)] {
        let dataset = folder.path().join(format!("set-{threads}-{attempt}"));
        let summary = ingest(&input, &dataset, &["--threads", threads]);
        assert_eq!((&summary["n_milled"], &summary["n_duplicates"]), (&1.into(), &63.into()));
    }
}
