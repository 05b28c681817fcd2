//! Merges the segments of a finished map into what the job is for: a version of a dataset, or a folder of files.
//!
//! Duplicates are settled first, from the records alone, and the quarantine is written. What follows differs:
//! [`table`] makes shards and one commit, [`folder`] gives files their names.

pub(crate) mod folder;
pub(crate) mod table;
mod tar;

use std::fs;

use radmill_store::{publish, read_small_file, remove_folder, rename_published};

use crate::outcome::{Outcome, Rejection, SourceRecord, Stage};
use crate::plan::Plan;
use crate::records::publish_lines;
use crate::segment::{self, path_text};
use crate::settle::Holders;
use crate::{JobError, Summary};

/// A source whose outcome is final.
struct Settled {
    record: SourceRecord,
    /// Files below the dataset root that lose their row by it.
    orphans: Vec<String>,
}

/// Goes through the records of all segments in the order of the listing, with duplicates settled.
///
/// `holders` knows what the target has already. The same records give the same outcomes each time.
fn for_each_settled(
    plan: &Plan,
    holders: &mut Holders,
    each: &mut dyn FnMut(Settled) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let folder = plan.roots.segments(&plan.plan_id);
    for index in 0..plan.segments().len() {
        for mut record in segment::read_records(&folder, index)? {
            let orphans = holders.settle(&mut record.outcome);
            each(Settled { record, orphans })?;
        }
    }
    unlisted(plan).try_for_each(|record| each(Settled { record, orphans: Vec::new() }))
}

/// Counts every source by its final outcome, and writes the rejected ones to the quarantine.
/// `each` is shown a source first, and may still change what becomes of it.
fn account(
    plan: &Plan,
    holders: &mut Holders,
    each: &mut dyn FnMut(&mut Settled) -> Result<(), JobError>,
) -> Result<Summary, JobError> {
    let mut summary = Summary {
        dataset: plan.roots.dataset.clone(),
        quarantine: plan.roots.quarantine(&plan.plan_id),
        ..Summary::default()
    };
    publish_lines(&plan.roots.quarantine(&plan.plan_id), |quarantine| {
        for_each_settled(plan, holders, &mut |mut settled| {
            each(&mut settled)?;
            summary.count(&settled.record);
            match settled.record.outcome {
                Outcome::Rejected(_) => quarantine.write(&settled.record),
                _ => Ok(()),
            }
        })
    })?;
    Ok(summary)
}

/// What the listing found and could not read is accounted for as well.
fn unlisted(plan: &Plan) -> impl Iterator<Item = SourceRecord> {
    plan.listing.unlisted.iter().map(|unlisted| {
        let outcome = if unlisted.is_special_file {
            Outcome::Skipped { reason: "special_file".to_owned() }
        } else {
            Outcome::Rejected(Rejection {
                stage: Stage::Read,
                reason: "unreadable".to_owned(),
                detail: unlisted.why.clone(),
            })
        };
        SourceRecord { source: path_text(&unlisted.relative), bytes: 0, outcome }
    })
}

/// The share of rejected sources over the whole job, those of earlier runs included.
fn check_rejected(plan: &Plan, summary: &Summary) -> Result<(), JobError> {
    let (job, n_done) = (&plan.file.job, summary.n_sources);
    let n_rejected = summary.n_rejected;
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
    // What the job made stands; segments that cannot be removed cost room and nothing else.
    let _ = fs::remove_dir_all(segments);
    Ok(())
}
