//! Train, validation and test share no patient and no picture, and what is in one stays there.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use common::slice::{Slice, noise};
use common::table::{Row, rows};
use common::{contents, fixtures, ingest, same_key};

struct Site {
    folder: tempfile::TempDir,
    key: String,
}

impl Site {
    fn new() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let key = same_key(folder.path());
        Site { folder, key }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ingest(&self, input: &str, dataset: &str, splits: &str) -> serde_json::Value {
        let pipeline = self.path("pipeline.toml");
        std::fs::write(&pipeline, format!("version = 1\n{splits}\n")).unwrap();
        let options = ["--key", &self.key, "--pipeline", pipeline.to_str().unwrap()];
        ingest(&self.path(input), &self.path(dataset), &options)
    }

    fn rows(&self, dataset: &str) -> Vec<Row> {
        rows(&self.path(dataset))
    }
}

fn slice(folder: &Path, patient: u32, number: u16) {
    let samples = noise(u64::from(patient) << 32 | u64::from(number));
    Slice { patient, number, samples, ..Slice::default() }.write(folder);
}

/// The splits of each patient.
fn of_patients(rows: &[Row]) -> BTreeMap<String, BTreeSet<String>> {
    let mut splits = BTreeMap::<String, BTreeSet<String>>::new();
    for row in rows.iter().filter(|row| row["split"] != "-") {
        splits.entry(row["patient_id"].clone()).or_default().insert(row["split"].clone());
    }
    splits
}

fn of_instances(rows: &[Row]) -> BTreeMap<String, String> {
    rows.iter().map(|row| (row["sop_instance_uid"].clone(), row["split"].clone())).collect()
}

#[test]
fn a_patient_is_in_one_split_and_stays_there() {
    let site = Site::new();
    for patient in 0..60 {
        (0..3).for_each(|number| slice(&site.path("input"), patient, number));
    }
    let summary = site.ingest("input", "set", "");
    assert_eq!(summary["n_images_in_no_split"], 0);
    let first = site.rows("set");
    let patients = of_patients(&first);
    assert_eq!(patients.len(), 60);
    assert!(patients.values().all(|splits| splits.len() == 1));
    let n = |split: &str| patients.values().filter(|splits| splits.contains(split)).count();
    assert!(n("train") > 40 && n("validation") > 1 && n("test") > 1);

    // More patients, and more of the same ones.
    for patient in 30..90 {
        slice(&site.path("input"), patient, 9);
    }
    site.ingest("input", "set", "");
    let second = site.rows("set");
    let (before, after) = (of_instances(&first), of_instances(&second));
    assert!(before.iter().all(|(uid, split)| &after[uid] == split));
    assert!(of_patients(&second).values().all(|splits| splits.len() == 1));
    site.ingest("input", "at-once", "");
    assert_eq!(of_instances(&site.rows("at-once")), after);

    // Other shares: everything is divided anew, and nobody leaves what grows.
    site.ingest("input", "set", "[splits]\ntrain = 0.5\nvalidation = 0.2\ntest = 0.3");
    let third = of_instances(&site.rows("set"));
    let of = |splits: &BTreeMap<String, String>, split: &str| -> BTreeSet<String> {
        splits.iter().filter(|(_, of)| *of == split).map(|(uid, _)| uid.clone()).collect()
    };
    assert!(of(&third, "test").is_superset(&of(&after, "test")));
    assert!(of(&third, "test").len() > of(&after, "test").len());
}

#[test]
fn pictures_that_resemble_each_other_are_in_one_split() {
    let site = Site::new();
    for patient in 0..40 {
        slice(&site.path("input"), patient, 0);
    }
    site.ingest("input", "probe", "");
    // Which of the patients are in which split, by what they are called in the input.
    let splits = of_instances(&site.rows("probe"));
    let uids: BTreeMap<u32, String> = (0..40).map(|patient| (patient, uid_of(&site, patient))).collect();
    let patient_in =
        |split: &str| *uids.iter().find(|(_, uid)| splits[*uid] == split).expect("one of forty").0;
    let [learner, judge] = [patient_in("train"), patient_in("test")];

    // The same picture of both, with another exposure.
    let picture = |patient, exposure| {
        let samples = noise(7).iter().map(|sample| sample + exposure).collect();
        Slice { patient, number: 5, samples, ..Slice::default() }
    };
    let split_of_picture = |dataset: &str| -> BTreeSet<String> {
        let rows = site.rows(dataset);
        rows.iter().filter(|row| row["instance_number"] == "5").map(|row| row["split"].clone()).collect()
    };
    let set = |splits: [&str; 2]| BTreeSet::from(splits.map(str::to_owned));
    picture(learner, 0).write(&site.path("input"));
    site.ingest("input", "batches", "");
    picture(judge, 3).write(&site.path("input"));
    // What the table has stays in its split; at once, what is judged by comes first.
    assert_eq!(site.ingest("input", "batches", "")["n_images_in_no_split"], 1);
    assert_eq!(split_of_picture("batches"), set(["train", "-"]));
    assert_eq!(site.ingest("input", "at-once", "")["n_images_in_no_split"], 1);
    assert_eq!(split_of_picture("at-once"), set(["test", "-"]));
    // A later job leaves it so.
    slice(&site.path("input"), 50, 0);
    site.ingest("input", "batches", "");
    assert_eq!(split_of_picture("batches"), set(["train", "-"]));
    // Whoever does not want it gets both.
    site.ingest("input", "both", "[splits]\nnear_duplicate_bits_max = -1");
    assert_eq!(split_of_picture("both"), set(["train", "test"]));
}

/// The replaced UID of the first slice of a patient.
fn uid_of(site: &Site, patient: u32) -> String {
    let (input, name) = (format!("input-{patient}"), format!("set-{patient}"));
    slice(&site.path(&input), patient, 0);
    site.ingest(&input, &name, "");
    site.rows(&name)[0]["sop_instance_uid"].clone()
}

#[test]
fn shares_of_categories_split_no_patient() {
    let site = Site::new();
    let splits = "[splits.categories]\nCHEST = { train = 0.2, validation = 0.0, test = 0.8 }";
    for patient in 0..40 {
        for (number, body_part) in [(0, "CHEST"), (1, "HEAD")] {
            let samples = noise(u64::from(patient) << 32 | u64::from(number));
            Slice { patient, number, body_part, samples, ..Slice::default() }.write(&site.path("input"));
        }
    }
    let summary = site.ingest("input", "set", splits);
    let rows = site.rows("set");
    assert!(of_patients(&rows).values().all(|splits| splits.len() == 1));
    let n_withheld = rows.iter().filter(|row| row["split"] == "-").count();
    assert!(n_withheld > 10, "{n_withheld}");
    assert_eq!(summary["n_images_in_no_split"], n_withheld);
}

#[test]
fn any_number_of_threads_gives_the_same_splits() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let [one, eight] = ["1", "8"].map(|threads| {
        let dataset = folder.path().join(threads);
        ingest(&fixtures(), &dataset, &["--key", &key, "--threads", threads]);
        assert!(rows(&dataset).iter().any(|row| row["split"] == "train"));
        contents(&dataset)
    });
    assert!(one == eight);
}
