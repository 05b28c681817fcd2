use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use radmill_pipeline::{Expunged, JobError, WithdrawOptions, apply_notice, withdraw};

use super::token::lines_of;
use crate::exit::Exit;
use crate::report::{self, number};

/// Remove every trace of patients from a dataset: the newest version, all older ones, and the private folder.
///
/// Rows, images, DICOM files, shards and the log of older versions, crosswalk, quarantine and records go. Versions
/// before the withdrawal cannot be read any more. A keyed mark in DATASET.private keeps a later batch from bringing
/// the patient back. The notice that is written tells whoever has a copy what to remove (`radmill apply-notice`).
/// If it is interrupted, the same command finishes it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill withdraw dataset --patients numbers.txt
  radmill withdraw dataset --token tokens.txt         tokens from `radmill token`, made where the numbers are known
  radmill withdraw dataset                            finish a withdrawal that was interrupted

A record number on the command line stays in the history of the shell; a file does not.")]
pub(crate) struct WithdrawArguments {
    /// What `ingest` or `deidentify` wrote: a folder, or s3://, az:// or gs:// with --private
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Record number (Patient ID); may be given several times
    #[arg(long, value_name = "ID")]
    patient: Vec<String>,
    /// File of record numbers, one a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,
    /// File of tokens, one a line; `-` for standard input
    #[arg(long, value_name = "FILE")]
    token: Option<PathBuf>,
    /// Copy the notice to this file
    #[arg(long, value_name = "FILE")]
    notice: Option<PathBuf>,
    /// Site key; without it, the one in the private folder
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Take withdrawn patients out of a copy of a dataset.
///
/// NOTICE is what `radmill withdraw` wrote where the dataset is made; it names no patient. The copy gets one version
/// without the patients, and loses the older ones. Applied a second time it changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  radmill apply-notice notice.json /data/copy-of-dataset")]
pub(crate) struct ApplyNoticeArguments {
    /// The notice
    notice: PathBuf,
    /// A copy of a dataset, or of a folder that `deidentify` wrote; or s3://, az:// or gs:// with --private
    copy: PathBuf,
    /// New folder on your disk, for a copy in a bucket; it is removed when all is done
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &WithdrawArguments) -> io::Result<Exit> {
    let expunged = match carry_out(arguments) {
        Ok(expunged) => expunged,
        Err(error) => return Ok(report::job_error(&error)),
    };
    if let (Some(copy), Some(notice)) = (&arguments.notice, &expunged.notice)
        && let Err(error) = std::fs::copy(notice, copy)
    {
        report::message(&format!(
            "the withdrawal is done, but {} cannot be written: {}; the notice is {}",
            copy.display(),
            error.kind(),
            notice.display()
        ));
        return Ok(Exit::Target);
    }
    print(&expunged, arguments.json)
}

pub(crate) fn run_apply(arguments: &ApplyNoticeArguments) -> io::Result<Exit> {
    match apply_notice(&arguments.notice, &arguments.copy, arguments.private.as_deref()) {
        Ok(expunged) => print(&expunged, arguments.json),
        Err(error) => Ok(report::job_error(&error)),
    }
}

fn carry_out(arguments: &WithdrawArguments) -> Result<Expunged, JobError> {
    let mut patients = arguments.patient.clone();
    patients.extend(lines(arguments.patients.as_deref())?);
    withdraw(&WithdrawOptions {
        dataset: arguments.dataset.clone(),
        private: arguments.private.clone(),
        patients,
        tokens: lines(arguments.token.as_deref())?,
        key: arguments.key.clone(),
    })
}

fn lines(file: Option<&Path>) -> Result<Vec<String>, JobError> {
    file.map_or(Ok(Vec::new()), lines_of)
}

fn print(expunged: &Expunged, is_json: bool) -> io::Result<Exit> {
    let mut out = io::stdout().lock();
    if is_json {
        writeln!(out, "{}", serde_json::to_string(expunged)?)?;
        return Ok(Exit::Done);
    }
    writeln!(out, "{:>12}  rows removed", number(expunged.n_rows))?;
    writeln!(out, "{:>12}  files removed", number(expunged.n_files))?;
    if let Some(notice) = &expunged.notice {
        writeln!(out, "{:>12}  records removed", number(expunged.n_records))?;
        writeln!(out, "\nnotice      {}", notice.display())?;
        writeln!(out, "  for whoever has a copy: radmill apply-notice NOTICE COPY")?;
    }
    if let Some(version) = expunged.version {
        writeln!(out, "version     {version}; earlier ones are gone if anything was removed")?;
    }
    Ok(Exit::Done)
}
