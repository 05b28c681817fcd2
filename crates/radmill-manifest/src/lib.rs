//! The row schema, shards, and the dataset table.

mod batch;
mod columns;
mod error;
mod header;
mod merge;
mod order;
mod publish;
mod row;
mod segment;
mod shard;
mod stats;
mod table;
mod values;
mod writer;

pub use batch::{SCHEMA_VERSION, SCHEMA_VERSION_KEY, SORT_COLUMNS, manifest_schema, rows_to_batch};
pub use columns::{Column, column_tables, columns};
pub use error::ManifestError;
pub use order::RowKey;
pub use row::{ImageFile, ImageFormat, ImageRow, Provenance, RowError, is_identifier};
pub use segment::{Segment, write_segment};
pub use shard::{Shard, ShardOptions, write_shards};
pub use table::{Commit, DatasetTable, LiveFile, TABLE_FOLDER};
