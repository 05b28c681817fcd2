//! The row schema, shards, and the dataset table.
//!
//! An [`ImageRow`] describes one image and can only be made from a de-identified instance.
//! Rows go into segments, sorted files in the private working folder ([`write_segment`]).
//! [`write_shards`] merges segments into the shards of each category, and a [`DatasetTable`] makes them visible,
//! all at once, as one version of a Delta Lake table. The format is described in `docs/manifest-format.md`;
//! every column is defined once, in the list behind [`columns`].
//!
//! ```
//! use std::path::{Path, PathBuf};
//!
//! use radmill_manifest::{
//!     Commit, DatasetTable, ManifestError, Operation, RowFiles, ShardOptions, write_shards,
//! };
//!
//! /// Seals segments into the dataset, leaving out nothing.
//! fn seal(dataset: &Path, work: &Path, segments: &[PathBuf], job_id: &str) -> Result<u64, ManifestError> {
//!     let mut table = DatasetTable::open_or_create(dataset)?;
//!     if let Some(version) = table.already_committed(job_id)? {
//!         return Ok(version);
//!     }
//!     let files = RowFiles { segments, live: &[] };
//!     let written = write_shards(files, table.folder(), work, &ShardOptions::USUAL, &mut |_, _| true, None, None)?;
//!     let operation = Operation::Append;
//!     table.commit(&Commit { job_id, radmill_version: "0.1.0", operation, written: &written, removed: &[] })
//! }
//!
//! let root = tempfile::tempdir().unwrap();
//! assert_eq!(seal(root.path(), root.path(), &[], "job-1").unwrap(), 1);
//! assert_eq!(seal(root.path(), root.path(), &[], "job-1").unwrap(), 1);
//! ```

mod batch;
#[cfg(doctest)]
mod boundary;
mod check;
mod columns;
mod diff;
mod error;
mod header;
mod image_shard;
mod images;
mod merge;
mod order;
mod place;
mod publish;
mod row;
mod segment;
mod series;
mod shard;
mod source;
mod split;
mod stats;
mod table;
mod terms;
mod values;
mod writer;

pub use batch::{SCHEMA_VERSION, SCHEMA_VERSION_KEY, SORT_COLUMNS, manifest_schema, rows_to_batch};
pub use check::{NamedFile, RowFacts, ShardFault};
pub use columns::{Column, column_tables, columns};
pub use diff::{Change, DIFF_ROWS_MAX, Difference, Reason, diff};
pub use error::ManifestError;
pub use image_shard::{copy_image_shard, write_image_shard};
pub use images::ImageEntry;
pub use merge::KeepRow;
pub use order::RowKey;
pub use place::{ImagePlace, PlaceImages, RelocateImages, RowImage};
#[cfg(feature = "synthetic")]
pub use row::SyntheticImage;
pub use row::{ImageFile, ImageFormat, ImageRow, Provenance, RowError, is_identifier};
pub use segment::{Segment, write_segment};
pub use shard::{Shard, ShardOptions, Written, rewrite_shards, write_shards};
pub use source::{Origin, RowFiles};
pub use split::{Split, SplitRow, SplitShares, WithholdRow};
pub use table::{Commit, DatasetTable, LiveFile, Operation, RowOwner, TABLE_FOLDER, TableVersion};
pub use terms::modality_term;
