//! What keeps new rows out of their split.

use radmill_manifest::{DatasetTable, Segment};

use super::table::row_files;
use crate::plan::Plan;
use crate::settle::Verdicts;
use crate::splits::{ClashSearch, Clashes};
use crate::{JobError, Summary};

/// Clashes between the new rows that stay, and of these with rows of the table that stay.
pub(super) fn find_clashes(
    plan: &Plan,
    summary: &Summary,
    table: Option<&DatasetTable>,
    verdicts: &Verdicts,
) -> Result<Clashes, JobError> {
    if summary.n_new_images == 0 {
        return Ok(Clashes::default());
    }
    let live = table.map(DatasetTable::live_files).transpose()?.unwrap_or_default();
    let n_rows = summary.n_new_images + live.iter().map(|file| file.n_rows).sum::<u64>();
    let work_folder = plan.roots.segments(&plan.plan_id);
    let Some(mut search) = ClashSearch::begin(&plan.file.splits, &work_folder, n_rows)? else {
        return Ok(Clashes::default());
    };
    for path in row_files(plan) {
        Segment::open(&path)?.for_each_split(&mut |key, row| {
            if verdicts.stays(&key) {
                search.add(&row, false);
            }
        })?;
    }
    if let Some(table) = table {
        table.for_each_split(&mut |key, row| {
            if !plan.selection.replaced.has_token(key.source_token) {
                search.add(&row, true);
            }
        })?;
    }
    search.finish()
}
