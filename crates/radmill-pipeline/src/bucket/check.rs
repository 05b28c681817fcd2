//! A table in a bucket while it is checked.

use radmill_store::{DatasetRoots, remove_folder, remove_published};

use super::{check_url, downloads, refresh_log};
use crate::JobError;

/// The roots of a dataset whose table is to be checked. One in a bucket is brought anew, and only its log so far: what
/// the copy has says nothing about the bucket.
pub(crate) fn roots_to_check(roots: &DatasetRoots) -> Result<DatasetRoots, JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(roots.clone()) };
    let work = downloads(roots).join("whole");
    remove_folder(&work)?;
    check_url(roots, bucket, &work)?;
    let to_check = DatasetRoots { dataset: work.join("table"), ..roots.clone() };
    refresh_log(&to_check, bucket, &work)?;
    Ok(to_check)
}

/// Has a file of a table to check on this disk, if the bucket has it, while `check` is running.
pub(crate) fn with_file<T>(
    to_check: &DatasetRoots,
    name: &str,
    check: impl FnOnce() -> T,
) -> Result<T, JobError> {
    let Some(bucket) = &to_check.bucket else { return Ok(check()) };
    let file = to_check.dataset.join(name);
    bucket.download(name, &file, &downloads(to_check).join("whole"))?;
    let checked = check();
    remove_published(&file)?;
    Ok(checked)
}

/// Removes what [`roots_to_check`] has brought.
pub(crate) fn end_check(roots: &DatasetRoots) -> Result<(), JobError> {
    if roots.bucket.is_some() {
        remove_folder(&downloads(roots).join("whole"))?;
    }
    Ok(())
}
