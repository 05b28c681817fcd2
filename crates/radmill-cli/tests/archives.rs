//! Archives as sources: the same dataset as their unpacked files make.

#![allow(clippy::unwrap_used, reason = "this is test code")]

#[path = "../../radmill-archive/tests/build/mod.rs"]
mod build;
mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use build::{DEFLATED, STORED, ZSTD, Zip, gzip, tar, zip, zstd};
use common::{
    contents, files_below, fixtures, ingest, large_input, quarantine, radmill, run, same_key, stdout,
};
use serde_json::Value;

/// The files below a folder, in the order of a listing.
fn listed(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = files_below(folder).into_iter().collect();
    files.sort_by(|(a, _), (b, _)| Path::new(a).cmp(Path::new(b)));
    files
}

fn borrowed(files: &[(String, Vec<u8>)]) -> impl Iterator<Item = (&str, &[u8])> {
    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
}

/// A file for this archive, in a folder of its own.
fn put(folder: &Path, name: &str, archive: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, archive).unwrap();
    path
}

#[track_caller]
fn check(summary: &Value, expected: &[(&str, u64)]) {
    for (name, n) in expected {
        assert_eq!(summary[name], *n, "{name}");
    }
}

/// What a summary says of the sources.
fn books(summary: &Value) -> Vec<Value> {
    let names = ["n_sources", "n_milled", "n_rejected", "n_duplicates", "n_skipped", "source_bytes"];
    let more = ["n_images", "rejected_by_reason", "skipped_by_reason", "images_per_category"];
    names.iter().chain(&more).map(|name| summary[name].clone()).collect()
}

#[test]
fn an_archive_gives_what_its_files_give() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let input = folder.path().join("input");
    let synth = run(&[&"synth", &"--out", &input, &"--files", &"30"]);
    assert!(synth.status.success(), "{}", common::stderr(&synth));
    for (name, bytes) in files_below(&fixtures()) {
        put(&input.join("fixtures"), &name, &bytes);
    }
    let unpacked = folder.path().join("unpacked");
    let expected = ingest(&input, &unpacked, &["--key", &key]);
    assert_eq!(expected["skipped_by_reason"]["dicomdir"], 1);

    let files = listed(&input);
    let tar = tar(borrowed(&files));
    for (name, archive, threads) in [
        ("stored.zip", zip(borrowed(&files), STORED), &["2"][..]),
        ("deflated.zip", zip(borrowed(&files), DEFLATED), &["1", "2", "8"]),
        ("zstd.zip", zip(borrowed(&files), ZSTD), &["2"]),
        ("a.tar.gz", gzip(&tar), &["1", "2", "8"]),
        ("a.tar.zst", zstd(&tar), &["2"]),
        ("named like something else", tar, &["1", "8"]),
    ] {
        let path = put(folder.path(), name, &archive);
        for n_threads in threads {
            let dataset = folder.path().join(format!("{name} {n_threads}"));
            let summary = ingest(&path, &dataset, &["--key", &key, "--threads", n_threads]);
            assert_eq!(books(&summary), books(&expected), "{name} {n_threads}");
            assert!(contents(&dataset) == contents(&unpacked), "{name} {n_threads}");
        }
    }
}

const A: &str = "same_uid_a.dcm";
const DUPLICATE: &str = "duplicate_a.dcm";
const REPORT: &str = "report.dcm";

fn fixture(name: &str) -> Vec<u8> {
    fs::read(fixtures().join("malformed").join(name)).unwrap()
}

/// Files by the names of fixtures.
fn named(names: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    names.iter().map(|(name, of)| ((*name).to_owned(), fixture(of))).collect()
}

