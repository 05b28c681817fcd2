//! `radmill withdraw`: a patient leaves, with every trace and for good.
//!
//! One patient of the fixtures is spread over three hospitals, four jobs, several categories and versions.

#![allow(clippy::unwrap_used, reason = "this is test code")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use common::{
    assert_fault, deidentify, files_below, fixtures, ingest, private, radmill, run, same_key, stderr, stdout,
};
use parquet::file::reader::{FileReader, SerializedFileReader};
use radmill_manifest::DatasetTable;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Patient ID of who withdraws.
const NUMBER: &str = "ZQZIMAPEVOGIRU";

/// Folders of the fixtures with data of that patient and of others, in the order of the jobs.
const INPUTS: [&str; 3] = ["hospital-c", "hospital-b", "mammo"];

/// A row as far as it does not say where its image lies, and the bytes of its image.
type Rows = BTreeMap<String, Vec<u8>>;

struct Corpus {
    folder: tempfile::TempDir,
    dataset: PathBuf,
    key: String,
    pipeline: String,
}

impl Corpus {
    /// Three jobs, and a fourth that replaces the rows of the second under other settings.
    fn ingested(settings: &str) -> Corpus {
        let folder = tempfile::tempdir().unwrap();
        let key = same_key(folder.path());
        let pipeline = folder.path().join("pipeline.toml");
        fs::write(&pipeline, format!("version = 1\n{settings}")).unwrap();
        let (dataset, pipeline) = (folder.path().join("set"), pipeline.to_str().unwrap().to_owned());
        let corpus = Corpus { folder, dataset, key, pipeline };
        for input in INPUTS {
            corpus.ingest(input);
        }
        let other = corpus.folder.path().join("other.toml");
        fs::write(&other, format!("version = 1\ncontributor = \"second\"\n{settings}")).unwrap();
        let input = fixtures().join(INPUTS[1]);
        ingest(&input, &corpus.dataset, &["--key", &corpus.key, "--pipeline", other.to_str().unwrap()]);
        corpus
    }

    fn ingest(&self, input: &str) -> Value {
        let options = ["--key", &self.key, "--pipeline", &self.pipeline];
        ingest(&fixtures().join(input), &self.dataset, &options)
    }

    fn token(&self) -> String {
        token(&self.key)
    }

    /// Withdraws the patient by a file of numbers.
    #[track_caller]
    fn withdraw(&self) -> Value {
        let numbers = self.folder.path().join("numbers.txt");
        fs::write(&numbers, format!("{NUMBER}\n")).unwrap();
        withdraw(&self.dataset, &["--patients", numbers.to_str().unwrap(), "--key", &self.key])
    }
}

#[track_caller]
fn withdraw(dataset: &Path, more: &[&str]) -> Value {
    let output = radmill().args(["withdraw", "--json"]).arg(dataset).args(more).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn token(key: &str) -> String {
    let mut child =
        radmill().args(["token", "--key", key]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("  {NUMBER} \n\n").as_bytes()).unwrap();
    stdout(&child.wait_with_output().unwrap()).trim_end().to_owned()
}

/// Rows of all Parquet files, old ones too, as text.
fn parquet_text(bytes: &[u8]) -> String {
    let Ok(reader) = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)) else {
        return String::new();
    };
    reader.get_row_iter(None).unwrap().map(|row| format!("{}\n", row.unwrap())).collect()
}

/// Names of the files below both roots that hold any of these, in their names, bytes or rows.
fn holders(dataset: &Path, traces: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for root in [dataset.to_owned(), private(dataset)].iter().filter(|root| root.exists()) {
        for (name, mut bytes) in files_below(root) {
            bytes.extend(name.as_bytes());
            if name.ends_with(".parquet") {
                bytes.extend(parquet_text(&bytes.clone()[..bytes.len() - name.len()]).into_bytes());
            }
            let text = String::from_utf8_lossy(&bytes);
            found.extend(
                traces
                    .iter()
                    .filter(|trace| text.contains(trace.as_str()))
                    .map(|trace| format!("{trace} in {}", root.join(&name).display())),
            );
        }
    }
    found
}

