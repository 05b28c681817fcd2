//! A small job that can be run again and again, with faults.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use radmill_manifest::DatasetTable;
use tempfile::TempDir;

use crate::build::{DEFLATED, tar, zip};
use crate::common::slice::{Slice, noise};
use crate::common::{contents, files_below, fixtures, private, radmill, same_key};

/// How the system fails, and at which change of a file.
pub(crate) enum Fault {
    None,
    /// The process dies before the change.
    Kill(usize),
    /// One change fails with this error of the system.
    Once(usize, i32),
    /// That change and all later ones fail.
    Always(usize, i32),
}

impl Fault {
    /// Lets the command meet the fault, in what it changes below `target` or beside it.
    pub(crate) fn arm(&self, command: &mut Command, library: &Path, target: &Path) {
        let (what, at, error) = match self {
            Fault::None => return,
            Fault::Kill(at) => ("kill", at, 0),
            Fault::Once(at, error) => ("once", at, *error),
            Fault::Always(at, error) => ("always", at, *error),
        };
        command.env("LD_PRELOAD", library).env("FAULT_BELOW", target);
        command.env("FAULT_DO", what).env("FAULT_AT", at.to_string()).env("FAULT_ERRNO", error.to_string());
    }
}

/// Compiles what makes the faults; says so and gives none where there is no C compiler.
pub(crate) fn library(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("faults.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crash/faults.c");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
    if !compiled.is_ok_and(|status| status.success()) {
        println!("skipped: there is no C compiler called cc");
        return None;
    }
    Some(library)
}

/// What a job leaves.
#[derive(PartialEq)]
pub(crate) struct Outcome {
    files: BTreeMap<String, Vec<u8>>,
    rows: Vec<String>,
    /// Names below the private root, without those of jobs that were never finished.
    private: Vec<String>,
}

pub(crate) struct Job {
    folder: TempDir,
    command: &'static str,
    threads: String,
    library: PathBuf,
    /// What is in the target before the job.
    before: Option<PathBuf>,
    n_targets: Cell<usize>,
}

const FIRST: [(&str, &str); 6] = [
    ("a", "malformed/same_uid_a.dcm"),
    ("b", "malformed/same_uid_b.dcm"),
    ("c", "hospital-a/cath/run01"),
    ("d", "malformed/duplicate_a.dcm"),
    ("e", "malformed/duplicate_b.dcm"),
    ("f", "malformed/truncated_pixels.dcm"),
];

impl Job {
    /// `None` where there is no C compiler.
    pub(crate) fn new(command: &'static str, pipeline: &str) -> Option<Job> {
        let folder = tempfile::tempdir().unwrap();
        let library = library(folder.path())?;
        let input = folder.path().join("input");
        fs::create_dir(&input).unwrap();
        for (name, fixture) in FIRST {
            fs::copy(fixtures().join(fixture), input.join(name)).unwrap();
        }
        slices(&input, 1..=2);
        fs::write(input.join("h.zip"), archive(&["hospital-a/cath/run01"])).unwrap();
        let report = fs::read(fixtures().join("malformed/report.dcm")).unwrap();
        fs::write(input.join("i.tar"), tar([("report", report.as_slice())])).unwrap();
        // More than one segment.
        for n in 0..520 {
            fs::write(input.join(format!("n{n:03}")), "no DICOM").unwrap();
        }
        fs::write(folder.path().join("pipeline.toml"), format!("version = 1\n{pipeline}")).unwrap();
        same_key(folder.path());
        let (threads, n_targets) = ("1".to_owned(), Cell::new(0));
        Some(Job { folder, command, threads, library, before: None, n_targets })
    }

    /// The job after this one, once sources have come, gone, and been modified.
    pub(crate) fn after_changes(mut self) -> Job {
        let target = self.prepare();
        assert!(self.run(&target, &Fault::None).status.success());
        self.before = Some(target);
        let input = self.folder.path().join("input");
        for (name, fixture) in
            [("a", "malformed/report.dcm"), ("c", "malformed/same_uid_b.dcm"), ("g", "hospital-a/cath/run01")]
        {
            fs::copy(fixtures().join(fixture), input.join(name)).unwrap();
        }
        // Rows of the series that are there already get other places.
        slices(&input, 3..=3);
        fs::write(input.join("h.zip"), archive(&["malformed/report.dcm", "malformed/duplicate_a.dcm"]))
            .unwrap();
        fs::remove_file(input.join("n000")).unwrap();
        self
    }

