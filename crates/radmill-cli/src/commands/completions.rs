use std::io::{self, Write};

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsArguments};
use crate::exit::Exit;

pub(crate) fn run(arguments: &CompletionsArguments) -> io::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "radmill", &mut script);
    io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}
