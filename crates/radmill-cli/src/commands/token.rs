use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use radmill_pipeline::{JobError, TokenKind, patient_tokens};

use crate::exit::Exit;
use crate::report;

/// Compute the tokens of patients from their record numbers, here: nothing is sent anywhere.
///
/// A token is the pseudonym that the dataset knows the patient by. Whoever makes the dataset can withdraw a patient by
/// it (`radmill withdraw DATASET --token FILE`) without ever seeing the record number. One token a line, in the order of
/// the numbers.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill token --key /secure/site.key numbers.txt > tokens.txt
  radmill token --key /secure/site.key                  numbers from the keyboard, one a line, Ctrl-D at the end
  radmill token --key /secure/site.key --study studies.txt

A record number on the command line stays in the history of the shell: prefer a file or standard input.")]
pub(crate) struct TokenArguments {
    /// File of record numbers (Patient ID), one a line; without it, or with `-`, standard input
    file: Option<PathBuf>,
    /// The site key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Record number; may be given several times
    #[arg(long, value_name = "ID", conflicts_with = "file")]
    patient: Vec<String>,
    /// The lines are Study Instance UIDs of studies that name no patient
    #[arg(long, conflicts_with = "patient")]
    study: bool,
}

pub(crate) fn run(arguments: &TokenArguments) -> io::Result<Exit> {
    let kind = if arguments.study { TokenKind::Study } else { TokenKind::Patient };
    let numbers = if arguments.patient.is_empty() {
        lines_of(arguments.file.as_deref().unwrap_or(Path::new("-")))
    } else {
        Ok(arguments.patient.clone())
    };
    match numbers.and_then(|numbers| patient_tokens(&arguments.key, kind, &numbers)) {
        Ok(tokens) => {
            let mut out = io::stdout().lock();
            tokens.iter().try_for_each(|token| writeln!(out, "{token}"))?;
            Ok(Exit::Done)
        }
        Err(error) => Ok(report::job_error(&error)),
    }
}

/// The lines of a file, or of standard input if it is `-`, without blanks around them; empty ones are left out.
pub(super) fn lines_of(file: &Path) -> Result<Vec<String>, JobError> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().read_to_string(&mut text).map(drop)
    } else {
        std::fs::read_to_string(file).map(|read| text = read)
    };
    read.map_err(|error| JobError::Input(format!("cannot read {}: {}", file.display(), error.kind())))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}
