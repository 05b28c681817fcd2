//! Brings a version from the copy into the bucket.

use std::path::PathBuf;

use radmill_manifest::{TABLE_FOLDER, Written};
use radmill_store::{Bucket, DatasetRoots, publish, read_small_file, remove_published};

use super::{HINT, LOG_FOLDER, all_files_in, is_version, log, name_of, unsent};
use crate::JobError;

/// To be called before a version is made in the copy: it is worth nothing until [`commit`] has returned.
pub(crate) fn begin_commit(roots: &DatasetRoots) -> Result<(), JobError> {
    if roots.bucket.is_some() {
        let files = all_files_in(&log(roots))?;
        let newest = files.iter().map(|path| name_of(path)).rfind(|name| is_version(name));
        publish(&unsent(roots), |out| out.write_all(newest.unwrap_or_default().as_bytes()))?;
    }
    Ok(())
}

/// Uploads the shards of the version that the copy has got, and then the version.
pub(crate) fn commit(roots: &DatasetRoots, written: &Written) -> Result<(), JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(()) };
    let shards: Vec<PathBuf> = written.shards.iter().map(|shard| PathBuf::from(shard.path())).collect();
    bucket.upload(&roots.manifest(), TABLE_FOLDER, &shards)?;
    let under = format!("{TABLE_FOLDER}/{LOG_FOLDER}");
    let newest_before = read_small_file(&unsent(roots), 1 << 10)?;
    for path in all_files_in(&log(roots))? {
        let name = name_of(&path);
        let is_new = is_version(name) && name > newest_before.as_str();
        if is_new && !bucket.create(&format!("{under}/{name}"), &path)? {
            // Somebody else has made this version: what was settled against the one before is to be settled again.
            return Err(JobError::Busy);
        }
    }
    // They help readers, and are not what counts. There is nearly always none.
    upload_checkpoints(roots, bucket)?;
    Ok(remove_published(&unsent(roots))?)
}

/// Uploads what is in the log and no version: checkpoints, and last the hint to the newest one.
pub(super) fn upload_checkpoints(roots: &DatasetRoots, bucket: &Bucket) -> Result<(), JobError> {
    let mut names: Vec<PathBuf> = all_files_in(&log(roots))?
        .iter()
        .map(|path| name_of(path))
        .filter(|name| !is_version(name))
        .map(PathBuf::from)
        .collect();
    names.sort_by_key(|path| path.as_os_str() == HINT);
    let under = format!("{TABLE_FOLDER}/{LOG_FOLDER}");
    Ok(names.iter().try_for_each(|name| bucket.upload(&log(roots), &under, std::slice::from_ref(name)))?)
}
