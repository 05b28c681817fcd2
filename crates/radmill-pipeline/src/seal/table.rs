//! Rows become shards; then one commit makes all of it visible; then what no row names is removed.
//! A crash before the commit leaves the dataset as it was.

use std::path::PathBuf;

use radmill_manifest::{
    Commit, DatasetTable, LiveFile, Operation, Origin, PlaceImages, RowFiles, RowImage, RowKey, ShardOptions,
    SplitRow, Written, write_shards,
};

use super::series::ChangedSeries;
use super::splits::find_clashes;
use super::{
    account, begin_settling, check_rejected, compact, is_untidy, orphans, pack, read_report, tidy_up,
    write_report,
};
use crate::bucket;
use crate::plan::Plan;
use crate::segment;
use crate::settle::Verdicts;
use crate::{JobError, Summary};

/// Seals a job whose segments are all complete.
///
/// `table` is the dataset as it stands, if there is one; only what has rows makes one.
pub(crate) fn seal(plan: &Plan, table: Option<DatasetTable>) -> Result<Summary, JobError> {
    let (verdicts, leaving) = settle(plan, table.as_ref())?;
    let mut summary = orphans::publish(plan, |orphans| {
        account(plan, &verdicts, &mut |settled| orphans.add(&settled.orphans))
    })?;
    check_rejected(plan, &summary)?;
    let rewritten = match &table {
        Some(table) => rewritten(plan, &summary, table, &verdicts, leaving)?,
        None => Vec::new(),
    };
    let clashes = find_clashes(plan, &summary, table.as_ref(), &verdicts)?;
    let withhold = |row: &SplitRow<'_>| clashes.withhold(row);
    let format = plan.file.images.layout.pack_format();
    let mut pack =
        format.map(|format| move |category, images: &[RowImage]| pack::pack(plan, format, category, images));
    let written = write_shards(
        RowFiles { segments: &row_files(plan), live: &rewritten },
        &plan.roots.manifest(),
        &plan.roots.segments(&plan.plan_id),
        &shard_options(plan),
        &mut keep_once(plan, &verdicts),
        pack.as_mut().map(|pack| pack as &mut PlaceImages<'_>),
        (!clashes.is_empty()).then_some(&withhold),
    )?;
    // Images that were packed now are named by the commit, and have to be there after a loss of power.
    plan.roots.flush(&plan.outbox())?;
    summary.check(plan.n_sources())?;
    summary.check_rows(written.n_rows_added)?;
    summary.n_images_in_no_split = written.n_rows_withheld;
    summary.n_shards = written.shards.len() as u64;
    write_report(plan, &summary)?;
    summary.version = commit(plan, table, &written, &rewritten)?;
    write_report(plan, &summary)?;
    clean_up(plan)?;
    Ok(summary)
}

/// Files of the table that are written anew: those with rows that go, those with rows of series that change, and small
/// ones that have piled up. A job that changes no rows moves none.
fn rewritten(
    plan: &Plan,
    summary: &Summary,
    table: &DatasetTable,
    verdicts: &Verdicts,
    mut leaving: Leaving,
) -> Result<Vec<LiveFile>, JobError> {
    let mut files = leaving.files;
    if summary.n_new_images > 0 || !files.is_empty() {
        leaving.series.add_new_rows(plan, verdicts)?;
        files.extend(leaving.series.files(table)?);
        files.extend(compact::crowded(&plan.file.shards, &table.live_files()?));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup();
    }
    Ok(files)
}

/// Makes the new version, unless nothing changes. Only what has rows makes a table.
fn commit(
    plan: &Plan,
    table: Option<DatasetTable>,
    written: &Written,
    removed: &[LiveFile],
) -> Result<Option<u64>, JobError> {
    if written.shards.is_empty() && removed.is_empty() {
        return Ok(table.map(|table| table.version()));
    }
    bucket::begin_commit(&plan.roots)?;
    let mut table = match table {
        Some(table) => table,
        None => DatasetTable::open_or_create(&plan.roots.dataset)?,
    };
    let operation = if written.n_rows_removed == 0 { Operation::Append } else { Operation::Replace };
    let (job_id, radmill_version) = (&plan.plan_id, env!("CARGO_PKG_VERSION"));
    let version = table.commit(&Commit { job_id, radmill_version, operation, written, removed })?;
    bucket::commit(&plan.roots, written)?;
    Ok(Some(version))
}

/// The summary of a job that was committed before; tidies up what a crash after the commit has left.
pub(crate) fn finish_again(plan: &Plan, version: u64) -> Result<Summary, JobError> {
    let mut summary = read_report(plan)?;
    summary.version = Some(version);
    if is_untidy(plan) {
        clean_up(plan)?;
        write_report(plan, &summary)?;
    }
    summary.already_finished = true;
    Ok(summary)
}

/// Rows of the table that go, because their sources were worked on again.
#[derive(Default)]
struct Leaving {
    /// The files that have such rows.
    files: Vec<LiveFile>,
    /// The series that they are of.
    series: ChangedSeries,
}

/// What becomes of each source, and what leaves the table.
fn settle(plan: &Plan, table: Option<&DatasetTable>) -> Result<(Verdicts, Leaving), JobError> {
    let mut settling = begin_settling(plan)?;
    let mut leaving = Leaving::default();
    if let Some(table) = table {
        let mut last_path = String::new();
        table.for_each_key(&mut |file, key| {
            if last_path != file.path {
                settling.begin_live_file();
                file.path.clone_into(&mut last_path);
            }
            if !plan.selection.replaced.has_token(key.source_token) {
                return settling.add_live(&key);
            }
            leaving.series.add(file.category, &key);
            if leaving.files.last() != Some(file) {
                leaving.files.push(file.clone());
            }
        })?;
    }
    Ok((settling.settle()?, leaving))
}

/// Row files of the segments that have any.
pub(super) fn row_files(plan: &Plan) -> Vec<PathBuf> {
    let folder = plan.roots.segments(&plan.plan_id);
    (0..plan.segments().len()).filter_map(|index| segment::existing_rows(&folder, index)).collect()
}

/// New rows of the sources that stay, each once: rows of equal sources stand next to each other. And rows that the
/// table has, unless what they were made of was worked on again.
fn keep_once(plan: &Plan, verdicts: &Verdicts) -> impl FnMut(&RowKey<'_>, Origin) -> bool {
    let mut last_image_path = String::new();
    move |key, origin| {
        if origin == Origin::Table {
            return !plan.selection.replaced.has_token(key.source_token);
        }
        if !verdicts.stays(key) || last_image_path == key.image_path {
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

fn clean_up(plan: &Plan) -> Result<(), JobError> {
    orphans::remove(plan)?;
    // Images that were packed wait no more.
    plan.roots.clear_unsealed(&plan.plan_id)?;
    tidy_up(plan)
}
