use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use radmill_pipeline::{
    JobError, PipelineSource, QuarantineGroup, QuarantinedSource, RetryOptions, for_each_quarantined,
    plan_retry, quarantine_groups,
};

use super::job::{self, JobArguments};
use crate::exit::Exit;
use crate::report::{self, number};

/// Work with rejected sources: count them, look at them, try them again.
///
/// The quarantine lies in DATASET.private and names source paths: do not share what these commands print.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct QuarantineArguments {
    #[command(subcommand)]
    command: QuarantineCommand,
}

#[derive(Debug, Subcommand)]
enum QuarantineCommand {
    Ls(LsArguments),
    Show(ShowArguments),
    Retry(RetryArguments),
}

/// Count the rejected sources by reason, with what the reason means and one example each.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill quarantine ls dataset
  radmill quarantine ls dataset --json | jq .reason")]
struct LsArguments {
    /// What `ingest` or `deidentify` wrote
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// List the rejected sources with their paths and what happened.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill quarantine show dataset --reason truncated_file
  radmill quarantine show dataset --reason pixel_risk_ultrasound --limit 20")]
struct ShowArguments {
    /// What `ingest` or `deidentify` wrote
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Only those with this reason; may be given several times
    #[arg(long, value_name = "REASON")]
    reason: Vec<String>,
    /// Only so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// Try rejected sources again, and nothing else; what passes becomes part of the dataset, as one version.
///
/// For after a fix of the sources, a new version of radmill, or with other settings.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill quarantine retry dataset --reason truncated_file
  radmill quarantine retry dataset --reason pixel_risk_ultrasound --pipeline reviewed.toml
  radmill quarantine retry dataset --reason unreadable --input /new/place/of/the/folder")]
struct RetryArguments {
    /// What `ingest` or `deidentify` wrote
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Reason to try again; may be given several times
    #[arg(long, value_name = "REASON", required = true)]
    reason: Vec<String>,
    /// Folder where the sources lie now; without it, where they lay
    #[arg(long, value_name = "FOLDER")]
    input: Option<PathBuf>,
    /// Pipeline file (TOML); without it, what the last ordinary job went by
    #[arg(long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
    #[command(flatten)]
    job: JobArguments,
}

pub(crate) fn run(arguments: &QuarantineArguments) -> io::Result<Exit> {
    match &arguments.command {
        QuarantineCommand::Ls(arguments) => ls(arguments),
        QuarantineCommand::Show(arguments) => show(arguments),
        QuarantineCommand::Retry(arguments) => retry(arguments),
    }
}

fn ls(arguments: &LsArguments) -> io::Result<Exit> {
    let groups = match quarantine_groups(&arguments.dataset, arguments.private.as_deref()) {
        Ok(groups) => groups,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    for group in &groups {
        if arguments.json {
            writeln!(out, "{}", serde_json::to_string(group)?)?;
        } else {
            write_group(&mut out, group)?;
        }
    }
    if groups.is_empty() && !arguments.json {
        writeln!(out, "nothing lies in quarantine")?;
    }
    Ok(Exit::Done)
}

fn write_group(out: &mut impl Write, group: &QuarantineGroup) -> io::Result<()> {
    let QuarantineGroup { reason, stage, means, n_sources, bytes, example } = group;
    let path = Path::new(&example.input).join(&example.source);
    writeln!(
        out,
        "{:>12}  {reason} ({}), {}: {means}",
        number(*n_sources),
        stage.name(),
        report::bytes(*bytes)
    )?;
    writeln!(out, "{:>12}  such as {}", "", printable(&path))
}

fn show(arguments: &ShowArguments) -> io::Result<Exit> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut n_left = arguments.limit.unwrap_or(usize::MAX);
    let mut written = Ok(());
    let listed: Result<(), JobError> =
        for_each_quarantined(&arguments.dataset, arguments.private.as_deref(), &mut |source| {
            let is_asked = arguments.reason.is_empty() || arguments.reason.contains(&source.reason);
            if is_asked && n_left > 0 && written.is_ok() {
                n_left -= 1;
                written = write_source(&mut out, &source, arguments.json);
            }
        });
    written?;
    out.flush()?;
    Ok(match listed {
        Ok(()) => Exit::Done,
        Err(error) => report::job_error(&error),
    })
}

fn retry(arguments: &RetryArguments) -> io::Result<Exit> {
    let jobs = plan_retry(&RetryOptions {
        dataset: arguments.dataset.clone(),
        private: arguments.private.clone(),
        reasons: arguments.reason.clone(),
        input: arguments.input.clone(),
        pipeline: arguments.pipeline.clone().map(PipelineSource::File),
        key: arguments.job.key.clone(),
        n_threads: arguments.job.threads.map(usize::from),
    });
    let jobs = match jobs {
        Ok(jobs) => jobs,
        Err(error) => return Ok(report::job_error(&error)),
    };
    for options in &jobs {
        let exit = job::run(options, arguments.job.json)?;
        if exit != Exit::Done {
            return Ok(exit);
        }
    }
    Ok(Exit::Done)
}

/// Fields between tabs, so that a path with blanks stays one field.
fn write_source(out: &mut impl Write, source: &QuarantinedSource, is_json: bool) -> io::Result<()> {
    if is_json {
        return writeln!(out, "{}", serde_json::to_string(source)?);
    }
    let QuarantinedSource { input, source, stage, reason, detail, .. } = source;
    let path = Path::new(input).join(source);
    writeln!(out, "{reason}\t{}\t{}\t{detail}", stage.name(), printable(&path))
}

/// A path on one line: names in archives are anybody's, and may hold what moves the cursor about.
fn printable(path: &Path) -> String {
    let mut text = String::new();
    for character in path.to_string_lossy().chars() {
        if character.is_control() {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}
