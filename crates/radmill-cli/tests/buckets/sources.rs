//! Sources in a bucket: what they make is what the same files make.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;

use super::build::{DEFLATED, gzip, tar, zip};
use super::common::{contents, files_below, large_input, stdout};
use super::{Answer, Target, assert_done, assert_fault, assert_same, fixtures, ingest, same_key, server};

impl Target {
    /// Puts these files below `in/` of the bucket, and into a folder; gives the folder.
    fn input(&self, files: &BTreeMap<String, Vec<u8>>) -> PathBuf {
        let folder = self.path().join("input");
        for (name, bytes) in files {
            server::put(&self.bucket, &format!("in/{name}"), bytes);
            fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
            fs::write(folder.join(name), bytes).unwrap();
        }
        folder
    }

    /// The URL of something below the bucket.
    fn url_of(&self, name: &str) -> String {
        server::url(&self.bucket).replace("/set", &format!("/{name}"))
    }

    /// A job that reads the bucket and writes to a folder.
    fn job(&self, url: &str, out: &str) -> Command {
        let mut job = self.with_credentials("ingest");
        job.args([url, "--json", "--key", &same_key(self.path()), "--out"]).arg(self.path().join(out));
        job
    }
}

#[track_caller]
fn summary(output: &Output) -> Value {
    assert_done(output);
    serde_json::from_str(stdout(output).lines().last().unwrap()).unwrap()
}

/// What a summary says of the sources.
fn books(summary: &Value) -> Vec<Value> {
    let names =
        ["n_sources", "n_milled", "n_rejected", "n_duplicates", "n_skipped", "source_bytes", "n_images"];
    names
        .iter()
        .chain(&["rejected_by_reason", "skipped_by_reason"])
        .map(|name| summary[name].clone())
        .collect()
}

fn files() -> BTreeMap<String, Vec<u8>> {
    files_below(&fixtures()).into_iter().filter(|(name, _)| !name.ends_with(".json")).collect()
}

#[test]
fn a_bucket_gives_what_its_files_give() {
    let Some(target) = Target::new("in-same") else { return };
    let folder = target.input(&files());
    let disk = target.path().join("disk");
    let expected = ingest(&folder, &disk, &["--key", &same_key(target.path())]);
    for threads in ["1", "8"] {
        let out = format!("set-{threads}");
        let found =
            summary(&target.job(&target.url_of("in"), &out).args(["--threads", threads]).output().unwrap());
        assert_eq!(books(&found), books(&expected));
        assert_same(&contents(&disk), &contents(&target.path().join(out)));
    }
    // From one folder of the bucket to another.
    let mut both = target.with_credentials("ingest");
    both.args([
        &target.url_of("in/"),
        "--out",
        &target.url(),
        "--key",
        &same_key(target.path()),
        "--private",
    ]);
    assert_done(&both.arg(target.path().join("private")).output().unwrap());
    let below_set = |(name, bytes): (String, Vec<u8>)| Some((name.strip_prefix("set/")?.to_owned(), bytes));
    let names = server::names(&target.bucket).into_iter().filter(|name| !name.contains("_delta_log"));
    let objects = names.map(|name| (name.clone(), server::get(&target.bucket, &name)));
    assert_same(&contents(&disk), &objects.filter_map(below_set).collect());
}

