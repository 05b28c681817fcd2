//! Commands that read a dataset say the same of one in a bucket as of one on a disk.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{Target, assert_done, fixtures, ingest, radmill, same_key, second_input};

/// What a command prints, for a dataset in the bucket and for its like on a disk.
struct Both {
    target: Target,
    private: PathBuf,
}

impl Both {
    /// Two batches, of which the first one has sources that are rejected.
    fn new(bucket: &str, layout: &str) -> Option<Both> {
        let target = Target::new(bucket)?;
        let pipeline = target.path().join("pipeline.toml");
        fs::write(&pipeline, format!("version = 1\n[images]\nlayout = \"{layout}\"\n")).unwrap();
        let pipeline = pipeline.to_str().unwrap();
        for input in [fixtures(), second_input(target.path())] {
            assert_done(&target.command("ingest", &input).args(["--pipeline", pipeline]).output().unwrap());
            let key = same_key(target.path());
            ingest(&input, &target.path().join("disk"), &["--key", &key, "--pipeline", pipeline]);
        }
        Some(Both { private: target.path().join("private"), target })
    }

    #[track_caller]
    fn of_bucket(&self, words: &[&str], more: &[&str]) -> String {
        let mut command = self.target.with_credentials(words[0]);
        command.args(&words[1..]).arg(self.target.url()).args(more).arg("--private").arg(&self.private);
        let output = command.output().unwrap();
        assert_done(&output);
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn of_disk(&self, words: &[&str], more: &[&str]) -> String {
        let output = radmill().args(words).arg(self.target.path().join("disk")).args(more).output().unwrap();
        assert_done(&output);
        String::from_utf8(output.stdout).unwrap()
    }

    #[track_caller]
    fn check_same(&self, words: &[&str], more: &[&str]) {
        let (bucket, disk) = (self.of_bucket(words, more), self.of_disk(words, more));
        assert!(!disk.is_empty());
        assert_eq!(bucket, disk, "{words:?}");
    }

    /// The versions, without their times.
    #[track_caller]
    fn check_versions(&self) {
        let timeless = |text: &str| {
            let lines = text.lines().map(|line| {
                let mut version: Value = serde_json::from_str(line).unwrap();
                version["time"].take();
                version
            });
            lines.collect::<Vec<Value>>()
        };
        let versions = timeless(&self.of_bucket(&["versions"], &["--json"]));
        assert_eq!(versions, timeless(&self.of_disk(&["versions"], &["--json"])));
        assert_eq!(versions.len(), 3);
    }

    #[track_caller]
    fn check_crosswalks(&self) {
        let files =
            |name: &str| ["patients", "uids"].map(|kind| self.target.path().join(format!("{name}.{kind}")));
        let (bucket, disk) = (files("bucket"), files("disk"));
        let words = ["crosswalk", "export"];
        self.of_bucket(&words, &exported_to(&bucket));
        self.of_disk(&words, &exported_to(&disk));
        for (bucket, disk) in bucket.iter().zip(&disk) {
            assert_eq!(fs::read(bucket).unwrap(), fs::read(disk).unwrap());
        }
    }

    #[track_caller]
    fn check_sheets(&self) {
        let file = |name: &str| self.target.path().join(name);
        self.of_bucket(&["contact-sheet"], &["--out", file("bucket.png").to_str().unwrap()]);
        self.of_disk(&["contact-sheet"], &["--out", file("disk.png").to_str().unwrap()]);
        let read = |name: &str| fs::read(file(name)).unwrap();
        assert!(read("bucket.png") == read("disk.png"), "the sheets differ");
    }
}

fn exported_to([patients, uids]: &[PathBuf; 2]) -> [&str; 4] {
    ["--patients", patients.to_str().unwrap(), "--uids", uids.to_str().unwrap()]
}

#[test]
fn what_is_read_from_a_bucket_is_what_a_disk_has() {
    for layout in ["files", "tar", "parquet"] {
        let Some(mut both) = Both::new(&format!("read-{layout}"), layout) else { return };
        both.check_same(&["quarantine", "ls"], &["--json"]);
        both.check_same(&["quarantine", "show"], &["--json"]);
        both.check_crosswalks();

        // With the copy of the table that the jobs have left, and with none.
        for private in ["private", "another"] {
            both.private = both.target.path().join(private);
            both.check_versions();
            both.check_same(&["diff"], &["1", "2", "--json"]);
            both.check_sheets();
        }
    }
}
