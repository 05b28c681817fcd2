use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_pipeline::{Status, status};

use crate::exit::Exit;
use crate::report::{self, counts, number};

/// Show what became of every source, over all runs, and what each run did.
///
/// Read from DATASET.private: sources = milled + rejected + duplicates + skipped, for each run and in all.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill status dataset
  radmill status dataset --json | jq .sources.rejected_by_reason")]
pub(crate) struct StatusArguments {
    /// What `ingest` or `deidentify` wrote
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &StatusArguments) -> io::Result<Exit> {
    let status = match status(&arguments.dataset, arguments.private.as_deref()) {
        Ok(status) => status,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &status)?;
        writeln!(out)?;
    } else {
        print(&mut out, &status)?;
    }
    Ok(Exit::Done)
}

fn print(out: &mut impl Write, status: &Status) -> io::Result<()> {
    let sources = &status.sources;
    let n_inputs = number(status.n_inputs);
    writeln!(out, "{:>12}  sources in {n_inputs} inputs", number(sources.n_sources))?;
    for (n, what) in [
        (sources.n_milled, "milled"),
        (sources.n_rejected, "rejected"),
        (sources.n_duplicates, "duplicates"),
        (sources.n_skipped, "skipped"),
    ] {
        writeln!(out, "{:>12}  {what}", number(n))?;
    }
    if !sources.rejected_by_reason.is_empty() {
        writeln!(out, "\nrejected by reason")?;
        counts(out, sources.rejected_by_reason.iter().map(|(name, n)| (name.as_str(), *n)))?;
    }
    writeln!(out, "\n version     sources      milled    rejected  duplicates     skipped  new images  job")?;
    for run in &status.runs {
        let summary = &run.summary;
        let version = summary.version.map_or_else(|| "-".to_owned(), |version| version.to_string());
        write!(out, "{version:>8}")?;
        for n in [
            summary.n_sources,
            summary.n_milled,
            summary.n_rejected,
            summary.n_duplicates,
            summary.n_skipped,
            summary.n_new_images,
        ] {
            write!(out, "{:>12}", number(n))?;
        }
        writeln!(out, "  {}", run.job)?;
    }
    Ok(())
}
