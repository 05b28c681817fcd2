use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_manifest::{DIFF_ROWS_MAX, Difference, diff};
use radmill_pipeline::{Dataset, JobError};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::report::{self, number};

/// Say what differs between two versions of a dataset: rows added, removed and changed, by category and reason.
///
/// Two rows are the same row if they have the same SOP Instance UID and frame. Rows that moved into other files
/// have not changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  radmill diff dataset 3 5")]
pub(crate) struct DiffArguments {
    /// What `ingest` wrote: a folder, or s3://, az:// or gs:// with --private
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// The older version
    from: u64,
    /// The newer version [default: the newest one]
    to: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &DiffArguments) -> io::Result<Exit> {
    let (from, to, difference) = match compare(arguments) {
        Ok(compared) => compared,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", as_json(from, to, &difference))?;
    } else {
        print(&mut out, from, to, &difference)?;
    }
    Ok(Exit::Done)
}

fn compare(arguments: &DiffArguments) -> Result<(u64, u64, Difference), JobError> {
    let dataset = Dataset::open(&arguments.dataset, arguments.private.as_deref())?;
    let to = arguments.to.map_or_else(|| Ok(dataset.versions()?.version()), Ok::<_, JobError>)?;
    // Given the other way round they are the same two versions.
    let (from, to) = (arguments.from.min(to), arguments.from.max(to));
    let (older, newer) = (dataset.table(Some(from))?, dataset.table(Some(to))?);
    Ok((from, to, diff(&older, &newer, DIFF_ROWS_MAX)?))
}

fn as_json(from: u64, to: u64, difference: &Difference) -> Value {
    let rows = difference.n_rows.iter().map(|((category, change, reason), n)| {
        json!({ "category": category.name(), "change": change.name(), "reason": reason.name(), "rows": n })
    });
    json!({ "from": from, "to": to, "same": difference.n_same, "differences": rows.collect::<Value>() })
}

fn print(out: &mut impl Write, from: u64, to: u64, difference: &Difference) -> io::Result<()> {
    writeln!(out, "from version {from} to version {to}")?;
    writeln!(out, "{:>12}  rows are the same", number(difference.n_same))?;
    for ((category, change, reason), n) in &difference.n_rows {
        writeln!(out, "{:>12}  {:<14}{:<9}{}", number(*n), category.name(), change.name(), reason.name())?;
    }
    Ok(())
}
