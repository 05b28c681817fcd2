use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use radmill_audit::{AuditError, AuditOptions, FileReference, Finding, Progress, Report, Severity, audit};
use radmill_pipeline::{CrosswalkExport, export_crosswalk};
use radmill_store::DatasetRoots;

use super::dataset;
use crate::exit::Exit;
use crate::report::{self, number};

/// Search a dataset for what identifies somebody: names, numbers, dates, UIDs, addresses.
///
/// Reads everything below DATASET with a reader of its own: DICOM at every level, tables with their metadata, text
/// beside the pixels of images, names of files and folders, and the bytes of everything else. With --against it
/// looks for the identifying values of the sources in every form; without, for what identifiers look like.
/// The report names tags, columns and kinds, never a value.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill audit dataset --against /data/dicom
  radmill audit dataset --against /data/dicom --uids uids.csv --show-paths
  radmill audit received-dataset --strict

Exit codes: 0 clean, 10 leaks were found (with --strict also if anything is suspicious or unread), others are errors")]
pub(crate) struct AuditArguments {
    /// Folder that is meant to be shared, or a single file
    pub(crate) dataset: PathBuf,
    /// The sources it was made from
    #[arg(long, value_name = "INPUT")]
    pub(crate) against: Option<PathBuf>,
    /// Crosswalk of UIDs (CSV: id_old,id_new), to find the source of each output [default: what DATASET.private holds;
    /// without it, equal pixels and the structure of the image tell]
    #[arg(long, value_name = "FILE", requires = "against")]
    pub(crate) uids: Option<PathBuf>,
    /// Name files by their paths instead of numbers; such a report must not be shared
    #[arg(long)]
    pub(crate) show_paths: bool,
    /// Call a dataset clean only if nothing is suspicious and everything could be read
    #[arg(long)]
    pub(crate) strict: bool,
    /// Threads to use [default: as many as the machine has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print the report as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &AuditArguments) -> io::Result<Exit> {
    if let Err(error) = dataset::check_on_disk(&arguments.dataset) {
        return Ok(report::job_error(&error));
    }
    let is_own_wanted = arguments.against.is_some() && arguments.uids.is_none();
    let own = is_own_wanted.then(|| OwnCrosswalk::of(&arguments.dataset)).flatten();
    let options = AuditOptions {
        dataset: arguments.dataset.clone(),
        against: arguments.against.clone(),
        uids: arguments.uids.clone().or_else(|| own.as_ref().map(|own| own.uids.clone())),
        published_names: radmill_manifest::columns().map(|column| column.name().to_owned()).collect(),
        show_paths: arguments.show_paths,
        threads: arguments.threads.map(usize::from),
    };
    if let Some(input) = arguments.against.as_deref()
        && is_same(input, &arguments.dataset)
    {
        report::message("the dataset and the input are the same folder: every value would be a leak");
        return Ok(Exit::Source);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stop);
    // Without a handler Ctrl-C ends the program at once, which harms nothing: an audit writes nothing.
    let _ = ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed));
    let progress = Mutex::new(Shown::new());
    let observe = |event: Progress| {
        // Whoever comes while another thread is drawing has nothing to add.
        if let Ok(mut shown) = progress.try_lock() {
            shown.on(event);
        }
    };
    let result = audit(&options, &observe, &stop);
    drop(progress);
    let report = match result {
        Ok(report) => report,
        Err(error) => return Ok(failed(&error)),
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write_text(&mut out, &report)?;
    }
    let is_clean = report.clean && !(arguments.strict && (report.n_suspicious > 0 || !report.complete));
    Ok(if is_clean { Exit::Done } else { Exit::Leaks })
}

/// What the private root of a dataset knows about UIDs, for as long as an audit takes.
struct OwnCrosswalk {
    patients: PathBuf,
    uids: PathBuf,
}

impl OwnCrosswalk {
    /// Nothing if there is no private root beside the dataset, if it cannot be written to, or if a job is at work there:
    /// an audit can do without.
    fn of(dataset: &Path) -> Option<OwnCrosswalk> {
        let private = DatasetRoots::new(dataset).ok()?.private;
        let name = |kind: &str| private.join(format!("audit-{}.{kind}.csv", std::process::id()));
        let own = OwnCrosswalk { patients: name("patients"), uids: name("uids") };
        let exported = export_crosswalk(&CrosswalkExport {
            dataset: dataset.to_owned(),
            private: None,
            patients: own.patients.clone(),
            uids: own.uids.clone(),
            recipients: Vec::new(),
        });
        exported.is_ok_and(|exported| exported.n_uids > 0).then_some(own)
    }
}

