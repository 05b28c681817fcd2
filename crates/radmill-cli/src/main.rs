//! Arguments, progress, messages, exit codes: the `radmill` binary.
//!
//! Only this crate touches the terminal. Results go to standard output, progress and messages to standard error.

mod arguments;
mod commands;
mod exit;
mod progress;
mod report;
mod sheet;

use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};
use crate::exit::Exit;

fn main() -> ExitCode {
    hide_panic_payload();
    let arguments = Arguments::parse();
    let exit = match arguments.command {
        Command::Ingest(arguments) => commands::ingest::run(&arguments),
        Command::Map(arguments) => commands::parts::map(&arguments),
        Command::Seal(arguments) => commands::parts::seal(&arguments),
        Command::Deidentify(arguments) => commands::deidentify::run(&arguments),
        Command::Status(arguments) => commands::status::run(&arguments),
        Command::Versions(arguments) => commands::versions::run(&arguments),
        Command::Diff(arguments) => commands::diff::run(&arguments),
        Command::Verify(arguments) => commands::verify::run(&arguments),
        Command::Audit(arguments) => commands::audit::run(&arguments),
        Command::Inspect(arguments) => commands::inspect::run(&arguments),
        Command::ContactSheet(arguments) => commands::contact_sheet::run(&arguments),
        Command::Classify(arguments) => commands::classify::run(&arguments),
        Command::Taxonomy(arguments) => commands::taxonomy::run(&arguments),
        Command::Decode(arguments) => commands::decode::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Policy(arguments) => commands::policy::run(&arguments),
        Command::Quarantine(arguments) => commands::quarantine::run(&arguments),
        Command::Withdraw(arguments) => commands::withdraw::run(&arguments),
        Command::Token(arguments) => commands::token::run(&arguments),
        Command::ApplyNotice(arguments) => commands::withdraw::run_apply(&arguments),
        Command::Crosswalk(arguments) => commands::crosswalk::run(&arguments),
        Command::Key(arguments) => commands::key::run(&arguments),
        Command::Synth(arguments) => commands::synth::run(&arguments),
        Command::Score(arguments) => commands::score::run(&arguments),
        Command::Completions(arguments) => commands::completions::run(&arguments),
    };
    exit.unwrap_or_else(|error| Exit::from_output_error(&error)).into()
}

/// A panic says where it happened and nothing else: its message might repeat a value of a file.
fn hide_panic_payload() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        report::message(&format!("internal error{place}; please report it"));
    }));
}
