//! Checks a whole dataset: every shard, every row, every image, and what lies there besides.
//!
//! Nothing is changed unless a repair is asked for, and a repair removes nothing that a version of the table names.

mod fault;
mod image;
mod repair;
mod rows;

use std::collections::HashSet;
use std::path::PathBuf;

use radmill_manifest::{DatasetTable, TABLE_FOLDER};
use radmill_store::{DatasetRoots, folders_in, for_each_file_below, open_to_others};
use serde::Serialize;

use self::fault::note;
pub use self::fault::{Fault, Faults, FaultsByKind};
use self::rows::Known;
use crate::withdraw::check_no_withdrawal;
use crate::{JobError, bucket};

/// What to check.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// The dataset.
    pub dataset: PathBuf,
    /// The private root of a dataset in a bucket; may be a new folder.
    pub private: Option<PathBuf>,
    /// Threads that read images; if not said, as many as the machine has, or 32 that wait for a bucket.
    pub n_threads: Option<usize>,
    /// Whether to repair what can be repaired.
    pub repair: bool,
}

/// How far a check is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Images that were read.
    pub n_images: u64,
    /// Rows of all versions. Rows that have moved from file to file count each time, and their images only once.
    pub n_rows_named: u64,
}

/// What a check has found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verified {
    /// The newest version.
    pub version: u64,
    /// Shards that versions name.
    pub n_shards: u64,
    /// Rows of the newest version.
    pub n_rows: u64,
    /// Images that were read, each once.
    pub n_images: u64,
    /// Their length in bytes.
    pub image_bytes: u64,
    /// What is wrong.
    pub faults: FaultsByKind,
    /// Why files that nothing names were not looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_looked_for: Option<&'static str>,
    /// What to do so that lost images come back, one command an input. Names paths of this machine.
    pub to_do: Vec<String>,
}

impl Verified {
    /// True if nothing is wrong, or nothing any more.
    pub fn is_intact(&self) -> bool {
        self.faults.values().all(|faults| faults.n == faults.n_repaired)
    }
}

/// Requests that wait for a bucket at a time.
const N_REQUESTS: usize = 32;

/// Checks a dataset. Holds it meanwhile, so that no job writes to it.
pub fn verify(options: &VerifyOptions, progress: &mut dyn FnMut(Progress)) -> Result<Verified, JobError> {
    let roots = DatasetRoots::of(&options.dataset, options.private.as_deref())
        .map_err(|error| JobError::Target(error.to_string()))?;
    let is_in_bucket = roots.bucket.is_some();
    if is_in_bucket {
        roots.create()?;
    }
    // A copy of a dataset has no private folder, and no job writes to it.
    let has_private = roots.private.is_dir();
    let _lock = if has_private { Some(roots.lock()?.ok_or(JobError::Busy)?) } else { None };
    check_no_withdrawal(&roots)?;
    let to_check = bucket::roots_to_check(&roots)?;
    if !to_check.manifest().is_dir() {
        let dataset = roots.shown().display();
        return Err(JobError::Target(format!("{dataset} is no dataset; give what `ingest` wrote")));
    }
    let table = DatasetTable::open(&to_check.dataset)?;
    let n_threads = options.n_threads.unwrap_or(if is_in_bucket { N_REQUESTS } else { 0 });
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build();
    let pool = pool.map_err(|error| JobError::Internal(format!("cannot start threads: {error}")))?;

    let mut verified = Verified { version: table.version(), ..Verified::default() };
    let known = rows::check(&to_check, &table, &pool, &mut verified, progress)?;
    let mut unnamed = Unnamed::default();
    verified.not_looked_for = reason_not_to_look(&roots, &known)?;
    if verified.not_looked_for.is_none() {
        unnamed = find_unnamed(&roots, &table, &known)?;
    }
    unnamed.files.iter().for_each(|(fault, name)| note(&mut verified.faults, *fault, name));
    for path in &unnamed.leftovers {
        note(&mut verified.faults, Fault::Leftover, &path.to_string_lossy());
    }
    let open = if has_private { open_to_others(&roots.private)? } else { Vec::new() };
    for path in &open {
        note(&mut verified.faults, Fault::OpenPrivateFolder, &path.to_string_lossy());
    }
    if options.repair {
        repair::remove(&roots, &unnamed, &mut verified)?;
        repair::close(&open, &mut verified)?;
        verified.to_do = repair::ask_again(&roots, &known.lost_sources)?;
    }
    bucket::end_check(&roots)?;
    Ok(verified)
}

/// What no version of the table names.
#[derive(Default)]
struct Unnamed {
    /// Files of the dataset, by name.
    files: Vec<(Fault, String)>,
    /// What killed jobs have left on this disk, by path below the folder that they write into.
    leftovers: Vec<PathBuf>,
}

/// Files that no version names may be needed all the same.
fn reason_not_to_look(roots: &DatasetRoots, known: &Known) -> Result<Option<&'static str>, JobError> {
    if known.is_partial {
        return Ok(Some("a shard cannot be read, and its rows may name them"));
    }
    if !folders_in(&roots.private.join("segments"))?.is_empty() {
        return Ok(Some("a job was interrupted and may need them; run it again first"));
    }
    Ok(None)
}

fn find_unnamed(roots: &DatasetRoots, table: &DatasetTable, known: &Known) -> Result<Unnamed, JobError> {
    let shards: HashSet<String> =
        table.named_files()?.into_iter().map(|named| format!("{TABLE_FOLDER}/{}", named.file.path)).collect();
    let mut unnamed = Unnamed::default();
    for (folder, fault) in [
        ("images", Fault::OrphanImage),
        ("dicom", Fault::OrphanDicomFile),
        (TABLE_FOLDER, Fault::OrphanShard),
    ] {
        roots.for_each_file(folder, &mut |name| {
            let is_log = name.starts_with("manifest/_delta_log/");
            if !is_log && !known.names(&name) && !shards.contains(&name) {
                let is_hidden = name.rsplit('/').next().is_some_and(|file| file.starts_with('.'));
                unnamed.files.push((if is_hidden { Fault::Leftover } else { fault }, name));
            }
            Ok(())
        })?;
    }
    for folder in [".staging", ".unsealed"] {
        for_each_file_below(&roots.dataset.join(folder), &mut |path| {
            unnamed.leftovers.push(PathBuf::from(folder).join(path));
            Ok(())
        })?;
    }
    unnamed.files.sort();
    unnamed.leftovers.sort();
    Ok(unnamed)
}
