use std::io;

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsArguments};
use crate::exit::Exit;

pub(crate) fn run(arguments: &CompletionsArguments) -> io::Result<Exit> {
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "radmill", &mut io::stdout().lock());
    Ok(Exit::Done)
}
