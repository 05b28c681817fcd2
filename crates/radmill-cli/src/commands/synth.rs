use std::io::{self, Write};

use radmill_synth::{CorpusOptions, Mix, write_corpus, write_fixtures};

use crate::arguments::SynthArguments;
use crate::exit::Exit;
use crate::report::{self, number};

pub(crate) fn run(arguments: &SynthArguments) -> io::Result<Exit> {
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
        Err(error) => {
            report::message(&format!("cannot write {}: {}", arguments.out.display(), error.kind()));
            Ok(Exit::Target)
        }
    }
}

fn corpus_options(arguments: &SynthArguments) -> CorpusOptions {
    CorpusOptions { seed: arguments.seed, n_files: arguments.files, shrink: 1, mix: Mix::HOSPITAL }
}
