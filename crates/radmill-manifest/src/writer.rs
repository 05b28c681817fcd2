use arrow_schema::{DataType, Schema};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::batch::{SCHEMA_VERSION, SCHEMA_VERSION_KEY, SORT_COLUMNS};

/// Compression level of shards. Levels above 3 cost several times as long for a few percent.
const SHARD_ZSTD_LEVEL: i32 = 3;

/// Rows of a data page: so few that a query for one patient decodes little besides that patient.
const PAGE_ROWS_MAX: usize = 4096;

/// Rows of a data page of a segment: the merge holds one page of every column of every open segment.
const SEGMENT_PAGE_ROWS_MAX: usize = 512;

/// Rows of a row group of a segment, so that writing one needs little memory however long it is.
const SEGMENT_ROW_GROUP_ROWS_MAX: usize = 16_384;

/// Columns that people look single rows up by, and whose values do not lie together in the sort order.
const BLOOM_FILTER_COLUMNS: [&str; 2] = ["patient_id", "sop_instance_uid"];

/// Shards: small, and quick to search.
pub(crate) fn shard_properties(schema: &Schema, row_group_rows_max: usize) -> WriterProperties {
    let level = ZstdLevel::try_new(SHARD_ZSTD_LEVEL).expect("3 is a level of zstd");
    let mut builder = common()
        .set_compression(Compression::ZSTD(level))
        .set_data_page_row_count_limit(PAGE_ROWS_MAX)
        .set_max_row_group_row_count(Some(row_group_rows_max.max(1)))
        .set_sorting_columns(Some(sorting_columns(schema)));
    for name in BLOOM_FILTER_COLUMNS {
        // The writer folds the filter to the number of values that there are.
        builder = builder.set_column_bloom_filter_enabled(ColumnPath::from(name), true);
        builder =
            builder.set_column_bloom_filter_max_ndv(ColumnPath::from(name), row_group_rows_max.max(1) as u64);
    }
    builder.build()
}

/// Segments: quick to write and to read in small pieces; they are read once and deleted.
///
/// Not zstd: a merge reads every column of every open segment at the same time, and a zstd decoder takes 100 KB for each.
pub(crate) fn segment_properties() -> WriterProperties {
    common()
        .set_compression(Compression::LZ4_RAW)
        .set_data_page_row_count_limit(SEGMENT_PAGE_ROWS_MAX)
        .set_max_row_group_row_count(Some(SEGMENT_ROW_GROUP_ROWS_MAX))
        .build()
}

/// Files of images: bytes as they are, each in one piece. `features` is what Hugging Face's `datasets` reads.
pub(crate) fn image_shard_properties(features: &str) -> WriterProperties {
    let level = ZstdLevel::try_new(1).expect("1 is a level of zstd");
    let bytes = || ColumnPath::new(vec!["image".to_owned(), "bytes".to_owned()]);
    WriterProperties::builder()
        .set_created_by("radmill".to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new("huggingface".to_owned(), features.to_owned())]))
        .set_compression(Compression::ZSTD(level))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_column_compression(bytes(), Compression::UNCOMPRESSED)
        .set_column_dictionary_enabled(bytes(), false)
        .set_column_encoding(bytes(), Encoding::PLAIN)
        .set_column_statistics_enabled(bytes(), EnabledStatistics::None)
        .build()
}

/// Without the Arrow schema in the footer: it says nothing that the Parquet schema does not.
pub(crate) fn options(properties: WriterProperties) -> ArrowWriterOptions {
    ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true)
}

/// Nothing here varies by itself: no clock, no version of a library.
fn common() -> WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_created_by("radmill".to_owned())
        .set_key_value_metadata(Some(vec![KeyValue::new(
            SCHEMA_VERSION_KEY.to_owned(),
            SCHEMA_VERSION.to_string(),
        )]))
        .set_statistics_enabled(EnabledStatistics::Page)
        // Smallest and largest values go into the log of the table and have to be exact there.
        .set_statistics_truncate_length(None)
}

/// The sort order as Parquet states it, by number of the leaf column.
fn sorting_columns(schema: &Schema) -> Vec<SortingColumn> {
    let mut sorting = Vec::with_capacity(SORT_COLUMNS.len());
    for name in SORT_COLUMNS {
        let before = schema.fields().iter().take_while(|field| field.name() != name);
        let n_leaves: usize = before.map(|field| n_leaves(field.data_type())).sum();
        if let Ok(column_idx) = i32::try_from(n_leaves) {
            sorting.push(SortingColumn { column_idx, descending: false, nulls_first: true });
        }
    }
    sorting
}

fn n_leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::List(field) | DataType::Map(field, _) => n_leaves(field.data_type()),
        DataType::Struct(fields) => fields.iter().map(|field| n_leaves(field.data_type())).sum(),
        _ => 1,
    }
}
