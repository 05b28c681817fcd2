use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use radmill_pipeline::{
    JobError, QuarantineGroup, QuarantinedSource, for_each_quarantined, quarantine_groups,
};

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

pub(crate) fn run(arguments: &QuarantineArguments) -> io::Result<Exit> {
    match &arguments.command {
        QuarantineCommand::Ls(arguments) => ls(arguments),
        QuarantineCommand::Show(arguments) => show(arguments),
    }
}

fn ls(arguments: &LsArguments) -> io::Result<Exit> {
    let groups = match quarantine_groups(&arguments.dataset) {
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
    writeln!(
        out,
        "{:>12}  {reason} ({}), {}: {means}",
        number(*n_sources),
        stage.name(),
        report::bytes(*bytes)
    )?;
    writeln!(out, "{:>12}  such as {}", "", example.source)
}

fn show(arguments: &ShowArguments) -> io::Result<Exit> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut n_left = arguments.limit.unwrap_or(usize::MAX);
    let mut written = Ok(());
    let listed: Result<(), JobError> = for_each_quarantined(&arguments.dataset, &mut |source| {
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

/// Fields between tabs, so that a path with blanks stays one field.
fn write_source(out: &mut impl Write, source: &QuarantinedSource, is_json: bool) -> io::Result<()> {
    if is_json {
        return writeln!(out, "{}", serde_json::to_string(source)?);
    }
    let QuarantinedSource { source, stage, reason, detail, .. } = source;
    writeln!(out, "{reason}\t{}\t{source}\t{detail}", stage.name())
}
