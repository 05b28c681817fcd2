//! Takes out of a bucket what is not to be there any more.

use radmill_manifest::TABLE_FOLDER;
use radmill_store::DatasetRoots;

use super::commit::upload_checkpoints;
use super::{LOG_FOLDER, all_below};
use crate::JobError;

/// Makes the table in the bucket what the copy is, in which history was forgotten: nothing that a reader of the newest
/// version needs is removed before what takes its place is there.
pub(crate) fn forget_history(roots: &DatasetRoots) -> Result<(), JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(()) };
    upload_checkpoints(roots, bucket)?;
    let mut gone: Vec<String> = all_below(bucket, TABLE_FOLDER)?
        .into_iter()
        .map(|object| object.name)
        .filter(|name| !roots.manifest().join(name).exists())
        .collect();
    // The log before what it names, and its versions in their order.
    gone.sort_unstable_by_key(|name| (!name.starts_with(LOG_FOLDER), name.clone()));
    let (log, files): (Vec<String>, Vec<String>) = gone
        .into_iter()
        .map(|name| format!("{TABLE_FOLDER}/{name}"))
        .partition(|name| name.contains(LOG_FOLDER));
    for names in [log, files] {
        bucket.remove_all(&names)?;
    }
    Ok(())
}

/// Removes every object below these folders that is not wanted. Gives their number.
pub(crate) fn remove_unless(
    roots: &DatasetRoots,
    folders: &[&str],
    is_wanted: &dyn Fn(&str) -> bool,
) -> Result<u64, JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(0) };
    let mut gone = Vec::new();
    for folder in folders {
        bucket.for_each_below(folder, &mut |object| {
            let name = format!("{folder}/{}", object.name);
            if !is_wanted(&name) {
                gone.push(name);
            }
            Ok(())
        })?;
    }
    bucket.remove_all(&gone)?;
    Ok(gone.len() as u64)
}
