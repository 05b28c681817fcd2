use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_row::{OwnedRow, Rows};
use arrow_select::interleave::interleave_record_batch;
use radmill_anatomy::Category;

use crate::error::{During, ManifestError};
use crate::order::{KeyColumns, Order, RowKey};
use crate::segment::SegmentWriter;
use crate::source::{Origin, RowReader, Source};

/// Rows that are read from a segment at a time.
const READ_ROWS_MAX: usize = 256;

/// Rows of an emitted batch. Shards are cut by what has been written after a batch, so this is part of the format:
/// another number gives other shards.
const EMIT_ROWS: usize = 1024;

/// Decides by where it comes from and by its key whether a row stays.
pub type KeepRow<'a> = dyn FnMut(&RowKey<'_>, Origin) -> bool + 'a;

/// Receives sorted batches.
pub(crate) type Emit<'a> = dyn FnMut(&RecordBatch) -> Result<(), ManifestError> + 'a;

/// Merges the rows of one category of sorted files into batches of exactly [`EMIT_ROWS`] rows (the last may be
/// shorter). What comes out depends on the rows only, not on how they were spread over files.
///
/// Holds a page of every column and a batch of [`READ_ROWS_MAX`] rows per file, and no more for more rows.
pub(crate) fn merge(
    sources: &[impl Borrow<Source>],
    category: Category,
    keep: &mut KeepRow<'_>,
    emit: &mut Emit<'_>,
) -> Result<(), ManifestError> {
    let mut order = Order::new().during("merge segments")?;
    let mut held = Held::default();
    let mut cursors = Vec::new();
    let mut heap = BinaryHeap::new();
    for source in sources.iter().map(Borrow::borrow) {
        let Some(reader) = source.read(category, READ_ROWS_MAX)? else { continue };
        if let Some(cursor) = Cursor::start(source.origin, reader, &mut order, &mut held)? {
            heap.push(Reverse((cursor.key(), cursors.len())));
            cursors.push(cursor);
        }
    }

    while let Some(Reverse((_, index))) = heap.pop() {
        let Some(cursor) = cursors.get_mut(index) else { break };
        if held.keeps(cursor, keep)? {
            held.picks.push((cursor.batch_index, cursor.row));
        }
        if cursor.advance(&mut order, &mut held)? {
            heap.push(Reverse((cursor.key(), index)));
        }
        if held.picks.len() == EMIT_ROWS {
            emit(&held.take_picks()?)?;
            held.forget_read_batches(&mut cursors);
        } else if held.batches.len() > 4 * cursors.len() + 16 {
            // Rows that are left out keep nothing alive: what is picked so far moves into one batch.
            held.condense(&mut cursors)?;
        }
    }
    if !held.picks.is_empty() {
        emit(&held.take_picks()?)?;
    }
    Ok(())
}

/// Merges files of one origin in groups until no more than `n_max` are left, so that the number of open files and the
/// memory of the last merge have a bound. The new files lie in `work_folder`, and their names start with `stem`.
pub(crate) fn reduce(
    mut sources: Vec<Source>,
    n_max: usize,
    work_folder: &Path,
    stem: &str,
) -> Result<Reduced, ManifestError> {
    let n_max = n_max.max(2);
    let mut pass = 0_u32;
    while sources.len() > n_max {
        let mut merged = Vec::new();
        for (index, group) in sources.chunks(n_max).enumerate() {
            let origin = group.first().map_or(Origin::Segment, |source| source.origin);
            let path = work_folder.join(format!("{stem}-{pass:02}-{index:05}.parquet"));
            let mut writer = SegmentWriter::create(&path)?;
            for category in Category::ALL {
                merge(group, category, &mut |_, _| true, &mut |batch| writer.write(batch))?;
                writer.end_category()?;
            }
            writer.close()?;
            merged.push(Source::of_segment(&path, origin)?);
        }
        if pass > 0 {
            remove(&sources)?;
        }
        sources = merged;
        pass += 1;
    }
    Ok(Reduced { sources, is_temporary: pass > 0 })
}

/// What [`reduce`] leaves to merge.
pub(crate) struct Reduced {
    pub(crate) sources: Vec<Source>,
    is_temporary: bool,
}

impl Reduced {
    /// Removes the files that were made on the way.
    pub(crate) fn remove(&self) -> Result<(), ManifestError> {
        if self.is_temporary { remove(&self.sources) } else { Ok(()) }
    }
}

fn remove(sources: &[Source]) -> Result<(), ManifestError> {
    sources
        .iter()
        .try_for_each(|source| std::fs::remove_file(source.path()).during("remove a merged segment"))
}

/// The place of the merge in one file.
struct Cursor {
    origin: Origin,
    reader: RowReader,
    keys: Rows,
    batch_index: usize,
    row: usize,
}

impl Cursor {
    fn start(
        origin: Origin,
        mut reader: RowReader,
        order: &mut Order,
        held: &mut Held,
    ) -> Result<Option<Cursor>, ManifestError> {
        let Some((keys, batch_index)) = next_batch(&mut reader, order, held)? else { return Ok(None) };
        Ok(Some(Cursor { origin, reader, keys, batch_index, row: 0 }))
    }

    fn key(&self) -> OwnedRow {
        self.keys.row(self.row).owned()
    }

    /// Goes to the next row; false at the end of the file.
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
    reader: &mut RowReader,
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
}

impl Held {
    fn keeps(&self, cursor: &Cursor, keep: &mut KeepRow<'_>) -> Result<bool, ManifestError> {
        let Some(batch) = self.batches.get(cursor.batch_index) else { return Ok(false) };
        let keys = KeyColumns::of(batch).during("merge segments")?;
        Ok(keep(&keys.key(cursor.row), cursor.origin))
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
