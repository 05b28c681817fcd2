use std::sync::atomic::AtomicBool;

use radmill_manifest::DatasetTable;

use crate::map::map;
use crate::plan::Plan;
use crate::seal::{finish_again, seal};
use crate::{Event, JobError, Observer, Summary};

/// Carries out a plan: maps every source, then seals one new version of the dataset.
///
/// A job that was interrupted goes on where it stopped; one that was finished is not done again.
/// Set `interrupted` from another thread to stop: what is in flight is finished first.
pub fn ingest(
    plan: &Plan,
    interrupted: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Summary, JobError> {
    let _lock = plan.roots.lock()?.ok_or(JobError::Busy)?;
    let table = if plan.roots.has_table() { Some(DatasetTable::open(&plan.roots.dataset)?) } else { None };
    if let Some(table) = &table
        && let Some(version) = table.already_committed(&plan.plan_id)?
    {
        return finish_again(plan, table, version);
    }
    plan.roots.clear_staging()?;
    let mapped = map(plan, interrupted, observer);
    let cleared = plan.roots.clear_staging();
    // The first fault is the one to report.
    mapped?;
    cleared?;
    observer.on(&Event::Sealing);
    seal(plan, table)
}
