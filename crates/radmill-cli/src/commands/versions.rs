use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_manifest::TableVersion;
use radmill_pipeline::{Dataset, JobError};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::report::{self, number, utc_time};

/// List the versions of a dataset: when, by what, and how many rows came and went.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill versions dataset
  radmill versions dataset --json | jq .rows")]
pub(crate) struct VersionsArguments {
    /// What `ingest` wrote: a folder, or s3://, az:// or gs:// with --private
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Print one JSON object a version
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &VersionsArguments) -> io::Result<Exit> {
    let versions = match versions(arguments) {
        Ok(versions) => versions,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        for version in &versions {
            writeln!(out, "{}", as_json(version))?;
        }
    } else {
        print(&mut out, &versions)?;
    }
    Ok(Exit::Done)
}

fn versions(arguments: &VersionsArguments) -> Result<Vec<TableVersion>, JobError> {
    let dataset = Dataset::open(&arguments.dataset, arguments.private.as_deref())?;
    Ok(dataset.versions()?.versions()?)
}

fn as_json(version: &TableVersion) -> Value {
    let per_category = version.n_rows.iter().map(|(category, n)| (category.name().to_owned(), json!(n)));
    json!({
        "version": version.version,
        "time": utc_time(version.time_ms),
        "operation": version.operation,
        "job": version.job_id,
        "radmill_version": version.radmill_version,
        "rows_added": version.n_rows_added,
        "rows_removed": version.n_rows_removed,
        "rows": version.n_rows.values().sum::<u64>(),
        "files": version.n_files,
        "rows_per_category": Value::Object(per_category.collect()),
    })
}

fn print(out: &mut impl Write, versions: &[TableVersion]) -> io::Result<()> {
    writeln!(
        out,
        "version  time (UTC)            operation        added     removed        rows  files  job"
    )?;
    for version in versions {
        writeln!(
            out,
            "{:>7}  {}  {:<9} {:>12}{:>12}{:>12}{:>7}  {}",
            version.version,
            utc_time(version.time_ms),
            version.operation,
            number(version.n_rows_added),
            number(version.n_rows_removed),
            number(version.n_rows.values().sum()),
            number(version.n_files),
            version.job_id.as_deref().unwrap_or("-"),
        )?;
    }
    if let Some(newest) = versions.last() {
        writeln!(out, "\nrows per category of version {}", newest.version)?;
        report::counts(out, newest.n_rows.iter().map(|(category, n)| (category.name(), *n)))?;
    }
    Ok(())
}