#[test]
fn an_unchanged_archive_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    let files = named(&[("x/a", A), ("x/b", REPORT)]);
    let paths = [
        put(&input, "sub/one.zip", &zip(borrowed(&files), DEFLATED)),
        put(&input, "two.tgz", &gzip(&tar(borrowed(&named(&[("c", DUPLICATE), ("d", "notes.txt")]))))),
    ];
    put(&input, "plain", &fixture(A));
    let first = ingest(&input, &dataset, &[]);
    let counts =
        [("n_sources", 5), ("n_milled", 2), ("n_rejected", 1), ("n_skipped", 1), ("n_duplicates", 1)];
    check(&first, &counts);
    assert_eq!(quarantine(&dataset)[0]["source"], "sub/one.zip!/x/b");

    // Other bytes of the same length and time: whoever read them would notice.
    for path in paths {
        let (bytes, modified) = (fs::read(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
        fs::write(&path, vec![1; bytes.len()]).unwrap();
        File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
    }
    let second = ingest(&input, &dataset, &[]);
    assert_eq!((&second["already_finished"], &second["n_unchanged"]), (&true.into(), &5.into()));
    check(&second, &counts);
}

#[test]
fn of_a_changed_archive_what_changed_is_worked_on() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    put(&input, "a.zip", &zip(borrowed(&named(&[("a", A), ("b", REPORT)])), DEFLATED));
    put(&input, "b.tar.gz", &gzip(&tar(borrowed(&named(&[("a", DUPLICATE)])))));
    check(&ingest(&input, &dataset, &["--key", &key]), &[("n_milled", 2), ("n_rejected", 1)]);

    // A zip archive has a checksum of each member; a tar archive has nothing of the kind.
    let grown = named(&[("a", A), ("b", "picture.dcm"), ("c", "notes.txt")]);
    put(&input, "a.zip", &zip(borrowed(&grown), DEFLATED));
    put(&input, "b.tar.gz", &gzip(&tar(borrowed(&named(&[("a", DUPLICATE), ("b", "burned_in.dcm")])))));
    let second = ingest(&input, &dataset, &["--key", &key]);
    check(
        &second,
        &[("n_unchanged", 1), ("n_new", 2), ("n_modified", 2), ("n_vanished", 0), ("n_sources", 5)],
    );

    // Other settings change nothing for the two that are no DICOM files. The others have to be found again.
    let pipeline = folder.path().join("other.toml");
    fs::write(&pipeline, "version = 1\n[normalize]\noutput = \"display8\"\n").unwrap();
    let more = ["--key", &key, "--pipeline", pipeline.to_str().unwrap()];
    let third = ingest(&input, &dataset, &more);
    check(&third, &[("n_sources", 5), ("n_new", 0), ("n_modified", 0), ("n_unchanged", 2)]);
    let fresh = ingest(&input, &folder.path().join("fresh"), &more);
    assert_eq!(books(&third), books(&fresh));
    assert_eq!(ingest(&input, &dataset, &more)["already_finished"], true);
}

