use std::sync::atomic::AtomicBool;

use radmill_manifest::DatasetTable;
use serde::{Deserialize, Serialize};

use crate::map::map;
use crate::plan::Plan;
use crate::seal::{self, folder, table};
use crate::{Event, JobError, Observer, Summary};

/// What a job makes of its sources. Everything else is the same for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Images with rows, and DICOM files if the pipeline file asks for them: one new version of a dataset.
    Ingest,
    /// De-identified DICOM files, in a folder.
    Deidentify,
}

/// Carries out a plan: maps every source, then seals what was made of them.
///
/// A job that was interrupted goes on where it stopped; one that was finished is not done again.
/// Set `interrupted` from another thread to stop: what is in flight is finished first.
pub fn run_job(
    plan: &Plan,
    interrupted: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Summary, JobError> {
    if let Some(summary) = finished_before(plan, observer)? {
        return Ok(summary);
    }
    map_all(plan, interrupted, observer)?;
    observer.on(&Event::Sealing);
    seal(plan)
}

/// Maps one part of the segments of a job that several processes share, and counts what became of its sources.
/// Duplicates are settled by [`seal_parts`], once all parts are mapped.
pub fn map_part(
    plan: &Plan,
    interrupted: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Summary, JobError> {
    if let Some(summary) = finished_before(plan, observer)? {
        return Ok(summary);
    }
    map_all(plan, interrupted, observer)?;
    seal::summary_of_part(plan)
}

/// Seals a job whose parts have all been mapped.
pub fn seal_parts(plan: &Plan, observer: &mut dyn Observer) -> Result<Summary, JobError> {
    if let Some(summary) = finished_before(plan, observer)? {
        return Ok(summary);
    }
    seal::check_complete(plan)?;
    // What killed parts left that were not run again with the same numbers.
    plan.clear_staging()?;
    plan.roots.clear_part_locks()?;
    observer.on(&Event::Sealing);
    seal(plan)
}

/// Segments and images ─▶ shards ─▶ one commit; or segments and files that wait ─▶ files with their names.
fn seal(plan: &Plan) -> Result<Summary, JobError> {
    let summary = match plan.kind {
        JobKind::Ingest => table::seal(plan, table_of(plan)?),
        JobKind::Deidentify => folder::seal(plan),
    }?;
    plan.clear_staging()?;
    Ok(summary)
}

/// The summary if this job was finished before, or finished jobs have worked on all sources as they are.
fn finished_before(plan: &Plan, observer: &mut dyn Observer) -> Result<Option<Summary>, JobError> {
    let table = table_of(plan)?;
    match (plan.kind, &table) {
        (JobKind::Ingest, Some(table)) => {
            if let Some(version) = table.already_committed(&plan.plan_id)? {
                return table::finish_again(plan, version).map(Some);
            }
        }
        (JobKind::Deidentify, _) if plan.roots.run_report(&plan.plan_id).exists() => {
            return folder::finish_again(plan).map(Some);
        }
        _ => {}
    }
    if !plan.has_nothing_to_do() {
        return Ok(None);
    }
    observer.on(&plan.planned_nothing());
    let version = table.map(|table| table.version());
    let summary = Summary { version, already_finished: true, ..plan.begin_summary() };
    summary.check(plan.n_sources())?;
    Ok(Some(summary))
}

fn table_of(plan: &Plan) -> Result<Option<DatasetTable>, JobError> {
    let has_table = plan.kind == JobKind::Ingest && plan.roots.has_table();
    Ok(if has_table { Some(DatasetTable::open(&plan.roots.dataset)?) } else { None })
}

fn map_all(plan: &Plan, interrupted: &AtomicBool, observer: &mut dyn Observer) -> Result<(), JobError> {
    plan.clear_staging()?;
    let mapped = map(plan, interrupted, observer);
    let cleared = plan.clear_staging();
    // The first fault is the one to report.
    mapped?;
    cleared
}
