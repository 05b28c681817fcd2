use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::{RecordBatch, UInt64Array};
use arrow_select::take::take_record_batch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;
use radmill_anatomy::Category;

use crate::batch::{PARTITION_COLUMN, SCHEMA_VERSION, SCHEMA_VERSION_KEY, manifest_schema, rows_to_batch};
use crate::error::{During, ManifestError};
use crate::order::{KEY_COLUMNS, KeyColumns, Order, RowKey};
use crate::publish::PendingFile;
use crate::row::ImageRow;
use crate::split::{SPLIT_ROW_COLUMNS, SplitColumns, SplitRow};
use crate::writer;

/// Rows of one segment as they are written: sorted, each row group of one category.
///
/// A segment is a Parquet file in the private working folder, with all columns of the manifest.
#[derive(Clone, Debug)]
pub struct Segment {
    path: PathBuf,
    parts: Vec<Part>,
}

/// The rows of one category in a segment.
#[derive(Clone, Debug)]
struct Part {
    category: Category,
    row_groups: Vec<usize>,
    n_rows: u64,
}

/// Writes rows, in any order, as a segment. The file is there whole or not at all; equal rows give equal bytes.
pub fn write_segment(path: &Path, rows: &[ImageRow]) -> Result<(), ManifestError> {
    let batch = rows_to_batch(rows).during("build a batch of rows")?;
    let keys = Order::new().and_then(|mut order| order.keys(&batch)).during("sort a batch of rows")?;
    let mut sorted: Vec<(Category, usize)> =
        rows.iter().enumerate().map(|(index, row)| (row.category(), index)).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| keys.row(a.1).cmp(&keys.row(b.1))));

    let mut segment = SegmentWriter::create(path)?;
    for group in sorted.chunk_by(|a, b| a.0 == b.0) {
        let indices = UInt64Array::from_iter_values(group.iter().map(|(_, index)| *index as u64));
        let part = take_record_batch(&batch, &indices).during("sort a batch of rows")?;
        segment.write(&part)?;
        segment.end_category()?;
    }
    segment.close()
}

impl Segment {
    /// Reads the footer of a segment.
    pub fn open(path: &Path) -> Result<Segment, ManifestError> {
        let builder = open_parquet(path)?;
        let metadata = builder.metadata();
        check_layout(metadata)?;
        if builder.schema().fields() != manifest_schema().fields() {
            return Err(ManifestError::Layout {
                what: "a segment has other columns than this version writes",
            });
        }
        let mut parts: Vec<Part> = Vec::new();
        for (index, row_group) in metadata.row_groups().iter().enumerate() {
            let category = category_of(row_group)
                .ok_or(ManifestError::Layout { what: "a row group of a segment has no single category" })?;
            let n_rows = u64::try_from(row_group.num_rows()).unwrap_or(0);
            match parts.last_mut() {
                Some(part) if part.category == category => {
                    part.row_groups.push(index);
                    part.n_rows += n_rows;
                }
                _ => parts.push(Part { category, row_groups: vec![index], n_rows }),
            }
        }
        Ok(Segment { path: path.to_owned(), parts })
    }

