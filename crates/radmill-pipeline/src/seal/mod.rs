//! Merges the segments of a finished map into what the job is for: a version of a dataset, or a folder of files.
//!
//! Duplicates are settled first, from the records alone, and the quarantine is written. What follows differs:
//! [`table`] makes shards and one commit, [`folder`] gives files their names.

mod compact;
pub(crate) mod folder;
mod orphans;
mod pack;
mod series;
mod splits;
pub(crate) mod table;
mod tar;

use std::fs;

use radmill_store::{publish, read_small_file, remove_folder, rename_published};

use crate::ledger::{Entry, Held, Pending, pending_path, put_in_place};
use crate::outcome::{Outcome, Rejection, SourceRecord};
use crate::plan::Plan;
use crate::records::publish_lines;
use crate::segment;
use crate::settle::{Settling, Verdicts};
use crate::{JobError, Summary};

/// A source whose outcome is final.
struct Settled {
    record: SourceRecord,
    /// The instance it gives, whether or not it is the source that stays.
    held: Option<Held>,
    /// Files below the dataset root that lose their row by it.
    orphans: Vec<String>,
}

/// Begins to settle which source of an instance stays: all that the sources of the job became is noted, and what the
/// target has is still to be added.
fn begin_settling(plan: &Plan) -> Result<Settling, JobError> {
    let work_folder = plan.roots.segments(&plan.plan_id);
    let mut settling = Settling::begin(&work_folder, plan.listing.sources.len())?;
    for_each_record(plan, &mut |number, record| {
        settling.add_source(number, &record.outcome);
        Ok(())
    })?;
    Ok(settling)
}

/// Goes through the records of all segments in the order of the listing, numbered from 0.
fn for_each_record(
    plan: &Plan,
    each: &mut dyn FnMut(usize, SourceRecord) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let folder = plan.roots.segments(&plan.plan_id);
    let mut numbers = 0..;
    for index in 0..plan.segments().len() {
        let records = segment::read_records(&folder, index)?;
        records.into_iter().zip(numbers.by_ref()).try_for_each(|(record, number)| each(number, record))?;
    }
    Ok(())
}

/// The same with duplicates settled, and after them what was not listed. The same records and verdicts give the same
/// outcomes each time.
fn for_each_settled(
    plan: &Plan,
    verdicts: &Verdicts,
    each: &mut dyn FnMut(Settled) -> Result<(), JobError>,
) -> Result<(), JobError> {
    for_each_record(plan, &mut |number, mut record| {
        let held = Held::of(&record.outcome);
        let orphans = verdicts.apply(number, &mut record.outcome);
        each(Settled { record, held, orphans })
    })?;
    unlisted(plan).try_for_each(|record| each(Settled { record, held: None, orphans: Vec::new() }))
}

/// Counts every source by its final outcome, and writes the rejected ones to the quarantine and all of them to what
/// will be the ledger. `each` is shown a source first, and may still change what becomes of it.
fn account(
    plan: &Plan,
    verdicts: &Verdicts,
    each: &mut dyn FnMut(&mut Settled) -> Result<(), JobError>,
) -> Result<Summary, JobError> {
    let mut summary = plan.begin_summary();
    let mut sources = plan.listing.sources.iter();
    publish_lines(&plan.roots.quarantine(&plan.plan_id), |quarantine| {
        publish_lines(&pending_path(&plan.roots.segments(&plan.plan_id)), |next| {
            let mut pending = Pending::begin(next, &plan.ledger, &plan.next_header())?;
            for_each_settled(plan, verdicts, &mut |mut settled| {
                each(&mut settled)?;
                summary.count(&settled.record);
                if let Outcome::Rejected(_) = settled.record.outcome {
                    quarantine.write(&settled.record)?;
                }
                // What was not listed comes last and is in the header.
                let Some(source) = sources.next() else { return Ok(()) };
                if settled.record.outcome.is_withdrawn() {
                    // Nothing is kept of who has withdrawn, the path of a source neither.
                    return pending.leave_out(&source.relative);
                }
                pending.add(&Entry::new(&source, &plan.settings.pipeline_id, &settled.record, settled.held))
            })?;
            pending.finish()
        })
    })?;
    Ok(summary)
}

