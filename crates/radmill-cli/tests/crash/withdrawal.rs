//! A withdrawal, and the application of its notice, that die at any change of a file; and one between two runs of a job
//! that was killed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use radmill_manifest::DatasetTable;
use tempfile::TempDir;

use crate::common::{self, contents, files_below, fixtures, private, radmill, same_key};
use crate::job::{Fault, copy_folder, library, rows};
use crate::points;

/// Patient ID of who withdraws.
const NUMBER: &str = "ZQZIMAPEVOGIRU";

const INPUTS: [&str; 2] = ["mammo", "hospital-b"];

struct Corpus {
    folder: TempDir,
    library: PathBuf,
    command: &'static str,
    before: PathBuf,
}

/// Everything below the two roots but the log of the table, whose times vary, and reports, which name the target.
type Found = BTreeMap<String, Vec<u8>>;

impl Corpus {
    fn new(command: &'static str, settings: &str) -> Option<Corpus> {
        let folder = tempfile::tempdir().unwrap();
        let library = library(folder.path())?;
        fs::write(folder.path().join("pipeline.toml"), format!("version = 1\n{settings}")).unwrap();
        fs::write(folder.path().join("numbers"), NUMBER).unwrap();
        same_key(folder.path());
        let before = folder.path().join("before");
        let corpus = Corpus { folder, library, command, before };
        for input in INPUTS {
            let output = corpus.job(input, &corpus.before, &Fault::None);
            assert!(output.status.success(), "{}", common::stderr(&output));
        }
        Some(corpus)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn job(&self, input: &str, target: &Path, fault: &Fault) -> Output {
        let mut job = radmill();
        job.arg(self.command).arg(fixtures().join(input)).arg("--out").arg(target).args(["--threads", "1"]);
        job.arg("--key").arg(self.path("site.key")).arg("--pipeline").arg(self.path("pipeline.toml"));
        fault.arm(&mut job, &self.library, target);
        job.output().unwrap()
    }

    fn withdraw(&self, target: &Path) -> Command {
        let mut command = radmill();
        command.arg("withdraw").arg(target).arg("--patients").arg(self.path("numbers"));
        command.arg("--key").arg(self.path("site.key"));
        command
    }

    fn token(&self) -> String {
        let output =
            radmill().arg("token").arg(self.path("numbers")).arg("--key").arg(self.path("site.key")).output();
        common::stdout(&output.unwrap()).trim_end().to_owned()
    }

    /// A target as the jobs have left it; without its private root it is a copy.
    fn prepare(&self, with_private: bool) -> PathBuf {
        let target = self.path("target");
        copy_folder(&self.before, &target);
        if with_private {
            copy_folder(&private(&self.before), &private(&target));
        }
        target
    }
}

fn found(target: &Path) -> Found {
    let mut found = contents(target);
    found.extend(log(target).into_iter().map(|name| (name, Vec::new())));
    if private(target).exists() {
        let files = files_below(&private(target)).into_iter();
        let files = files.filter(|(name, _)| !name.starts_with("runs/") && name != "lock");
        found.extend(files.map(|(name, bytes)| match name.starts_with("notices/") {
            // Version and patients are the same; which table it was is not.
            true => (name, Vec::new()),
            false => (format!("private/{name}"), bytes),
        }));
    }
    found
}

fn log(target: &Path) -> Vec<String> {
    files_below(target).into_keys().filter(|name| name.contains("_delta_log")).collect()
}

fn remove(target: &Path) {
    fs::remove_dir_all(target).unwrap();
    if private(target).exists() {
        fs::remove_dir_all(private(target)).unwrap();
    }
}

/// Every image of the newest version is there, and the version is the one before or the one after.
fn check_readers(target: &Path, before: &[String], after: &[String]) {
    if target.join("manifest").exists() {
        let seen = rows(target);
        assert!(seen == before || seen == after);
    }
}

/// Kills `command` at one change after the other and lets the same command finish it.
fn dies_at_every_point(
    corpus: &Corpus,
    command: &dyn Fn(&Path) -> Command,
    with_private: bool,
    offset: usize,
    faults: &[fn(usize) -> Fault],
) {
    let has_table = corpus.before.join("manifest").exists();
    let rows_of = |target: &Path| if has_table { rows(target) } else { Vec::new() };
    let before = rows_of(&corpus.before);
    let report = corpus.path("report");
    let target = corpus.prepare(with_private);
    let mut whole = command(&target);
    Fault::Kill(0).arm(&mut whole, &corpus.library, &target);
    let output = whole.env("FAULT_REPORT", &report).output().unwrap();
    assert!(output.status.success(), "{}", common::stderr(&output));
    let (expected, after) = (found(&target), rows_of(&target));
    let n_changes: usize = fs::read_to_string(&report).unwrap().parse().unwrap();
    assert!(n_changes > 3);
    remove(&target);
    for (index, point) in points(n_changes, offset).into_iter().enumerate() {
        let target = corpus.prepare(with_private);
        let mut killed = command(&target);
        faults[index % faults.len()](point).arm(&mut killed, &corpus.library, &target);
        let output = killed.output().unwrap();
        assert!(!common::stderr(&output).contains("internal error"), "{}", common::stderr(&output));
        check_readers(&target, &before, &after);
        let output = command(&target).output().unwrap();
        assert!(output.status.success(), "point {point}: {}", common::stderr(&output));
        let ended = found(&target);
        let names = |found: &Found| found.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&ended), names(&expected), "point {point} of {n_changes}");
        assert!(ended == expected, "point {point} of {n_changes}");
        remove(&target);
    }
}