    /// The categories in the segment, each with its number of rows.
    pub fn categories(&self) -> impl Iterator<Item = (Category, u64)> + '_ {
        self.parts.iter().map(|part| (part.category, part.n_rows))
    }

    /// Calls `visit` with the key of every row, category by category, in the order of the manifest.
    /// Reads the key columns only, a small batch at a time.
    pub fn for_each_key(&self, visit: &mut dyn FnMut(Category, RowKey<'_>)) -> Result<(), ManifestError> {
        for part in &self.parts {
            let builder = open_parquet(&self.path)?.with_row_groups(part.row_groups.clone());
            read_keys(builder, &mut |key| visit(part.category, key))?;
        }
        Ok(())
    }

    /// Calls `visit` for every row that is in a split, category by category. Reads the columns that are needed only.
    pub fn for_each_split(
        &self,
        visit: &mut dyn FnMut(RowKey<'_>, SplitRow<'_>),
    ) -> Result<(), ManifestError> {
        read_splits(open_parquet(&self.path)?, visit)
    }

    /// The rows of one category in batches of at most `batch_rows_max`; `None` if there are none.
    pub(crate) fn read(
        &self,
        category: Category,
        batch_rows_max: usize,
    ) -> Result<Option<ParquetRecordBatchReader>, ManifestError> {
        let Some(part) = self.parts.iter().find(|part| part.category == category) else {
            return Ok(None);
        };
        let builder = open_parquet(&self.path)?;
        let builder = builder.with_row_groups(part.row_groups.clone()).with_batch_size(batch_rows_max);
        builder.build().map(Some).during("read a segment")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// Writes sorted batches, category by category.
pub(crate) struct SegmentWriter {
    writer: ArrowWriter<PendingFile>,
    name: String,
}

impl SegmentWriter {
    pub(crate) fn create(path: &Path) -> Result<SegmentWriter, ManifestError> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or(ManifestError::Layout { what: "the name of a segment is not plain text" })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let file = PendingFile::create(folder, name).during("write a segment")?;
        let properties = writer::segment_properties();
        let writer = ArrowWriter::try_new_with_options(file, manifest_schema(), writer::options(properties))
            .during("write a segment")?;
        Ok(SegmentWriter { writer, name: name.to_owned() })
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), ManifestError> {
        self.writer.write(batch).during("write a segment")
    }

    /// Ends the row group, so that the next category starts one of its own.
    pub(crate) fn end_category(&mut self) -> Result<(), ManifestError> {
        self.writer.flush().during("write a segment")
    }

    pub(crate) fn close(self) -> Result<(), ManifestError> {
        let file = self.writer.into_inner().during("write a segment")?;
        file.publish(&self.name).during("write a segment")
    }
}

pub(crate) fn open_parquet(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, ManifestError> {
    let file = File::open(path).during("open a file of rows")?;
    ParquetRecordBatchReaderBuilder::try_new(file).during("read the footer of a file of rows")
}

const KEYS_PER_BATCH: usize = 4096;

/// Visits the keys of all rows that `builder` reads.
pub(crate) fn read_keys(
    builder: ParquetRecordBatchReaderBuilder<File>,
    visit: &mut dyn FnMut(RowKey<'_>),
) -> Result<(), ManifestError> {
    let mask = ProjectionMask::columns(builder.parquet_schema(), KEY_COLUMNS);
    let reader = builder.with_projection(mask).with_batch_size(KEYS_PER_BATCH).build();
    for batch in reader.during("read the keys of rows")? {
        let batch = batch.during("read the keys of rows")?;
        let keys = KeyColumns::of(&batch).during("read the keys of rows")?;
        for row in 0..batch.num_rows() {
            visit(keys.key(row));
        }
    }
    Ok(())
}

/// Visits the rows that are in a split.
pub(crate) fn read_splits(
    builder: ParquetRecordBatchReaderBuilder<File>,
    visit: &mut dyn FnMut(RowKey<'_>, SplitRow<'_>),
) -> Result<(), ManifestError> {
    let columns = KEY_COLUMNS.into_iter().chain(SPLIT_ROW_COLUMNS);
    let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
    let reader = builder.with_projection(mask).with_batch_size(KEYS_PER_BATCH).build();
    for batch in reader.during("read the splits of rows")? {
        let batch = batch.during("read the splits of rows")?;
        let keys = KeyColumns::of(&batch).during("read the splits of rows")?;
        let splits = SplitColumns::of(&batch).during("read the splits of rows")?;
        for row in 0..batch.num_rows() {
            if let Some(split) = splits.row(row) {
                visit(keys.key(row), split);
            }
        }
    }
    Ok(())
}

/// Refuses files of another schema version.
pub(crate) fn check_layout(metadata: &ParquetMetaData) -> Result<(), ManifestError> {
    let pairs = metadata.file_metadata().key_value_metadata();
    let version = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == SCHEMA_VERSION_KEY));
    let version = version.and_then(|pair| pair.value.as_deref());
    if version == Some(SCHEMA_VERSION.to_string().as_str()) {
        return Ok(());
    }
    Err(ManifestError::Layout { what: "a file of rows has another schema version than this version writes" })
}

/// The category of a row group, by the statistics of its category column.
fn category_of(row_group: &RowGroupMetaData) -> Option<Category> {
    let column =
        row_group.columns().iter().find(|column| column.column_path().string() == PARTITION_COLUMN)?;
    let Some(Statistics::ByteArray(statistics)) = column.statistics() else {
        return None;
    };
    let (min, max) = (statistics.min_opt()?, statistics.max_opt()?);
    (min == max).then(|| Category::from_name(min.as_utf8().ok()?)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::samples::numbered_row;

    #[test]
    fn a_segment_reads_back_sorted_and_by_category() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("0.parquet");
        let rows: Vec<ImageRow> = (0..300).map(numbered_row).collect();
        write_segment(&path, &rows).unwrap();

        let segment = Segment::open(&path).unwrap();
        let categories: Vec<_> = segment.categories().collect();
        assert_eq!(categories.iter().map(|(_, n_rows)| n_rows).sum::<u64>(), 300);
        assert_eq!(
            categories.iter().map(|(category, _)| *category).collect::<Vec<_>>(),
            [Category::Bone, Category::Chest, Category::Uncategorized]
        );
        for (category, n_rows) in categories {
            let expected: Vec<ImageRow> =
                rows.iter().filter(|row| row.category() == category).cloned().collect();
            assert_eq!(expected.len() as u64, n_rows);
            let mut order = Order::new().unwrap();
            let mut last = None;
            for batch in segment.read(category, 64).unwrap().unwrap() {
                let keys = order.keys(&batch.unwrap()).unwrap();
                for key in keys.iter() {
                    assert!(last.as_ref() < Some(&key.owned()));
                    last = Some(key.owned());
                }
            }
        }
        assert!(segment.read(Category::Heart, 64).unwrap().is_none());

        let mut n_keys = 0;
        segment
            .for_each_key(&mut |category, key| {
                assert!(key.image_path.starts_with(&format!("images/{category}/")));
                n_keys += 1;
            })
            .unwrap();
        assert_eq!(n_keys, 300);
    }

    #[test]
    fn equal_rows_in_another_order_give_equal_bytes() {
        let root = tempfile::tempdir().unwrap();
        let (a, b) = (root.path().join("a"), root.path().join("b"));
        let mut rows: Vec<ImageRow> = (0..200).map(numbered_row).collect();
        write_segment(&a, &rows).unwrap();
        rows.reverse();
        write_segment(&b, &rows).unwrap();
        assert_eq!(std::fs::read(a).unwrap(), std::fs::read(b).unwrap());
    }

    #[test]
    fn an_empty_segment_is_a_segment() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("empty");
        write_segment(&path, &[]).unwrap();
        assert_eq!(Segment::open(&path).unwrap().categories().count(), 0);
    }

    #[test]
    fn damaged_files_are_errors() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("0");
        write_segment(&path, &[numbered_row(1)]).unwrap();
        let whole = std::fs::read(&path).unwrap();
        for length in [0, 1, 8, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert!(Segment::open(&path).is_err(), "cut to {length} bytes");
        }
        assert!(Segment::open(&root.path().join("absent")).is_err());
    }
}
