//! What became of a source: a value that travels to the segment like any other.

use radmill_deid::Crosswalk;
use radmill_manifest::ImageRow;
use serde::{Deserialize, Serialize};

use crate::JobError;
use crate::withdraw::WITHDRAWN;

/// Reason code of a source that a panic cost.
pub(crate) const INTERNAL_ERROR: &str = "internal_error";

/// A stage of the line, as it is called in code, log, document and quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Listing and reading the file.
    Read,
    /// Bytes to attributes and encoded pixels.
    Parse,
    /// Attributes to a category.
    Classify,
    /// Attributes without identity.
    Deidentify,
    /// Frames to images.
    Normalize,
    /// The instance to a DICOM file.
    Write,
    /// Images and facts to rows.
    Row,
    /// Segments to the dataset, or files to their names.
    Seal,
}

impl Stage {
    /// The name in log and quarantine.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Parse => "parse",
            Stage::Classify => "classify",
            Stage::Deidentify => "deidentify",
            Stage::Normalize => "normalize",
            Stage::Write => "write",
            Stage::Row => "row",
            Stage::Seal => "seal",
        }
    }
}

/// What became of one source, as it stands in a segment. For the private root only: it holds the source path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SourceRecord {
    /// Path below the input; what is not UTF-8 is written as `\xNN`.
    pub(crate) source: String,
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// Pseudonym of its patient, if it got far enough to have one: who withdraws is found by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) patient: Option<String>,
    /// What became of it.
    #[serde(flatten)]
    pub(crate) outcome: Outcome,
}

/// What became of one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It became images with rows, or a DICOM file.
    Milled(Milled),
    /// It lies in quarantine.
    Rejected(Rejection),
    /// An instance that another source, or the dataset, already gives.
    Duplicate,
    /// Not an instance: no DICOM, or an index of other files.
    Skipped {
        /// Stable code.
        reason: String,
    },
}

impl Outcome {
    /// True if the patient has withdrawn.
    pub(crate) fn is_withdrawn(&self) -> bool {
        matches!(self, Outcome::Skipped { reason } if reason == WITHDRAWN)
    }
}

/// Facts about a source that became something; what seal needs to find duplicates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Milled {
    /// Keyed digest of the bytes of the source, or of the one file that was made of it.
    pub(crate) source_token: String,
    /// Pseudonymous SOP Instance UID.
    pub(crate) sop_instance_uid: String,
    /// Digest of what the source became: of its images, equal for equal pixels however the source encoded them, or of
    /// the DICOM file where nothing else was made.
    pub(crate) content_digest: String,
    /// Name of the category of its images; `None` where none are made.
    pub(crate) category: Option<String>,
    /// Length of its images in bytes.
    pub(crate) image_bytes: u64,
    /// Paths of its images below the dataset root, by frame.
    pub(crate) image_paths: Vec<String>,
    /// The de-identified DICOM file.
    pub(crate) dicom: Option<DicomFile>,
    /// None of its images shows anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_blank: bool,
    /// Another instance, which was there first, has the same images. Known once duplicates are settled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) has_same_pixels: bool,
}

/// A de-identified DICOM file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct DicomFile {
    /// Path below the dataset root; where the file waits for seal to give it its name, this is that name.
    pub(crate) path: String,
    /// Length in bytes.
    pub(crate) bytes: u64,
}

impl Milled {
    /// Takes the paths of files that rows name; none where no rows are made.
    pub(crate) fn take_row_files(&mut self) -> Vec<String> {
        let mut files = std::mem::take(&mut self.image_paths);
        if !files.is_empty() {
            files.extend(self.dicom.take().map(|dicom| dicom.path));
        }
        files
    }
}

/// Why a source was rejected. Never holds a value or a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rejection {
    /// Which stage rejected it.
    pub(crate) stage: Stage,
    /// Stable reason code.
    pub(crate) reason: String,
    /// What happened, for a person.
    pub(crate) detail: String,
}

/// What the line gives for one source: its outcome, and if it was milled the rows and what was replaced.
pub(crate) struct Mapped {
    /// Pseudonym of the patient, if the source got far enough to have one.
    pub(crate) patient: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) rows: Vec<ImageRow>,
    pub(crate) crosswalk: Crosswalk,
}

impl Mapped {
    /// Nothing was made of the source.
    pub(crate) fn nothing(outcome: Outcome) -> Mapped {
        Mapped { patient: None, outcome, rows: Vec::new(), crosswalk: Crosswalk::default() }
    }
}

/// Why the line ended early for one source.
pub(crate) enum Setback {
    /// Not an instance.
    Skip(&'static str),
    /// To quarantine.
    Reject(Rejection),
    /// A fault that concerns all sources, such as a full disk.
    Job(JobError),
}

impl Setback {
    pub(crate) fn reject(stage: Stage, reason: &str, detail: impl ToString) -> Setback {
        Setback::Reject(Rejection { stage, reason: reason.to_owned(), detail: detail.to_string() })
    }
}
