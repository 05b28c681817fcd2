//! Takes the rows of patients out of the table, of its history too, and their images out of tar files.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use radmill_manifest::{
    Commit, DatasetTable, ImagePlace, LiveFile, Operation, RowOwner, ShardOptions, rewrite_shards,
};
use radmill_store::{DatasetRoots, remove_folder};

use super::{Expunged, packs};
use crate::bucket;
use crate::{JobError, PackFormat};

/// Where images lie that were in a tar file which has been written anew: by old file and offset.
type Moved = HashMap<(String, u64), ImagePlace>;

/// Makes one version without the rows of these patients, then removes all versions before it.
///
/// What an interruption leaves is finished by the same call.
pub(super) fn expunge(
    roots: &DatasetRoots,
    withdrawal: &str,
    is_withdrawn: &mut dyn FnMut(&str) -> bool,
) -> Result<(Expunged, DatasetTable), JobError> {
    let work = roots.staging();
    let mut table = DatasetTable::open(&roots.dataset)?;
    let found = Found::of(&table, is_withdrawn)?;
    if !found.touched.is_empty() {
        let moved = write_packs(roots, &found)?;
        let live: Vec<LiveFile> =
            table.live_files()?.into_iter().filter(|file| found.touched.contains(&file.path)).collect();
        let written = rewrite_shards(
            &live,
            table.folder(),
            &work,
            &ShardOptions::USUAL,
            &mut |key| !found.source_tokens.contains(key.source_token),
            &mut |path, offset| moved.get(&(path.to_owned(), offset)).cloned(),
        )?;
        bucket::begin_commit(roots)?;
        // Only what has rows to remove commits: it is another one each time.
        let job_id = format!("{withdrawal}-{}", table.version());
        table.commit(&Commit {
            job_id: &job_id,
            radmill_version: env!("CARGO_PKG_VERSION"),
            operation: Operation::Withdraw,
            written: &written,
            removed: &live,
        })?;
        bucket::commit(roots, &written)?;
    }
    // Log files go before the shards that only they name: what is left of either is seen here.
    if !found.touched.is_empty() || found.has_former {
        table.forget_history()?;
    }
    bucket::forget_history(roots)?;
    let expunged = Expunged { n_rows: found.n_rows, version: Some(table.version()), ..Expunged::default() };
    Ok((expunged, table))
}

/// What the table has of the patients.
#[derive(Default)]
struct Found {
    n_rows: u64,
    /// A file of an older version has rows of theirs.
    has_former: bool,
    /// A source is of one patient.
    source_tokens: HashSet<String>,
    /// Shards that change.
    touched: BTreeSet<String>,
    /// Files of many images with some of theirs.
    packs: BTreeMap<String, Pack>,
}

/// A file of many images.
struct Pack {
    format: PackFormat,
    /// Places (offset and length) of the images that stay.
    stay: BTreeSet<(u64, u64)>,
}

impl Found {
    fn of(table: &DatasetTable, is_withdrawn: &mut dyn FnMut(&str) -> bool) -> Result<Found, JobError> {
        let mut found = Found::default();
        let mut is_withdrawn = |owner: &RowOwner<'_>| owner.patient_id.is_some_and(&mut *is_withdrawn);
        table.for_each_owner(&mut |file, owner| {
            if is_withdrawn(owner) {
                found.n_rows += 1;
                found.source_tokens.insert(owner.source_token.to_owned());
                found.touched.insert(file.path.clone());
                found.note_pack(owner);
            }
        })?;
        table.for_each_former_owner(&mut |owner| {
            if is_withdrawn(owner) {
                found.has_former = true;
                found.note_pack(owner);
            }
        })?;
        if !found.packs.is_empty() {
            table.for_each_owner(&mut |file, owner| {
                let is_left_out = found.source_tokens.contains(owner.source_token);
                if let (false, Some(pack)) = (is_left_out, found.packs.get_mut(owner.image_path)) {
                    pack.stay.insert((owner.image_offset_bytes, owner.image_length_bytes));
                    found.touched.insert(file.path.clone());
                }
            })?;
        }
        Ok(found)
    }

    fn note_pack(&mut self, owner: &RowOwner<'_>) {
        if let Some(format) = PackFormat::of_file(owner.image_path) {
            let pack = || Pack { format, stay: BTreeSet::new() };
            self.packs.entry(owner.image_path.to_owned()).or_insert_with(pack);
        }
    }
}

/// Writes the files of many images without the images that go. The old ones stay until no version names them.
fn write_packs(roots: &DatasetRoots, found: &Found) -> Result<Moved, JobError> {
    let outbox = outbox(roots);
    let mut moved = Moved::new();
    for (path, Pack { format, stay }) in found.packs.iter().filter(|(_, pack)| !pack.stay.is_empty()) {
        bucket::bring(roots, path)?;
        for (offset, place) in packs::write_without(roots, &outbox, path, *format, stay)? {
            moved.insert((path.clone(), offset), place);
        }
        if roots.bucket.is_some() {
            // One at a time on this disk.
            roots.flush(&outbox)?;
            remove_folder(&roots.dataset.join("images"))?;
        }
    }
    roots.flush(&outbox)?;
    Ok(moved)
}

/// Where files are put that are to be in the dataset: on a disk they are there then.
fn outbox(roots: &DatasetRoots) -> PathBuf {
    let outbox = roots.outbox();
    if roots.bucket.is_some() { outbox.join("withdrawal") } else { outbox }
}
