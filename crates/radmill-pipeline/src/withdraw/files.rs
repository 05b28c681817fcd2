//! Removes the files that nothing names any more.
//!
//! An image file does not say whose it is, and one that a killed job left has no row that would. So everything goes that
//! neither a row of the newest version nor a finished segment names.

use std::collections::HashSet;
use std::path::Path;

use radmill_manifest::DatasetTable;
use radmill_store::{DatasetRoots, folders_in, for_each_file_below, remove_folder, remove_published};
use sha2::{Digest, Sha256};

use crate::{JobError, bucket};

/// Paths below the dataset root, as digests of a fixed size.
#[derive(Default)]
pub(super) struct Named {
    paths: HashSet<[u8; 16]>,
}

impl Named {
    /// What the rows of the newest version name.
    pub(super) fn by(table: &DatasetTable) -> Result<Named, JobError> {
        let mut named = Named::default();
        table.for_each_owner(&mut |_, owner| {
            named.add(owner.image_path);
            owner.dicom_path.into_iter().for_each(|path| named.add(path));
        })?;
        Ok(named)
    }

    pub(super) fn add(&mut self, path: &str) {
        self.paths.insert(short(path));
    }

    fn has(&self, path: &str) -> bool {
        self.paths.contains(&short(path))
    }
}

/// Removes images, DICOM files and what waits, unless it is named. Gives the number of files.
pub(super) fn sweep(roots: &DatasetRoots, named: &Named) -> Result<u64, JobError> {
    let dataset = &roots.dataset;
    let mut n_removed = bucket::remove_unless(roots, &["images", "dicom"], &|path| named.has(path))?;
    if roots.bucket.is_some() {
        // What was not uploaded is of no finished segment.
        remove_folder(&roots.outbox())?;
    }
    for top in ["images", "dicom", ".unsealed"] {
        let folder = dataset.join(top);
        for_each_file_below(&folder, &mut |path| {
            let is_named = path.to_str().is_some_and(|path| named.has(&format!("{top}/{}", slashes(path))));
            if !is_named {
                remove_published(&folder.join(path))?;
                n_removed += 1;
            }
            Ok(())
        })?;
    }
    remove_folder(&dataset.join(".staging"))?;
    Ok(n_removed)
}

/// Removes the folders of patients from what `deidentify` wrote. Gives the number of files.
pub(super) fn remove_patients(
    folder: &Path,
    is_withdrawn: &mut dyn FnMut(&str) -> bool,
) -> Result<u64, JobError> {
    let mut n_removed = 0;
    for patient in folders_in(folder)? {
        let name = patient.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !name.starts_with('.') && is_withdrawn(name) {
            for_each_file_below(&patient, &mut |_| {
                n_removed += 1;
                Ok(())
            })?;
            remove_folder(&patient)?;
        }
    }
    Ok(n_removed)
}

/// Removes what an interrupted writer left under a temporary name.
pub(super) fn remove_unfinished(root: &Path) -> Result<(), JobError> {
    for_each_file_below(root, &mut |path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_unfinished = name.starts_with('.') && (name.ends_with(".partial") || name.ends_with(".tmp"));
        if is_unfinished { remove_published(&root.join(path)) } else { Ok(()) }
    })?;
    Ok(())
}

fn slashes(path: &str) -> String {
    if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() }
}

fn short(path: &str) -> [u8; 16] {
    let digest = Sha256::digest(path.as_bytes());
    std::array::from_fn(|index| digest[index])
}
