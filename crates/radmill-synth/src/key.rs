use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::canary::Canary;

/// What a corpus holds and what should become of it: the truth that a run is compared with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerKey {
    /// Version of this format: 1.
    pub version: u32,
    /// The seed that the corpus was made from.
    pub seed: u64,
    /// One entry for each file, sorted by path.
    pub files: Vec<FileKey>,
}

/// The truth about one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileKey {
    /// Path below the corpus folder, with `/`.
    pub path: String,
    /// SHA-256 of the whole file, hexadecimal.
    pub sha256: String,
    /// What the file is there for, in words.
    pub about: String,
    /// What an ingest run should do with it.
    pub outcome: Outcome,
    /// Reason codes that fit a file that is rejected or skipped; a run gives one of them, and where nothing is left
    /// open there is only one. Empty where it is milled or a duplicate.
    pub reasons: Vec<String>,
    /// The category that the image shows and the header says; empty where there is no image.
    pub category: String,
    /// Why the category is UNCATEGORIZED; empty otherwise.
    pub uncategorized_reason: String,
    /// Modality (0008,0060); empty where there is none.
    pub modality: String,
    /// Transfer Syntax UID of the data set as written, declared or not; empty where there is none.
    pub transfer_syntax: String,
    /// Specific Character Set (0008,0005); empty where there is none.
    pub character_set: String,
    /// Frames that the pixel data hold; 0 where there is no image.
    pub n_frames: u32,
    /// Rows (0028,0010); 0 where there is no image.
    pub rows: u32,
    /// Columns (0028,0011); 0 where there is no image.
    pub columns: u32,
    /// The pixel data give every stored sample back exactly.
    pub lossless: bool,
    /// SHA-256 of the stored samples as frame, row, column, sample, little-endian, in the integer type that Bits
    /// Allocated and Pixel Representation say (bits above Bits Stored sign-extended or cleared); colour as RGB,
    /// palette colour as its indices. Empty where lossy or without image.
    pub pixel_sha256: String,
    /// Hounsfield units at a few points of a CT image.
    pub hounsfield: Vec<Hounsfield>,
    /// Number of elements, those in sequence items included, file meta excluded.
    pub n_elements: u32,
    /// Every planted identifier and where it stands.
    pub canaries: Vec<Canary>,
}

/// What an ingest run should do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It becomes image rows.
    Milled,
    /// It goes to quarantine.
    Rejected,
    /// It is the same instance as a file whose path sorts before its own, byte for byte.
    Duplicate,
    /// It is no DICOM instance.
    Skipped,
}

/// The true value of one pixel of a CT image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hounsfield {
    /// Counted from 0.
    pub frame: u32,
    /// Counted from 0.
    pub row: u32,
    /// Counted from 0.
    pub column: u32,
    /// The sample as stored.
    pub stored: i32,
    /// Stored value times slope plus intercept, in HU.
    pub hu: f64,
}

impl AnswerKey {
    /// Where the key of the corpus in `folder` stands: beside it, `NAME-key.json`, never inside.
    pub fn path_for(folder: &Path) -> PathBuf {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        folder.with_file_name(format!("{name}-key.json"))
    }

    /// Reads a key.
    pub fn read(path: &Path) -> io::Result<AnswerKey> {
        serde_json::from_slice(&fs::read(path)?).map_err(io::Error::other)
    }

    /// The key as it is written: one line for each file, so that differences can be read.
    pub fn to_json(&self) -> String {
        let lines: Vec<String> = self
            .files
            .iter()
            .map(|file| serde_json::to_string(file).expect("plain data always become JSON"))
            .collect();
        format!(
            "{{\"version\":{},\"seed\":{},\"files\":[\n{}\n]}}\n",
            self.version,
            self.seed,
            lines.join(",\n")
        )
    }
}
