use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_pipeline::{Inspection, inspect};

use crate::exit::Exit;
use crate::report::{self, bytes, counts, number};

/// Count what is in a file or folder: modalities, SOP classes, transfer syntaxes, categories.
///
/// Looks at headers only, writes nothing, and shows no value of any attribute that could identify somebody.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  radmill inspect /data/dicom")]
pub(crate) struct InspectArguments {
    /// Folder or file
    input: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &InspectArguments) -> io::Result<Exit> {
    let inspection = match inspect(&arguments.input) {
        Ok(inspection) => inspection,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &inspection)?;
        writeln!(out)?;
    } else {
        write_text(&mut out, &inspection)?;
    }
    Ok(Exit::Done)
}

fn write_text(out: &mut impl Write, inspection: &Inspection) -> io::Result<()> {
    writeln!(
        out,
        "{} files, {}: {} instances with {} frames",
        number(inspection.n_files),
        bytes(inspection.bytes),
        number(inspection.n_instances),
        number(inspection.n_frames)
    )?;
    let groups: [(&str, &BTreeMap<&'static str, u64>); 6] = [
        ("category", &inspection.category),
        ("modality", &inspection.modality),
        ("SOP class", &inspection.sop_class),
        ("transfer syntax", &inspection.transfer_syntax),
        ("defects coped with", &inspection.defects),
        ("no instance", &inspection.not_read),
    ];
    for (title, group) in groups {
        if !group.is_empty() {
            writeln!(out, "\n{title}")?;
            counts(out, group.iter().map(|(name, n)| (*name, *n)))?;
        }
    }
    Ok(())
}
