use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_pipeline::{Explanation, explain};

use super::job::PolicyChoice;
use crate::exit::Exit;
use crate::report;

/// Show what each stage decides about one file, and why.
///
/// Goes through the whole line without writing anything. Shows tags, keywords and codes, never a value that could
/// identify somebody. Exit code 9 says that `ingest` would not make images of the file; the last line says whether
/// `deidentify` would write a copy of it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill explain /data/dicom/IM0001
  radmill explain /data/dicom/IM0001 --profile strict")]
pub(crate) struct ExplainArguments {
    /// The file
    file: PathBuf,
    #[command(flatten)]
    policy: PolicyChoice,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &ExplainArguments) -> io::Result<Exit> {
    let explanation = match explain(&arguments.file, &arguments.policy.source()) {
        Ok(explanation) => explanation,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &explanation)?;
        writeln!(out)?;
    } else {
        write_text(&mut out, &explanation)?;
    }
    Ok(if explanation.is_millable { Exit::Done } else { Exit::NotMillable })
}

fn write_text(out: &mut impl Write, explanation: &Explanation) -> io::Result<()> {
    for stage in &explanation.stages {
        match &stage.reason {
            None => writeln!(out, "{}", stage.stage.name())?,
            Some(reason) => writeln!(out, "{}: {reason}", stage.stage.name())?,
        }
        for fact in &stage.facts {
            writeln!(out, "  {fact}")?;
        }
    }
    let verdict = |is_done: bool| if is_done { "yes" } else { "no" };
    writeln!(
        out,
        "\ningest would make images of it: {}\ndeidentify would write a copy of it: {}",
        verdict(explanation.is_millable),
        verdict(explanation.is_deidentifiable)
    )
}
