use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use radmill_headers::{ClassifyError, Summary, classify_file};
use radmill_pipeline::default_limits;
use serde_json::json;

use super::taxonomy::load;
use crate::exit::Exit;
use crate::report::{self, counts, number};

/// Find the anatomical category of rows of a table, or of DICOM files, without their pixels.
///
/// INPUT is a CSV or Parquet file with columns named by DICOM keyword, such as `modality`, `body_part_examined`,
/// `study_description` and `series_description`, of which any may be missing; or DICOM files. Columns that are not
/// read pass through. Appended are `category`, `regions`, `confidence`, `conflict`, `reason` and `evidence`, with
/// `radmill_` before a name that is there already.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  radmill classify index.parquet --out classified.parquet
  radmill classify series.csv --out classified.csv --taxonomy our-words.toml
  radmill classify /data/dicom --out headers.csv          one row a file: its path, and what it shows

The result holds what the input's columns hold, and may not be shared where the input may not.")]
pub(crate) struct ClassifyArguments {
    /// CSV or Parquet file, DICOM file, or folder of DICOM files
    pub(crate) input: PathBuf,
    /// File to write, ending in .csv or .parquet; an older one is replaced
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Taxonomy (TOML) that extends or replaces the one that ships with radmill
    #[arg(long, value_name = "FILE")]
    pub(crate) taxonomy: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &ClassifyArguments) -> io::Result<Exit> {
    let taxonomy = match load(arguments.taxonomy.as_deref()) {
        Ok(taxonomy) => taxonomy,
        Err(message) => {
            report::message(&message);
            return Ok(Exit::Pipeline);
        }
    };
    let summary = match classify_file(&arguments.input, &arguments.out, &taxonomy, &default_limits()) {
        Ok(summary) => summary,
        Err(error) => {
            report::message(&error.to_string());
            return Ok(match error {
                ClassifyError::Input { .. } | ClassifyError::Source(_) => Exit::Source,
                ClassifyError::Target(_) | ClassifyError::OutputName => Exit::Target,
            });
        }
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        let Summary { counts, n_columns } = &summary;
        let object = json!({
            "rows": counts.rows,
            "columns_read": n_columns,
            "categories": counts.categories,
            "reasons": counts.reasons,
            "conflicts": counts.conflicts,
            "taxonomy_version": taxonomy.version(),
        });
        writeln!(out, "{object}")?;
    } else {
        write_text(&mut out, &summary)?;
    }
    Ok(Exit::Done)
}

fn write_text(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let rows = &summary.counts;
    writeln!(
        out,
        "{} rows, {} with evidence that contradicts itself",
        number(rows.rows),
        number(rows.conflicts)
    )?;
    for (title, group) in [("category", &rows.categories), ("no category because", &rows.reasons)] {
        if !group.is_empty() {
            writeln!(out, "\n{title}")?;
            counts(out, group.iter().map(|(name, n)| (*name, *n)))?;
        }
    }
    Ok(())
}
