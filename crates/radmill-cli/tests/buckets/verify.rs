//! What is wrong with a dataset in a bucket is found there, whatever the copy of its table says.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use radmill_manifest::DatasetTable;
use serde_json::Value;

use super::common::stdout;
use super::{Answer, Target, assert_done, assert_fault, fixtures, second_input, server};

/// A dataset of two batches, of which the second has merged what the first one wrote.
struct Made {
    target: Target,
    input: PathBuf,
    pipeline: String,
}

/// What an object becomes.
type Broken = fn(&[u8]) -> Vec<u8>;
type Found = BTreeMap<String, (u64, u64)>;

impl Made {
    fn new(bucket: &str, settings: &str) -> Option<Made> {
        let target = Target::new(bucket)?;
        let path = target.path().join("pipeline.toml");
        fs::write(&path, format!("version = 1\n[shards]\nsmall_files_max = 0\n{settings}")).unwrap();
        let pipeline = path.to_str().unwrap().to_owned();
        let input = second_input(target.path());
        let made = Made { target, input, pipeline };
        made.ingest();
        fs::copy(fixtures().join("hospital-d/abdomen/CT0001.dcm"), made.input.join("more")).unwrap();
        made.ingest();
        Some(made)
    }

    fn ingest(&self) {
        let mut job = self.target.command("ingest", &self.input);
        assert_done(&job.args(["--pipeline", &self.pipeline]).output().unwrap());
    }

    fn verify(&self, private: &str) -> Command {
        let mut verify = self.target.with_credentials("verify");
        verify.arg(self.target.url()).arg("--private").arg(self.target.path().join(private));
        verify
    }

    /// What is found, by kind: how often, and how often it was repaired.
    fn faults_with(&self, private: &str, more: &[&str]) -> (Option<i32>, Found) {
        let output = self.verify(private).arg("--json").args(more).output().unwrap();
        let found: Value = serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{output:?}"));
        let number = |faults: &Value, name: &str| faults[name].as_u64().unwrap();
        let faults = found["faults"].as_object().unwrap().iter();
        let faults =
            faults.map(|(kind, faults)| (kind.clone(), (number(faults, "n"), number(faults, "n_repaired"))));
        (output.status.code(), faults.collect())
    }

    fn faults(&self, more: &[&str]) -> (Option<i32>, Found) {
        self.faults_with("private", more)
    }

    #[track_caller]
    fn assert_clean(&self) {
        assert_eq!(self.faults(&[]), (Some(0), Found::new()));
    }

    /// Names of objects below `set/` in a folder, which end so.
    fn names(&self, folder: &str, end: &str) -> Vec<String> {
        let names = server::names(&self.target.bucket).into_iter();
        names.filter(|name| name.starts_with(&format!("set/{folder}")) && name.ends_with(end)).collect()
    }

    /// The shard that the newest version names first, by the copy of its table.
    fn live_shard(&self) -> String {
        let table = DatasetTable::open(&self.target.path().join("private/bucket")).unwrap();
        format!("set/manifest/{}", table.live_files().unwrap()[0].path)
    }
}

