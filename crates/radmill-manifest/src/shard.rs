use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use radmill_anatomy::Category;

use crate::batch::{PARTITION_COLUMN, manifest_schema};
use crate::columns::hex;
use crate::error::{During, ManifestError};
use crate::merge::{self, KeepRow, merge};
use crate::order::RowKey;
use crate::place::{PlaceImages, RelocateImages, place_batch, relocate_batch};
use crate::publish::PendingFile;
use crate::segment::SegmentWriter;
use crate::series::{SeriesPlaces, SeriesRuns};
use crate::source::{Origin, RowFiles, Source};
use crate::split::{WithholdRow, without_splits};
use crate::table::LiveFile;
use crate::{stats, writer};

/// How shards are cut and how much is held meanwhile. Settled by the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardOptions {
    /// Rows of a shard.
    pub rows_max: usize,
    /// A shard ends after the batch of 1024 rows that takes it to this size or over it.
    pub bytes_target: u64,
    /// Rows of a row group. One row group is held in memory, compressed.
    pub row_group_rows_max: usize,
    /// Segments that are merged at a time; more are merged in several passes. Bounds memory and open files.
    pub segments_open_max: usize,
}

impl ShardOptions {
    /// What the built-in pipeline uses.
    ///
    /// 128 MiB is what table formats aim at: large enough that a million rows are a handful of files, small enough
    /// for one task. A row takes about 100 to 200 bytes, so the rows are a second bound for rows that compress well.
    pub const USUAL: ShardOptions = ShardOptions {
        rows_max: 1_000_000,
        bytes_target: 128 << 20,
        row_group_rows_max: 65_536,
        segments_open_max: 64,
    };
}

/// A finished shard, not yet part of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    pub(crate) path: String,
    pub(crate) category: Category,
    pub(crate) n_rows: u64,
    pub(crate) n_bytes: u64,
    pub(crate) stats: String,
}

impl Shard {
    /// Relative to the table, such as `category=CHEST/part-00000-0123456789abcdef.parquet`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The category of all rows.
    pub fn category(&self) -> Category {
        self.category
    }

    /// Number of rows.
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Size of the file.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }
}

/// What a merge has written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The shards, in place. One may be a file that is there already: equal rows give equal files.
    pub shards: Vec<Shard>,
    /// Rows of segments that are in the shards.
    pub n_rows_added: u64,
    /// Rows of files of the table that were left out.
    pub n_rows_removed: u64,
    /// Rows that are in no split, since they resemble rows of another one.
    pub n_rows_withheld: u64,
}

/// Merges segments, and files of the table, into shards below `table_folder`, category by category, leaving out the
/// rows that `keep` refuses.
///
/// Equal rows and options give equal files, names included, however the rows were spread over files.
/// `work_folder` takes merged segments meanwhile, if there are many; it is in the private root.
///
/// If images get their final places now, `place` says where. Only those of rows of segments do, and together: what
/// `place` is asked does not depend on `files.live`.
///
/// Rows that `withhold` names lose their split.
pub fn write_shards(
    files: RowFiles<'_>,
    table_folder: &Path,
    work_folder: &Path,
    options: &ShardOptions,
    keep: &mut KeepRow<'_>,
    place: Option<&mut PlaceImages<'_>>,
    withhold: Option<&WithholdRow<'_>>,
) -> Result<Written, ManifestError> {
    let n_max = options.segments_open_max;
    let segments = files.segments.iter().map(|path| Source::of_segment(path, Origin::Segment));
    let segments = merge::reduce(segments.collect::<Result<_, _>>()?, n_max, work_folder, "merged")?;
    let mut written = Written::default();
    let Written { n_rows_added: n_added, n_rows_removed: n_removed, n_rows_withheld: n_withheld, .. } =
        &mut written;
    let mut keep_and_count = |key: &RowKey<'_>, origin| {
        let is_kept = keep(key, origin);
        match origin {
            Origin::Segment => *n_added += u64::from(is_kept),
            Origin::Table => *n_removed += u64::from(!is_kept),
        }
        is_kept
    };
    let mut withhold = |batch: &RecordBatch| {
        let Some(withhold) = withhold else { return Ok(batch.clone()) };
        let (batch, n) = without_splits(batch, withhold).during("withhold rows from a split")?;
        *n_withheld += n;
        Ok(batch)
    };
    let target = Target { table_folder, work_folder, options };
    written.shards = match place {
        None => target.write(&segments.sources, files.live, &mut keep_and_count, &mut withhold)?,
        Some(place) => {
            let path = work_folder.join("placed.parquet");
            // Images are packed with their split, so that it has to be settled now.
            let mut withhold_and_place =
                |batch: &RecordBatch, category| place_batch(&withhold(batch)?, category, place);
            write_placed(&segments.sources, &path, &mut keep_and_count, &mut withhold_and_place)?;
            // These rows were asked about when they were placed.
            let mut keep_placed =
                |key: &RowKey<'_>, origin| origin == Origin::Segment || keep_and_count(key, origin);
            let placed = Source::of_segment(&path, Origin::Segment)?;
            let shards = target.write(&[placed], files.live, &mut keep_placed, &mut as_it_is)?;
            fs::remove_file(&path).during("remove a merged segment")?;
            shards
        }
    };
    segments.remove()?;
    Ok(written)
}

