use std::sync::atomic::AtomicBool;

use radmill_manifest::DatasetTable;
use serde::{Deserialize, Serialize};

use crate::map::map;
use crate::plan::Plan;
use crate::seal::{folder, table};
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
    match plan.kind {
        JobKind::Ingest => ingest(plan, interrupted, observer),
        JobKind::Deidentify => deidentify(plan, interrupted, observer),
    }
}

/// Sources ─▶ segments and images ─▶ shards ─▶ one commit.
fn ingest(plan: &Plan, interrupted: &AtomicBool, observer: &mut dyn Observer) -> Result<Summary, JobError> {
    let table = if plan.roots.has_table() { Some(DatasetTable::open(&plan.roots.dataset)?) } else { None };
    if let Some(table) = &table
        && let Some(version) = table.already_committed(&plan.plan_id)?
    {
        return table::finish_again(plan, version);
    }
    if plan.has_nothing_to_do() {
        return nothing_to_do(plan, table.map(|table| table.version()), observer);
    }
    map_all(plan, interrupted, observer)?;
    table::seal(plan, table)
}

/// Sources ─▶ segments and files that wait ─▶ files with their names.
fn deidentify(
    plan: &Plan,
    interrupted: &AtomicBool,
    observer: &mut dyn Observer,
) -> Result<Summary, JobError> {
    if plan.roots.run_report(&plan.plan_id).exists() {
        return folder::finish_again(plan);
    }
    if plan.has_nothing_to_do() {
        return nothing_to_do(plan, None, observer);
    }
    map_all(plan, interrupted, observer)?;
    folder::seal(plan)
}

/// Finished jobs have worked on all sources as they are.
fn nothing_to_do(
    plan: &Plan,
    version: Option<u64>,
    observer: &mut dyn Observer,
) -> Result<Summary, JobError> {
    observer.on(&plan.planned(0));
    let summary = Summary { version, already_finished: true, ..plan.begin_summary() };
    summary.check(plan.n_sources())?;
    Ok(summary)
}

fn map_all(plan: &Plan, interrupted: &AtomicBool, observer: &mut dyn Observer) -> Result<(), JobError> {
    plan.roots.clear_staging()?;
    let mapped = map(plan, interrupted, observer);
    let cleared = plan.roots.clear_staging();
    // The first fault is the one to report.
    mapped?;
    cleared?;
    observer.on(&Event::Sealing);
    Ok(())
}