fn column(row: &parquet::record::Row, name: &str) -> String {
    let (_, field) = row.get_column_iter().find(|(column, _)| *column == name).unwrap();
    match field {
        parquet::record::Field::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The rows of the newest version that `keep` accepts by their patient; every image is as its row says.
fn rows(dataset: &Path, keep: &dyn Fn(&str) -> bool) -> Rows {
    let table = DatasetTable::open(dataset).unwrap();
    let mut rows = Rows::new();
    for file in table.live_files().unwrap() {
        let bytes = fs::read(table.folder().join(&file.path)).unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            let number = |name| column(&row, name).parse::<usize>().unwrap();
            let file = fs::read(dataset.join(column(&row, "image_path"))).unwrap();
            let start = number("image_offset_bytes");
            let image = file[start..start + number("image_length_bytes")].to_vec();
            let sha256: String = Sha256::digest(&image).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(sha256, column(&row, "image_sha256"));
            if keep(&column(&row, "patient_id")) {
                let facts = row
                    .get_column_iter()
                    .filter(|(name, _)| !["image_path", "image_offset_bytes"].contains(&name.as_str()));
                let facts: Vec<String> = facts.map(|(name, field)| format!("{name}={field}")).collect();
                rows.insert(facts.join(" "), image);
            }
        }
    }
    rows
}

/// What tells that data of the patient are somewhere: names and numbers, identified and pseudonymous.
fn traces(dataset: &Path, token: &str) -> BTreeSet<String> {
    let mut traces: BTreeSet<String> = [token.to_owned(), NUMBER.to_owned()].into();
    let table = DatasetTable::open(dataset).unwrap();
    for (name, bytes) in files_below(table.folder()) {
        if !name.ends_with(".parquet") || name.contains("checkpoint") {
            continue;
        }
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            if column(&row, "patient_id") == token {
                let names = ["study_instance_uid", "series_instance_uid", "sop_instance_uid", "source_token"];
                traces.extend(names.map(|name| column(&row, name)));
                traces.insert(column(&row, "image_sha256"));
            }
        }
    }
    // What the crosswalk and the ledger know of the patient.
    for (name, bytes) in files_below(&private(dataset)) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if name.starts_with("sources/") {
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            for entry in lines.filter(|entry| entry["patient"] == token) {
                traces.insert(format!("\"{}\"", entry["source"].as_str().unwrap()));
            }
        }
    }
    traces
}

/// Pieces from the middle of the images of the patient.
fn pieces(rows: &Rows) -> Vec<Vec<u8>> {
    rows.values().map(|image| image[image.len() / 2..][..image.len().min(64) / 2].to_vec()).collect()
}