    pub(crate) fn with_threads(&self, threads: &str) -> JobWithThreads<'_> {
        JobWithThreads { job: self, threads: threads.to_owned() }
    }

    /// A target as it is before the job.
    pub(crate) fn prepare(&self) -> PathBuf {
        self.n_targets.set(self.n_targets.get() + 1);
        let target = self.folder.path().join(format!("target-{}", self.n_targets.get()));
        if let Some(before) = &self.before {
            copy_folder(before, &target);
            copy_folder(&private(before), &private(&target));
        }
        target
    }

    pub(crate) fn command(&self, target: &Path, fault: &Fault) -> Command {
        self.command_with(target, fault, &self.threads)
    }

    fn command_with(&self, target: &Path, fault: &Fault, threads: &str) -> Command {
        let mut command = radmill();
        command.arg(self.command).arg(self.folder.path().join("input")).arg("--out").arg(target);
        command.arg("--key").arg(self.folder.path().join("site.key")).args(["--threads", threads]);
        command.arg("--pipeline").arg(self.folder.path().join("pipeline.toml"));
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        fault.arm(&mut command, &self.library, target);
        command
    }

    pub(crate) fn run(&self, target: &Path, fault: &Fault) -> Output {
        self.command(target, fault).output().unwrap()
    }

    /// Changes of files that the job makes.
    pub(crate) fn n_changes(&self) -> usize {
        let (target, report) = (self.prepare(), self.folder.path().join("report"));
        let mut command = self.command(&target, &Fault::Kill(0));
        assert!(command.env("FAULT_REPORT", &report).output().unwrap().status.success());
        let n_changes = fs::read_to_string(report).unwrap().parse().unwrap();
        assert!(n_changes > 50, "the changes are counted");
        n_changes
    }

    /// What the job leaves if nothing happens to it.
    pub(crate) fn outcome(&self) -> Outcome {
        let target = self.prepare();
        assert!(self.run(&target, &Fault::None).status.success());
        outcome(&target)
    }

    /// A reader sees the version before the job or the one after it, with all its images.
    pub(crate) fn check_readers(&self, target: &Path) {
        if !target.join("manifest/_delta_log/00000000000000000000.json").exists() {
            return;
        }
        let table = DatasetTable::open(target).unwrap();
        let before = self.before.as_ref().map_or_else(Vec::new, |before| rows(before));
        let is_before = table.version() <= self.before.as_ref().map_or(0, |_| 1);
        let seen = rows(target);
        assert_eq!(is_before, seen == before);
    }

    pub(crate) fn check_same(&self, target: &Path, expected: &Outcome, point: usize) {
        let found = outcome(target);
        let names = |outcome: &Outcome| outcome.files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(expected), "files after point {point}");
        assert_eq!(found.rows, expected.rows, "rows after point {point}");
        assert_eq!(found.private, expected.private, "private files after point {point}");
        assert!(found == *expected, "bytes after point {point}");
        fs::remove_dir_all(target).unwrap();
        fs::remove_dir_all(private(target)).unwrap();
    }
}

/// Slices of one series.
fn slices(folder: &Path, numbers: RangeInclusive<u16>) {
    for number in numbers {
        let position = format!("0\\0\\{number}");
        // No sequence of pictures that resemble each other.
        Slice { number, position: &position, samples: noise(number.into()), ..Slice::default() }
            .write(folder);
    }
}

fn archive(names: &[&str]) -> Vec<u8> {
    let members: Vec<(&str, Vec<u8>)> =
        names.iter().map(|name| (*name, fs::read(fixtures().join(name)).unwrap())).collect();
    zip(members.iter().map(|(name, bytes)| (*name, bytes.as_slice())), DEFLATED)
}

/// The same job on another number of threads.
pub(crate) struct JobWithThreads<'a> {
    job: &'a Job,
    threads: String,
}

impl JobWithThreads<'_> {
    pub(crate) fn command(&self, target: &Path, fault: &Fault) -> Command {
        self.job.command_with(target, fault, &self.threads)
    }

    pub(crate) fn run(&self, target: &Path, fault: &Fault) -> Output {
        self.command(target, fault).output().unwrap()
    }
}

fn outcome(target: &Path) -> Outcome {
    let rows = if target.join("manifest").exists() { rows(target) } else { Vec::new() };
    let private = files_below(&private(target)).into_keys().collect();
    Outcome { files: contents(target), rows, private }
}

/// The rows of the newest version. The image of each is there.
pub(crate) fn rows(dataset: &Path) -> Vec<String> {
    let mut rows = Vec::new();
    DatasetTable::open(dataset)
        .unwrap()
        .for_each_key(&mut |file, key| {
            assert!(dataset.join(key.image_path).is_file(), "the image of a row is not there");
            let (uid, frame, image) = (key.sop_instance_uid, key.frame_index, key.image_path);
            rows.push(format!("{} {uid} {frame} {image} {}", file.path, key.image_sha256));
        })
        .unwrap();
    rows
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    for (name, bytes) in files_below(from) {
        fs::create_dir_all(to.join(&name).parent().unwrap()).unwrap();
        fs::write(to.join(name), bytes).unwrap();
    }
}