/// Every member is accounted for, and so is what is lost.
#[test]
fn what_cannot_be_read_is_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    let mut mixed = Zip::default();
    mixed.add(b"../../../outside", &fixture(A), DEFLATED);
    mixed.add(b"/absolute", &fixture(DUPLICATE), DEFLATED);
    mixed.add(b"encrypted", b"x", STORED).flags = 1;
    mixed.add(b"bzip2", b"x", 12);
    mixed.add(b"link", b"absolute", STORED).unix_mode = 0o120_777;
    mixed.add(b"inner.zip", &zip(borrowed(&named(&[("a", A)])), DEFLATED), STORED);
    mixed.add(b"lie", b"x", STORED).crc = 1;
    put(&input, "mixed.zip", &mixed.finish());
    let whole = tar(borrowed(&named(&[("a", A), ("b", REPORT)])));
    put(&input, "short.tar.gz", &gzip(&whole[..fixture(A).len() + 1500]));
    put(&input, "bomb.zip", &zip([("zeros", &vec![0; 300 << 20][..])], DEFLATED));
    put(&input, "cut.zip", &zip(borrowed(&named(&[("a", A)])), STORED)[..200]);
    let summary = ingest(&input, &dataset, &[]);
    check(
        &summary,
        &[("n_sources", 11), ("n_milled", 2), ("n_duplicates", 1), ("n_skipped", 1), ("n_rejected", 7)],
    );
    let reasons: Vec<(String, String)> = quarantine(&dataset)
        .iter()
        .map(|record| [&record["source"], &record["reason"]].map(|text| text.as_str().unwrap().to_owned()))
        .map(|[source, reason]| (source, reason))
        .collect();
    let expected = [
        ("mixed.zip!/bzip2", "archive_unsupported"),
        ("mixed.zip!/encrypted", "archive_encrypted"),
        ("mixed.zip!/inner.zip", "archive_nested"),
        ("mixed.zip!/lie", "archive_damaged"),
        ("bomb.zip!", "over_limit"),
        ("cut.zip!", "archive_damaged"),
        ("short.tar.gz!", "archive_damaged"),
    ];
    assert_eq!(reasons, expected.map(|(source, reason)| (source.to_owned(), reason.to_owned())));
    for (name, bytes) in files_below(&dataset) {
        for word in [&b"outside"[..], b"absolute", b"mixed.zip"] {
            assert!(!bytes.windows(word.len()).any(|window| window == word), "{name}");
        }
    }
    assert!(!folder.path().join("outside").exists());

    // The rest of the archive arrives.
    put(&input, "short.tar.gz", &gzip(&whole));
    let retry = run(&[&"quarantine", &"retry", &dataset, &"--reason", &"archive_damaged"]);
    assert!(retry.status.success(), "{}", common::stderr(&retry));
    let last = ingest(&input, &dataset, &[]);
    check(
        &last,
        &[("n_sources", 11), ("n_milled", 2), ("n_duplicates", 1), ("n_skipped", 1), ("n_rejected", 7)],
    );
    assert_eq!(last["rejected_by_reason"]["no_pixel_data"], 1);
}

#[test]
fn archives_in_lists_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    let archive = put(folder.path(), "a.zip", &zip(borrowed(&named(&[("a", A), ("b", REPORT)])), DEFLATED));
    let list = put(folder.path(), "list", format!("{}\n", archive.display()).as_bytes());
    let output = run(&[&"ingest", &"--list", &list, &"--out", &dataset, &"--json"]);
    let summary: Value = serde_json::from_str(stdout(&output).lines().last().unwrap()).unwrap();
    check(&summary, &[("n_sources", 2), ("n_milled", 1), ("n_rejected", 1)]);
    put(folder.path(), "a.zip", &zip(borrowed(&named(&[("a", A), ("b", DUPLICATE)])), DEFLATED));
    let retry = run(&[&"quarantine", &"retry", &dataset, &"--reason", &"no_pixel_data"]);
    assert!(retry.status.success(), "{}", common::stderr(&retry));
    let status: Value = serde_json::from_str(&stdout(&run(&[&"status", &dataset, &"--json"]))).unwrap();
    check(&status["sources"], &[("n_sources", 2), ("n_milled", 2), ("n_rejected", 0)]);
}

/// Killed again and again, and shared out: the same in the end.
#[test]
fn a_stream_is_resumed_and_shared_out() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let files = listed(&large_input(folder.path()));
    let archive = put(folder.path(), "a.tar.gz", &gzip(&tar(borrowed(&files))));
    let whole = folder.path().join("whole");
    ingest(&archive, &whole, &["--key", &key, "--threads", "1"]);

    let killed = folder.path().join("killed");
    let arguments = |command: &mut std::process::Command, dataset: &Path| {
        command.arg(&archive).arg("--out").arg(dataset).args(["--key", &key, "--threads", "4"]);
    };
    for attempt in 1..=4 {
        let mut command = radmill();
        arguments(command.arg("ingest"), &killed);
        let mut child = command.spawn().unwrap();
        std::thread::sleep(Duration::from_millis(400 * attempt));
        let _ = child.kill();
        child.wait().unwrap();
    }
    ingest(&archive, &killed, &["--key", &key]);
    assert!(contents(&killed) == contents(&whole));

    let shared = folder.path().join("shared");
    for part in ["1/2", "2/2"] {
        let mut command = radmill();
        arguments(command.args(["map", "--part", part]), &shared);
        assert!(command.status().unwrap().success());
    }
    let mut command = radmill();
    arguments(command.arg("seal"), &shared);
    assert!(command.status().unwrap().success());
    assert!(contents(&shared) == contents(&whole));
}

