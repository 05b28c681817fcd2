use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use radmill_synth::{Maps, Score, Tally, read_checks, score};
use serde_json::json;

use crate::exit::Exit;
use crate::report::{self, number};

/// Judge a de-identified folder by the checks of `radmill synth --plant`, as the benchmark MIDI-B does.
///
/// Every check passes or fails; what must be retained counts as much as what must go. Works on the result of any
/// tool that can say which UIDs and patient ids it replaced by which.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  radmill synth --out planted --plant 500
  radmill deidentify planted --out clean --profile research
  radmill crosswalk export clean --patients patients.csv --uids uids.csv
  radmill score clean --checks planted-checks.jsonl --patients patients.csv --uids uids.csv")]
pub(crate) struct ScoreArguments {
    /// Folder of de-identified DICOM files
    pub(crate) folder: PathBuf,
    /// The answer key: FOLDER-checks.jsonl of `radmill synth`
    #[arg(long, value_name = "FILE")]
    pub(crate) checks: PathBuf,
    /// Replaced patient ids: CSV with the header id_old,id_new
    #[arg(long, value_name = "FILE")]
    pub(crate) patients: PathBuf,
    /// Replaced UIDs: CSV with the header id_old,id_new
    #[arg(long, value_name = "FILE")]
    pub(crate) uids: PathBuf,
    /// Judge by the checks for this policy: basic, research, strict, research+clean_structured_content
    #[arg(long, default_value = "research")]
    pub(crate) policy: String,
    /// Write the checks that fail to a file, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(crate) failures: Option<PathBuf>,
    /// Exit with code 11 if fewer checks pass, in per cent, or if a planted identifier is found where no check looks
    #[arg(long, value_name = "PERCENT")]
    pub(crate) at_least: Option<f64>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &ScoreArguments) -> io::Result<Exit> {
    let judged = match judge(arguments) {
        Ok(judged) => judged,
        Err((what, error)) => {
            report::message(&format!("cannot read {what}: {}", error.kind()));
            return Ok(Exit::Source);
        }
    };
    if let Some(path) = &arguments.failures
        && let Err(error) = write_failures(path, &judged)
    {
        report::message(&format!("cannot write {}: {}", path.display(), error.kind()));
        return Ok(Exit::Target);
    }
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", as_json(&judged))?;
    } else {
        table(&mut out, &judged)?;
    }
    let is_enough = |least: f64| judged.total.share() * 100.0 >= least && judged.strays.is_empty();
    Ok(if arguments.at_least.is_none_or(is_enough) { Exit::Done } else { Exit::ScoreTooLow })
}

fn judge(arguments: &ScoreArguments) -> Result<Score, (String, io::Error)> {
    let naming = |path: &Path| {
        let what = path.display().to_string();
        move |error| (what, error)
    };
    let checks = read_checks(&arguments.checks).map_err(naming(&arguments.checks))?;
    let maps = Maps::read(&arguments.patients, &arguments.uids).map_err(naming(&arguments.uids))?;
    score(&arguments.folder, &checks, &maps, &arguments.policy).map_err(naming(&arguments.folder))
}

/// Values of files that nothing was planted into are somebody's: they are left out.
fn write_failures(path: &Path, judged: &Score) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    for failure in &judged.failures {
        let mut failure = failure.clone();
        if !failure.check.planted {
            failure.check.expected.clear();
        }
        serde_json::to_writer(&mut out, &failure)?;
        out.write_all(b"\n")?;
    }
    for stray in &judged.strays {
        serde_json::to_writer(&mut out, &json!({ "fault": "stray", "stray": stray }))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn as_json(judged: &Score) -> serde_json::Value {
    let mut value = serde_json::to_value(judged).unwrap_or_default();
    value["score"] = judged.total.share().into();
    value["n_strays"] = judged.strays.len().into();
    value
}

fn table(out: &mut impl Write, judged: &Score) -> io::Result<()> {
    writeln!(out, "{:<36}{:>10}{:>10}{:>11}", "", "passed", "failed", "score")?;
    line(out, "all checks", judged.total)?;
    writeln!(out, "\nby action")?;
    for (action, tally) in &judged.by_action {
        line(out, &format!("  {}", action.name()), *tally)?;
    }
    for (category, subcategories) in &judged.by_category {
        writeln!(out, "\n{category}")?;
        for (subcategory, tally) in subcategories {
            line(out, &format!("  {subcategory}"), *tally)?;
        }
    }
    writeln!(
        out,
        "\n{} planted files, {} without a result",
        number(judged.n_files),
        number(judged.n_files_missing)
    )?;
    if judged.n_files_unreadable > 0 {
        writeln!(out, "{} files of the folder cannot be read", number(judged.n_files_unreadable))?;
    }
    writeln!(out, "{} planted identifiers where no check looks", number(judged.strays.len() as u64))
}

fn line(out: &mut impl Write, name: &str, tally: Tally) -> io::Result<()> {
    let (passed, failed) = (number(tally.passed), number(tally.failed));
    // Rounded down: 100 % is said of all only.
    let share = (tally.share() * 1_000_000.0).floor() / 10_000.0;
    writeln!(out, "{name:<36}{passed:>10}{failed:>10}{share:>9.3} %")
}
