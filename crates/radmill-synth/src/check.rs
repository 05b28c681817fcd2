//! The answer key of the score: one line for each thing that must have become of a file.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One check of the answer key; `docs/score.md` describes the fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Counted from 1.
    pub id: u64,
    /// Path below the planted folder, with `/`.
    pub file: String,
    /// SOP Instance UID (0008,0018) before de-identification.
    pub sop_instance_uid: String,
    /// Where: `(0040,0275)[0].(0040,1002)`, `(0019,"GEMS_ACQU_01",23)`, or `preamble`.
    pub tag: String,
    /// What must hold.
    pub action: Action,
    /// The text, date, UID, patient id or digest that the action is about; empty where it is about none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expected: String,
    /// For `pixels_hidden`: column, row, width and height of the box, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<[u32; 4]>,
    /// `hipaa`, `dicom` or `tcia`.
    pub category: String,
    /// Such as `HIPAA-A`, `DICOM-P15-BASIC-U`, `TCIA-P15-DESC-C`.
    pub subcategory: String,
    /// The policies that the check is for.
    pub policies: Vec<String>,
    /// The value was planted: it is nobody's, and may be shown.
    pub planted: bool,
}

/// The ten actions of the MIDI-B benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The attribute is there and not empty.
    TagRetained,
    /// The attribute is there and its text is not empty.
    TextNotnull,
    /// Every word of the expected text is in the value.
    TextRetained,
    /// No word of the expected text is in the value.
    TextRemoved,
    /// The date is not in the value.
    DateShifted,
    /// The UID is not in the value.
    UidChanged,
    /// The box of the pixels shows nothing.
    PixelsHidden,
    /// The pixel data are what they were.
    PixelsRetained,
    /// The UID is the one of the map.
    UidConsistent,
    /// The Patient ID is the one of the map.
    PatidConsistent,
}

impl Action {
    /// All of them, in the order of reports.
    pub const ALL: [Action; 10] = [
        Action::TagRetained,
        Action::TextNotnull,
        Action::TextRetained,
        Action::TextRemoved,
        Action::DateShifted,
        Action::UidChanged,
        Action::UidConsistent,
        Action::PatidConsistent,
        Action::PixelsHidden,
        Action::PixelsRetained,
    ];

    /// As in the key and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Action::TagRetained => "tag_retained",
            Action::TextNotnull => "text_notnull",
            Action::TextRetained => "text_retained",
            Action::TextRemoved => "text_removed",
            Action::DateShifted => "date_shifted",
            Action::UidChanged => "uid_changed",
            Action::PixelsHidden => "pixels_hidden",
            Action::PixelsRetained => "pixels_retained",
            Action::UidConsistent => "uid_consistent",
            Action::PatidConsistent => "patid_consistent",
        }
    }

    /// What a check counts as whose file is not in the result: what should be gone is gone.
    pub fn passes_without_file(self) -> bool {
        matches!(self, Action::TextRemoved | Action::DateShifted | Action::UidChanged | Action::PixelsHidden)
    }
}

/// Where the checks of the planted folder stand: beside it, `NAME-checks.jsonl`.
pub fn checks_path_for(folder: &Path) -> PathBuf {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    folder.with_file_name(format!("{name}-checks.jsonl"))
}

/// Writes one JSON object a line.
pub(crate) fn write_checks(path: &Path, checks: &[Check]) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for check in checks {
        serde_json::to_writer(&mut out, check)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Reads the checks; fails on a line that is none.
pub fn read_checks(path: &Path) -> io::Result<Vec<Check>> {
    let lines = BufReader::new(File::open(path)?).lines();
    lines.map(|line| serde_json::from_str(&line?).map_err(io::Error::other)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_file() {
        for action in Action::ALL {
            assert_eq!(serde_json::to_value(action).unwrap(), action.name());
        }
    }
}