/// A name is no path, whatever lies beside the archive, and no words to the terminal.
#[test]
fn names_lead_nowhere_when_they_are_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = folder.path().join("set");
    put(folder.path(), "outside", &fixture(A));
    let odd = folder.path().join("odd!");
    let mut archive = Zip::default();
    archive.add(b"../../outside", &fixture(REPORT), STORED);
    archive.add(b"\x1b[2Jcleared\n", &fixture("no_rows.dcm"), STORED);
    let archive = put(&odd, "a.zip", &archive.finish());
    fs::create_dir(odd.join("a.zip!")).unwrap();
    assert!(odd.join("a.zip!/../../outside").exists());
    let list = put(folder.path(), "list", format!("{}\n", archive.display()).as_bytes());
    assert!(run(&[&"ingest", &"--list", &list, &"--out", &dataset]).status.success());
    let shown = stdout(&run(&[&"quarantine", &"show", &dataset]));
    assert_eq!(shown.lines().count(), 2, "{shown}");
    assert!(shown.contains("/a.zip!/\\u{1b}[2Jcleared\\n\t"), "{shown:?}");
    let retry = run(&[&"quarantine", &"retry", &dataset, &"--reason", &"no_pixel_data"]);
    assert!(retry.status.success(), "{}", common::stderr(&retry));
    let status: Value = serde_json::from_str(&stdout(&run(&[&"status", &dataset, &"--json"]))).unwrap();
    check(&status["sources"], &[("n_sources", 2), ("n_rejected", 2), ("n_milled", 0)]);
}

/// Each is closed once it has been read.
#[test]
#[cfg(unix)]
fn there_may_be_more_archives_than_open_files() {
    let folder = tempfile::tempdir().unwrap();
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    for number in 0..150 {
        let files = named(&[("a", "notes.txt"), ("b", A)]);
        put(&input, &format!("{number}.tar.gz"), &gzip(&tar(borrowed(&files))));
    }
    let output = std::process::Command::new("sh")
        .args(["-c", "ulimit -n 64; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_radmill"), "ingest"])
        .args([&input, Path::new("--out"), &dataset, Path::new("--json")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", common::stderr(&output));
    let summary: Value = serde_json::from_str(stdout(&output).lines().last().unwrap()).unwrap();
    let counts = [("n_sources", 300), ("n_milled", 1), ("n_duplicates", 149), ("n_skipped", 150)];
    check(&summary, &counts);
}

/// Of who leaves nothing stays, and the archive that still has them brings nothing back.
#[test]
fn a_member_can_be_withdrawn() {
    const NUMBER: &str = "ZQZIMAPEVOGIRU";
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let (input, dataset) = (folder.path().join("input"), folder.path().join("set"));
    let files = listed(&fixtures().join("hospital-b"));
    put(&input, "a.zip", &zip(borrowed(&files), DEFLATED));
    put(&input, "b.tar.gz", &gzip(&tar(borrowed(&listed(&fixtures().join("hospital-c"))))));
    let first = ingest(&input, &dataset, &["--key", &key]);
    let withdrawn = run(&[&"withdraw", &dataset, &"--patient", &NUMBER, &"--key", &key, &"--json"]);
    assert!(withdrawn.status.success(), "{}", common::stderr(&withdrawn));

    let second = ingest(&input, &dataset, &["--key", &key]);
    let n_withdrawn = second["skipped_by_reason"]["withdrawn"].as_u64().unwrap();
    assert!(n_withdrawn > 0, "{second}");
    let n_milled = first["n_milled"].as_u64().unwrap();
    check(
        &second,
        &[("n_sources", first["n_sources"].as_u64().unwrap()), ("n_milled", n_milled - n_withdrawn)],
    );
    assert_eq!(second["n_new_images"], 0, "{second}");
    for (name, bytes) in files_below(&common::private(&dataset)) {
        let is_number = |window: &[u8]| window == NUMBER.as_bytes();
        assert!(!bytes.windows(NUMBER.len()).any(is_number), "{name}");
    }
}