/// Writes the rows of files of the table anew, leaving out those that `keep` refuses. Images that have moved, such as
/// into a tar file without what was left out, get the place that `relocate` says.
pub fn rewrite_shards(
    live: &[LiveFile],
    table_folder: &Path,
    work_folder: &Path,
    options: &ShardOptions,
    keep: &mut dyn FnMut(&RowKey<'_>) -> bool,
    relocate: &mut RelocateImages<'_>,
) -> Result<Written, ManifestError> {
    let mut written = Written::default();
    let mut keep_and_count = |key: &RowKey<'_>, _| {
        let is_kept = keep(key);
        written.n_rows_removed += u64::from(!is_kept);
        is_kept
    };
    let target = Target { table_folder, work_folder, options };
    written.shards =
        target.write(&[], live, &mut keep_and_count, &mut |batch| relocate_batch(batch, relocate))?;
    Ok(written)
}

/// Writes the rows that stay as one segment, with images in their places.
fn write_placed(
    segments: &[Source],
    path: &Path,
    keep: &mut KeepRow<'_>,
    place: &mut dyn FnMut(&RecordBatch, Category) -> Result<RecordBatch, ManifestError>,
) -> Result<(), ManifestError> {
    let mut writer = SegmentWriter::create(path)?;
    for category in Category::ALL {
        merge(segments, category, keep, &mut |batch| writer.write(&place(batch, category)?))?;
        writer.end_category()?;
    }
    writer.close()
}

/// Sharing columns: nothing is copied.
fn as_it_is(batch: &RecordBatch) -> Result<RecordBatch, ManifestError> {
    Ok(batch.clone())
}

/// Where shards go, and how.
struct Target<'a> {
    table_folder: &'a Path,
    work_folder: &'a Path,
    options: &'a ShardOptions,
}

impl Target<'_> {
    fn write(
        &self,
        segments: &[Source],
        live: &[LiveFile],
        keep: &mut KeepRow<'_>,
        change: &mut dyn FnMut(&RecordBatch) -> Result<RecordBatch, ManifestError>,
    ) -> Result<Vec<Shard>, ManifestError> {
        let mut shards = Vec::new();
        for category in Category::ALL {
            let live = live.iter().filter(|file| file.category == category);
            let live = live.map(|file| Source::of_shard(self.table_folder, file)).collect();
            let n_max = self.options.segments_open_max;
            let live = merge::reduce(live, n_max, self.work_folder, "rewritten")?;
            let sources: Vec<&Source> = segments.iter().chain(&live.sources).collect();
            let mut lane = Lane::new(category, self.table_folder, self.options);
            let runs = RefCell::new(SeriesRuns::default());
            let mut places = SeriesPlaces::default();
            let mut keep_and_see = |key: &RowKey<'_>, origin| {
                let is_kept = keep(key, origin);
                runs.borrow_mut().see(key, origin, is_kept);
                is_kept
            };
            let mut write = |batch: &RecordBatch| lane.write(&change(batch)?);
            merge(&sources, category, &mut keep_and_see, &mut |batch| {
                places.push(batch, &mut runs.borrow_mut(), &mut write)
            })?;
            places.finish(&mut runs.borrow_mut(), &mut write)?;
            shards.extend(lane.finish()?);
            live.remove()?;
        }
        Ok(shards)
    }
}

