use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_synth::{
    CorpusOptions, Mix, PlantOptions, checks_path_for, write_corpus, write_fixtures, write_planted,
};

use crate::exit::Exit;
use crate::report::{self, number};

/// Make synthetic DICOM with planted identifiers and an answer key, to try radmill on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill synth --out corpus --files 200 --seed 7     hospital-like mix, key in corpus-key.json
  radmill synth --out planted --plant 500             for `radmill score`, checks in planted-checks.jsonl
  radmill synth --out planted --plant-into /data/dicom --plant 500
  radmill synth --out fixtures/dicom --fixtures       the fixtures of this repository, byte for byte")]
pub(crate) struct SynthArguments {
    /// Folder to make; the answer key goes beside it, into OUT-key.json or OUT-checks.jsonl
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// How many files
    #[arg(long, default_value_t = 200, conflicts_with = "fixtures")]
    pub(crate) files: usize,
    /// Same seed, same bytes
    #[arg(long, default_value_t = 1, conflicts_with = "fixtures")]
    pub(crate) seed: u64,
    /// Make so many synthetic objects to score a de-identifier with, and the checks of it
    #[arg(long, value_name = "N", conflicts_with_all = ["fixtures", "files"])]
    pub(crate) plant: Option<usize>,
    /// Copy the DICOM files of a folder, plant synthetic identifiers into the copies, and write the checks
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["fixtures", "files"])]
    pub(crate) plant_into: Option<PathBuf>,
    /// Make the small fixtures of the tests instead, broken files among them
    #[arg(long)]
    pub(crate) fixtures: bool,
}

pub(crate) fn run(arguments: &SynthArguments) -> io::Result<Exit> {
    if arguments.plant.is_some() || arguments.plant_into.is_some() {
        return plant(arguments);
    }
    let written = if arguments.fixtures {
        write_fixtures(&arguments.out)
    } else {
        write_corpus(&corpus_options(arguments), &arguments.out)
    };
    match written {
        Ok(key) => {
            let n_files = key.files.len() as u64;
            writeln!(io::stdout(), "{} files in {}", number(n_files), arguments.out.display())?;
            Ok(Exit::Done)
        }
        Err(error) => Ok(cannot_write(arguments, &error)),
    }
}

fn corpus_options(arguments: &SynthArguments) -> CorpusOptions {
    CorpusOptions { seed: arguments.seed, n_files: arguments.files, shrink: 1, mix: Mix::HOSPITAL }
}

fn plant(arguments: &SynthArguments) -> io::Result<Exit> {
    if arguments.plant_into.as_ref().is_some_and(|folder| !folder.is_dir()) {
        report::message("the folder to plant into cannot be read");
        return Ok(Exit::Source);
    }
    let options = PlantOptions {
        seed: arguments.seed,
        n_synthetic: arguments.plant.unwrap_or(0),
        real: arguments.plant_into.clone(),
    };
    let planted = match write_planted(&options, &arguments.out) {
        Ok(planted) => planted,
        Err(error) => return Ok(cannot_write(arguments, &error)),
    };
    let mut out = io::stdout().lock();
    writeln!(out, "{} files in {}", number(planted.n_files as u64), arguments.out.display())?;
    writeln!(
        out,
        "{} checks in {}",
        number(planted.n_checks as u64),
        checks_path_for(&arguments.out).display()
    )?;
    for (reason, n) in &planted.left_out {
        writeln!(out, "{} files not planted into: {reason}", number(*n as u64))?;
    }
    Ok(Exit::Done)
}

fn cannot_write(arguments: &SynthArguments, error: &io::Error) -> Exit {
    report::message(&format!("cannot write {}: {}", arguments.out.display(), error.kind()));
    Exit::Target
}
