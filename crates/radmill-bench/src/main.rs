//! Measures each stage and the whole job over a corpus.
//!
//! `cargo run --release -p radmill-bench` makes a synthetic corpus, takes it through the stages one after the other
//! on one thread, and then through `ingest` in a process of its own for each number of threads.
//! Rates are per second of wall time; quote ratios of one run, since machines are shared and noisy.
//! With `--rows N` it measures a dataset of so many rows without images: `docs/scale.md`.
//! With `--decode` it decodes only, by transfer syntax and size, and counts processor time;
//! `docs/benchmarks/decode.py` puts that beside other decoders.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod decode;
mod rows;
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
    /// Seal so many rows without images, and do nothing else; `--out` is the dataset to make or add to
    #[arg(long, requires = "out")]
    rows: Option<u64>,
    /// Number of the first of these rows: the same number is the same row
    #[arg(long, default_value_t = 0)]
    first_row: u64,
    /// What a child process does: seal rows that lie in segments
    #[arg(long, hide = true)]
    seal_rows: bool,
    /// What a child process does: the whole job, once
    #[arg(long, hide = true)]
    whole: bool,
    /// Where rows without images, or a child process, write to
    #[arg(long)]
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
    let rows = arguments.rows.map(|n_rows| rows::Rows {
        numbers: arguments.first_row..arguments.first_row + n_rows,
        dataset: arguments.out.clone().unwrap_or_default(),
        n_threads: arguments.threads.last().copied().unwrap_or(1),
    });
    if let (true, Some(rows)) = (arguments.seal_rows, &rows) {
        return rows.seal();
    }
    let work = WorkFolder::new()?;
    let corpus = match &arguments.corpus {
        Some(folder) => folder.clone(),
        None => {
            let folder = work.0.join("corpus");
            let options = CorpusOptions {
                seed: arguments.seed,
                n_files: arguments.files,
                shrink: if rows.is_some() { 16 } else { 1 },
                mix: Mix::HOSPITAL,
            };
            write_corpus(&options, &folder)?;
            folder
        }
    };
    if let Some(rows) = rows {
        return rows.measure(&corpus);
    }
    if arguments.decode {
        return decode::measure(&corpus, arguments.repeat);
    }
    stages::measure(&corpus, &work.0.join("stages"), arguments.repeat)?;
    for &n_threads in &arguments.threads {
        whole::measure(&corpus, &work.0, n_threads, arguments.repeat)?;
    }
    Ok(())
}
