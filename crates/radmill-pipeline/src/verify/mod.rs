//! Checks a whole dataset: every shard, every row, every image, and what lies there besides.
//!
//! Nothing is changed unless a repair is asked for, and a repair removes nothing that a version of the table names.

mod fault;
mod image;
mod repair;
mod rows;

use std::path::{Path, PathBuf};

use radmill_manifest::{DatasetTable, TABLE_FOLDER};
use radmill_store::{DatasetRoots, folders_in, for_each_file_below, open_to_others};
use serde::Serialize;

use self::fault::note;
pub use self::fault::{Fault, Faults, FaultsByKind};
use self::rows::Known;
use crate::JobError;
use crate::withdraw::check_no_withdrawal;

/// What to check.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// The dataset.
    pub dataset: PathBuf,
    /// Threads that read images; as many as the machine has if not said.
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

/// Checks a dataset. Holds it meanwhile, so that no job writes to it.
pub fn verify(options: &VerifyOptions, progress: &mut dyn FnMut(Progress)) -> Result<Verified, JobError> {
    let roots = DatasetRoots::new(&options.dataset).map_err(|error| JobError::Target(error.to_string()))?;
    if !roots.manifest().is_dir() {
        let dataset = options.dataset.display();
        return Err(JobError::Target(format!(
            "{dataset} is no dataset; give the folder that `ingest` wrote"
        )));
    }
    // A copy of a dataset has no private folder, and no job writes to it.
    let has_private = roots.private.is_dir();
    let _lock = if has_private { Some(roots.lock()?.ok_or(JobError::Busy)?) } else { None };
    check_no_withdrawal(&roots)?;
    let table = DatasetTable::open(&roots.dataset)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.n_threads.unwrap_or(0)).build();
    let pool = pool.map_err(|error| JobError::Internal(format!("cannot start threads: {error}")))?;

    let mut verified = Verified { version: table.version(), ..Verified::default() };
    let known = rows::check(&roots.dataset, &table, &pool, &mut verified, progress)?;
    let mut unnamed = Vec::new();
    verified.not_looked_for = reason_not_to_look(&roots, &known)?;
    if verified.not_looked_for.is_none() {
        unnamed = find_unnamed(&roots, &table, &known)?;
    }
    for (fault, path) in &unnamed {
        note(&mut verified.faults, *fault, &with_slashes(path.strip_prefix(&roots.dataset).unwrap_or(path)));
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
    Ok(verified)
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

/// Files below the dataset root that no version of the table names, and what killed jobs have left.
fn find_unnamed(
    roots: &DatasetRoots,
    table: &DatasetTable,
    known: &Known,
) -> Result<Vec<(Fault, PathBuf)>, JobError> {
    let shards: std::collections::HashSet<String> =
        table.named_files()?.into_iter().map(|named| format!("{TABLE_FOLDER}/{}", named.file.path)).collect();
    let mut unnamed = Vec::new();
    for (folder, fault) in [
        ("images", Fault::OrphanImage),
        ("dicom", Fault::OrphanDicomFile),
        (TABLE_FOLDER, Fault::OrphanShard),
        (".staging", Fault::Leftover),
        (".unsealed", Fault::Leftover),
    ] {
        let root = roots.dataset.join(folder);
        for_each_file_below(&root, &mut |path| {
            let name = format!("{folder}/{}", with_slashes(path));
            let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            let is_log = name.starts_with("manifest/_delta_log/");
            if is_log || known.names(&name) || shards.contains(&name) {
                return Ok(());
            }
            unnamed.push((if is_hidden { Fault::Leftover } else { fault }, root.join(path)));
            Ok(())
        })?;
    }
    unnamed.sort();
    Ok(unnamed)
}

/// A relative path as rows write it.
fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
