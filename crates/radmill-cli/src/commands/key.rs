use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use radmill_pipeline::create_key_file;

use crate::exit::Exit;
use crate::report;

/// Make a site key: the secret from which all pseudonyms are derived.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct KeyArguments {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Write a new random site key to a file that only you can read. Keep it safe: without it the next batch of
    /// a patient gets other pseudonyms; whoever has it can tell which record number is behind a pseudonym.
    #[command(after_help = "Example:\n  radmill key new /secure/site.key")]
    New {
        /// The file to make; an existing one is never replaced
        file: PathBuf,
    },
}

pub(crate) fn run(arguments: &KeyArguments) -> io::Result<Exit> {
    let KeyCommand::New { file } = &arguments.command;
    if let Err(error) = create_key_file(file) {
        return Ok(report::job_error(&error));
    }
    writeln!(io::stdout(), "{}: a new site key; keep it secret, and keep a copy", file.display())?;
    Ok(Exit::Done)
}
