//! What a person, a log or a program sees while a job runs.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use radmill_pipeline::{Changes, Event, Observer};

use crate::report::{self, bytes, number};

/// What an input that was worked on before will be worked on again for; nothing for a new one.
fn changed(changes: &Changes) -> Vec<String> {
    let Changes { n_new, n_modified, n_again, n_unchanged, n_vanished } = *changes;
    if n_modified + n_again + n_unchanged + n_vanished == 0 {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "this input was worked on before: {} sources are new, {} modified, {} unchanged",
        number(n_new),
        number(n_modified),
        number(n_unchanged)
    )];
    if n_again > 0 {
        lines.push(format!(
            "{} sources are worked on again, because the settings or the version of radmill have changed, or they \
             could not be read, or a source that they lost to is worked on again; what was made of them is replaced",
            number(n_again)
        ));
    }
    if n_vanished > 0 {
        lines.push(format!(
            "{} sources are not there any more; what was made of them stays (`radmill withdraw` removes a patient)",
            number(n_vanished)
        ));
    }
    lines
}

/// A bar with rate and time left, on a terminal.
pub(crate) struct Bar {
    bar: ProgressBar,
    started: Instant,
    n_resumed: u64,
}

impl Bar {
    pub(crate) fn new() -> Bar {
        Bar { bar: ProgressBar::hidden(), started: Instant::now(), n_resumed: 0 }
    }
}

impl Observer for Bar {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Planned { bytes, n_resumed, changes, .. } => {
                self.n_resumed = *n_resumed;
                changed(changes).iter().for_each(|text| report::message(text));
                self.bar = ProgressBar::new(*bytes);
                // What is last is cut where the terminal ends, so that a narrow one still gets one line.
                let style = ProgressStyle::with_template("{percent:>3}% {bar:16} {eta} left  {wide_msg}");
                self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                self.bar.enable_steady_tick(Duration::from_millis(250));
            }
            Event::Progress { n_done, n_sources, bytes_done, n_rejected, .. } => {
                let rate = (n_done - self.n_resumed) as f64 / self.started.elapsed().as_secs_f64().max(0.001);
                let rejected = if *n_rejected > 0 {
                    format!(", {} rejected", number(*n_rejected))
                } else {
                    String::new()
                };
                self.bar.set_message(format!(
                    "{}/{} files, {rate:.0}/s{rejected}",
                    number(*n_done),
                    number(*n_sources)
                ));
                self.bar.set_position(*bytes_done);
            }
            Event::Sealing => self.bar.set_message("sealing"),
            Event::Finished(_) | Event::Failed { .. } => self.bar.finish_and_clear(),
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Plain lines, for logs: one at the start, one now and then, one for each phase.
pub(crate) struct LogLines<W> {
    out: W,
    started: Instant,
    last: Instant,
    n_resumed: u64,
}

/// A line now and then, not one a file: a job of a day gives some thousands.
const LOG_INTERVAL: Duration = Duration::from_secs(10);

impl<W: Write> LogLines<W> {
    pub(crate) fn new(out: W) -> LogLines<W> {
        LogLines { out, started: Instant::now(), last: Instant::now(), n_resumed: 0 }
    }

    fn line(&mut self, text: &str) {
        // A log that cannot be written must not stop the job.
        let _ = writeln!(self.out, "radmill: {text}");
        self.last = Instant::now();
    }
}

impl<W: Write> Observer for LogLines<W> {
    fn on(&mut self, event: &Event) {
        match event {
            Event::Planned { n_sources, bytes: length, n_resumed, n_threads, changes } => {
                self.n_resumed = *n_resumed;
                changed(changes).iter().for_each(|text| self.line(text));
                let mut text =
                    format!("{} sources, {}, {n_threads} threads", number(*n_sources), bytes(*length));
                if *n_resumed > 0 {
                    text += &format!("; {} of them were finished before", number(*n_resumed));
                }
                self.line(&text);
            }
            Event::Progress { n_done, n_sources, n_rejected, n_images, n_dicom_files, .. } => {
                let is_last = n_done == n_sources;
                if is_last || self.last.elapsed() >= LOG_INTERVAL {
                    let rate =
                        (n_done - self.n_resumed) as f64 / self.started.elapsed().as_secs_f64().max(0.001);
                    let made: String = [(n_images, "images"), (n_dicom_files, "DICOM files")]
                        .iter()
                        .filter(|(n, _)| **n > 0)
                        .map(|(n, what)| format!("{} {what}, ", number(**n)))
                        .collect();
                    self.line(&format!(
                        "{} of {} sources, {rate:.0}/s, {made}{} rejected",
                        number(*n_done),
                        number(*n_sources),
                        number(*n_rejected)
                    ));
                }
            }
            Event::Sealing => self.line("sealing"),
            Event::Finished(_) => self.line("finished"),
            // The sentence that says why is printed to the same place.
            Event::Failed { .. } => {}
        }
    }
}

/// Events as JSON, one object a line.
pub(crate) struct JsonLines<W> {
    out: W,
    last_progress: Option<Instant>,
}

/// Progress events are as frequent as a dashboard can use.
const JSON_INTERVAL: Duration = Duration::from_millis(500);

impl<W: Write> JsonLines<W> {
    pub(crate) fn new(out: W) -> JsonLines<W> {
        JsonLines { out, last_progress: None }
    }
}

impl<W: Write> Observer for JsonLines<W> {
    fn on(&mut self, event: &Event) {
        if let Event::Progress { n_done, n_sources, .. } = event {
            let is_early = self.last_progress.is_some_and(|last| last.elapsed() < JSON_INTERVAL);
            if is_early && n_done != n_sources {
                return;
            }
            self.last_progress = Some(Instant::now());
        }
        if let Ok(line) = serde_json::to_string(event) {
            // A reader that went away must not stop the job.
            let _ = writeln!(self.out, "{line}");
        }
    }
}
