use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_row::{OwnedRow, Rows};
use arrow_select::interleave::interleave_record_batch;
use radmill_anatomy::Category;

use crate::error::{During, ManifestError};
use crate::order::{KeyColumns, Order, RowKey};
use crate::segment::{Segment, SegmentReader, SegmentWriter};

/// Rows that are read from a segment at a time.
const READ_ROWS_MAX: usize = 256;

/// Rows of an emitted batch. Shards are cut by what has been written after a batch, so this is part of the format:
/// another number gives other shards.
const EMIT_ROWS: usize = 1024;

/// Where a row comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A segment: the row is new.
    Segment,
    /// A shard of the table: the row has been visible before.
    Table,
}

/// Decides by its key whether a row stays.
pub(crate) type Keep<'a> = dyn FnMut(&RowKey<'_>, Origin) -> bool + 'a;

/// Receives sorted batches, and where each row comes from.
pub(crate) type Emit<'a> = dyn FnMut(&RecordBatch, &[Origin]) -> Result<(), ManifestError> + 'a;

/// Merges the rows of one category of sorted segments into batches of exactly [`EMIT_ROWS`] rows (the last may be
/// shorter). What comes out depends on the rows only, not on how they were spread over segments.
///
/// Holds a page of every column and a batch of [`READ_ROWS_MAX`] rows per segment, and no more for more rows.
pub(crate) fn merge(
    segments: &[Segment],
    category: Category,
    keep: &mut Keep<'_>,
    emit: &mut Emit<'_>,
) -> Result<(), ManifestError> {
    let mut order = Order::new().during("merge segments")?;
    let mut held = Held::default();
    let mut cursors = Vec::new();
    let mut heap = BinaryHeap::new();
    for segment in segments {
        let Some(reader) = segment.read(category, READ_ROWS_MAX)? else { continue };
        if let Some(cursor) = Cursor::start(reader, segment.origin(), &mut order, &mut held)? {
            heap.push(Reverse((cursor.key(), cursors.len())));
            cursors.push(cursor);
        }
    }

    while let Some(Reverse((_, index))) = heap.pop() {
        let Some(cursor) = cursors.get_mut(index) else { break };
        if held.keeps(cursor, keep)? {
            held.picks.push((cursor.batch_index, cursor.row));
            held.origins.push(cursor.origin);
        }
        if cursor.advance(&mut order, &mut held)? {
            heap.push(Reverse((cursor.key(), index)));
        }
        if held.picks.len() == EMIT_ROWS {
            held.emit(emit)?;
            held.forget_read_batches(&mut cursors);
        } else if held.batches.len() > 4 * cursors.len() + 16 {
            // Rows that are left out keep nothing alive: what is picked so far moves into one batch.
            held.condense(&mut cursors)?;
        }
    }
    if !held.picks.is_empty() {
        held.emit(emit)?;
    }
    Ok(())
}

/// Merges segments in groups until no more than `n_max` are left, so that the number of open files and the memory of
/// the last merge have a bound. Not for shards of the table, whose rows would lose their origin. The new segments lie in `work_folder`; each is named by the first one that went into it.
pub(crate) fn reduce(
    mut segments: Vec<Segment>,
    n_max: usize,
    work_folder: &Path,
) -> Result<Vec<Segment>, ManifestError> {
    let n_max = n_max.max(2);
    let mut pass = 0_u32;
    while segments.len() > n_max {
        let mut merged = Vec::new();
        for (index, group) in segments.chunks(n_max).enumerate() {
            let path = work_folder.join(format!("merged-{pass:02}-{index:05}.parquet"));
            let mut writer = SegmentWriter::create(&path)?;
            for category in Category::ALL {
                merge(group, category, &mut |_, _| true, &mut |batch, _| writer.write(batch))?;
                writer.end_category()?;
            }
            writer.close()?;
            merged.push(Segment::open(&path)?);
        }
        if pass > 0 {
            remove(&segments)?;
        }
        segments = merged;
        pass += 1;
    }
    Ok(segments)
}

