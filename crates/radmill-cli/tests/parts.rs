//! One job on many machines: parts mapped by processes of their own, and sealed once, are what `ingest` makes.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use common::{assert_fault, contents, ingest, large_input, private, radmill, same_key, stderr, stdout};
use serde_json::Value;

/// An input, a key and a pipeline file that all parts name alike.
struct Job {
    folder: tempfile::TempDir,
    input: PathBuf,
    pipeline: PathBuf,
}

impl Job {
    fn new(pipeline: &str) -> Job {
        let folder = tempfile::tempdir().unwrap();
        let input = large_input(folder.path());
        let path = folder.path().join("pipeline.toml");
        std::fs::write(&path, format!("version = 1\n{pipeline}\n[job]\nrejected_share_max = 1.0\n")).unwrap();
        Job { input, pipeline: path, folder }
    }

    fn dataset(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn settings(&self) -> [String; 4] {
        let pipeline = self.pipeline.to_str().unwrap().to_owned();
        ["--pipeline".to_owned(), pipeline, "--key".to_owned(), same_key(self.folder.path())]
    }

    fn command(&self, name: &str, dataset: &Path) -> Command {
        let mut command = radmill();
        command.arg(name).arg(&self.input).arg("--out").arg(dataset).args(self.settings());
        command
    }

    fn map(&self, dataset: &Path, part: &str) -> Command {
        let mut command = self.command("map", dataset);
        command.args(["--part", part]);
        command
    }

    fn seal(&self, dataset: &Path) -> Output {
        self.command("seal", dataset).arg("--json").output().unwrap()
    }

    /// What `ingest` makes of the same.
    fn whole(&self) -> (PathBuf, Value) {
        let dataset = self.dataset("whole");
        let settings = self.settings();
        let summary = ingest(&self.input, &dataset, &settings.each_ref().map(String::as_str));
        (dataset, summary)
    }
}

fn started(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn finished(output: &Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_str(stdout(output).lines().last().unwrap()).unwrap()
}

/// The summary without what differs by its nature: where the dataset lies.
fn counts(summary: &Value) -> Value {
    let mut counts = summary.clone();
    for name in ["dataset", "quarantine"] {
        counts.as_object_mut().unwrap().remove(name);
    }
    counts
}

#[test]
fn parts_at_the_same_time_make_what_one_machine_makes() {
    let tar = "[images]\nlayout = \"tar\"\n[dicom]\nwrite = true\n";
    for (pipeline, numbers) in [("", vec![1, 3, 8]), (tar, vec![3])] {
        let job = Job::new(pipeline);
        let (whole, summary) = job.whole();
        for n_parts in numbers {
            let dataset = job.dataset(&format!("of-{n_parts}"));
            let parts =
                (1..=n_parts).map(|number| started(job.map(&dataset, &format!("{number}/{n_parts}"))));
            for part in parts.collect::<Vec<_>>() {
                let output = part.wait_with_output().unwrap();
                assert!(output.status.success(), "{}", stderr(&output));
            }
            let sealed = finished(&job.seal(&dataset));
            assert_eq!(counts(&sealed), counts(&summary), "{n_parts} parts");
            assert_eq!(contents(&dataset), contents(&whole), "{n_parts} parts");
            assert!(!dataset.join(".staging").exists());
            let left = std::fs::read_dir(private(&dataset)).unwrap();
            assert!(left.flatten().all(|file| !file.file_name().to_string_lossy().starts_with("lock-part")));
        }
    }
}

#[test]
fn nothing_is_sealed_before_all_parts_are_mapped() {
    let job = Job::new("");
    let dataset = job.dataset("set");
    assert_fault(&job.seal(&dataset), 13, &["segments", "radmill map"]);
    let output = job.map(&dataset, "2/2").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("part 2/2 is mapped"), "{}", stdout(&output));
    assert_fault(&job.seal(&dataset), 13, &["segments", "radmill map"]);
    assert!(!dataset.join("manifest").exists(), "nothing may be visible yet");
    assert!(job.map(&dataset, "1/2").output().unwrap().status.success());
    finished(&job.seal(&dataset));
    // Once sealed, sealing and mapping again change nothing.
    let before = contents(&dataset);
    assert_eq!(finished(&job.seal(&dataset))["already_finished"], true);
    let output = job.map(&dataset, "1/2").output().unwrap();
    assert!(stdout(&output).contains("sealed already"), "{}", stdout(&output));
    assert_eq!(contents(&dataset), before);
}

#[test]
fn a_part_that_was_killed_is_run_again() {
    let job = Job::new("");
    let (whole, _) = job.whole();
    let dataset = job.dataset("set");
    for attempt in 0..6 {
        let mut part = started(job.map(&dataset, "1/2"));
        std::thread::sleep(std::time::Duration::from_millis(40 * attempt));
        part.kill().unwrap();
        part.wait().unwrap();
    }
    // Another cut of the same job may finish it.
    for part in ["1/3", "2/3", "3/3"] {
        assert!(job.map(&dataset, part).output().unwrap().status.success());
    }
    finished(&job.seal(&dataset));
    assert_eq!(contents(&dataset), contents(&whole));
}

#[test]
fn parts_and_whole_jobs_keep_out_of_each_others_way() {
    let job = Job::new("");
    let dataset = job.dataset("set");
    std::fs::create_dir_all(private(&dataset)).unwrap();
    let lock = std::fs::File::create(private(&dataset).join("lock")).unwrap();
    lock.lock_shared().unwrap();
    // A part is at work: no whole job, no seal, but another part.
    assert_fault(&job.seal(&dataset), 8, &["another job"]);
    assert_fault(&job.command("ingest", &dataset).output().unwrap(), 8, &["another job"]);
    assert!(job.map(&dataset, "1/2").output().unwrap().status.success());
    lock.unlock().unwrap();
    lock.lock().unwrap();
    assert_fault(&job.map(&dataset, "1/2").output().unwrap(), 8, &["another job"]);
}

#[test]
fn a_part_is_written_k_of_n() {
    let job = Job::new("");
    for part in ["0/2", "3/2", "1", "one/two", "1/0"] {
        assert_fault(&job.map(&job.dataset("set"), part).output().unwrap(), 2, &["K/N", "3/8"]);
    }
}

#[test]
#[cfg(unix)]
fn the_job_file_for_slurm_maps_and_seals() {
    let job = Job::new("");
    let (whole, _) = job.whole();
    let dataset = job.dataset("set");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/slurm-array.sh");
    let step = |name: &str, task: &str| {
        let mut command = Command::new(&script);
        command.arg(name).env("RADMILL", env!("CARGO_BIN_EXE_radmill")).env("RADMILL_INPUT", &job.input);
        command.env("RADMILL_DATASET", &dataset).env("RADMILL_PIPELINE", &job.pipeline);
        command.env("RADMILL_KEY", same_key(job.folder.path())).env("SLURM_ARRAY_TASK_ID", task);
        command.env("SLURM_ARRAY_TASK_MIN", "0").env("SLURM_ARRAY_TASK_COUNT", "2");
        command.output().unwrap()
    };
    for task in ["0", "1"] {
        assert_eq!(step("seal", "").status.code(), Some(13));
        let output = step("map", task);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    let output = step("seal", "");
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(contents(&dataset), contents(&whole));
}
