use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use radmill_anatomy::{Category, Taxonomy};
use radmill_store::read_small_file;

use crate::exit::Exit;
use crate::report::{self, number};

/// Longest taxonomy file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Look at a taxonomy: categories, regions, codes, terms and precedence.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct TaxonomyArguments {
    #[command(subcommand)]
    pub(crate) command: TaxonomyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TaxonomyCommand {
    /// Say what a taxonomy file holds, or with line and column what is wrong in it. Without FILE, the one that ships
    /// with radmill.
    #[command(
        after_help = "Example:\n  radmill taxonomy check our-words.toml\n\nExit code 3 says that the file is wrong."
    )]
    Check {
        /// The file (TOML)
        file: Option<PathBuf>,
    },
}

pub(crate) fn run(arguments: &TaxonomyArguments) -> io::Result<Exit> {
    let TaxonomyCommand::Check { file } = &arguments.command;
    match load(file.as_deref()) {
        Ok(taxonomy) => {
            write_text(&mut io::stdout().lock(), &taxonomy)?;
            Ok(Exit::Done)
        }
        Err(message) => {
            report::message(&message);
            Ok(Exit::Pipeline)
        }
    }
}

/// The taxonomy of a file, or the one that ships with radmill.
pub(crate) fn load(file: Option<&Path>) -> Result<Taxonomy, String> {
    let Some(path) = file else { return Ok(Taxonomy::builtin()) };
    let text = read_small_file(path, FILE_BYTES_MAX).map_err(|error| error.to_string())?;
    Taxonomy::parse(&text).map_err(|error| format!("taxonomy {}: {error}", path.display()))
}

fn write_text(out: &mut impl Write, taxonomy: &Taxonomy) -> io::Result<()> {
    let (n_terms, n_codes) = taxonomy.n_terms_and_codes();
    let mut n_regions: BTreeMap<Category, u64> = BTreeMap::new();
    for (_, category) in taxonomy.regions() {
        *n_regions.entry(category).or_default() += 1;
    }
    writeln!(out, "version     {}", taxonomy.version())?;
    writeln!(out, "terms       {}", number(n_terms as u64))?;
    writeln!(out, "codes       {}", number(n_codes as u64))?;
    writeln!(out, "regions     {}", number(n_regions.values().sum()))?;
    for category in Category::ALL {
        let n = n_regions.get(&category).copied().unwrap_or(0);
        writeln!(out, "  {:14}{}", category.name(), number(n))?;
    }
    let precedence: Vec<&str> = taxonomy.precedence().map(Category::name).collect();
    writeln!(out, "precedence  {}", precedence.join(", "))
}
