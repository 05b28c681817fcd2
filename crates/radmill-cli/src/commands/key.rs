use std::io::{self, Write};

use radmill_pipeline::create_key_file;

use crate::arguments::{KeyArguments, KeyCommand};
use crate::exit::Exit;
use crate::report;

pub(crate) fn run(arguments: &KeyArguments) -> io::Result<Exit> {
    let KeyCommand::New { file } = &arguments.command;
    if let Err(error) = create_key_file(file) {
        return Ok(report::job_error(&error));
    }
    writeln!(io::stdout(), "{}: a new site key; keep it secret, and keep a copy", file.display())?;
    Ok(Exit::Done)
}
