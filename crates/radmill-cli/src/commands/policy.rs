use std::io::{self, Write};

use clap::{Args, Subcommand};
use radmill_pipeline::{AttributeLine, PolicySheet, policy_sheet};

use super::job::PolicyChoice;
use crate::exit::Exit;
use crate::report;

/// Work with de-identification policies.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct PolicyArguments {
    #[command(subcommand)]
    command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    Show(ShowArguments),
}

/// Print what is done with every attribute of the data dictionary, and why, one line each.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill policy show
  radmill policy show --profile research PatientAge
  radmill policy show --pipeline site.toml \"site override\"
  radmill policy show | grep -v 'by VR'         only what a table, an option or a decision names")]
struct ShowArguments {
    /// Only lines in which this stands, whatever the case: part of a tag, keyword, action or reason
    filter: Option<String>,
    #[command(flatten)]
    policy: PolicyChoice,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &PolicyArguments) -> io::Result<Exit> {
    let PolicyCommand::Show(arguments) = &arguments.command;
    let mut sheet = match policy_sheet(&arguments.policy.source()) {
        Ok(sheet) => sheet,
        Err(error) => return Ok(report::job_error(&error)),
    };
    if let Some(filter) = &arguments.filter {
        let filter = filter.to_lowercase();
        sheet.attributes.retain(|attribute| text(attribute).to_lowercase().contains(&filter));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    if arguments.json {
        serde_json::to_writer(&mut out, &sheet)?;
        writeln!(out)?;
    } else {
        write_text(&mut out, &sheet)?;
    }
    out.flush()?;
    Ok(Exit::Done)
}

/// Lines of the header begin with `#`, so that the others can be cut and counted.
fn write_text(out: &mut impl Write, sheet: &PolicySheet) -> io::Result<()> {
    writeln!(out, "# policy    {}", sheet.policy_id)?;
    writeln!(out, "# profile   {}", sheet.profile)?;
    for option in &sheet.options {
        writeln!(out, "# option    {option}")?;
    }
    writeln!(out, "# burned_in {}, documents {}", sheet.burned_in, sheet.documents)?;
    for attribute in &sheet.attributes {
        writeln!(out, "{}", text(attribute))?;
    }
    Ok(())
}

fn text(attribute: &AttributeLine) -> String {
    let AttributeLine { tag, keyword, vr, action, reason } = attribute;
    format!("{tag} {vr:2} {keyword}: {action} [{reason}]")
}
