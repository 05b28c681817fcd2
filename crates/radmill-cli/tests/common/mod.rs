//! Runs the `radmill` binary as a user runs it.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "this is test code")]

pub(crate) mod server;
pub(crate) mod slice;
pub(crate) mod table;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use radmill_dicom::{Limits, ParseError, ParsedInstance, parse};
use serde_json::Value;

pub(crate) fn radmill() -> Command {
    Command::new(env!("CARGO_BIN_EXE_radmill"))
}

/// Runs the binary with these arguments to its end.
pub(crate) fn run(arguments: &[&dyn AsRef<OsStr>]) -> Output {
    radmill().args(arguments.iter().map(|argument| argument.as_ref())).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Ends with this exit code and a single sentence on standard error that contains all of `words`.
#[track_caller]
pub(crate) fn assert_fault(output: &Output, code: i32, words: &[&str]) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in {text:?}");
    }
}

/// Reads a DICOM file of any size that a test meets.
pub(crate) fn parse_dicom(bytes: &[u8]) -> Result<ParsedInstance, ParseError> {
    const LIMITS: Limits = Limits {
        file_bytes_max: 1 << 30,
        nesting_depth_max: 64,
        elements_max: 1 << 20,
        element_bytes_max: 1 << 28,
        frames_max: 1 << 16,
        frame_bytes_max: 1 << 28,
        decoded_bytes_max: 1 << 30,
        inflated_bytes_max: 1 << 28,
    };
    parse(bytes.to_vec().into(), &LIMITS)
}

/// The same for what has to be one.
#[track_caller]
pub(crate) fn read_dicom(bytes: &[u8]) -> ParsedInstance {
    parse_dicom(bytes).unwrap()
}

/// The committed fixtures.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom")
}

/// The real files beside the repository; `None`, with a line that says so, where they are absent.
pub(crate) fn real_files() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: there are no real files at ../shared/dicom/dev");
    None
}

/// Ingests and gives the summary, the last of the events.
#[track_caller]
pub(crate) fn ingest(input: &Path, dataset: &Path, more: &[&str]) -> Value {
    job("ingest", input, dataset, more)
}

/// De-identifies and gives the summary, the last of the events.
#[track_caller]
pub(crate) fn deidentify(input: &Path, folder: &Path, more: &[&str]) -> Value {
    job("deidentify", input, folder, more)
}

#[track_caller]
fn job(command: &str, input: &Path, dataset: &Path, more: &[&str]) -> Value {
    let output = radmill()
        .arg(command)
        .arg(input)
        .arg("--out")
        .arg(dataset)
        .arg("--json")
        .args(more)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["event"], "finished");
    last
}

/// Every file below a folder with its bytes, by relative path.
pub(crate) fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The private root of a dataset.
pub(crate) fn private(dataset: &Path) -> PathBuf {
    let mut folder = dataset.as_os_str().to_owned();
    folder.push(".private");
    PathBuf::from(folder)
}

/// A site key that is the same for each dataset below a folder, so that they can be compared.
pub(crate) fn same_key(folder: &Path) -> String {
    let path = folder.join("site.key");
    if !path.exists() {
        std::fs::write(&path, format!("radmill-site-key-1:{}\n", "5a".repeat(32))).unwrap();
    }
    path.to_str().unwrap().to_owned()
}

/// A folder with the fixtures and many copies of small ones, enough for several segments.
pub(crate) fn large_input(folder: &Path) -> PathBuf {
    let input = folder.join("input");
    let mut files = files_below(&fixtures());
    let mut template = files_below(&fixtures().join("malformed"));
    // Inflating gigabytes again and again shows nothing new.
    template.retain(|name, _| !name.contains("bomb"));
    for copy in 0..40 {
        files.extend(
            template
                .iter()
                .map(|(name, bytes)| (format!("{copy}-{}", name.replace('/', "-")), bytes.clone())),
        );
    }
    for (name, bytes) in files {
        std::fs::create_dir_all(input.join(&name).parent().unwrap()).unwrap();
        std::fs::write(input.join(&name), bytes).unwrap();
    }
    input
}

/// Images and shards of a dataset: what must be the same on every run. The Delta log carries times and a table id.
pub(crate) fn contents(dataset: &Path) -> BTreeMap<String, Vec<u8>> {
    files_below(dataset).into_iter().filter(|(name, _)| !name.contains("_delta_log")).collect()
}

/// Records of the quarantine of the only job of a dataset.
pub(crate) fn quarantine(dataset: &Path) -> Vec<Value> {
    let files = files_below(&private(dataset).join("quarantine"));
    assert_eq!(files.len(), 1);
    let text = String::from_utf8(files.into_values().next().unwrap()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
