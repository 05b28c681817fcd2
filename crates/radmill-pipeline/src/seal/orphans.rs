//! Files that lose their row when duplicates are settled.
//!
//! Which ones is written down before the commit: afterwards the dataset has rows of this very job, and the question
//! would have another answer.

use std::collections::HashSet;
use std::path::PathBuf;

use radmill_manifest::DatasetTable;

use crate::JobError;
use crate::plan::Plan;
use crate::records::{LineSink, publish_lines, read_lines};

/// Takes the orphans of a job, as paths below the dataset root.
pub(super) struct Orphans<'a, 'b> {
    sink: &'a mut LineSink<'b>,
}

impl Orphans<'_, '_> {
    pub(super) fn add(&mut self, paths: &[String]) -> Result<(), JobError> {
        paths.iter().try_for_each(|path| self.sink.write(path))
    }
}

/// Writes down what `find` finds, beside the segments.
pub(super) fn publish<T>(
    plan: &Plan,
    find: impl FnOnce(&mut Orphans<'_, '_>) -> Result<T, JobError>,
) -> Result<T, JobError> {
    let mut found = None;
    publish_lines(&path(plan), |sink| {
        found = Some(find(&mut Orphans { sink })?);
        Ok(())
    })?;
    found.ok_or_else(|| JobError::Internal("the orphans were not looked for".to_owned()))
}

/// Removes the orphans, but for those that a row of the dataset names all the same: equal sources in two input folders
/// give files of equal names.
pub(super) fn remove(plan: &Plan) -> Result<(), JobError> {
    let path = path(plan);
    if !path.exists() {
        return Ok(());
    }
    let mut orphans = read_lines::<String>(&path)?.collect::<Result<HashSet<_>, _>>()?;
    if !orphans.is_empty() && plan.roots.has_table() {
        DatasetTable::open(&plan.roots.dataset)?.for_each_named_file(&mut |file| {
            orphans.remove(file);
        })?;
    }
    orphans.iter().try_for_each(|orphan| Ok(plan.roots.remove(&plan.outbox(), orphan)?))
}

fn path(plan: &Plan) -> PathBuf {
    plan.roots.segments(&plan.plan_id).join("orphans.jsonl")
}