#[test]
fn what_is_new_or_modified_is_read_and_nothing_else() {
    let Some(target) = Target::new("in-again") else { return };
    let folder = target.input(&files());
    let n_requests = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&n_requests);
    let target = target.through(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        Answer::Pass
    });
    let url = target.url_of("in");
    let first = summary(&target.job(&url, "set").output().unwrap());
    assert!(n_requests.swap(0, Ordering::SeqCst) > files().len());
    let again = summary(&target.job(&url, "set").output().unwrap());
    assert_eq!(again["n_sources"], first["n_sources"]);
    assert!(n_requests.load(Ordering::SeqCst) < 4, "a listing, and no object");

    let (thorax, report) = ("hospital-a/cath/run01", "malformed/report.dcm");
    let bytes = files()[report].clone();
    server::put(&target.bucket, &format!("in/{thorax}"), &bytes);
    server::put(&target.bucket, "in/new", &files()[thorax]);
    server::delete(&target.bucket, &format!("in/{report}"));
    let changed = summary(&target.job(&url, "set").output().unwrap());
    let changes = ["n_new", "n_modified", "n_vanished"].map(|name| changed[name].as_u64());
    assert_eq!(changes, [Some(1), Some(1), Some(1)], "{changed}");

    // A folder that goes the same way.
    let disk = target.path().join("disk");
    ingest(&folder, &disk, &["--key", &same_key(target.path())]);
    fs::write(folder.join(thorax), bytes).unwrap();
    fs::write(folder.join("new"), &files()[thorax]).unwrap();
    fs::remove_file(folder.join(report)).unwrap();
    ingest(&folder, &disk, &["--key", &same_key(target.path())]);
    assert_same(&contents(&disk), &contents(&target.path().join("set")));
}

#[test]
fn archives_in_a_bucket_are_read_in_pieces() {
    let Some(target) = Target::new("in-archives") else { return };
    let files = files();
    let members = || files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let some = |n: usize| members().skip(n).step_by(3);
    let mut input = BTreeMap::from([
        ("a/first.zip".to_owned(), zip(some(0), DEFLATED)),
        ("second.TAR".to_owned(), tar(some(1))),
        ("third.tgz".to_owned(), gzip(&tar(some(2)))),
    ]);
    let folder = target.input(&input);
    let disk = target.path().join("disk");
    let expected = ingest(&folder, &disk, &["--key", &same_key(target.path())]);
    let url = target.url_of("in");
    let found = summary(&target.job(&url, "set").args(["--threads", "8"]).output().unwrap());
    assert_eq!(books(&found), books(&expected));
    assert_same(&contents(&disk), &contents(&target.path().join("set")));
    assert_done(&target.job(&url, "set").output().unwrap());

    // Not known by its name, and not taken for a file of no interest.
    input.clear();
    server::put(&target.bucket, "other/archive", &tar(some(0).take(2)));
    let found = summary(&target.job(&target.url_of("other"), "other").output().unwrap());
    assert_eq!(found["rejected_by_reason"]["archive_unsupported"], 1, "{found}");
}

#[test]
fn one_object_is_an_input() {
    let Some(target) = Target::new("in-one") else { return };
    let folder = target.input(&files());
    let name = "hospital-a/cath/run01";
    let found = summary(&target.job(&target.url_of(&format!("in/{name}")), "set").output().unwrap());
    let disk = target.path().join("disk");
    let expected = ingest(&folder.join(name), &disk, &["--key", &same_key(target.path())]);
    assert_eq!(books(&found), books(&expected));
    assert_same(&contents(&disk), &contents(&target.path().join("set")));
}

#[test]
fn failures_of_the_server_are_told_or_passed_over() {
    let Some(target) = Target::new("in-flaky") else { return };
    let folder = target.input(&files());
    let url = target.url_of("in");
    let disk = target.path().join("disk");
    ingest(&folder, &disk, &["--key", &same_key(target.path())]);
    let target = target.through(|number, _| match number % 6 {
        1 => Answer::Status(503),
        3 => Answer::Close,
        _ => Answer::Pass,
    });
    assert_done(&target.job(&url, "set").output().unwrap());
    assert_same(&contents(&disk), &contents(&target.path().join("set")));

    // The listing is the first request; an object that is gone since is rejected.
    let target = target.through(|number, _| if number == 5 { Answer::Status(404) } else { Answer::Pass });
    let found = summary(&target.job(&url, "gone").output().unwrap());
    assert_eq!(found["rejected_by_reason"]["unreadable"], 1, "{found}");

    let target = target.through(|_, _| Answer::Status(403));
    assert_fault(&target.job(&url, "refused").output().unwrap(), 5, &[&url, "does not permit it (403)"]);
}

