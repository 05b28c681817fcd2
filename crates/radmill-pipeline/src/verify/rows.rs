//! Goes through all shards and the images that their rows name.

use std::collections::HashSet;

use radmill_anatomy::Category;
use radmill_manifest::{DatasetTable, RowFacts, TABLE_FOLDER};
use radmill_store::DatasetRoots;
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use sha2::{Digest, Sha256};

use super::fault::{Fault, note};
use super::{Progress, Verified, image};
use crate::{JobError, bucket};

/// What is known once all rows have been seen. Grows with the rows, by about 100 bytes each.
#[derive(Default)]
pub(super) struct Known {
    /// Digests of the paths that rows name.
    files: HashSet<Short>,
    /// Digests of what was checked: file, place and digest of an image.
    checked: HashSet<Short>,
    /// Digests of SOP Instance UID and frame, of the newest version.
    rows: HashSet<Short>,
    /// Sources of images that are missing or damaged.
    pub(super) lost_sources: HashSet<String>,
    /// Some rows could not be read: what they name is not known.
    pub(super) is_partial: bool,
}

type Short = [u8; 16];

impl Known {
    /// True if a row names this path below the dataset root.
    pub(super) fn names(&self, path: &str) -> bool {
        self.files.contains(&short(path))
    }
}

/// Checks every shard that a version names, and every image and DICOM file that their rows name.
pub(super) fn check(
    roots: &DatasetRoots,
    table: &DatasetTable,
    pool: &ThreadPool,
    verified: &mut Verified,
    progress: &mut dyn FnMut(Progress),
) -> Result<Known, JobError> {
    let mut named = table.named_files()?;
    // The newest version first: what older ones have besides is little.
    named.sort_by_key(|named| !named.is_live);
    let n_rows_named = named.iter().map(|named| named.file.n_rows).sum();
    let mut check =
        Check { roots, pool, dicom_files: dicom_files(roots)?, known: Known::default(), verified };
    for named in &named {
        let name = format!("{TABLE_FOLDER}/{}", named.file.path);
        let mut rows_checked = Ok(());
        let faults = bucket::with_file(roots, &name, || {
            table.check_file(named, &mut |rows| {
                if rows_checked.is_ok() {
                    rows_checked = check.rows(named.is_live, rows);
                    progress(Progress { n_images: check.verified.n_images, n_rows_named });
                }
            })
        })?;
        rows_checked?;
        check.verified.n_shards += 1;
        for fault in faults {
            check.known.is_partial |= fault.hides_rows();
            note(&mut check.verified.faults, fault.into(), &name);
        }
    }
    Ok(check.known)
}

/// Digests of the paths of all DICOM files that are there.
fn dicom_files(roots: &DatasetRoots) -> Result<HashSet<Short>, JobError> {
    let mut files = HashSet::new();
    roots.for_each_file("dicom", &mut |name| {
        files.insert(short(&name));
        Ok(())
    })?;
    Ok(files)
}

struct Check<'a> {
    roots: &'a DatasetRoots,
    pool: &'a ThreadPool,
    dicom_files: HashSet<Short>,
    known: Known,
    verified: &'a mut Verified,
}

impl Check<'_> {
    fn rows(&mut self, is_live: bool, rows: &[RowFacts<'_>]) -> Result<(), JobError> {
        let Check { known, verified, .. } = self;
        verified.n_rows += if is_live { rows.len() as u64 } else { 0 };
        let mut unchecked = Vec::new();
        for row in rows {
            let key = &row.key;
            let is_twice = is_live
                && !known.rows.insert(short(&format!("{} {}", key.sop_instance_uid, key.frame_index)));
            if is_twice {
                note(&mut verified.faults, Fault::DuplicateRow, key.image_path);
            }
            if !is_of_category(row) {
                note(&mut verified.faults, Fault::WrongCategory, key.image_path);
            }
            known.files.insert(short(key.image_path));
            let image = format!("{} {} {}", key.image_path, row.image_offset_bytes, key.image_sha256);
            if known.checked.insert(short(&image)) {
                unchecked.push(row);
            }
            if let Some(path) = row.dicom_path
                && known.files.insert(short(path))
                && !self.dicom_files.contains(&short(path))
            {
                known.lost_sources.insert(key.source_token.to_owned());
                note(&mut verified.faults, Fault::MissingDicomFile, path);
            }
        }
        self.images(&unchecked)
    }

    fn images(&mut self, rows: &[&RowFacts<'_>]) -> Result<(), JobError> {
        let Check { roots, known, verified, .. } = self;
        let found: Result<Vec<Option<Fault>>, JobError> =
            self.pool.install(|| rows.par_iter().map(|row| image::check(roots, row)).collect());
        for (row, fault) in rows.iter().zip(found?) {
            if fault != Some(Fault::MissingImage) {
                verified.n_images += 1;
                verified.image_bytes += row.image_length_bytes;
            }
            if let Some(fault) = fault {
                known.lost_sources.insert(row.key.source_token.to_owned());
                note(&mut verified.faults, fault, row.key.image_path);
            }
        }
        Ok(())
    }
}

/// The folder of the shard, the folder of the image and the reason for having no category agree.
fn is_of_category(row: &RowFacts<'_>) -> bool {
    let mut folders = row.key.image_path.split('/');
    let is_in_folder = folders.next() != Some("images") || folders.next() == Some(row.category.name());
    is_in_folder && row.uncategorized_reason.is_some() == (row.category == Category::Uncategorized)
}

fn short(text: &str) -> Short {
    let digest: [u8; 32] = Sha256::digest(text).into();
    *digest.first_chunk().expect("32 bytes begin with 16")
}