#[test]
fn each_object_that_breaks_is_found() {
    for (bucket, settings) in
        [("check-files", "[dicom]\nwrite = true\n"), ("check-tar", "[images]\nlayout = \"tar\"\n")]
    {
        let Some(made) = Made::new(bucket, settings) else { return };
        made.assert_clean();
        assert_eq!(made.faults_with("another", &[]), (Some(0), Found::new()), "without what jobs have left");

        let check = |name: &str, broken: Option<Broken>, expected: &[&str]| {
            let whole = server::get(bucket, name);
            match broken {
                Some(broken) => server::put(bucket, name, &broken(&whole)),
                None => server::delete(bucket, name),
            }
            let (code, found) = made.faults(&[]);
            assert_eq!(code, Some(12), "{expected:?}");
            assert_eq!(found.keys().map(String::as_str).collect::<Vec<_>>(), expected, "{settings}");
            server::put(bucket, name, &whole);
        };
        let cut = |bytes: &[u8]| bytes[..600].to_vec();
        let longer = |bytes: &[u8]| [bytes, &[0]].concat();
        // In a tar file the first image begins after a block.
        let flip = |bytes: &[u8]| [&bytes[..560], &[bytes[560] ^ 1], &bytes[561..]].concat();

        let image = made.names("images/", "").remove(0);
        check(&image, None, &["missing_image"]);
        check(&image, Some(cut), &["wrong_image_length"]);
        check(&image, Some(flip), &["wrong_image_digest"]);
        let shard = made.live_shard();
        check(&shard, None, &["missing_shard"]);
        check(&shard, Some(cut), &["unreadable_shard", "wrong_shard_digest", "wrong_shard_length"]);
        check(&shard, Some(longer), &["unreadable_shard", "wrong_shard_digest", "wrong_shard_length"]);
        if settings.contains("dicom") {
            check(&image, Some(longer), &["wrong_image_length"]);
            check(&made.names("dicom/", "").remove(0), None, &["missing_dicom_file"]);
        }
        made.assert_clean();
    }
}

#[test]
fn objects_that_no_version_names_are_found_and_removed() {
    let Some(made) = Made::new("check-unnamed", "[dicom]\nwrite = true\n") else { return };
    let before = server::names(&made.target.bucket);
    let additions = [
        ("images/CHEST/3f/3f00-0.png", "orphan_image"),
        ("dicom/CHEST/3f/3f00.dcm", "orphan_dicom_file"),
        ("manifest/category=CHEST/part-00000-0123456789abcdef.parquet", "orphan_shard"),
    ];
    for (name, _) in additions {
        server::put(&made.target.bucket, &format!("set/{name}"), b"x");
    }
    let expected = |n_repaired| additions.map(|(_, kind)| (kind.to_owned(), (1, n_repaired))).into();

    // A job that was interrupted may need them.
    let segments = made.target.path().join("private/segments/0123");
    fs::create_dir_all(&segments).unwrap();
    assert_eq!(made.faults(&["--repair"]), (Some(0), Found::new()));
    fs::remove_dir(segments).unwrap();

    assert_eq!(made.faults(&[]), (Some(12), expected(0)), "nothing was removed so far");
    assert_eq!(made.faults(&["--repair"]), (Some(0), expected(1)));
    made.assert_clean();
    assert_eq!(before, server::names(&made.target.bucket));
}

#[test]
fn lost_images_of_a_bucket_come_back_from_their_sources() {
    let Some(made) = Made::new("check-lost", "") else { return };
    let lost = made.names("images/", "").remove(0);
    let whole = server::get(&made.target.bucket, &lost);
    server::delete(&made.target.bucket, &lost);
    let output = made.verify("private").arg("--repair").output().unwrap();
    assert_eq!(output.status.code(), Some(12), "it is not back yet");
    let (url, private) = (made.target.url(), made.target.path().join("private"));
    let command = format!("--out {url} --private {} --pipeline {}", private.display(), made.pipeline);
    assert!(stdout(&output).contains(&command), "{output:?}");

    made.ingest();
    assert_eq!(server::get(&made.target.bucket, &lost), whole);
    made.assert_clean();
}

#[test]
fn an_answer_that_does_not_come_is_no_missing_image() {
    let Some(made) = Made::new("check-silent", "") else { return };
    for n_answered in (0..12).step_by(2) {
        let refuse = move |n: usize, _: &str| match n < n_answered {
            true => Answer::Pass,
            false => Answer::Status(403),
        };
        let mut verify = made.verify("private");
        let output = verify.envs(server::credentials(&server::proxy(refuse))).output().unwrap();
        assert_fault(&output, 6, &["403"]);
    }

    let nothing = Target::new("check-nothing").unwrap();
    let mut verify = nothing.with_credentials("verify");
    let output = verify.arg(nothing.url()).arg("--private").arg(nothing.path().join("private")).output();
    assert_fault(&output.unwrap(), 6, &["no dataset"]);
}
