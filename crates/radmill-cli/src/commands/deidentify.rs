use std::io;
use std::path::PathBuf;

use clap::Args;
use radmill_pipeline::{JobKind, PlanOptions, Redo};

use super::job::{self, InputArguments, JobArguments, PolicyChoice};
use crate::exit::Exit;
use crate::report;

/// Write de-identified copies of DICOM files: DICOM in, DICOM out.
///
/// Every file below INPUT, or of the list, is accounted for: written, rejected into quarantine with a reason, a duplicate, or skipped
/// because it is not DICOM. Copies are named by their new values, PATIENT/STUDY/SERIES/INSTANCE.dcm, and appear whole
/// or not at all; an interrupted job goes on where it stopped when the same command is run again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill deidentify /data/dicom --out clean
  radmill deidentify /data/dicom --out clean --profile research
  radmill deidentify /data/dicom --out clean --pipeline site.toml --key /secure/site.key
  radmill policy show --profile research         what that does with every attribute

DIR may be shared. DIR.private (site key, quarantine with source paths, crosswalk) must not be.")]
pub(crate) struct DeidentifyArguments {
    #[command(flatten)]
    input: InputArguments,
    /// Folder for the copies; private data go beside it, into DIR.private
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    policy: PolicyChoice,
    #[command(flatten)]
    job: JobArguments,
}

pub(crate) fn run(arguments: &DeidentifyArguments) -> io::Result<Exit> {
    let input = match arguments.input.read() {
        Ok(input) => input,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let options = PlanOptions {
        kind: JobKind::Deidentify,
        input,
        dataset: arguments.out.clone(),
        private: None,
        pipeline: arguments.policy.source(),
        key: arguments.job.key.clone(),
        n_threads: arguments.job.threads.map(usize::from),
        redo: Redo::Changed,
        part: None,
    };
    job::run(&options, arguments.job.json)
}
