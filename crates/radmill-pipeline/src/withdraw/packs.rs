//! Writes a file of many images anew, without some of them.

use std::collections::BTreeSet;
use std::path::Path;

use radmill_manifest::{ImagePlace, copy_image_shard};
use radmill_store::{DatasetRoots, publish_deferred};
use sha2::{Digest, Sha256};

use super::tars;
use crate::key::hex;
use crate::{JobError, PackFormat};

/// Copies the images at these places (offset and length), each with its description, to a new file; gives the new place
/// of each by its old offset. The name follows from what is copied, so that a second try writes the same file.
pub(super) fn write_without(
    roots: &DatasetRoots,
    outbox: &Path,
    path: &str,
    format: PackFormat,
    stay: &BTreeSet<(u64, u64)>,
) -> Result<Vec<(u64, ImagePlace)>, JobError> {
    let mut digest = Sha256::new();
    digest.update(path);
    stay.iter().for_each(|(offset, _)| digest.update(offset.to_le_bytes()));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let new_path = format!("{folder}/{}.{}", &hex(&digest.finalize())[..32], format.extension());
    let old = roots.dataset.join(path);
    let mut moved = Vec::new();
    publish_deferred(&outbox.join(&new_path), &roots.staging(), |out| {
        moved = match format {
            PackFormat::Tar => tars::copy(&old, stay, out)?,
            PackFormat::Parquet => copy_image_shard(&old, stay, out)?,
        };
        Ok(())
    })?;
    let place = |offset_bytes| ImagePlace { path: new_path.clone(), offset_bytes };
    Ok(moved.into_iter().map(|(old, new)| (old, place(new))).collect())
}
