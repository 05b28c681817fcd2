use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use radmill_anatomy::Category;

use crate::batch::{PARTITION_COLUMN, manifest_schema};
use crate::error::{During, ManifestError};
use crate::segment::{Segment, check_layout, open_parquet};
use crate::shard::shard_schema;
use crate::table::LiveFile;

/// Files whose rows are merged into shards.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowFiles<'a> {
    /// Segments of a job.
    pub segments: &'a [PathBuf],
    /// Files of the table whose rows are written anew, together with those of the segments.
    pub live: &'a [LiveFile],
}

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A segment: the row is new.
    Segment,
    /// A file of the table: the row is there already, and its image is in place.
    Table,
}

/// A file of sorted rows that takes part in a merge.
pub(crate) struct Source {
    pub(crate) origin: Origin,
    file: File,
}

enum File {
    Segment(Segment),
    Shard { path: PathBuf, category: Category },
}

/// Batches of rows with all columns of the manifest.
pub(crate) struct RowReader {
    batches: ParquetRecordBatchReader,
    /// Of a shard, which has no column for it.
    category: Option<Category>,
}

impl Source {
    pub(crate) fn of_segment(path: &Path, origin: Origin) -> Result<Source, ManifestError> {
        Ok(Source { origin, file: File::Segment(Segment::open(path)?) })
    }

    pub(crate) fn of_shard(table_folder: &Path, live: &LiveFile) -> Source {
        let path = table_folder.join(&live.path);
        Source { origin: Origin::Table, file: File::Shard { path, category: live.category } }
    }

    pub(crate) fn path(&self) -> &Path {
        match &self.file {
            File::Segment(segment) => segment.path(),
            File::Shard { path, .. } => path,
        }
    }

    /// The rows of one category in batches of at most `batch_rows_max`; `None` if there are none.
    pub(crate) fn read(
        &self,
        category: Category,
        batch_rows_max: usize,
    ) -> Result<Option<RowReader>, ManifestError> {
        match &self.file {
            File::Segment(segment) => {
                let batches = segment.read(category, batch_rows_max)?;
                Ok(batches.map(|batches| RowReader { batches, category: None }))
            }
            File::Shard { category: of_shard, .. } if *of_shard != category => Ok(None),
            File::Shard { path, .. } => {
                let builder = open_parquet(path)?;
                check_layout(builder.metadata())?;
                if builder.schema().fields() != shard_schema().fields() {
                    return Err(ManifestError::Layout {
                        what: "a shard of the table has other columns than this version writes",
                    });
                }
                let batches = builder.with_batch_size(batch_rows_max).build().during("read a shard")?;
                Ok(Some(RowReader { batches, category: Some(category) }))
            }
        }
    }
}

impl Iterator for RowReader {
    type Item = Result<RecordBatch, ManifestError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?.during("read rows to merge");
        match self.category {
            Some(category) => Some(batch.and_then(|batch| with_category(&batch, category))),
            None => Some(batch),
        }
    }
}

fn with_category(batch: &RecordBatch, category: Category) -> Result<RecordBatch, ManifestError> {
    let schema = manifest_schema();
    let index = schema.index_of(PARTITION_COLUMN).during("read a shard")?;
    let names = StringArray::from_iter_values(std::iter::repeat_n(category.name(), batch.num_rows()));
    let mut columns = batch.columns().to_vec();
    columns.insert(index, Arc::new(names));
    RecordBatch::try_new(schema, columns).during("read a shard")
}