impl Drop for OwnCrosswalk {
    fn drop(&mut self) {
        for path in [&self.patients, &self.uids] {
            // It lies where such things belong; one that cannot be removed does no harm.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn failed(error: &AuditError) -> Exit {
    report::message(&error.to_string());
    match error {
        AuditError::Dataset(_) => Exit::Target,
        AuditError::Source(_) | AuditError::Crosswalk { .. } => Exit::Source,
        AuditError::Interrupted => Exit::Interrupted,
        AuditError::TooMany | AuditError::Threads(_) => Exit::Internal,
    }
}

fn write_text(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let counts = &report.counts;
    if report.against_sources {
        writeln!(
            out,
            "{:>12}  sources, {} of them DICOM",
            number(counts.sources),
            number(counts.sources_dicom)
        )?;
    }
    writeln!(
        out,
        "{:>12}  outputs: {} DICOM, {} images, {} tables with {} rows, {} others",
        number(counts.outputs),
        number(counts.dicom),
        number(counts.images),
        number(counts.tables),
        number(counts.rows),
        number(counts.other)
    )?;
    if report.against_sources {
        writeln!(
            out,
            "{:>12}  objects, images and rows compared with their own source, {} not: dates and single words were not compared there",
            number(counts.linked),
            number(counts.not_linked)
        )?;
    }
    for (n, what) in [
        (counts.sources_broken, "sources that could be read in part only: what stands behind is not known"),
        (counts.sources_unreadable, "sources that cannot be read"),
        (counts.dicom_broken, "outputs that are broken DICOM, looked at as bytes too"),
        (counts.outputs_unreadable, "outputs that cannot be read"),
    ] {
        if n > 0 {
            writeln!(out, "{:>12}  {what}", number(n))?;
        }
    }
    for (severity, title) in [
        (Severity::Leak, "leaks"),
        (Severity::Suspicious, "suspicious, to be looked at"),
        (Severity::Declared, "identifying, kept under an option that the object declares"),
    ] {
        let findings: Vec<&Finding> =
            report.findings.iter().filter(|finding| finding.severity == severity).collect();
        if !findings.is_empty() {
            writeln!(out, "\n{title}")?;
        }
        for finding in findings {
            write_finding(out, finding)?;
        }
    }
    if report.n_findings_not_listed > 0 {
        writeln!(out, "\nand {} more that are not listed", number(report.n_findings_not_listed))?;
    }
    let verdict = match (report.n_leaks, report.n_suspicious) {
        (0, 0) => "clean: nothing that identifies somebody was found".to_owned(),
        (0, n) => format!("no leak was found; {} suspicious findings are for a person to look at", number(n)),
        (n, _) => format!("not clean: {} leaks", number(n)),
    };
    writeln!(out, "\n{verdict}")
}

fn write_finding(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let from = finding
        .source_attribute
        .as_ref()
        .map_or_else(String::new, |tag| format!(" of source attribute {tag}"));
    writeln!(
        out,
        "{:>12}  {} {}: {}{from} ({})",
        number(finding.n_outputs),
        finding.place.format,
        finding.place.at,
        finding.kind.name(),
        finding.about
    )?;
    write!(out, "{:14}in {}", "", references("output", &finding.outputs))?;
    if !finding.sources.is_empty() {
        write!(out, ", from {}", references("source", &finding.sources))?;
    }
    writeln!(out)
}

fn references(what: &str, files: &[FileReference]) -> String {
    let names: Vec<String> = files
        .iter()
        .map(|file| file.path.clone().unwrap_or_else(|| format!("{what} #{}", file.number)))
        .collect();
    names.join(", ")
}

/// A bar on a terminal, a line now and then elsewhere.
struct Shown {
    bar: Option<ProgressBar>,
    phase: &'static str,
    last: Instant,
}

const LOG_INTERVAL: Duration = Duration::from_secs(10);

impl Shown {
    fn new() -> Shown {
        let bar = io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template("{percent:>3}% {bar:16} {eta} left  {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Shown { bar, phase: "", last: Instant::now() }
    }

    fn on(&mut self, event: Progress) {
        let text = format!("{}/{} {}", number(event.n_done), number(event.n_files), event.phase);
        match &self.bar {
            Some(bar) => {
                bar.set_length(event.n_files);
                bar.set_position(event.n_done);
                bar.set_message(text);
            }
            None if self.phase != event.phase || self.last.elapsed() >= LOG_INTERVAL => {
                report::message(&text);
                self.last = Instant::now();
            }
            None => {}
        }
        self.phase = event.phase;
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
