//! Measures each stage and the whole job over a corpus.
//!
//! `cargo run --release -p radmill-bench` makes a synthetic corpus, takes it through the stages one after the other
//! on one thread, and then through `ingest` in a process of its own for each number of threads.
//! Rates are per second of wall time; quote ratios of one run, since machines are shared and noisy.
//! With `--decode` it decodes only, by transfer syntax and size, and counts processor time;
//! `docs/benchmarks/decode.py` puts that beside other decoders.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod decode;
mod stages;
mod whole;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use radmill_synth::{CorpusOptions, Mix, write_corpus};

/// Measure the stages of radmill and the whole job.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder of DICOM files to use instead of a synthetic corpus
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Files of the synthetic corpus
    #[arg(long, default_value_t = 200)]
    files: usize,
    /// Seed of the synthetic corpus
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Times to repeat; the best of each figure counts
    #[arg(long, default_value_t = 3)]
    repeat: u32,
    /// Threads of the whole job
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2])]
    threads: Vec<usize>,
    /// Decode only: a line of comma-separated figures for each transfer syntax, modality and size
    #[arg(long)]
    decode: bool,
    /// What a child process does: the whole job, once
    #[arg(long, hide = true)]
    whole: bool,
    /// Where the child process writes to
    #[arg(long, hide = true)]
    out: Option<PathBuf>,
}

/// A folder of this process, removed when dropped.
struct WorkFolder(PathBuf);

impl WorkFolder {
    fn new() -> std::io::Result<WorkFolder> {
        let folder = std::env::temp_dir().join(format!("radmill-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(WorkFolder(folder))
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        // What cannot be removed lies among temporary files, where the system clears up.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("radmill-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    if let (true, Some(corpus), Some(out), [n_threads]) =
        (arguments.whole, &arguments.corpus, &arguments.out, arguments.threads.as_slice())
    {
        return whole::child(corpus, out, *n_threads);
    }
    let work = WorkFolder::new()?;
    let corpus = match &arguments.corpus {
        Some(folder) => folder.clone(),
        None => {
            let folder = work.0.join("corpus");
            let options = CorpusOptions {
                seed: arguments.seed,
                n_files: arguments.files,
                shrink: 1,
                mix: Mix::HOSPITAL,
            };
            write_corpus(&options, &folder)?;
            folder
        }
    };
    if arguments.decode {
        return decode::measure(&corpus, arguments.repeat);
    }
    stages::measure(&corpus, &work.0.join("stages"), arguments.repeat)?;
    for &n_threads in &arguments.threads {
        whole::measure(&corpus, &work.0, n_threads, arguments.repeat)?;
    }
    Ok(())
}
