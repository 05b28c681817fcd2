//! Merges the segments of a finished map into one new version of the dataset.
//!
//! Duplicates are settled first, from the records alone; then rows become shards; then one commit makes all of it
//! visible; then what no row names is removed. A crash before the commit leaves the dataset as it was.

use std::fs;
use std::path::PathBuf;

use radmill_manifest::{Commit, DatasetTable, RowKey, Shard, ShardOptions, write_shards};
use radmill_store::{publish, read_small_file, remove_published};

use crate::outcome::{Outcome, Rejection, SourceRecord, Stage};
use crate::plan::Plan;
use crate::records::publish_records;
use crate::segment::{self, path_text};
use crate::settle::Holders;
use crate::{JobError, Summary};

/// Seals a job whose segments are all complete.
///
/// `table` is the dataset as it stands, if there is one; only what has rows makes one.
pub(crate) fn seal(plan: &Plan, table: Option<DatasetTable>) -> Result<Summary, JobError> {
    let mut settled = settle(plan, table.as_ref())?;
    check_rejected(plan, &settled.summary)?;
    let shards = write_shards(
        &settled.row_files,
        &plan.roots.manifest(),
        &plan.roots.segments(&plan.plan_id),
        &shard_options(plan),
        &mut keep_once(&settled.holders),
    )?;
    let summary = &mut settled.summary;
    summary.check(plan.n_sources(), shards.iter().map(|shard| shard.n_rows()).sum())?;
    summary.n_shards = shards.len() as u64;
    write_report(plan, summary)?;
    summary.version = match (table, shards.is_empty()) {
        (table, true) => table.map(|table| table.version()),
        (Some(mut table), false) => Some(table.commit(&commit(plan, &shards))?),
        (None, false) => {
            let mut table = DatasetTable::open_or_create(&plan.roots.dataset)?;
            Some(table.commit(&commit(plan, &shards))?)
        }
    };
    write_report(plan, summary)?;
    clean_up(plan, &settled.orphans)?;
    Ok(settled.summary)
}

/// The summary of a job that was committed before; tidies up what a crash after the commit has left.
pub(crate) fn finish_again(plan: &Plan, table: &DatasetTable, version: u64) -> Result<Summary, JobError> {
    let path = plan.roots.run_report(&plan.plan_id);
    let text = read_small_file(&path, 64 << 20)?;
    let mut summary: Summary = serde_json::from_str(&text)
        .map_err(|error| JobError::Internal(format!("{} is damaged: {error}", path.display())))?;
    summary.version = Some(version);
    if plan.roots.segments(&plan.plan_id).exists() {
        // A crash while tidying up may have left only some of the segments: then only they are left to remove.
        let orphans = settle(plan, Some(table)).map_or_else(|_| Vec::new(), |settled| settled.orphans);
        clean_up(plan, &orphans)?;
        write_report(plan, &summary)?;
    }
    summary.already_finished = true;
    Ok(summary)
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

/// What the records say once duplicates are settled.
struct Settled {
    summary: Summary,
    holders: Holders,
    /// Row files of the segments that have any.
    row_files: Vec<PathBuf>,
    /// Images below the dataset root that no row names.
    orphans: Vec<String>,
}

/// Goes through all records in the order of the listing, settles duplicates, and writes the quarantine.
fn settle(plan: &Plan, table: Option<&DatasetTable>) -> Result<Settled, JobError> {
    let folder = plan.roots.segments(&plan.plan_id);
    let mut holders = Holders::default();
    if let Some(table) = table {
        table.for_each_key(&mut |_, key| holders.add_live(&key))?;
    }
    let mut summary = Summary {
        dataset: plan.roots.dataset.clone(),
        quarantine: plan.roots.quarantine(&plan.plan_id),
        ..Summary::default()
    };
    let (mut row_files, mut orphans) = (Vec::new(), Vec::new());
    publish_records(&plan.roots.quarantine(&plan.plan_id), |quarantine| {
        let mut account = |record: &SourceRecord| {
            summary.count(record);
            if matches!(record.outcome, Outcome::Rejected(_)) { quarantine.write(record) } else { Ok(()) }
        };
        for index in 0..plan.segments().len() {
            for mut record in segment::read_records(&folder, index)? {
                orphans.extend(holders.settle(&mut record.outcome));
                account(&record)?;
            }
            row_files.extend(segment::existing_rows(&folder, index));
        }
        unlisted(plan).try_for_each(|record| account(&record))
    })?;
    Ok(Settled { summary, holders, row_files, orphans })
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

/// Rows of the sources that stay, each once: rows of equal sources stand next to each other.
fn keep_once(holders: &Holders) -> impl FnMut(&RowKey<'_>) -> bool {
    let mut last_image_path = String::new();
    move |key| {
        if !holders.stays(key) || last_image_path == key.image_path {
            return false;
        }
        key.image_path.clone_into(&mut last_image_path);
        true
    }
}

fn shard_options(plan: &Plan) -> ShardOptions {
    let section = &plan.file.shards;
    ShardOptions {
        rows_max: section.rows_max,
        bytes_target: section.bytes_target,
        row_group_rows_max: section.row_group_rows_max,
        ..ShardOptions::USUAL
    }
}

fn commit<'a>(plan: &'a Plan, shards: &'a [Shard]) -> Commit<'a> {
    Commit { job_id: &plan.plan_id, radmill_version: env!("CARGO_PKG_VERSION"), shards }
}

fn write_report(plan: &Plan, summary: &Summary) -> Result<(), JobError> {
    publish(&plan.roots.run_report(&plan.plan_id), |out| Ok(serde_json::to_writer_pretty(out, summary)?))?;
    Ok(())
}

fn clean_up(plan: &Plan, orphans: &[String]) -> Result<(), JobError> {
    for orphan in orphans {
        remove_published(&plan.roots.dataset.join(orphan))?;
    }
    // The commit stands; segments that cannot be removed cost room and nothing else.
    let _ = fs::remove_dir_all(plan.roots.segments(&plan.plan_id));
    Ok(())
}
