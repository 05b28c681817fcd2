use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use radmill_pipeline::{CrosswalkExport, JobError, Recipient, export_crosswalk};

use crate::exit::Exit;
use crate::report::{self, number};

/// Work with the crosswalk: what jobs replaced by what. Whoever has it can undo the de-identification.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct CrosswalkArguments {
    #[command(subcommand)]
    command: CrosswalkCommand,
}

#[derive(Debug, Subcommand)]
enum CrosswalkCommand {
    Export(ExportArguments),
}

/// Write what all finished jobs into DIR replaced to two CSV files with the header id_old,id_new.
///
/// Read from DIR.private alone, sorted, each pair once. The files are for their owner alone (0600), must not lie below
/// DIR, and are encrypted if recipients are named.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill crosswalk export clean --patients patients.csv --uids uids.csv
  radmill crosswalk export clean --patients patients.csv.age --uids uids.csv.age --recipient age1…
  age --decrypt --identity key.txt patients.csv.age")]
struct ExportArguments {
    /// What `deidentify` or `ingest` wrote
    dir: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// File for Patient IDs and their pseudonyms
    #[arg(long, value_name = "FILE")]
    patients: PathBuf,
    /// File for UIDs and what replaced them
    #[arg(long, value_name = "FILE")]
    uids: PathBuf,
    /// Encrypt both files to this age recipient; may be given several times
    #[arg(long, value_name = "age1…")]
    recipient: Vec<Recipient>,
    /// Encrypt both files to the age recipients in this file, one a line
    #[arg(long, value_name = "FILE")]
    recipients_file: Option<PathBuf>,
}

pub(crate) fn run(arguments: &CrosswalkArguments) -> io::Result<Exit> {
    let CrosswalkCommand::Export(arguments) = &arguments.command;
    let exported = recipients(arguments).and_then(|recipients| {
        export_crosswalk(&CrosswalkExport {
            dataset: arguments.dir.clone(),
            private: arguments.private.clone(),
            patients: arguments.patients.clone(),
            uids: arguments.uids.clone(),
            recipients,
        })
    });
    let exported = match exported {
        Ok(exported) => exported,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{:>12}  patients in {}", number(exported.n_patients), arguments.patients.display())?;
    writeln!(out, "{:>12}  UIDs in {}", number(exported.n_uids), arguments.uids.display())?;
    Ok(Exit::Done)
}

fn recipients(arguments: &ExportArguments) -> Result<Vec<Recipient>, JobError> {
    let mut recipients = arguments.recipient.clone();
    if let Some(file) = &arguments.recipients_file {
        recipients.extend(Recipient::read_file(file)?);
    }
    Ok(recipients)
}