/// What became of the sources of the part that this process maps, before duplicates are settled.
pub(crate) fn summary_of_part(plan: &Plan) -> Result<Summary, JobError> {
    let folder = plan.roots.segments(&plan.plan_id);
    let mut summary = Summary { dataset: plan.roots.shown().to_owned(), ..Summary::default() };
    for index in (0..plan.segments().len()).filter(|&index| plan.maps(index)) {
        segment::read_records(&folder, index)?.iter().for_each(|record| summary.count(record));
    }
    Ok(summary)
}

/// All parts must have been mapped.
pub(crate) fn check_complete(plan: &Plan) -> Result<(), JobError> {
    let folder = plan.roots.segments(&plan.plan_id);
    let n_segments = plan.segments().len();
    let n_missing = (0..n_segments).filter(|&index| !segment::is_complete(&folder, index)).count();
    if n_missing == 0 { Ok(()) } else { Err(JobError::Unmapped { n_missing, n_segments }) }
}

/// What the listing found and could not read is accounted for as well.
fn unlisted(plan: &Plan) -> impl Iterator<Item = SourceRecord> {
    plan.unlisted().into_iter().map(|unlisted| {
        let outcome = outcome_of_unlisted(unlisted.rejection);
        SourceRecord { source: unlisted.source, bytes: 0, patient: None, outcome }
    })
}

/// What becomes of something that could not be read as a file.
pub(crate) fn outcome_of_unlisted(rejection: Option<Rejection>) -> Outcome {
    match rejection {
        None => Outcome::Skipped { reason: "special_file".to_owned() },
        Some(rejection) => Outcome::Rejected(rejection),
    }
}

/// The share of rejected sources among those of this job, what it did before an interruption included.
fn check_rejected(plan: &Plan, summary: &Summary) -> Result<(), JobError> {
    let (job, carried) = (&plan.file.job, &plan.selection.carried);
    let n_done = summary.n_sources - carried.n_sources;
    let n_rejected = summary.n_rejected - carried.n_rejected;
    if n_done >= job.rejected_check_after && n_rejected as f64 > job.rejected_share_max * n_done as f64 {
        return Err(JobError::TooManyRejected { n_rejected, n_done });
    }
    Ok(())
}

fn write_report(plan: &Plan, summary: &Summary) -> Result<(), JobError> {
    publish(&plan.roots.run_report(&plan.plan_id), |out| Ok(serde_json::to_writer_pretty(out, summary)?))?;
    Ok(())
}

/// The report of a job that is known to be finished.
fn read_report(plan: &Plan) -> Result<Summary, JobError> {
    let path = plan.roots.run_report(&plan.plan_id);
    let text = read_small_file(&path, 64 << 20)?;
    serde_json::from_str(&text)
        .map_err(|error| JobError::Internal(format!("{} is damaged: {error}", path.display())))
}

/// True if a crash has kept a finished job from tidying up.
fn is_untidy(plan: &Plan) -> bool {
    plan.roots.segments(&plan.plan_id).exists()
}

/// Puts by what the job replaced by what, and removes its segments.
fn tidy_up(plan: &Plan) -> Result<(), JobError> {
    let segments = plan.roots.segments(&plan.plan_id);
    let parts = segment::crosswalk_folder(&segments);
    if parts.exists() {
        // A job that adds nothing to a table is done again each time: the same parts are there from the time before.
        let target = plan.roots.crosswalk().join(&plan.plan_id);
        remove_folder(&target)?;
        rename_published(&parts, &target)?;
    }
    put_in_place(&segments, &plan.ledger)?;
    // What the job made stands; segments that cannot be removed cost room and nothing else.
    let _ = fs::remove_dir_all(segments);
    Ok(())
}
