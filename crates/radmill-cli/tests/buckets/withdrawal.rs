//! Withdrawal from a bucket: what it leaves is what it leaves on a disk, wherever it was killed.

use std::fs;
use std::process::Command;

use radmill_manifest::DatasetTable;

use super::common::{files_below, private};
use super::{
    Target, assert_done, assert_same, fixtures, ingest, killed_at_change, radmill, same_key, server, stderr,
};

/// Patient ID of who withdraws; both batches have sources of theirs.
const NUMBER: &str = "ZQZIMAPEVOGIRU";
const BATCHES: [&str; 2] = ["mammo", "hospital-b"];

const LAYOUTS: [(&str, &str); 3] = [
    ("files", ""),
    ("tar", "[images]\nlayout = \"tar\"\n[dicom]\nwrite = true\n"),
    ("parquet", "[images]\nlayout = \"parquet\"\n"),
];

impl Target {
    /// Both batches in the bucket.
    fn with_batches(bucket: &str, settings: &str) -> Option<Target> {
        let target = Target::new(bucket)?;
        fs::write(target.path().join("pipeline.toml"), format!("version = 1\n{settings}")).unwrap();
        for batch in BATCHES {
            target.ingest_with_pipeline(batch);
        }
        Some(target)
    }

    fn ingest_with_pipeline(&self, batch: &str) {
        let mut job = self.command("ingest", &fixtures().join(batch));
        assert_done(&job.arg("--pipeline").arg(self.path().join("pipeline.toml")).output().unwrap());
    }

    fn withdraw(&self) -> Command {
        let mut command = self.with_credentials("withdraw");
        command.arg(self.url()).args(["--patient", NUMBER, "--key", &same_key(self.path()), "--private"]);
        command.arg(self.path().join("private"));
        command
    }

    /// The names of the log, which has other bytes each time.
    fn log(&self) -> Vec<String> {
        server::names(&self.bucket).into_iter().filter(|name| name.contains("_delta_log")).collect()
    }

    /// The same on a disk: its objects, and the names of its log.
    fn withdrawn_on_disk(&self) -> (std::path::PathBuf, Vec<String>) {
        let (dataset, key) = (self.path().join("disk"), same_key(self.path()));
        let pipeline = self.path().join("pipeline.toml");
        for batch in BATCHES {
            ingest(
                &fixtures().join(batch),
                &dataset,
                &["--key", &key, "--pipeline", pipeline.to_str().unwrap()],
            );
        }
        let withdraw =
            radmill().arg("withdraw").arg(&dataset).args(["--patient", NUMBER, "--key", &key]).output();
        assert_done(&withdraw.unwrap());
        let names = files_below(&dataset).into_keys().filter(|name| name.contains("_delta_log"));
        let names = names.map(|name| format!("set/{name}")).collect();
        (dataset, names)
    }

    /// Nothing in the bucket or in the private folder says the pseudonym or the number.
    #[track_caller]
    fn check_no_trace(&self) {
        let numbers = self.path().join("numbers");
        fs::write(&numbers, NUMBER).unwrap();
        let token =
            radmill().arg("token").arg(&numbers).args(["--key", &same_key(self.path())]).output().unwrap();
        let token = String::from_utf8(token.stdout).unwrap().trim().to_owned();
        assert!(token.len() > 8);
        let mut all = files_below(&self.path().join("private"));
        all.extend(server::names(&self.bucket).into_iter().map(|name| {
            let bytes = server::get(&self.bucket, &name);
            (name, bytes)
        }));
        for (name, bytes) in all {
            for text in [token.as_str(), NUMBER] {
                assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "{name}");
            }
        }
    }

    /// A reader finds a version, and all images of its rows.
    #[track_caller]
    fn check_readers(&self) {
        let copy = tempfile::tempdir().unwrap();
        for name in server::names(&self.bucket) {
            let path = copy.path().join(&name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, server::get(&self.bucket, &name)).unwrap();
        }
        let dataset = copy.path().join("set");
        let mut n_rows = 0;
        let table = DatasetTable::open(&dataset).unwrap();
        table
            .for_each_key(&mut |_, key| {
                assert!(dataset.join(key.image_path).is_file(), "the image of a row is not there");
                n_rows += 1;
            })
            .unwrap();
        assert!(n_rows > 0);
    }
}