/// The shards of one category.
struct Lane<'a> {
    category: Category,
    folder: PathBuf,
    options: &'a ShardOptions,
    schema: SchemaRef,
    open: Option<OpenShard>,
    shards: Vec<Shard>,
}

struct OpenShard {
    writer: ArrowWriter<PendingFile>,
    n_rows: usize,
}

impl<'a> Lane<'a> {
    fn new(category: Category, table_folder: &Path, options: &'a ShardOptions) -> Lane<'a> {
        let folder = table_folder.join(folder_name(category));
        Lane { category, folder, options, schema: shard_schema(), open: None, shards: Vec::new() }
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ManifestError> {
        let indices: Vec<usize> = (0..batch.num_columns())
            .filter(|index| batch.schema_ref().field(*index).name() != PARTITION_COLUMN)
            .collect();
        let batch = batch.project(&indices).during("write a shard")?;
        let batch = batch.with_schema(self.schema.clone()).during("write a shard")?;
        let mut start = 0;
        while start < batch.num_rows() {
            let mut shard = match self.open.take() {
                Some(shard) => shard,
                None => self.create()?,
            };
            let n_free = self.options.rows_max.max(1).saturating_sub(shard.n_rows);
            let n_rows = n_free.min(batch.num_rows() - start);
            shard.writer.write(&batch.slice(start, n_rows)).during("write a shard")?;
            shard.n_rows += n_rows;
            start += n_rows;

            let n_bytes = shard.writer.bytes_written().saturating_add(shard.writer.in_progress_size()) as u64;
            if shard.n_rows >= self.options.rows_max || n_bytes >= self.options.bytes_target {
                self.close(shard)?;
            } else {
                self.open = Some(shard);
            }
        }
        Ok(())
    }

    fn create(&self) -> Result<OpenShard, ManifestError> {
        let stem = format!("part-{:05}", self.shards.len());
        let file = PendingFile::create(&self.folder, &stem).during("write a shard")?;
        let properties = writer::shard_properties(&self.schema, self.options.row_group_rows_max);
        let writer =
            ArrowWriter::try_new_with_options(file, self.schema.clone(), writer::options(properties))
                .during("write a shard")?;
        Ok(OpenShard { writer, n_rows: 0 })
    }

    fn close(&mut self, mut shard: OpenShard) -> Result<(), ManifestError> {
        shard.writer.flush().during("write a shard")?;
        let stats = stats::of_shard(shard.writer.flushed_row_groups());
        let file = shard.writer.into_inner().during("write a shard")?;
        let (n_bytes, digest) = (file.n_bytes(), hex(&file.sha256()));
        let digest = digest.get(..16).unwrap_or_default();
        let name = format!("part-{:05}-{digest}.parquet", self.shards.len());
        file.publish(&name).during("write a shard")?;
        self.shards.push(Shard {
            path: format!("{}/{name}", folder_name(self.category)),
            category: self.category,
            n_rows: shard.n_rows as u64,
            n_bytes,
            stats,
        });
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Shard>, ManifestError> {
        if let Some(shard) = self.open.take() {
            self.close(shard)?;
        }
        Ok(self.shards)
    }
}

/// The schema of a shard: the manifest without its partition column.
pub(crate) fn shard_schema() -> SchemaRef {
    let schema = manifest_schema();
    let fields = schema.fields().iter().filter(|field| field.name() != PARTITION_COLUMN);
    Schema::new(fields.cloned().collect::<Vec<_>>()).into()
}

fn folder_name(category: Category) -> String {
    format!("{PARTITION_COLUMN}={category}")
}
