use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use radmill_pipeline::{Progress, Verified, VerifyOptions, verify};

use crate::exit::Exit;
use crate::report::{self, bytes, number};

/// Check a whole dataset: every hash, shard, row and image, and what lies there besides.
///
/// Reads all images of all versions. Holds the dataset meanwhile, so that no job writes to it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill verify dataset
  radmill verify dataset --repair

Exit code 12 says that something is wrong, and is not repaired.")]
pub(crate) struct VerifyArguments {
    /// What `ingest` wrote, or a copy of it: a folder, or s3://, az:// or gs:// with --private
    dataset: PathBuf,
    /// Private folder of a dataset in a bucket
    #[arg(long, value_name = "DIR")]
    private: Option<PathBuf>,
    /// Remove what no version names, close the private folder, and ask for the sources of lost images again
    #[arg(long)]
    repair: bool,
    /// Threads to use [default: as many as the machine has; 32 for a bucket]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &VerifyArguments) -> io::Result<Exit> {
    let options = VerifyOptions {
        dataset: arguments.dataset.clone(),
        private: arguments.private.clone(),
        n_threads: arguments.threads.map(usize::from),
        repair: arguments.repair,
    };
    let mut shown = Shown::new();
    let verified = verify(&options, &mut |progress| shown.update(progress));
    drop(shown);
    let verified = match verified {
        Ok(verified) => verified,
        Err(error) => return Ok(report::job_error(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &verified)?;
        writeln!(out)?;
    } else {
        print(&mut out, &verified, arguments.repair)?;
    }
    Ok(if verified.is_intact() { Exit::Done } else { Exit::NotIntact })
}

fn print(out: &mut impl Write, verified: &Verified, is_repair: bool) -> io::Result<()> {
    writeln!(out, "version {}", verified.version)?;
    writeln!(out, "{:>12}  shards of all versions", number(verified.n_shards))?;
    writeln!(out, "{:>12}  rows of the newest version", number(verified.n_rows))?;
    writeln!(out, "{:>12}  images read, {}", number(verified.n_images), bytes(verified.image_bytes))?;
    if let Some(reason) = verified.not_looked_for {
        writeln!(out, "files that no version names were not looked for: {reason}")?;
    }
    if verified.faults.is_empty() {
        return writeln!(out, "nothing is wrong");
    }
    for (fault, faults) in &verified.faults {
        write!(out, "\n{:>12}  {}", number(faults.n), fault.name())?;
        if faults.n_repaired > 0 {
            write!(out, ", {} of them repaired", number(faults.n_repaired))?;
        }
        writeln!(out)?;
        for example in &faults.examples {
            writeln!(out, "              {example}")?;
        }
        if faults.n_repaired < faults.n {
            writeln!(out, "              {}", fault.advice())?;
        }
    }
    if is_repair && !verified.to_do.is_empty() {
        writeln!(out, "\nto do")?;
    }
    verified.to_do.iter().try_for_each(|command| writeln!(out, "  {command}"))
}

/// Lines are that far apart in a log.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

/// How far the check is, on standard error: a bar on a terminal, now and then a line in a log.
struct Shown {
    bar: Option<ProgressBar>,
    last: Instant,
}

impl Shown {
    fn new() -> Shown {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template("{percent:>3}% {bar:16} {eta} left  {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Shown { bar, last: Instant::now() }
    }

    fn update(&mut self, progress: Progress) {
        let Progress { n_images, n_rows_named } = progress;
        let text = || format!("{} images of at most {}", number(n_images), number(n_rows_named));
        if let Some(bar) = &self.bar {
            bar.set_length(n_rows_named);
            bar.set_position(n_images);
            bar.set_message(text());
        } else if self.last.elapsed() >= LOG_INTERVAL {
            self.last = Instant::now();
            report::message(&text());
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
