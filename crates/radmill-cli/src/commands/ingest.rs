use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use radmill_pipeline::{Event, Observer, Plan, PlanOptions, Summary, ingest};

use crate::arguments::IngestArguments;
use crate::exit::Exit;
use crate::progress::{Bar, JsonLines, LogLines};
use crate::report;

pub(crate) fn run(arguments: &IngestArguments) -> io::Result<Exit> {
    let options = PlanOptions {
        input: arguments.input.clone(),
        dataset: arguments.out.clone(),
        pipeline: arguments.pipeline.clone(),
        key: arguments.key.clone(),
        n_threads: arguments.threads.map(usize::from),
    };
    let mut observer: Box<dyn Observer> = match (arguments.json, io::stderr().is_terminal()) {
        (true, _) => Box::new(JsonLines::new(io::stdout())),
        (false, true) => Box::new(Bar::new()),
        (false, false) => Box::new(LogLines::new(io::stderr())),
    };
    let interrupted = stop_on_interrupt();
    let ended = Plan::new(&options).and_then(|plan| {
        let summary = ingest(&plan, &interrupted, observer.as_mut())?;
        observer.on(&Event::Finished(Box::new(summary.clone())));
        Ok(summary)
    });
    // Clears the bar before anything else is printed.
    drop(observer);
    match ended {
        Ok(summary) => {
            if !arguments.json {
                let mut out = io::stdout().lock();
                report::summary(&mut out, &summary)?;
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
fn stop_on_interrupt() -> Arc<AtomicBool> {
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
    interrupted
}
