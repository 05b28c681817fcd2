//! How a dataset grows: jobs of rows without images, sealed in a process of its own.

use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use radmill_pipeline::{Event, Input, JobKind, PipelineSource, PlanOptions, Redo, SyntheticJob, run_job};

use crate::whole::peak_memory_bytes;

/// Sources without files, one image each.
pub(crate) struct Rows {
    pub(crate) numbers: Range<u64>,
    /// The dataset to make or add to.
    pub(crate) dataset: PathBuf,
    pub(crate) n_threads: usize,
}

impl Rows {
    fn job(&self) -> Result<SyntheticJob, Box<dyn Error>> {
        let options = PlanOptions {
            kind: JobKind::Ingest,
            // An input of its own for each first number, so that jobs do not follow from each other.
            input: Input::Path(PathBuf::from(format!("/synthetic-{}", self.numbers.start))),
            dataset: self.dataset.clone(),
            private: None,
            pipeline: PipelineSource::Default,
            key: None,
            n_threads: Some(self.n_threads),
            redo: Redo::Changed,
            part: None,
        };
        Ok(SyntheticJob::new(&options, self.numbers.clone())?)
    }

    /// Writes the segments, then seals them and runs the finished job once more, each in a child process.
    pub(crate) fn measure(&self, templates: &Path) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        self.job()?.fill(templates)?;
        println!("segments: {}", Figures::since(start));
        for what in ["seal", "again"] {
            let numbers = [self.numbers.end - self.numbers.start, self.numbers.start, self.n_threads as u64];
            let [rows, first, threads] = numbers.map(|number| number.to_string());
            let output = Command::new(std::env::current_exe()?)
                .args(["--seal-rows", "--rows", &rows, "--first-row", &first, "--threads", &threads, "--out"])
                .arg(&self.dataset)
                .output()?;
            print!("{what}: {}", String::from_utf8_lossy(&output.stdout));
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
            }
        }
        Ok(())
    }

    /// What the child process does.
    pub(crate) fn seal(&self) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let job = self.job()?;
        let planned = Figures::since(start);
        let summary = run_job(job.plan(), &AtomicBool::new(false), &mut |_: &Event| {})?;
        println!("{}, of which to plan {planned}", Figures::since(start));
        println!(
            "  {} new rows, {} new shards, version {}",
            summary.n_new_images,
            summary.n_shards,
            summary.version.unwrap_or(0)
        );
        Ok(())
    }
}

/// What a process has taken so far.
struct Figures {
    seconds: f64,
    processor_seconds: f64,
    /// The most that it ever held.
    peak_memory_bytes: u64,
}

impl Figures {
    fn since(start: Instant) -> Figures {
        let processor = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        Figures {
            seconds: start.elapsed().as_secs_f64(),
            processor_seconds: processor.tv_sec as f64 + processor.tv_nsec as f64 / 1e9,
            peak_memory_bytes: peak_memory_bytes().unwrap_or(0),
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Figures { seconds, processor_seconds, peak_memory_bytes } = self;
        let megabytes = peak_memory_bytes / 1_000_000;
        write!(f, "{seconds:.1} s, {processor_seconds:.1} s of processor time, {megabytes} MB at most")
    }
}
