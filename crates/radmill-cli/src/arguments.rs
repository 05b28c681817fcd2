use clap::{Parser, Subcommand};

use crate::commands::audit::AuditArguments;
use crate::commands::classify::ClassifyArguments;
use crate::commands::completions::CompletionsArguments;
use crate::commands::contact_sheet::ContactSheetArguments;
use crate::commands::crosswalk::CrosswalkArguments;
use crate::commands::decode::DecodeArguments;
use crate::commands::deidentify::DeidentifyArguments;
use crate::commands::diff::DiffArguments;
use crate::commands::explain::ExplainArguments;
use crate::commands::ingest::IngestArguments;
use crate::commands::inspect::InspectArguments;
use crate::commands::key::KeyArguments;
use crate::commands::parts::{MapArguments, SealArguments};
use crate::commands::policy::PolicyArguments;
use crate::commands::quarantine::QuarantineArguments;
use crate::commands::score::ScoreArguments;
use crate::commands::status::StatusArguments;
use crate::commands::synth::SynthArguments;
use crate::commands::taxonomy::TaxonomyArguments;
use crate::commands::token::TokenArguments;
use crate::commands::verify::VerifyArguments;
use crate::commands::versions::VersionsArguments;
use crate::commands::withdraw::{ApplyNoticeArguments, WithdrawArguments};

/// Turn DICOM files into one searchable, de-identified image dataset.
#[derive(Debug, Parser)]
#[command(name = "radmill", version, propagate_version = true, subcommand_required = true)]
#[command(after_help = "\
Examples:
  radmill inspect /data/dicom                     what is in there
  radmill ingest /data/dicom --out dataset        make a dataset, or add to it
  radmill status dataset                          what became of every source, over all runs
  radmill versions dataset                        what each version added and removed
  radmill verify dataset                          whether every shard, row and image is as it was written
  radmill deidentify /data/dicom --out clean      DICOM in, de-identified DICOM out
  radmill explain /data/dicom/some-file           what each stage decides about a file, and why
  radmill audit dataset --against /data/dicom     whether anything identifying is left
  radmill classify index.parquet --out out.csv    the category of each row of a table of headers

Exit codes: 0 done, 1 fault of radmill, 2 wrong command line, 3 pipeline file, 4 site key, 5 input,
6 target, 7 too many rejected, 8 another job is at work, 9 the file cannot be milled or decoded,
10 the audit found leaks, 11 score too low, 12 something is wrong with the dataset, 13 parts are not mapped,
130 interrupted (the same command goes on where it stopped)")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Ingest(IngestArguments),
    Deidentify(DeidentifyArguments),
    Map(MapArguments),
    Seal(SealArguments),
    Status(StatusArguments),
    Versions(VersionsArguments),
    Diff(DiffArguments),
    Verify(VerifyArguments),
    Audit(AuditArguments),
    Inspect(InspectArguments),
    ContactSheet(ContactSheetArguments),
    Explain(ExplainArguments),
    Decode(DecodeArguments),
    Classify(ClassifyArguments),
    Taxonomy(TaxonomyArguments),
    Policy(PolicyArguments),
    Quarantine(QuarantineArguments),
    Withdraw(WithdrawArguments),
    Token(TokenArguments),
    ApplyNotice(ApplyNoticeArguments),
    Crosswalk(CrosswalkArguments),
    Key(KeyArguments),
    Synth(SynthArguments),
    Score(ScoreArguments),
    Completions(CompletionsArguments),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_coherent() {
        super::Arguments::command().debug_assert();
    }
}
