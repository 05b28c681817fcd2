//! Measures the classifier on labelled rows:
//!
//! ```text
//! cargo run --release -p radmill-anatomy --example evaluate [-- [LABELS.csv] [--wrong N] [--calibrate]]
//! ```
//!
//! Without LABELS.csv it reads `../shared/reference/anatomy/dev_labels.csv` beside the repository. The file has the
//! columns `collection_id`, `modality`, `body_part_examined`, `study_description`, `series_description`, `basis`,
//! `category`, `alt_categories` (separated by `|`), and the two `…_bpe_hidden` columns that hold the answer when Body
//! Part Examined is withheld. A row is right if it equals the category or one of the alternatives, and strictly right
//! if it equals the category.
//!
//! Collections are cut into two halves by the parity of the CRC-32 of their names: the rules were adjusted with the
//! wrong answers of the adjusted half in view, and judged on the other one. `--wrong N` prints N kinds of wrong answers
//! of the adjusted half, the most frequent first. `--calibrate` fits the points of `[calibration]` and shows how the
//! points of one half do on the other.

#![expect(clippy::print_stdout, reason = "the report is the output")]

mod calibrate;
mod report;
mod rows;

use std::error::Error;
use std::path::{Path, PathBuf};

use radmill_anatomy::Taxonomy;

use crate::report::report;
use crate::rows::{Judged, judge};

/// A taxonomy whose confidence is the score itself.
const UNCALIBRATED: &str =
    "format = 1\nversion = \"score\"\n[calibration]\npoints = [[0.0, 0.0], [1.0, 1.0]]";

struct Arguments {
    labels: PathBuf,
    n_wrong: usize,
    calibrate: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments()?;
    let rows = rows::read(&arguments.labels)?;
    if arguments.calibrate {
        let taxonomy = Taxonomy::parse(UNCALIBRATED)?;
        let judged: Vec<Judged<'_>> =
            [false, true].iter().flat_map(|&hidden| judge(&taxonomy, &rows, hidden)).collect();
        calibrate::print(&judged);
        return Ok(());
    }
    let taxonomy = Taxonomy::builtin();
    report("all columns", &taxonomy, &rows, false, arguments.n_wrong);
    report("Body Part Examined withheld", &taxonomy, &rows, true, arguments.n_wrong);
    Ok(())
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/anatomy/dev_labels.csv");
    let mut parsed = Arguments { labels: beside, n_wrong: 0, calibrate: false };
    let mut given = std::env::args().skip(1);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--calibrate" => parsed.calibrate = true,
            "--wrong" => parsed.n_wrong = given.next().ok_or("--wrong needs a number")?.parse()?,
            option if option.starts_with("--") => {
                return Err(format!("unknown option {option}").into());
            }
            path => parsed.labels = path.into(),
        }
    }
    Ok(parsed)
}