const KILLED: &[fn(usize) -> Fault] = &[Fault::Kill];

#[test]
fn a_withdrawal_survives_its_death_at_any_point() {
    for (command, settings, offset) in [
        ("ingest", "[dicom]\nwrite = true\n", 1),
        ("ingest", "[images]\nlayout = \"tar\"\n", 2),
        ("ingest", "[images]\nlayout = \"parquet\"\n", 4),
        ("deidentify", "", 3),
    ] {
        let Some(corpus) = Corpus::new(command, settings) else { return };
        dies_at_every_point(&corpus, &|target| corpus.withdraw(target), true, offset, KILLED);
    }
}

#[test]
fn a_withdrawal_survives_a_full_disk() {
    const ENOSPC: i32 = 28;
    let Some(corpus) = Corpus::new("ingest", "[images]\nlayout = \"tar\"\n") else { return };
    let faults: &[fn(usize) -> Fault] = &[|at| Fault::Once(at, ENOSPC), |at| Fault::Always(at, ENOSPC)];
    dies_at_every_point(&corpus, &|target| corpus.withdraw(target), true, 4, faults);
}

#[test]
fn the_application_of_a_notice_survives_its_death_at_any_point() {
    for (settings, offset) in
        [("", 5), ("[images]\nlayout = \"tar\"\n", 6), ("[images]\nlayout = \"parquet\"\n", 7)]
    {
        let Some(corpus) = Corpus::new("ingest", settings) else { return };
        let copy = corpus.path("copy");
        copy_folder(&corpus.before, &copy);
        assert!(corpus.withdraw(&corpus.before).output().unwrap().status.success());
        let notices = files_below(&private(&corpus.before).join("notices"));
        let notice = private(&corpus.before).join("notices").join(notices.keys().next().unwrap());
        fs::remove_dir_all(&corpus.before).unwrap();
        fs::rename(&copy, &corpus.before).unwrap();
        let apply = |target: &Path| {
            let mut command = radmill();
            command.arg("apply-notice").arg(&notice).arg(target);
            command
        };
        dies_at_every_point(&corpus, &apply, false, offset, KILLED);
    }
}

/// A job dies, the patient withdraws, the job goes on: nothing of the patient is left by either.
#[test]
fn a_withdrawal_between_two_runs_of_a_job_takes_what_the_first_has_left() {
    for (command, settings) in [
        ("ingest", "[dicom]\nwrite = true\n"),
        ("ingest", "[images]\nlayout = \"tar\"\n"),
        ("ingest", "[images]\nlayout = \"parquet\"\n"),
        ("deidentify", ""),
    ] {
        let Some(corpus) = Corpus::new(command, settings) else { return };
        let token = corpus.token();
        // A target from which the patient has withdrawn before the second batch came.
        let whole = corpus.path("whole");
        assert!(corpus.job(INPUTS[0], &whole, &Fault::None).status.success());
        assert!(corpus.withdraw(&whole).output().unwrap().status.success());
        assert!(corpus.job(INPUTS[1], &whole, &Fault::None).status.success());
        let expected: Vec<String> =
            contents(&whole).into_keys().filter(|name| !name.ends_with(".parquet")).collect();

        for point in [60, 75, 90, 105, 130, 160] {
            let target = corpus.path("target");
            assert!(corpus.job(INPUTS[0], &target, &Fault::None).status.success());
            corpus.job(INPUTS[1], &target, &Fault::Kill(point));
            let output = corpus.withdraw(&target).output().unwrap();
            assert!(output.status.success(), "{}", common::stderr(&output));
            for root in [target.clone(), private(&target)] {
                for (name, bytes) in files_below(&root) {
                    let is_in =
                        |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
                    assert!(!name.contains(&token) && !is_in(&token), "point {point}: {name}");
                    assert!(!is_in(NUMBER), "point {point}: {name}");
                }
            }
            let output = corpus.job(INPUTS[1], &target, &Fault::None);
            assert!(output.status.success(), "point {point}: {}", common::stderr(&output));
            let ended: Vec<String> =
                contents(&target).into_keys().filter(|name| !name.ends_with(".parquet")).collect();
            let as_expected = |names: &[String]| -> Vec<String> {
                // A tar file is named by what is in it, in which order of withdrawal and sealing it came.
                names.iter().filter(|name| !name.ends_with(".tar")).cloned().collect()
            };
            assert_eq!(as_expected(&ended), as_expected(&expected), "point {point}");
            if command == "ingest" {
                let count = |dataset: &Path| {
                    let table = DatasetTable::open(dataset).unwrap();
                    table.live_files().unwrap().iter().map(|file| file.n_rows).sum::<u64>()
                };
                assert_eq!(count(&target), count(&whole), "point {point}");
            }
            remove(&target);
        }
    }
}