#[test]
fn what_is_no_input_is_said() {
    let Some(target) = Target::new("in-words") else { return };
    target.input(&BTreeMap::from([("a/b".to_owned(), b"no DICOM".to_vec())]));
    for (url, words) in [
        (target.url_of("nothing"), "there is no object at or below it"),
        (server::url("no-such-bucket"), "there is no such bucket"),
    ] {
        assert_fault(&target.job(&url, "set").output().unwrap(), 5, &[&url, words]);
    }
    for (input, out) in [("in", "in/set"), ("in/set", "in"), ("in", "in")] {
        let mut job = target.with_credentials("ingest");
        job.args([&target.url_of(input), "--out", &target.url_of(out), "--private"]);
        let output = job.arg(target.path().join("private")).output().unwrap();
        let expected: &[&str] =
            if input == "in/set" { &["there is no object"] } else { &["must not lie within each other"] };
        assert_fault(&output, if input == "in/set" { 5 } else { 6 }, expected);
    }
    server::put(&target.bucket, "odd/a//b", b"no DICOM");
    let url = target.url_of("odd");
    assert_fault(&target.job(&url, "odd").output().unwrap(), 5, &[&url, "empty"]);
    let list = target.path().join("list");
    fs::write(&list, target.url_of("in")).unwrap();
    let mut job = target.with_credentials("ingest");
    let output = job.arg("--list").arg(&list).arg("--out").arg(target.path().join("set")).output().unwrap();
    assert_fault(&output, 5, &["URL", "list"]);
}

#[test]
#[cfg(unix)]
fn a_listing_that_hangs_can_be_interrupted() {
    let Some(target) = Target::new("in-hangs") else { return };
    let url = target.url_of("in");
    let (asked, was_asked) = std::sync::mpsc::channel();
    // Requests are repeated for minutes.
    let target = target.through(move |_, _| {
        let _ = asked.send(());
        Answer::Status(503)
    });
    let child = target.job(&url, "set").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    was_asked.recv().unwrap();
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!target.path().join("set").exists(), "nothing was begun");
}

#[test]
fn a_killed_job_goes_on_from_the_bucket() {
    let Some(target) = Target::new("in-killed") else { return };
    let folder = large_input(target.path());
    for (name, bytes) in files_below(&folder) {
        server::put(&target.bucket, &format!("in/{name}"), &bytes);
    }
    let disk = target.path().join("disk");
    ingest(&folder, &disk, &["--key", &same_key(target.path())]);
    let url = target.url_of("in");
    for pause in [40, 150, 400, 700] {
        let mut job = target.job(&url, "set");
        let mut running = job.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(pause));
        let _ = running.kill();
        running.wait().unwrap();
    }
    assert_done(&target.job(&url, "set").output().unwrap());
    assert_same(&contents(&disk), &contents(&target.path().join("set")));
    // Parts of a job list the same.
    for part in ["1/2", "2/2"] {
        assert_done(&run_part(&target, "map", &url, &["--part", part]));
    }
    assert_done(&run_part(&target, "seal", &url, &[]));
    assert_same(&contents(&disk), &contents(&target.path().join("parts")));
}

fn run_part(target: &Target, command: &str, url: &str, more: &[&str]) -> Output {
    let mut part = target.with_credentials(command);
    part.args([url, "--key", &same_key(target.path()), "--out"]).arg(target.path().join("parts"));
    part.args(more).output().unwrap()
}

/// A path as a URL names it.
#[test]
fn names_with_odd_characters_are_read() {
    let Some(target) = Target::new("in-odd") else { return };
    let source = files()["hospital-a/cath/run01"].clone();
    // The server of the tests takes names as they stand in a request.
    let names = ["a+b/c=d.dcm", "tilde~/x(1).dcm", "dots..dcm"];
    let folder = target.input(&names.iter().map(|name| ((*name).to_owned(), source.clone())).collect());
    let found = summary(&target.job(&target.url_of("in"), "set").output().unwrap());
    let expected = ingest(&folder, &target.path().join("disk"), &["--key", &same_key(target.path())]);
    assert_eq!(books(&found), books(&expected));
    assert_same(&contents(Path::new(&target.path().join("disk"))), &contents(&target.path().join("set")));
}
