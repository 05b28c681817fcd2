//! Datasets in a bucket: the same objects as files on a disk, whatever happens on the way.

#![allow(clippy::unwrap_used, reason = "this is test code")]

#[path = "../../radmill-archive/tests/build/mod.rs"]
mod build;
mod common;
#[path = "buckets/large.rs"]
mod large;
#[path = "buckets/reading.rs"]
mod reading;
#[path = "buckets/sources.rs"]
mod sources;
#[path = "buckets/verify.rs"]
mod verify;
#[path = "buckets/withdrawal.rs"]
mod withdrawal;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use common::server::{self, Answer};
use common::{assert_fault, contents, fixtures, ingest, large_input, radmill, same_key, stderr};

/// A bucket of its own and a folder for what is private.
struct Target {
    bucket: String,
    folder: tempfile::TempDir,
    endpoint: String,
}

impl Target {
    /// `None` where there is no server.
    fn new(bucket: &str) -> Option<Target> {
        let endpoint = server::address()?.to_owned();
        server::create(bucket);
        Some(Target { bucket: bucket.to_owned(), folder: tempfile::tempdir().unwrap(), endpoint })
    }

    fn through(self, decide: impl Fn(usize, &str) -> Answer + Send + Sync + 'static) -> Target {
        Target { endpoint: server::proxy(decide), ..self }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn url(&self) -> String {
        server::url(&self.bucket)
    }

    fn command(&self, command: &str, input: &Path) -> Command {
        let mut job = self.with_credentials(command);
        job.arg(input).args(["--out", &self.url(), "--key", &same_key(self.path()), "--private"]);
        job.arg(self.path().join("private"));
        job
    }

    fn with_credentials(&self, command: &str) -> Command {
        let mut job = radmill();
        job.arg(command).envs(server::credentials(&self.endpoint));
        job
    }

    #[track_caller]
    fn ingest(&self, input: &Path) {
        assert_done(&self.command("ingest", input).output().unwrap());
    }

    /// What the same job makes on a disk.
    fn on_disk(&self, inputs: &[&Path]) -> BTreeMap<String, Vec<u8>> {
        let dataset = self.path().join("disk");
        for input in inputs {
            ingest(input, &dataset, &["--key", &same_key(self.path())]);
        }
        contents(&dataset)
    }

    fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        server::contents(&self.bucket)
    }

    /// The versions that a reader of the table sees.
    fn versions(&self) -> Vec<String> {
        let names = server::names(&self.bucket).into_iter();
        names.filter_map(|name| Some(name.split_once("_delta_log/")?.1.to_owned())).collect()
    }
}

#[track_caller]
fn assert_done(output: &Output) {
    assert!(output.status.success(), "{}", stderr(output));
}

