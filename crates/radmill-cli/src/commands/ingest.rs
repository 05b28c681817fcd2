use std::io;
use std::path::PathBuf;

use clap::Args;
use radmill_pipeline::{JobKind, PlanOptions, Redo};

use super::job::{self, InputArguments, JobArguments};
use crate::exit::Exit;
use crate::report;

/// Make a de-identified, categorised image dataset from DICOM files, or add to one.
///
/// Every file below INPUT, or of the list, is accounted for: milled, rejected into quarantine with a reason, a duplicate, or skipped
/// because it is not DICOM. The dataset appears whole, as one new version, or not at all; an interrupted job goes on
/// where it stopped when the same command is run again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill ingest /data/dicom --out dataset
  radmill ingest /data/dicom --out dataset --pipeline pipelines/display-512.toml
  find /data -name '*.dcm' -print0 | radmill ingest --list - --out dataset
  radmill ingest /data/dicom --out s3://bucket/dataset --private /secure/dataset.private
  radmill ingest /data/dicom --out dataset --key /secure/site.key --json > events.jsonl

DATASET may be shared. DATASET.private (site key, quarantine with source paths, crosswalk) must not be.")]
pub(crate) struct IngestArguments {
    #[command(flatten)]
    input: InputArguments,
    /// Folder of the dataset, private data go beside it, into DATASET.private; or s3://, az:// or gs:// with --private
    #[arg(long, value_name = "DATASET")]
    out: PathBuf,
    /// Private folder of a dataset in a bucket, on a disk of your own
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Pipeline file (TOML) that says what is done; without it, the values of pipelines/default.toml
    #[arg(long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
    #[command(flatten)]
    job: JobArguments,
}

pub(crate) fn run(arguments: &IngestArguments) -> io::Result<Exit> {
    let input = match arguments.input.read() {
        Ok(input) => input,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let options = PlanOptions {
        kind: JobKind::Ingest,
        input,
        dataset: arguments.out.clone(),
        private: arguments.private.clone(),
        pipeline: job::pipeline_source(arguments.pipeline.as_ref()),
        key: arguments.job.key.clone(),
        n_threads: arguments.job.threads.map(usize::from),
        redo: Redo::Changed,
        part: None,
    };
    job::run(&options, arguments.job.json)
}