#[test]
fn a_patient_leaves_the_bucket_as_a_disk() {
    for (layout, settings) in LAYOUTS {
        let Some(target) = Target::with_batches(&format!("leaves-{layout}"), settings) else { return };
        // What a job that was killed has left.
        server::put(&target.bucket, "set/images/CHEST/ab/abandoned-0.png", b"of anybody");
        server::put(
            &target.bucket,
            "set/manifest/category=CHEST/part-00000-abandoned.parquet",
            b"of anybody",
        );
        let output = target.withdraw().output().unwrap();
        assert_done(&output);
        let (on_disk, log) = target.withdrawn_on_disk();
        assert_same(&super::common::contents(&on_disk), &target.objects());
        assert_eq!(target.log(), log, "{layout}");
        target.check_no_trace();
        target.check_readers();
        assert!(files_below(&target.path().join("private")).keys().any(|name| name.starts_with("notices/")));

        // They stay away, and who is named again is gone already.
        let before = target.objects();
        for batch in BATCHES {
            target.ingest_with_pipeline(batch);
        }
        assert_same(&before, &target.objects());
        assert_done(&target.withdraw().output().unwrap());
        assert_same(&before, &target.objects());
        target.check_no_trace();
        fs::remove_dir_all(private(&on_disk)).unwrap();
    }
}

#[test]
fn a_withdrawal_that_was_killed_is_finished() {
    for (layout, settings) in LAYOUTS {
        let Some(target) = Target::new(&format!("dies-{layout}")) else { return };
        drop(target);
        let mut expected = None;
        for n_changes in 1.. {
            let bucket = format!("dies-{layout}-{n_changes}");
            let Some(target) = Target::with_batches(&bucket, settings) else { return };
            if expected.is_none() {
                let (on_disk, log) = target.withdrawn_on_disk();
                expected = Some((super::common::contents(&on_disk), log));
            }
            let (objects, log) = expected.as_ref().unwrap();
            let was_killed = killed_at_change(target.withdraw(), n_changes);
            target.check_readers();
            assert_done(&target.withdraw().output().unwrap());
            assert_same(objects, &target.objects());
            assert_eq!(&target.log(), log, "{layout}, {n_changes} changes");
            target.check_no_trace();
            if !was_killed {
                assert!(n_changes > 4, "{layout}: changes are counted");
                break;
            }
        }
    }
}

#[test]
fn the_notice_is_applied_to_a_copy_in_a_bucket() {
    let Some(target) = Target::with_batches("original", "[images]\nlayout = \"tar\"\n") else { return };
    server::create("copied");
    for name in server::names("original") {
        server::put("copied", &name, &server::get("original", &name));
    }
    let notice = target.path().join("notice.json");
    assert_done(&target.withdraw().arg("--notice").arg(&notice).output().unwrap());
    let work = target.path().join("work");
    let apply = |copy: &str, work: &std::path::Path| {
        let mut command = target.with_credentials("apply-notice");
        command.arg(&notice).arg(server::url(copy)).arg("--private").arg(work).output().unwrap()
    };
    assert_done(&apply("copied", &work));
    assert!(!work.exists());
    assert_same(&target.objects(), &server::contents("copied"));
    assert_done(&apply("copied", &work));
    assert_same(&target.objects(), &server::contents("copied"));

    let refused = apply("original", &target.path().join("private"));
    assert_eq!(refused.status.code(), Some(6), "{}", stderr(&refused));
    server::create("empty");
    let refused = apply("empty", &work);
    assert_eq!(refused.status.code(), Some(5), "{}", stderr(&refused));
    assert!(!work.exists());
}