#[track_caller]
fn assert_same(expected: &BTreeMap<String, Vec<u8>>, found: &BTreeMap<String, Vec<u8>>) {
    let differing = |a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>| {
        let names =
            a.iter().filter(|(name, bytes)| b.get(*name) != Some(bytes)).map(|(name, _)| name.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!((differing(expected, found), differing(found, expected)), (vec![], vec![]));
}

/// A second batch: one file of the first, and one with new pixels.
fn second_input(folder: &Path) -> PathBuf {
    let input = folder.join("second");
    std::fs::create_dir_all(&input).unwrap();
    assert_done(
        &radmill().args(["synth", "--files", "4", "--seed", "7", "--out"]).arg(&input).output().unwrap(),
    );
    input
}

/// Kills a command when it is about to change the bucket for the n-th time. False if it has ended before.
fn killed_at_change(mut command: Command, n_changes: usize) -> bool {
    let n_begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&n_begun);
    let endpoint = server::proxy(move |_, method| match method {
        "GET" | "HEAD" => Answer::Pass,
        _ if counted.fetch_add(1, Ordering::SeqCst) + 1 < n_changes => Answer::Pass,
        _ => Answer::Close,
    });
    command.envs(server::credentials(&endpoint)).stdout(Stdio::null()).stderr(Stdio::null());
    let mut running = command.spawn().unwrap();
    while running.try_wait().unwrap().is_none() {
        if n_begun.load(Ordering::SeqCst) >= n_changes {
            running.kill().unwrap();
            running.wait().unwrap();
            return true;
        }
        sleep(Duration::from_millis(1));
    }
    false
}

fn version(number: u64) -> String {
    format!("{number:020}.json")
}

#[test]
fn a_bucket_gets_what_a_disk_gets() {
    let Some(target) = Target::new("same") else { return };
    let second = second_input(target.path());
    target.ingest(&fixtures());
    target.ingest(&second);
    let on_disk = target.on_disk(&[&fixtures(), &second]);
    assert_same(&on_disk, &target.objects());
    assert_eq!(target.versions(), [version(0), version(1), version(2)]);
    let private = common::files_below(&target.path().join("private"));
    assert!(!private.keys().any(|name| name.contains("images/")), "images stay in the bucket alone");

    target.ingest(&second);
    assert_eq!(target.versions().len(), 3, "nothing was to do");
    let status = target
        .with_credentials("status")
        .args([target.url()])
        .arg("--private")
        .arg(target.path().join("private"))
        .output()
        .unwrap();
    assert_done(&status);
}

#[test]
fn a_new_private_folder_reads_the_table_from_the_bucket() {
    let Some(target) = Target::new("moved") else { return };
    let second = second_input(target.path());
    target.ingest(&fixtures());
    std::fs::remove_dir_all(target.path().join("private")).unwrap();
    target.ingest(&second);
    assert_same(&target.on_disk(&[&fixtures(), &second]), &target.objects());
}

#[test]
fn a_killed_job_shows_nothing_and_is_finished_by_the_same_command() {
    let Some(target) = Target::new("killed") else { return };
    let input = large_input(target.path());
    let on_disk = target.on_disk(&[&input]);
    for n_objects in [1, on_disk.len() / 2, on_disk.len() - 8, on_disk.len(), on_disk.len() + 1] {
        let mut job = target.command("ingest", &input);
        let mut running = job.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while running.try_wait().unwrap().is_none() && server::names(&target.bucket).len() < n_objects {
            sleep(Duration::from_millis(2));
        }
        let _ = running.kill();
        running.wait().unwrap();
        let versions = target.versions();
        if versions.contains(&version(1)) {
            // What loses its row is removed after that.
            let objects = target.objects();
            assert!(on_disk.iter().all(|(name, bytes)| objects.get(name) == Some(bytes)), "seen too early");
        }
    }
    target.ingest(&input);
    assert_eq!(target.versions(), [version(0), version(1)]);
    assert_same(&on_disk, &target.objects());
}

#[test]
fn of_two_commits_one_wins_and_the_other_goes_on_from_there() {
    let Some(target) = Target::new("race") else { return };
    let input = large_input(target.path());
    let mut job = target.command("ingest", &input);
    let running = job.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while server::names(&target.bucket).is_empty() {
        sleep(Duration::from_millis(2));
    }
    let foreign = format!("set/manifest/_delta_log/{}", version(0));
    server::put(&target.bucket, &foreign, b"{\"commitInfo\":{}}\n");
    assert_fault(&running.wait_with_output().unwrap(), 8, &["another job"]);
    server::delete(&target.bucket, &foreign);
    target.ingest(&input);
    assert_same(&target.on_disk(&[&input]), &target.objects());
}

#[test]
fn a_server_that_fails_for_a_while_is_asked_again() {
    let Some(target) = Target::new("flaky") else { return };
    let target = target.through(|number, _| match number % 7 {
        2 => Answer::Status(503),
        4 => Answer::Status(500),
        5 => Answer::Close,
        _ => Answer::Pass,
    });
    target.ingest(&fixtures());
    assert_same(&target.on_disk(&[&fixtures()]), &target.objects());
}

#[test]
fn what_the_server_does_not_permit_is_said_at_once() {
    let Some(target) = Target::new("refused") else { return };
    let target = target.through(|_, _| Answer::Status(403));
    let refused = target.command("ingest", &fixtures()).output().unwrap();
    assert_fault(&refused, 6, &[&target.url(), "does not permit it (403)"]);
}

#[test]
fn a_bucket_that_cannot_be_written_stays_as_it_is() {
    let Some(target) = Target::new("readonly") else { return };
    let target = target.through(|_, method| match method {
        "PUT" | "POST" => Answer::Status(403),
        _ => Answer::Pass,
    });
    let refused = target.command("ingest", &fixtures()).output().unwrap();
    let words = format!("cannot upload {}/images/", target.url());
    assert_fault(&refused, 6, &[&words, "does not permit it (403)"]);
    assert_eq!(server::names("readonly"), [""; 0]);
}

#[test]
fn two_parts_make_what_one_job_makes() {
    let Some(target) = Target::new("parts") else { return };
    let input = large_input(target.path());
    let parts = ["1/2", "2/2"].map(|part| {
        let mut map = target.command("map", &input);
        map.args(["--part", part]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for part in parts {
        assert_done(&part.wait_with_output().unwrap());
    }
    assert_eq!(target.versions(), [""; 0]);
    assert_done(&target.command("seal", &input).output().unwrap());
    assert_same(&target.on_disk(&[&input]), &target.objects());
}

#[test]
fn what_a_bucket_cannot_do_is_refused() {
    let Some(target) = Target::new("words") else { return };
    let url = target.url();
    let ingest = target.with_credentials("ingest").arg(fixtures()).args(["--out", &url]).output().unwrap();
    assert_fault(&ingest, 6, &["needs --private DIR"]);
    for (command, word) in [("verify", "disk"), ("audit", "download"), ("versions", "--private DIR")] {
        let refused = target.with_credentials(command).arg(&url).output().unwrap();
        assert!([5, 6].contains(&refused.status.code().unwrap()), "{command}: {}", stderr(&refused));
        assert!(stderr(&refused).contains(word), "{command}: {}", stderr(&refused));
    }
    let other = target.path().join("private");
    std::fs::create_dir_all(&other).unwrap();
    let another = server::url("another");
    std::fs::write(other.join("bucket.url"), &another).unwrap();
    let refused = target.command("ingest", &fixtures()).output().unwrap();
    assert_fault(&refused, 6, &[&format!("belongs to the dataset {another}")]);
}
