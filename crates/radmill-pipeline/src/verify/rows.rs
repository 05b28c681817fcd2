//! Goes through all shards and the images that their rows name.

use std::collections::HashSet;

use radmill_anatomy::Category;
use radmill_manifest::{DatasetTable, NamedFile, RowFacts};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use sha2::{Digest, Sha256};

use super::fault::{Fault, note};
use super::{Progress, Verified, image};
use crate::JobError;

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
    dataset: &std::path::Path,
    table: &DatasetTable,
    pool: &ThreadPool,
    verified: &mut Verified,
    progress: &mut dyn FnMut(Progress),
) -> Result<Known, JobError> {
    let mut named = table.named_files()?;
    // The newest version first: what older ones have besides is little.
    named.sort_by_key(|named| !named.is_live);
    let n_rows_named = named.iter().map(|named| named.file.n_rows).sum();
    let mut known = Known::default();
    for named in &named {
        let faults = table.check_file(named, &mut |rows| {
            verified.n_rows += if named.is_live { rows.len() as u64 } else { 0 };
            check_rows(dataset, named, rows, pool, &mut known, verified);
            progress(Progress { n_images: verified.n_images, n_rows_named });
        });
        verified.n_shards += 1;
        for fault in faults {
            known.is_partial |= fault.hides_rows();
            note(&mut verified.faults, fault.into(), &format!("manifest/{}", named.file.path));
        }
    }
    Ok(known)
}

fn check_rows(
    dataset: &std::path::Path,
    named: &NamedFile,
    rows: &[RowFacts<'_>],
    pool: &ThreadPool,
    known: &mut Known,
    verified: &mut Verified,
) {
    let mut unchecked = Vec::new();
    for row in rows {
        let key = &row.key;
        let is_twice = named.is_live
            && !known.rows.insert(short(&format!("{} {}", key.sop_instance_uid, key.frame_index)));
        if is_twice {
            note(&mut verified.faults, Fault::DuplicateRow, key.image_path);
        }
        if !is_of_category(row) {
            note(&mut verified.faults, Fault::WrongCategory, key.image_path);
        }
        known.files.insert(short(key.image_path));
        if known
            .checked
            .insert(short(&format!("{} {} {}", key.image_path, row.image_offset_bytes, key.image_sha256)))
        {
            unchecked.push(row);
        }
        if let Some(path) = row.dicom_path
            && known.files.insert(short(path))
            && !dataset.join(path).is_file()
        {
            known.lost_sources.insert(key.source_token.to_owned());
            note(&mut verified.faults, Fault::MissingDicomFile, path);
        }
    }
    let found: Vec<Option<Fault>> =
        pool.install(|| unchecked.par_iter().map(|row| image::check(dataset, row)).collect());
    for (row, fault) in unchecked.iter().zip(found) {
        verified.n_images += 1;
        verified.image_bytes += row.image_length_bytes;
        if let Some(fault) = fault {
            known.lost_sources.insert(row.key.source_token.to_owned());
            note(&mut verified.faults, fault, row.key.image_path);
        }
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
