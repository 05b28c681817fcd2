//! Generates committed tables from the standard's published tables.
//!
//! `cargo run -p xtask -- TABLE REFERENCE_FOLDER`, or without a folder for `dictionary`, rewrites a generated file in
//! place; without arguments it says which tables there are. Each generated file says edition and source in its header.

#![expect(clippy::print_stderr, reason = "a command line tool says what went wrong")]

mod audit_table;
mod burned_in_regions;
mod content_items;
mod deid_table;
mod dictionary;
mod iod_types;
mod private_table;
mod score_table;
mod table;
mod taxonomy;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["audit-table", reference] => audit_table::generate(Path::new(reference)),
        ["dictionary"] => dictionary::generate(),
        ["deid-table", reference] => deid_table::generate(Path::new(reference)),
        ["burned-in-regions", reference] => burned_in_regions::generate(Path::new(reference)),
        ["safe-private", reference] => private_table::generate(Path::new(reference)),
        ["content-items", reference] => content_items::generate(Path::new(reference)),
        ["iod-types", reference] => iod_types::generate(Path::new(reference)),
        ["taxonomy", reference] => taxonomy::generate(Path::new(reference)),
        ["score-table", reference] => score_table::generate(Path::new(reference)),
        _ => Err("usage: xtask TABLE REFERENCE_FOLDER, where TABLE is one of audit-table, deid-table, content-items, \
                  burned-in-regions, iod-types, safe-private, taxonomy, score-table; or xtask dictionary"
            .into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