#[track_caller]
fn assert_no_piece(dataset: &Path, pieces: &[Vec<u8>]) {
    for (name, bytes) in files_below(dataset) {
        for piece in pieces {
            assert!(!bytes.windows(piece.len()).any(|window| window == piece), "an image is in {name}");
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for (name, bytes) in files_below(from) {
        fs::create_dir_all(to.join(&name).parent().unwrap()).unwrap();
        fs::write(to.join(name), bytes).unwrap();
    }
}

/// Withdraws from a dataset and from a copy that was made before.
fn check_withdrawal(settings: &str) {
    let corpus = Corpus::ingested(settings);
    let (dataset, token) = (&corpus.dataset, corpus.token());
    let others = rows(dataset, &|patient| patient != token);
    let theirs = rows(dataset, &|patient| patient == token);
    assert!(theirs.len() >= 5 && others.len() > 5, "{} and {}", theirs.len(), others.len());
    let (traces, pieces) = (traces(dataset, &token), pieces(&theirs));
    assert!(holders(dataset, &traces).len() > 20);
    let copy = corpus.folder.path().join("copy");
    copy_folder(dataset, &copy);
    let n_versions = DatasetTable::open(dataset).unwrap().version();
    assert!(n_versions >= 4);

    let done = corpus.withdraw();
    assert_eq!(done["n_rows"].as_u64().unwrap() as usize, theirs.len());
    assert_eq!(done["version"], n_versions + 1);
    assert_eq!(holders(dataset, &traces), [""; 0]);
    assert_no_piece(dataset, &pieces);
    assert!(rows(dataset, &|_| true) == others, "the rows of the others are as they were");
    assert!(DatasetTable::open_at(dataset, n_versions).is_err(), "older versions are gone");
    assert!(!private(dataset).join("withdrawal.json").exists());

    let verified = run(&[&"verify", dataset]);
    assert!(verified.status.success(), "{}{}", stdout(&verified), stderr(&verified));

    // A later batch brings nothing back, whatever the settings.
    for input in INPUTS {
        let again = corpus.ingest(input);
        assert!(again["skipped_by_reason"]["withdrawn"].as_u64() > Some(0), "{again}");
    }
    assert_eq!(holders(dataset, &traces), [""; 0]);
    let patients = |rows: &Rows| rows.len();
    assert_eq!(patients(&rows(dataset, &|_| true)), others.len());

    // Who has a copy has a notice, which names nobody, and comes to the same rows.
    let notice = done["notice"].as_str().unwrap();
    for _ in 0..2 {
        let output = run(&[&"apply-notice", &notice, &copy, &"--json"]);
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert_eq!(holders(&copy, &traces), [""; 0]);
    assert_no_piece(&copy, &pieces);
    assert!(rows(&copy, &|_| true) == others);
    assert!(!private(&copy).exists());
}

#[test]
fn a_patient_leaves_with_images_in_files() {
    check_withdrawal("[dicom]\nwrite = true\n");
}

#[test]
fn a_patient_leaves_with_images_in_tar_files() {
    check_withdrawal("[images]\nlayout = \"tar\"\n");
}

#[test]
fn a_patient_leaves_with_images_in_parquet_files() {
    check_withdrawal("[images]\nlayout = \"parquet\"\n");
}

#[test]
fn a_patient_leaves_a_folder_of_dicom_files() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let (out, copy) = (folder.path().join("out"), folder.path().join("copy"));
    let deidentify_all = || INPUTS.map(|input| deidentify(&fixtures().join(input), &out, &["--key", &key]));
    deidentify_all();
    copy_folder(&out, &copy);
    let token = token(&key);
    let mut traces: BTreeSet<String> = [token.clone(), NUMBER.to_owned()].into();
    let before = files_below(&out);
    let uid = |name: &String| Path::new(name).file_stem().unwrap().to_str().unwrap().to_owned();
    traces.extend(before.keys().filter(|name| name.starts_with(&token)).map(uid));
    assert!(traces.len() > 5);
    let others: BTreeMap<String, Vec<u8>> =
        before.into_iter().filter(|(name, _)| !name.starts_with(&token)).collect();

    let tokens = folder.path().join("tokens");
    fs::write(&tokens, format!("{token}\n")).unwrap();
    let done = withdraw(&out, &["--token", tokens.to_str().unwrap(), "--key", &key]);
    assert_eq!(done["n_files"].as_u64().unwrap() as usize, traces.len() - 2);
    assert_eq!(holders(&out, &traces), [""; 0]);
    assert!(files_below(&out) == others);
    for again in deidentify_all() {
        assert!(again["skipped_by_reason"]["withdrawn"].as_u64() > Some(0), "{again}");
    }
    assert!(files_below(&out) == others);
    assert_eq!(holders(&out, &traces), [""; 0]);

    let notice = done["notice"].as_str().unwrap();
    assert!(run(&[&"apply-notice", &notice, &copy]).status.success());
    assert!(files_below(&copy) == others);
}

#[test]
fn tokens_are_checked_and_need_no_number() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let dataset = folder.path().join("set");
    ingest(&fixtures().join("mammo"), &dataset, &["--key", &key]);
    let token = token(&key);
    assert_eq!(rows(&dataset, &|patient| patient == token).len(), 2);
    let file = folder.path().join("tokens");
    fs::write(&file, NUMBER).unwrap();
    let number = run(&[&"withdraw", &dataset, &"--token", &file, &"--key", &key]);
    assert_fault(&number, 5, &["token 1 is none that this site key has made"]);
    assert!(!stderr(&number).contains(NUMBER));
    let nobody = run(&[&"withdraw", &dataset, &"--key", &key]);
    assert_fault(&nobody, 5, &["nobody is named"]);
    let no_copy = run(&[&"apply-notice", &fixtures().join("objects/report.dcm"), &dataset]);
    assert_fault(&no_copy, 5, &["report.dcm"]);

    // The last rows of a dataset may go as well.
    fs::write(&file, &token).unwrap();
    let done = withdraw(&dataset, &["--token", file.to_str().unwrap(), "--key", &key]);
    assert_eq!(done["n_rows"], 2);
    assert!(rows(&dataset, &|_| true).is_empty());
    let notice = done["notice"].as_str().unwrap();
    let producer = run(&[&"apply-notice", &notice, &dataset]);
    assert_fault(&producer, 6, &["use `radmill withdraw`"]);
    let other = folder.path().join("other");
    ingest(&fixtures().join("mammo"), &other, &[]);
    fs::rename(private(&other), folder.path().join("elsewhere")).unwrap();
    let other = run(&[&"apply-notice", &notice, &other]);
    assert_fault(&other, 5, &["another dataset"]);
}

#[test]
fn an_interrupted_withdrawal_is_finished_before_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let key = same_key(folder.path());
    let dataset = folder.path().join("set");
    ingest(&fixtures().join("mammo"), &dataset, &["--key", &key]);
    let token = token(&key);
    let journal = serde_json::json!({ "id": "withdrawal-1", "patients": [token], "numbers": [] });
    fs::write(private(&dataset).join("withdrawal.json"), journal.to_string()).unwrap();
    let job = run(&[&"ingest", &fixtures().join("hospital-b"), &"--out", &dataset, &"--key", &key]);
    assert_fault(&job, 6, &["a withdrawal", "was interrupted", "radmill withdraw"]);
    let done = withdraw(&dataset, &["--key", &key]);
    assert_eq!(done["n_rows"], 2);
    let traces = [token].into();
    assert_eq!(holders(&dataset, &traces), [""; 0]);
}
