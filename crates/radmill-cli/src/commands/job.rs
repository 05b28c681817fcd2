//! What `ingest` and `deidentify` have in common: a job from its plan to its summary.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use clap::Args;
use radmill_deid::Preset;
use radmill_pipeline::{
    Event, Input, JobError, Observer, PipelineSource, Plan, PlanOptions, Summary, run_job,
};
use radmill_store::{is_url, paths_in_list};

use crate::exit::Exit;
use crate::progress::{Bar, JsonLines, LogLines};
use crate::report;

/// Where the sources come from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct InputArguments {
    /// Folder or file, or s3://, az:// or gs://; names do not matter, and zip and tar archives are opened
    input: Option<PathBuf>,
    /// List of files and folders instead of INPUT, a path a line or between NUL bytes; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
}

impl InputArguments {
    /// Reads the list, if there is one.
    pub(super) fn read(&self) -> Result<Input, JobError> {
        let Some(list) = &self.list else {
            return Ok(Input::Path(self.input.clone().unwrap_or_default()));
        };
        let failed = |what: &str, error: &io::Error| {
            JobError::Input(format!("{what} {}: {}", list.display(), error.kind()))
        };
        let mut text = Vec::new();
        let read = match list.as_os_str() == "-" {
            true => io::stdin().lock().read_to_end(&mut text),
            false => File::open(list).and_then(|mut file| file.read_to_end(&mut text)),
        };
        read.map_err(|error| failed("cannot read the list", &error))?;
        let paths = paths_in_list(&text);
        if let Some(at) = paths.iter().position(|path| is_url(path)) {
            return Err(JobError::Input(format!(
                "entry {} of the list is a URL; a list has files and folders alone, and a URL is an INPUT of its own",
                at + 1
            )));
        }
        let paths = paths.into_iter().map(std::path::absolute).collect::<io::Result<_>>();
        Ok(Input::List(paths.map_err(|error| failed("cannot resolve the paths of the list", &error))?))
    }
}

/// How to run a job.
#[derive(Debug, Args)]
pub(super) struct JobArguments {
    /// Site key; without it, the one in the private folder, which is made on first use
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Threads to use [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,
    /// Print events to standard output, one JSON object a line
    #[arg(long)]
    pub(super) json: bool,
}

/// Where it is written what is done with a file.
#[derive(Debug, Args)]
pub(super) struct PolicyChoice {
    /// De-identification profile; without it, that of pipelines/default.toml
    #[arg(long, value_name = "PROFILE", value_parser = ["basic", "research", "strict"])]
    #[arg(conflicts_with = "pipeline")]
    profile: Option<String>,
    /// Pipeline file (TOML) whose `[deidentify]` says more than a profile can
    #[arg(long, value_name = "FILE")]
    pipeline: Option<PathBuf>,
}

impl PolicyChoice {
    pub(super) fn source(&self) -> PipelineSource {
        match self.profile.as_deref().and_then(Preset::from_name) {
            Some(preset) => PipelineSource::Profile(preset),
            None => pipeline_source(self.pipeline.as_ref()),
        }
    }
}

pub(super) fn pipeline_source(file: Option<&PathBuf>) -> PipelineSource {
    file.map_or(PipelineSource::Default, |file| PipelineSource::File(file.clone()))
}

/// Runs the job to its end, shows how it goes on, and prints what it did.
pub(super) fn run(options: &PlanOptions, json: bool) -> io::Result<Exit> {
    run_with(options, json, run_job, &mut |out, summary| report::summary(out, options.kind, summary))
}

/// What is done with a plan.
type Work = fn(&Plan, &AtomicBool, &mut dyn Observer) -> Result<Summary, JobError>;

/// The same for something else than a whole job.
pub(super) fn run_with(
    options: &PlanOptions,
    json: bool,
    work: Work,
    print: &mut dyn FnMut(&mut dyn Write, &Summary) -> io::Result<()>,
) -> io::Result<Exit> {
    let mut observer: Box<dyn Observer> = match (json, io::stderr().is_terminal()) {
        (true, _) => Box::new(JsonLines::new(io::stdout())),
        (false, true) => Box::new(Bar::new()),
        (false, false) => Box::new(LogLines::new(io::stderr())),
    };
    let interrupted = stop_on_interrupt();
    let ended =
        Plan::new(options, &interrupted).and_then(|plan| work(&plan, &interrupted, observer.as_mut()));
    observer.on(&match &ended {
        Ok(summary) => Event::Finished(Box::new(summary.clone())),
        Err(error) => Event::Failed { reason: error.name() },
    });
    // Clears the bar before anything else is printed.
    drop(observer);
    match ended {
        Ok(summary) => {
            if !json {
                let mut out = io::stdout().lock();
                print(&mut out, &summary)?;
                out.flush()?;
            }
            Ok(exit_of(&summary))
        }
        Err(error) => Ok(report::job_error(&error)),
    }
}

fn exit_of(summary: &Summary) -> Exit {
    if summary.n_internal_errors() > 0 { Exit::Internal } else { Exit::Done }
}

/// The first Ctrl-C (or SIGTERM) lets what is in flight finish; the second one ends the process at once.
/// All jobs of a process share what this gives.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(interrupted) = INTERRUPTED.get() {
        return Arc::clone(interrupted);
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted as i32);
        }
        report::message("stopping: finishing what is in flight (once more to stop at once)");
    };
    // Without a handler Ctrl-C still ends the process, and nothing half-written becomes visible.
    let _ = ctrlc::set_handler(handler);
    Arc::clone(INTERRUPTED.get_or_init(|| interrupted))
}
