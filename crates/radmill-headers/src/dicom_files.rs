//! DICOM files as a table: one row a file, with its path and why it could not be read.

use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use bytes::Bytes;
use radmill_anatomy::{Classification, Clues, Taxonomy, classify};
use radmill_dicom::{Limits, parse};
use radmill_store::{Listing, Source, read_source};
use rayon::prelude::*;

use crate::classifier::Counts;
use crate::results::{Results, extended};

/// `path` below the input, and `not_read`: the reason code where the file is no instance or cannot be read.
pub(crate) fn schema() -> Schema {
    extended(&Schema::new(vec![
        Field::new("path", DataType::Utf8, false),
        Field::new("not_read", DataType::Utf8, true),
    ]))
}

/// Classifies some of the listed files, on all cores, in their order.
pub(crate) fn batch(
    listing: &Listing,
    sources: &[Source],
    limits: &Limits,
    taxonomy: &Taxonomy,
    counts: &mut Counts,
) -> Result<RecordBatch, ArrowError> {
    let one =
        |source: &Source| classify_one(&listing.root.join(&source.relative), source.bytes, limits, taxonomy);
    let classified: Vec<(Classification, Option<&'static str>)> = sources.par_iter().map(one).collect();
    let mut paths = StringBuilder::new();
    let mut not_read = StringBuilder::new();
    let mut results = Results::new();
    for (source, (classification, reason)) in sources.iter().zip(&classified) {
        paths.append_value(source.relative.to_string_lossy());
        not_read.append_option(*reason);
        results.push(classification);
        counts.add(classification);
    }
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(paths.finish()), Arc::new(not_read.finish())];
    arrays.extend(results.finish());
    RecordBatch::try_new(Arc::new(schema()), arrays)
}

fn classify_one(
    path: &Path,
    bytes: u64,
    limits: &Limits,
    taxonomy: &Taxonomy,
) -> (Classification, Option<&'static str>) {
    let parsed = read_source(path, bytes, limits.file_bytes_max)
        .map_err(|_| "unreadable")
        .and_then(|bytes| parse(Bytes::from(bytes), limits).map_err(|error| error.reason()));
    match parsed {
        Ok(instance) => (classify(taxonomy, &Clues::of(&instance)), None),
        Err(reason) => (classify(taxonomy, &Clues::default()), Some(reason)),
    }
}
