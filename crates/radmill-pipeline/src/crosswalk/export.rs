use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use radmill_store::{DatasetRoots, files_in, folders_in, publish_secret, remove_folder};

use super::age::Encrypted;
use super::merge::merge;
use super::{Kind, Recipient};
use crate::JobError;
use crate::paths::lies_within;

/// What is to be exported, and where to.
#[derive(Clone, Debug)]
pub struct CrosswalkExport {
    /// The dataset or folder that jobs wrote into.
    pub dataset: PathBuf,
    /// The private root of a dataset in a bucket.
    pub private: Option<PathBuf>,
    /// The file for Patient IDs.
    pub patients: PathBuf,
    /// The file for UIDs.
    pub uids: PathBuf,
    /// Whom both files are encrypted to; if nobody, they are plain text.
    pub recipients: Vec<Recipient>,
}

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportedCrosswalk {
    /// Lines of the file for Patient IDs, without its header.
    pub n_patients: u64,
    /// Lines of the file for UIDs, without its header.
    pub n_uids: u64,
}

/// Writes what all finished jobs into a dataset or folder replaced: two CSV files with the header `id_old,id_new`,
/// sorted, each pair once, for their owner alone (0600).
pub fn export_crosswalk(export: &CrosswalkExport) -> Result<ExportedCrosswalk, JobError> {
    let roots = DatasetRoots::of(&export.dataset, export.private.as_deref()).map_err(JobError::Source)?;
    if !roots.private.is_dir() {
        return Err(JobError::NoPrivateRoot { path: roots.private });
    }
    for target in [&export.patients, &export.uids] {
        if lies_within(target, &roots.dataset) {
            return Err(JobError::Target(format!(
                "{} lies below {}, which may be shared; a crosswalk must not be",
                target.display(),
                roots.dataset.display()
            )));
        }
    }
    if export.patients == export.uids {
        return Err(JobError::Target("patients and UIDs need a file each".to_owned()));
    }
    // A job that ends meanwhile would move parts about.
    let _lock = roots.lock()?.ok_or(JobError::Busy)?;
    Ok(ExportedCrosswalk {
        n_patients: export_kind(&roots, Kind::Patients, &export.patients, &export.recipients)?,
        n_uids: export_kind(&roots, Kind::Uids, &export.uids, &export.recipients)?,
    })
}

fn export_kind(
    roots: &DatasetRoots,
    kind: Kind,
    target: &Path,
    recipients: &[Recipient],
) -> Result<u64, JobError> {
    let mut parts = Vec::new();
    for job in folders_in(&roots.crosswalk())? {
        parts.extend(files_in(&job, kind.name())?);
    }
    let work = roots.private.join("crosswalk.merging");
    remove_folder(&work)?;
    let mut n_pairs = 0;
    let mut fault = None;
    let published = publish_secret(target, |file| {
        let out = BufWriter::new(file);
        let write = |out: &mut dyn Write| {
            out.write_all(b"id_old,id_new\n")?;
            let mut last = None;
            let merged = merge(parts, &work, &mut |pair| {
                // A UID that data of several patients name is there for each of them.
                let values = (pair.0.clone(), pair.1.clone());
                if last.as_ref() == Some(&values) {
                    return Ok(());
                }
                n_pairs += 1;
                let written = write_pair(out, &values);
                last = Some(values);
                written.map_err(|error| {
                    JobError::Target(format!("cannot write the crosswalk: {}", error.kind()))
                })
            });
            merged.map_err(|error| {
                fault = Some(error);
                io::Error::from(io::ErrorKind::Other)
            })
        };
        encrypt_if(recipients, out, write)
    });
    remove_folder(&work)?;
    match fault {
        Some(error) => Err(error),
        None => Ok(published.map(|_| n_pairs)?),
    }
}

fn encrypt_if(
    recipients: &[Recipient],
    mut out: impl Write,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if recipients.is_empty() {
        write(&mut out)?;
        return out.flush();
    }
    let mut encrypted = Encrypted::new(out, recipients)?;
    write(&mut encrypted)?;
    encrypted.finish()?.flush()
}

/// A line of CSV (RFC 4180): quoted only where it has to be, so that a value looks as the site knows it.
fn write_pair(out: &mut dyn Write, (old, new): &(String, String)) -> io::Result<()> {
    let field = |value: &str| {
        let needs_quotes =
            value.contains([',', '"', '\n', '\r']) || value.starts_with(' ') || value.ends_with(' ');
        if needs_quotes { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
    };
    writeln!(out, "{},{}", field(old), field(new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_have_to_be() {
        for (old, expected) in [
            ("12345", "12345,N\n"),
            ("A,B", "\"A,B\",N\n"),
            ("the \"one\"", "\"the \"\"one\"\"\",N\n"),
            ("=1+1", "=1+1,N\n"),
            ("김,1", "\"김,1\",N\n"),
        ] {
            let mut line = Vec::new();
            write_pair(&mut line, &(old.to_owned(), "N".to_owned())).unwrap();
            assert_eq!(String::from_utf8(line).unwrap(), expected);
        }
    }
}
