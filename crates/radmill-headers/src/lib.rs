//! Classifies header columns of a table, or of DICOM files, without pixels.
//!
//! [`BatchClassifier`] takes Arrow record batches and appends what `radmill-anatomy` says about each row; it touches no
//! disk, so that an engine with batches of its own can use it. [`classify_file`] reads a CSV or Parquet file, or DICOM
//! files, and writes a CSV or Parquet file.
//!
//! Columns are found by the DICOM keyword in any spelling (`body_part_examined`, `BodyPartExamined`); columns that are
//! missing say nothing, others pass through. Appended are `category`, `regions`, `confidence`, `conflict`, `reason` and
//! `evidence`, with `radmill_` before a name that the input has already.

mod classifier;
mod codes;
mod columns;
mod csv_table;
mod dicom_files;
mod error;
mod file;
mod results;

pub use classifier::{BatchClassifier, Counts};
pub use error::ClassifyError;
pub use file::{Summary, classify_file};
