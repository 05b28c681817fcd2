//! Measures how fast a Parquet table is classified on one core, reading and writing included:
//!
//! ```text
//! cargo run --release -p radmill-headers --example throughput [-- ROWS [LABELS.csv]]
//! ```
//!
//! The rows of `../shared/reference/anatomy/dev_labels.csv` beside the repository are repeated to ROWS rows, a million
//! by default. They come back after more rows than a batch holds, so that no row is spared by an equal one.

#![expect(clippy::print_stdout, reason = "the figures are the output")]

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use arrow_array::RecordBatchReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ArrowWriter, ProjectionMask};
use radmill_anatomy::Taxonomy;
use radmill_dicom::Limits;
use radmill_headers::classify_file;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let n_rows: usize = arguments.first().map_or(Ok(1_000_000), |text| text.parse())?;
    let beside = "../../../shared/reference/anatomy/dev_labels.csv";
    let labels = arguments.get(1).map_or(Path::new(env!("CARGO_MANIFEST_DIR")).join(beside), PathBuf::from);

    let folder = tempfile::tempdir()?;
    let [repeated, table, classified] =
        ["repeated.csv", "table.parquet", "classified.parquet"].map(|name| folder.path().join(name));
    repeat(&labels, &repeated, n_rows)?;
    let taxonomy = Taxonomy::builtin();
    let limits = Limits {
        file_bytes_max: 0,
        nesting_depth_max: 0,
        elements_max: 0,
        element_bytes_max: 0,
        frames_max: 0,
        frame_bytes_max: 0,
        decoded_bytes_max: 0,
        inflated_bytes_max: 0,
    };
    classify_file(&repeated, &classified, &taxonomy, &limits)?;
    only_columns(&classified, 4, &table)?;
    let (start, cpu_start) = (Instant::now(), cpu_seconds());
    let summary = classify_file(&table, &classified, &taxonomy, &limits)?;
    let (seconds, rows) = (start.elapsed().as_secs_f64(), summary.counts.rows as f64);
    println!("{rows} rows in {seconds:.2} s, {:.0} rows/s", rows / seconds);
    if let (Some(before), Some(after)) = (cpu_start, cpu_seconds()) {
        println!("{:.2} s of one core, {:.0} rows/s of one core", after - before, rows / (after - before));
    }
    Ok(())
}

/// Time that this process has had of all cores, where the system tells; other work on the machine does not count.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = text.rsplit(") ").next()?.split(' ').collect();
    // utime and stime, in hundredths of a second.
    let ticks = [fields.get(11)?, fields.get(12)?].map(|field| field.parse::<f64>().unwrap_or(0.0));
    Some((ticks[0] + ticks[1]) / 100.0)
}

/// Copies the first columns of a table.
fn only_columns(input: &Path, n: usize, output: &Path) -> Result<(), Box<dyn Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(input)?)?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), 0..n);
    let reader = builder.with_projection(mask).build()?;
    let mut writer = ArrowWriter::try_new(File::create(output)?, reader.schema(), None)?;
    for batch in reader {
        writer.write(&batch?)?;
    }
    writer.close()?;
    Ok(())
}

fn repeat(labels: &Path, target: &Path, n_rows: usize) -> Result<(), Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(labels)?;
    let header = reader.headers()?.clone();
    let kept: Vec<usize> = ["modality", "body_part_examined", "study_description", "series_description"]
        .iter()
        .filter_map(|name| header.iter().position(|known| known == *name))
        .collect();
    let records = reader.records().collect::<Result<Vec<_>, _>>()?;
    let mut writer = csv::Writer::from_path(target)?;
    let mut write = |record: &csv::StringRecord| {
        writer.write_record(kept.iter().map(|&index| record.get(index).unwrap_or_default()))
    };
    write(&header)?;
    for record in records.iter().cycle().take(n_rows) {
        write(record)?;
    }
    Ok(writer.flush()?)
}
