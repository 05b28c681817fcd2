//! What a ledger knows of one source.

use std::ffi::OsString;
use std::path::PathBuf;

use radmill_store::Source;
use serde::{Deserialize, Serialize};

use crate::key::hex;
use crate::outcome::{Milled, Outcome, Rejection, SourceRecord};
use crate::segment::path_text;

/// A source and what became of it when it was last worked on. Flat, because millions of lines are read at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Path below the input; what is not UTF-8 is written as `\xNN`.
    pub(crate) source: String,
    /// The bytes of the path in hexadecimal digits, if `source` does not say it exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_hex: Option<String>,
    /// Length in bytes.
    pub(crate) bytes: u64,
    /// Time of last modification, in nanoseconds since 1970.
    pub(crate) modified_ns: u64,
    /// The settings it was worked on with.
    pub(crate) pipeline_id: String,
    /// Pseudonym of its patient, if it got that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) patient: Option<String>,
    /// What became of it.
    pub(crate) outcome: Became,
    /// Pseudonymous SOP Instance UID, if it got that far, whether or not it was this source that stayed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
    /// Keyed digest of the source, as rows have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rejection: Option<Rejection>,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) skipped: Option<String>,
    /// Category of its images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<String>,
    /// Its images.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) n_images: u64,
    /// Their length in bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) image_bytes: u64,
    /// Another instance, which was there first, has the same images.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) has_same_pixels: bool,
    /// Its DICOM file, below the root of the output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dicom_path: Option<String>,
    /// Length of the DICOM file in bytes.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) dicom_bytes: u64,
}

/// What became of a source, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Became {
    /// Images with rows, or a DICOM file.
    Milled,
    /// It lies in quarantine.
    Rejected,
    /// Another source, or the target, already gives its instance.
    Duplicate,
    /// Not an instance.
    Skipped,
}

/// An instance that a source gives, whether or not it is this source that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Pseudonymous SOP Instance UID.
    pub(crate) instance: String,
    /// Keyed digest of the source, as rows have it.
    pub(crate) token: String,
}

impl Held {
    /// The instance that an outcome gives, before duplicates are settled.
    pub(crate) fn of(outcome: &Outcome) -> Option<Held> {
        let Outcome::Milled(milled) = outcome else { return None };
        Some(Held { instance: milled.sop_instance_uid.clone(), token: milled.source_token.clone() })
    }
}

impl Entry {
    /// The entry of a source that was worked on, with its final outcome.
    pub(crate) fn new(
        listed: &Source,
        pipeline_id: &str,
        record: &SourceRecord,
        held: Option<Held>,
    ) -> Entry {
        let (instance, token) = held.map(|held| (held.instance, held.token)).unzip();
        let path = &listed.relative;
        let mut entry = Entry {
            source: path_text(path),
            source_hex: path.to_str().is_none().then(|| hex(path.as_os_str().as_encoded_bytes())),
            bytes: listed.bytes,
            modified_ns: clipped(listed.modified_ns),
            pipeline_id: pipeline_id.to_owned(),
            patient: record.patient.clone(),
            outcome: Became::Skipped,
            instance,
            token,
            rejection: None,
            skipped: None,
            category: None,
            n_images: 0,
            image_bytes: 0,
            has_same_pixels: false,
            dicom_path: None,
            dicom_bytes: 0,
        };
        match &record.outcome {
            Outcome::Milled(milled) => entry.set_milled(milled),
            Outcome::Rejected(rejection) => {
                entry.outcome = Became::Rejected;
                entry.rejection = Some(rejection.clone());
            }
            Outcome::Duplicate => entry.outcome = Became::Duplicate,
            Outcome::Skipped { reason } => entry.skipped = Some(reason.clone()),
        }
        entry
    }

    fn set_milled(&mut self, milled: &Milled) {
        self.outcome = Became::Milled;
        self.category = milled.category.clone();
        self.n_images = milled.image_paths.len() as u64;
        self.image_bytes = milled.image_bytes;
        self.has_same_pixels = milled.has_same_pixels;
        self.dicom_path = milled.dicom.as_ref().map(|dicom| dicom.path.clone());
        self.dicom_bytes = milled.dicom.as_ref().map_or(0, |dicom| dicom.bytes);
    }

    /// Path below the input.
    pub(crate) fn path(&self) -> PathBuf {
        let exact = self.source_hex.as_deref().and_then(path_of_hex);
        exact.unwrap_or_else(|| PathBuf::from(&self.source))
    }

    /// True if a file of this length and time is the one that was worked on.
    pub(crate) fn is_of(&self, bytes: u64, modified_ns: u128) -> bool {
        self.bytes == bytes && self.modified_ns == clipped(modified_ns)
    }

    /// Stable reason code, if it was rejected.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.rejection.as_ref().map(|rejection| rejection.reason.as_str())
    }
}

#[cfg(unix)]
fn path_of_hex(digits: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    let pairs = digits.as_bytes().chunks_exact(2);
    let bytes = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    Some(OsString::from_vec(bytes.collect::<Option<_>>()?).into())
}

/// Elsewhere such a source is read again each time.
#[cfg(not(unix))]
fn path_of_hex(_: &str) -> Option<PathBuf> {
    None::<OsString>.map(PathBuf::from)
}

/// Times after the year 2554 are all the same.
pub(crate) fn clipped(modified_ns: u128) -> u64 {
    u64::try_from(modified_ns).unwrap_or(u64::MAX)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}