/// Removes the files of segments that [`reduce`] made.
pub(crate) fn remove(segments: &[Segment]) -> Result<(), ManifestError> {
    for segment in segments {
        std::fs::remove_file(segment.path()).during("remove a merged segment")?;
    }
    Ok(())
}

/// The place of the merge in one segment.
struct Cursor {
    reader: SegmentReader,
    origin: Origin,
    keys: Rows,
    batch_index: usize,
    row: usize,
}

impl Cursor {
    fn start(
        mut reader: SegmentReader,
        origin: Origin,
        order: &mut Order,
        held: &mut Held,
    ) -> Result<Option<Cursor>, ManifestError> {
        let Some((keys, batch_index)) = next_batch(&mut reader, order, held)? else { return Ok(None) };
        Ok(Some(Cursor { reader, origin, keys, batch_index, row: 0 }))
    }

    fn key(&self) -> OwnedRow {
        self.keys.row(self.row).owned()
    }

    /// Goes to the next row; false at the end of the segment.
    fn advance(&mut self, order: &mut Order, held: &mut Held) -> Result<bool, ManifestError> {
        self.row += 1;
        if self.row < self.keys.num_rows() {
            return Ok(true);
        }
        let Some((keys, batch_index)) = next_batch(&mut self.reader, order, held)? else {
            self.batch_index = usize::MAX;
            return Ok(false);
        };
        (self.keys, self.batch_index, self.row) = (keys, batch_index, 0);
        Ok(true)
    }
}

fn next_batch(
    reader: &mut SegmentReader,
    order: &mut Order,
    held: &mut Held,
) -> Result<Option<(Rows, usize)>, ManifestError> {
    for batch in reader.by_ref() {
        let batch = batch?;
        if batch.num_rows() > 0 {
            let keys = order.keys(&batch).during("merge segments")?;
            held.batches.push(batch);
            return Ok(Some((keys, held.batches.len() - 1)));
        }
    }
    Ok(None)
}

/// Batches that picked rows or cursors still point into.
#[derive(Default)]
struct Held {
    batches: Vec<RecordBatch>,
    /// Index of a batch, and of a row in it.
    picks: Vec<(usize, usize)>,
    /// Of each pick.
    origins: Vec<Origin>,
}

impl Held {
    fn keeps(&self, cursor: &Cursor, keep: &mut Keep<'_>) -> Result<bool, ManifestError> {
        let Some(batch) = self.batches.get(cursor.batch_index) else { return Ok(false) };
        let keys = KeyColumns::of(batch).during("merge segments")?;
        Ok(keep(&keys.key(cursor.row), cursor.origin))
    }

    fn emit(&mut self, emit: &mut Emit<'_>) -> Result<(), ManifestError> {
        let batch = self.take_picks()?;
        emit(&batch, &std::mem::take(&mut self.origins))
    }

    /// The picked rows as one batch.
    fn take_picks(&mut self) -> Result<RecordBatch, ManifestError> {
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let batch = interleave_record_batch(&batches, &self.picks).during("merge segments")?;
        self.picks.clear();
        Ok(batch)
    }

    /// Keeps only the batches that cursors stand in.
    fn forget_read_batches(&mut self, cursors: &mut [Cursor]) {
        let mut batches = Vec::with_capacity(cursors.len() + 1);
        for cursor in cursors {
            if let Some(batch) = self.batches.get(cursor.batch_index) {
                batches.push(batch.clone());
                cursor.batch_index = batches.len() - 1;
            }
        }
        self.batches = batches;
    }

    fn condense(&mut self, cursors: &mut [Cursor]) -> Result<(), ManifestError> {
        let n_picks = self.picks.len();
        let picked = if n_picks > 0 { Some(self.take_picks()?) } else { None };
        self.forget_read_batches(cursors);
        if let Some(picked) = picked {
            self.batches.push(picked);
            let index = self.batches.len() - 1;
            self.picks = (0..n_picks).map(|row| (index, row)).collect();
        }
        Ok(())
    }
}
