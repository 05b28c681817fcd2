//! Rows become shards; then one commit makes all of it visible; then what no row names is removed.
//! A crash before the commit leaves the dataset as it was.

use std::path::PathBuf;

use radmill_manifest::{Commit, DatasetTable, RowKey, Shard, ShardOptions, write_shards_and_place};
use radmill_store::{flush_published, remove_published};

use super::{account, check_rejected, is_untidy, read_report, tar, tidy_up, write_report};
use crate::plan::Plan;
use crate::segment;
use crate::settle::Holders;
use crate::{ImageLayout, JobError, Summary};

/// Seals a job whose segments are all complete.
///
/// `table` is the dataset as it stands, if there is one; only what has rows makes one.
pub(crate) fn seal(plan: &Plan, table: Option<DatasetTable>) -> Result<Summary, JobError> {
    let Accounted { mut summary, holders, orphans } = account_for_rows(plan, table.as_ref())?;
    check_rejected(plan, &summary)?;
    let mut pack = |category, images: &[_]| tar::pack(plan, category, images);
    let shards = write_shards_and_place(
        &row_files(plan),
        &plan.roots.manifest(),
        &plan.roots.segments(&plan.plan_id),
        &shard_options(plan),
        &mut keep_once(&holders),
        match plan.file.images.layout {
            ImageLayout::Files => None,
            ImageLayout::Tar => Some(&mut pack),
        },
    )?;
    // Images that were packed now are named by the commit, and have to be there after a loss of power.
    flush_published(&plan.roots.dataset)?;
    summary.check(plan.n_sources())?;
    summary.check_rows(shards.iter().map(|shard| shard.n_rows()).sum())?;
    summary.n_shards = shards.len() as u64;
    write_report(plan, &summary)?;
    summary.version = match (table, shards.is_empty()) {
        (table, true) => table.map(|table| table.version()),
        (Some(mut table), false) => Some(table.commit(&commit(plan, &shards))?),
        (None, false) => {
            let mut table = DatasetTable::open_or_create(&plan.roots.dataset)?;
            Some(table.commit(&commit(plan, &shards))?)
        }
    };
    write_report(plan, &summary)?;
    clean_up(plan, &orphans)?;
    Ok(summary)
}

/// The summary of a job that was committed before; tidies up what a crash after the commit has left.
pub(crate) fn finish_again(plan: &Plan, table: &DatasetTable, version: u64) -> Result<Summary, JobError> {
    let mut summary = read_report(plan)?;
    summary.version = Some(version);
    if is_untidy(plan) {
        // A crash while tidying up may have left only some of the segments: then only they are left to remove.
        let orphans =
            account_for_rows(plan, Some(table)).map_or_else(|_| Vec::new(), |accounted| accounted.orphans);
        clean_up(plan, &orphans)?;
        write_report(plan, &summary)?;
    }
    summary.already_finished = true;
    Ok(summary)
}

/// What the records say once duplicates are settled.
struct Accounted {
    summary: Summary,
    holders: Holders,
    /// Files below the dataset root that no row names.
    orphans: Vec<String>,
}

fn account_for_rows(plan: &Plan, table: Option<&DatasetTable>) -> Result<Accounted, JobError> {
    let mut holders = Holders::default();
    if let Some(table) = table {
        table.for_each_key(&mut |_, key| holders.add_live(&key))?;
    }
    let mut orphans = Vec::new();
    let summary = account(plan, &mut holders, &mut |settled| {
        orphans.append(&mut settled.orphans);
        Ok(())
    })?;
    Ok(Accounted { summary, holders, orphans })
}

/// Row files of the segments that have any.
fn row_files(plan: &Plan) -> Vec<PathBuf> {
    let folder = plan.roots.segments(&plan.plan_id);
    (0..plan.segments().len()).filter_map(|index| segment::existing_rows(&folder, index)).collect()
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

fn clean_up(plan: &Plan, orphans: &[String]) -> Result<(), JobError> {
    for orphan in orphans {
        remove_published(&plan.roots.dataset.join(orphan))?;
    }
    // Images that were packed wait no more.
    plan.roots.clear_unsealed(&plan.plan_id)?;
    tidy_up(plan)
}
