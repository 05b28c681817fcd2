//! What tests over many files share.
#![allow(dead_code, reason = "each test file uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "this is test code")]

use std::path::{Path, PathBuf};

use radmill_dicom::Limits;

pub(crate) const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 30,
    nesting_depth_max: 64,
    elements_max: 1 << 20,
    element_bytes_max: 1 << 28,
    frames_max: 1 << 16,
    frame_bytes_max: 1 << 28,
    decoded_bytes_max: 1 << 32,
    inflated_bytes_max: 1 << 28,
};

/// The synthetic files of the repository.
pub(crate) fn fixtures() -> Vec<PathBuf> {
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom"))
}

/// The development corpus, which lies beside the repository; `None`, with a line that says so, without it.
pub(crate) fn corpus() -> Option<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if corpus.join("manifest.csv").exists() {
        return Some(corpus);
    }
    println!("skipped: the development corpus is not there");
    None
}

/// All files of the development corpus; none without it.
pub(crate) fn real_files() -> Option<Vec<PathBuf>> {
    corpus().map(|corpus| files(&corpus))
}

/// All files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
