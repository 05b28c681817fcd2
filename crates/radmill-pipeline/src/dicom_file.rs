//! De-identified DICOM files: where they lie, and how they are written.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use dicom_dictionary_std::tags;
use radmill_deid::DeidentifiedInstance;
use radmill_dicom::WriteError;
use radmill_store::publish_deferred_as;
use twox_hash::xxhash3_128::Hasher;

use crate::JobError;
use crate::outcome::{Setback, Stage};

/// What was written.
pub(crate) struct Written {
    pub(crate) bytes: u64,
    /// See [`digest`].
    pub(crate) digest: String,
}

/// XXH3 of a file, 128 bits in hexadecimal digits. It tells files of one SOP Instance UID apart, where nobody gains by
/// a collision; SHA-256 would take longer than reading and writing the file.
pub(crate) fn digest(file: &[u8]) -> String {
    format!("{:032x}", Hasher::oneshot(file))
}

/// Writes the instance whole or not at all, to the path that `target` makes of its digest; see
/// [`publish_deferred_as`] for what a loss of power may undo.
pub(crate) fn write(
    instance: &DeidentifiedInstance,
    staging: &Path,
    target: impl FnOnce(&str) -> PathBuf,
) -> Result<Written, Setback> {
    let (mut digest, mut fault) = (String::new(), None);
    let published = publish_deferred_as(staging, |file| {
        let mut out = Digesting { out: file, hasher: Hasher::new() };
        match instance.write_dicom(&mut out) {
            Ok(()) => {
                digest = format!("{:032x}", out.hasher.finish_128());
                Ok(target(&digest))
            }
            Err(WriteError::Io(error)) => Err(error),
            Err(error) => {
                fault = Some(error);
                Err(io::ErrorKind::Other.into())
            }
        }
    });
    match (published, fault) {
        (Ok(bytes), _) => Ok(Written { bytes, digest }),
        (Err(error), None) => Err(Setback::Job(JobError::Store(error))),
        (Err(_), Some(error)) => Err(Setback::reject(Stage::Write, reason(&error), error)),
    }
}

fn reason(error: &WriteError) -> &'static str {
    match error {
        WriteError::UnknownTransferSyntax | WriteError::CharacterSet => "unsupported_encoding",
        WriteError::TooLong => "over_limit",
        WriteError::Pixels(error) => error.reason(),
        WriteError::Io(_) => "unwritable",
    }
}

/// `PATIENT/STUDY/SERIES/INSTANCE.dcm` below the output folder, of new values alone.
pub(crate) fn final_path(instance: &DeidentifiedInstance) -> Result<String, Setback> {
    let name = |value: &str| is_name(value).then(|| value.to_owned());
    let uid = |tag| instance.attributes().text(tag).and_then(|uid| name(&uid));
    let Some(file) = name(instance.sop_instance_uid()) else {
        let detail = "the SOP Instance UID cannot be a file name";
        return Err(Setback::reject(Stage::Write, "no_sop_instance_uid", detail));
    };
    let patient = name(instance.patient_pseudonym()).unwrap_or_else(|| "no-patient".to_owned());
    let study = uid(tags::STUDY_INSTANCE_UID).unwrap_or_else(|| "no-study".to_owned());
    let series = uid(tags::SERIES_INSTANCE_UID).unwrap_or_else(|| "no-series".to_owned());
    Ok(format!("{patient}/{study}/{series}/{file}.dcm"))
}

/// Fit for a file name everywhere: neither hidden, nor a way up, nor too long.
fn is_name(value: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    (1..=64).contains(&value.len()) && value.bytes().all(is_plain) && !value.starts_with(['.', '-'])
}

/// Passes bytes on and digests them.
struct Digesting<'a> {
    out: &'a mut dyn Write,
    hasher: Hasher,
}

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = self.out.write(bytes)?;
        self.hasher.write(&bytes[..n_written]);
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_become_file_names() {
        for (value, expected) in [
            ("2.25.329800735698586629295641978511506172918", true),
            ("7ZK3M2A1B9QX0C4D", true),
            ("", false),
            ("..", false),
            (".hidden", false),
            ("a/b", false),
            ("a\\b", false),
            ("a b", false),
            ("-rf", false),
            (&"1".repeat(65), false),
        ] {
            assert_eq!(is_name(value), expected, "{value}");
        }
    }
}
