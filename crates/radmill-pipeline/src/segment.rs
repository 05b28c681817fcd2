//! Segments: what map hands to seal, small files in the private root.
//!
//! Of each segment the rows and what was replaced by what are published first, then the images and DICOM files are
//! flushed, and the records of its sources last: a segment whose records are there is complete.

use std::path::{Path, PathBuf};

use radmill_manifest::{ImageRow, write_segment};
use radmill_store::DatasetRoots;

use crate::JobError;
use crate::crosswalk::Replacements;
use crate::outcome::SourceRecord;
use crate::records::{publish_lines, read_lines};

/// What the sources of one segment became, in the order of the listing.
pub(crate) struct Content {
    pub(crate) records: Vec<SourceRecord>,
    pub(crate) rows: Vec<ImageRow>,
    pub(crate) replacements: Replacements,
}

/// Writes one segment: all or nothing. The files that it names lie in `outbox`.
pub(crate) fn write(
    roots: &DatasetRoots,
    outbox: &Path,
    folder: &Path,
    index: usize,
    content: &Content,
) -> Result<(), JobError> {
    let Content { records, rows, replacements } = content;
    if !rows.is_empty() {
        write_segment(&rows_path(folder, index), rows)?;
    }
    replacements.write(&crosswalk_folder(folder), index)?;
    roots.flush(outbox)?;
    publish_lines(&records_path(folder, index), |out| records.iter().try_for_each(|record| out.write(record)))
}

/// True if the segment was written to its end.
pub(crate) fn is_complete(folder: &Path, index: usize) -> bool {
    records_path(folder, index).exists()
}

/// What became of the sources of a complete segment, in the order of the listing.
pub(crate) fn read_records(folder: &Path, index: usize) -> Result<Vec<SourceRecord>, JobError> {
    read_lines(&records_path(folder, index))?.collect()
}

/// The rows of a complete segment; `None` if none of its sources was milled.
pub(crate) fn existing_rows(folder: &Path, index: usize) -> Option<PathBuf> {
    Some(rows_path(folder, index)).filter(|path| path.exists())
}

/// A path as text that can be read back: bytes that are not UTF-8 become `\xNN`.
pub(crate) fn path_text(path: &Path) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("\\x{byte:02x}")));
    }
    text
}

/// Which segment a file of records belongs to; `None` if it is something else.
pub(crate) fn stem_of_records(path: &Path) -> Option<String> {
    path.file_name()?.to_str()?.strip_suffix(".sources.jsonl").map(str::to_owned)
}

/// The same of a file of rows.
pub(crate) fn stem_of_rows(path: &Path) -> Option<String> {
    path.file_name()?.to_str()?.strip_suffix(".rows.parquet").map(str::to_owned)
}

/// What the segments of a job replaced by what.
pub(crate) fn crosswalk_folder(folder: &Path) -> PathBuf {
    folder.join("crosswalk")
}

fn rows_path(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("{index:06}.rows.parquet"))
}

fn records_path(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("{index:06}.sources.jsonl"))
}
