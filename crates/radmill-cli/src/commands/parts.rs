//! One job on many machines: `map` on each, `seal` once.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_pipeline::{JobError, JobKind, Part, PlanOptions, Redo, Summary, map_part, seal_parts};

use super::job::{self, InputArguments, JobArguments};
use crate::exit::Exit;
use crate::report::{self, bytes, number};

/// Do one part of the work of `ingest`, so that many machines can share it.
///
/// Every machine names the same INPUT, DATASET, pipeline file and key, and its own part. When all parts are done,
/// `radmill seal` makes of them what `ingest` would have made, byte for byte. A part that was killed goes on where it
/// stopped when it is run again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill map /shared/dicom --out /shared/dataset --part 3/8
  radmill map /shared/dicom --out /shared/dataset --part \"$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT\"
  radmill seal /shared/dicom --out /shared/dataset")]
pub(crate) struct MapArguments {
    #[command(flatten)]
    shared: SharedArguments,
    /// Which part to do, and of how many: K/N, with K from 1 to N
    #[arg(long, value_name = "K/N")]
    part: Part,
    #[command(flatten)]
    job: JobArguments,
}

/// Make a version of the dataset of what all parts of `radmill map` have done.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  radmill seal /shared/dicom --out /shared/dataset

Ends with exit code 13, and changes nothing, as long as a part is missing.")]
pub(crate) struct SealArguments {
    #[command(flatten)]
    shared: SharedArguments,
    #[command(flatten)]
    job: JobArguments,
}

/// What all machines must name alike.
#[derive(Debug, Args)]
struct SharedArguments {
    #[command(flatten)]
    input: InputArguments,
    /// Folder of the dataset, private data go beside it, into DATASET.private; or s3://, az:// or gs:// with --private
    #[arg(long, value_name = "DATASET")]
    out: PathBuf,
    /// Private folder of a dataset in a bucket, on a disk that all machines share
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Pipeline file (TOML) that says what is done; without it, the values of pipelines/default.toml
    #[arg(long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
}

pub(crate) fn map(arguments: &MapArguments) -> io::Result<Exit> {
    let options = match options(&arguments.shared, &arguments.job, Some(arguments.part)) {
        Ok(options) => options,
        Err(error) => return Ok(report::job_error(&error)),
    };
    job::run_with(&options, arguments.job.json, map_part, &mut |out, summary| {
        print_part(out, arguments.part, summary)
    })
}

pub(crate) fn seal(arguments: &SealArguments) -> io::Result<Exit> {
    let options = match options(&arguments.shared, &arguments.job, None) {
        Ok(options) => options,
        Err(error) => return Ok(report::job_error(&error)),
    };
    job::run_with(
        &options,
        arguments.job.json,
        |plan, _, observer| seal_parts(plan, observer),
        &mut |out, summary| report::summary(out, options.kind, summary),
    )
}

fn options(
    shared: &SharedArguments,
    job: &JobArguments,
    part: Option<Part>,
) -> Result<PlanOptions, JobError> {
    Ok(PlanOptions {
        kind: JobKind::Ingest,
        input: shared.input.read()?,
        dataset: shared.out.clone(),
        private: shared.private.clone(),
        pipeline: job::pipeline_source(shared.pipeline.as_ref()),
        key: job.key.clone(),
        n_threads: job.threads.map(usize::from),
        redo: Redo::Changed,
        part,
    })
}

fn print_part(out: &mut dyn Write, part: Part, summary: &Summary) -> io::Result<()> {
    if summary.already_finished {
        return writeln!(out, "the job of part {part} is sealed already; nothing was done again");
    }
    writeln!(out, "part {part} is mapped")?;
    writeln!(out, "{:>12}  sources, {}", number(summary.n_sources), bytes(summary.source_bytes))?;
    for (n, what) in [
        (summary.n_milled, "milled; duplicates are settled when the job is sealed"),
        (summary.n_rejected, "rejected"),
        (summary.n_skipped, "skipped"),
    ] {
        writeln!(out, "{:>12}  {what}", number(n))?;
    }
    writeln!(out, "\nnext\n  when all parts are mapped: radmill seal, with the same input and settings")
}
