use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::commands::audit::AuditArguments;
use crate::commands::classify::ClassifyArguments;
use crate::commands::score::ScoreArguments;
use crate::commands::synth::SynthArguments;
use crate::commands::taxonomy::TaxonomyArguments;

/// Turn DICOM files into one searchable, de-identified image dataset.
#[derive(Debug, Parser)]
#[command(name = "radmill", version, propagate_version = true, subcommand_required = true)]
#[command(after_help = "\
Examples:
  radmill inspect /data/dicom                     what is in there
  radmill ingest /data/dicom --out dataset        make a dataset, or add to it
  radmill explain /data/dicom/some-file           what each stage decides about a file, and why
  radmill audit dataset --against /data/dicom     whether anything identifying is left
  radmill classify index.parquet --out out.csv    the category of each row of a table of headers

Exit codes: 0 done, 1 fault of radmill, 2 wrong command line, 3 pipeline file, 4 site key, 5 input,
6 target, 7 too many rejected, 8 another job is at work, 9 the file cannot be milled,
10 the audit found leaks, 11 score too low, 130 interrupted (the same command goes on where it stopped)")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ingest(IngestArguments),
    Audit(AuditArguments),
    Inspect(InspectArguments),
    Explain(ExplainArguments),
    Classify(ClassifyArguments),
    Taxonomy(TaxonomyArguments),
    Key(KeyArguments),
    Synth(SynthArguments),
    Score(ScoreArguments),
    Completions(CompletionsArguments),
}

/// Make a de-identified, categorised image dataset from DICOM files, or add to one.
///
/// Every file below INPUT is accounted for: milled, rejected into quarantine with a reason, a duplicate, or skipped
/// because it is not DICOM. The dataset appears whole, as one new version, or not at all; an interrupted job goes on
/// where it stopped when the same command is run again.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill ingest /data/dicom --out dataset
  radmill ingest /data/dicom --out dataset --pipeline pipelines/display-512.toml
  radmill ingest /data/dicom --out dataset --key /secure/site.key --json > events.jsonl

DATASET may be shared. DATASET.private (site key, quarantine with source paths) must not be.")]
pub(crate) struct IngestArguments {
    /// Folder, or single file; file names do not matter
    pub(crate) input: PathBuf,
    /// Folder of the dataset; private data go beside it, into DATASET.private
    #[arg(long, value_name = "DATASET")]
    pub(crate) out: PathBuf,
    /// Pipeline file (TOML) that says what is done; without it, the values of pipelines/default.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) pipeline: Option<PathBuf>,
    /// Site key; without it, the dataset's own, which is made on first use
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Threads to use [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print events to standard output, one JSON object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Count what is in a file or folder: modalities, SOP classes, transfer syntaxes, categories.
///
/// Looks at headers only, writes nothing, and shows no value of any attribute that could identify somebody.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  radmill inspect /data/dicom")]
pub(crate) struct InspectArguments {
    /// Folder or file
    pub(crate) input: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Show what each stage decides about one file, and why.
///
/// Goes through the whole line without writing anything. Shows tags, keywords and codes, never a value that could
/// identify somebody. Exit code 9 says that `ingest` would not make images of the file.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  radmill explain /data/dicom/IM0001")]
pub(crate) struct ExplainArguments {
    /// The file
    pub(crate) file: PathBuf,
    /// Pipeline file to explain with
    #[arg(long, value_name = "FILE")]
    pub(crate) pipeline: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Make a site key: the secret from which all pseudonyms are derived.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct KeyArguments {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Write a new random site key to a file that only you can read. Keep it safe: without it the next batch of
    /// a patient gets other pseudonyms; whoever has it can tell which record number is behind a pseudonym.
    #[command(after_help = "Example:\n  radmill key new /secure/site.key")]
    New {
        /// The file to make; an existing one is never replaced
        file: PathBuf,
    },
}

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  radmill completions bash > ~/.local/share/bash-completion/completions/radmill"
)]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_coherent() {
        super::Arguments::command().debug_assert();
    }
}
