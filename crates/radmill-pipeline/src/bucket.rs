//! A dataset in a bucket: a copy of its table on disk is what jobs read and write, and the bucket is what counts.
//!
//! A job brings the copy up to date, makes its version in it, and uploads the version last, in one request that fails
//! if the bucket has that version. Until then nobody sees anything of the job but files that no version names.

use std::path::{Path, PathBuf};

use radmill_manifest::{DatasetTable, TABLE_FOLDER, Written};
use radmill_store::{
    Bucket, DatasetRoots, Object, flush_published, for_each_file_below, publish, publish_deferred,
    read_small_file, remove_folder, remove_published,
};

use crate::{JobError, Part};

const LOG_FOLDER: &str = "_delta_log";
/// The hint to the newest checkpoint: it is uploaded after what it points to.
const HINT: &str = "_last_checkpoint";

/// Brings the copy of the table up to date: the log, and for a whole job the files of the newest version.
pub(crate) fn refresh(roots: &DatasetRoots, part: Option<Part>) -> Result<(), JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(()) };
    // Parts that begin together download the same, each in a folder of its own.
    let work = roots.private.join("downloads").join(part.map_or("whole".to_owned(), Part::name));
    remove_folder(&work)?;
    check_url(roots, bucket, &work)?;
    if part.is_some() && roots.has_table() && !unsent(roots).exists() {
        // Other parts may be reading it. What a part needs to know is whether its job was sealed, and the seal that
        // did so is in the copy that all parts share.
        return Ok(());
    }
    if unsent(roots).exists() {
        // A version may be in the copy that never got into the bucket.
        remove_folder(&log(roots))?;
        remove_published(&unsent(roots))?;
    }
    refresh_log(roots, bucket, &work)?;
    if part.is_none() && roots.has_table() {
        for file in DatasetTable::open(&roots.dataset)?.live_files()? {
            let object = Object { name: file.path, bytes: file.n_bytes };
            fetch(bucket, TABLE_FOLDER, &roots.manifest(), &object, &work)?;
        }
    }
    remove_folder(&work)?;
    // A file that a loss of power cuts short would be taken for what the bucket has.
    Ok(flush_published(&roots.dataset)?)
}

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
    let mut others = Vec::new();
    for path in all_files_in(&log(roots))? {
        let name = name_of(&path);
        if !is_version(name) {
            others.push(PathBuf::from(name));
        } else if name > newest_before.as_str() && !bucket.create(&format!("{under}/{name}"), &path)? {
            // Somebody else has made this version: what was settled against the one before is to be settled again.
            return Err(JobError::Busy);
        }
    }
    // Checkpoints help readers, and are not what counts. There is nearly always none.
    others.sort_by_key(|path| path.as_os_str() == HINT);
    others.iter().try_for_each(|path| bucket.upload(&log(roots), &under, std::slice::from_ref(path)))?;
    Ok(remove_published(&unsent(roots))?)
}

/// A private root belongs to one dataset.
fn check_url(roots: &DatasetRoots, bucket: &Bucket, work: &Path) -> Result<(), JobError> {
    let path = roots.private.join("bucket.url");
    let url = bucket.url().display().to_string();
    if !path.exists() {
        publish_deferred(&path, work, |out| out.write_all(url.as_bytes()))?;
    }
    let known = read_small_file(&path, 1 << 16)?;
    if known == url {
        return Ok(());
    }
    Err(JobError::Target(format!("{} belongs to the dataset {known}, not to {url}", roots.private.display())))
}

/// Makes the log of the copy that of the bucket.
fn refresh_log(roots: &DatasetRoots, bucket: &Bucket, work: &Path) -> Result<(), JobError> {
    let under = format!("{TABLE_FOLDER}/{LOG_FOLDER}");
    let known = bucket.list(&under)?.0;
    for path in all_files_in(&log(roots))? {
        if !known.iter().any(|object| object.name == name_of(&path)) {
            remove_published(&path)?;
        }
    }
    // Checkpoints and the hint may be written anew; versions never are.
    for object in &known {
        if !is_version(&object.name) {
            remove_published(&log(roots).join(&object.name))?;
        }
        fetch(bucket, &under, &log(roots), object, work)?;
    }
    Ok(())
}

/// Downloads an object, unless it is there in full.
fn fetch(bucket: &Bucket, under: &str, folder: &Path, object: &Object, work: &Path) -> Result<(), JobError> {
    let path = folder.join(&object.name);
    if path.metadata().is_ok_and(|file| file.len() == object.bytes) {
        return Ok(());
    }
    let name = format!("{under}/{}", object.name);
    let bytes = bucket.read(&name)?.filter(|bytes| bytes.len() as u64 == object.bytes);
    let bytes = bytes.ok_or_else(|| {
        JobError::Target(format!("{} is missing or damaged in {}", name, bucket.url().display()))
    })?;
    publish_deferred(&path, work, |out| out.write_all(&bytes))?;
    Ok(())
}

/// Sorted, so that versions are in their order.
fn all_files_in(folder: &Path) -> Result<Vec<PathBuf>, JobError> {
    let mut files = Vec::new();
    for_each_file_below(folder, &mut |path| {
        files.push(folder.join(path));
        Ok(())
    })?;
    files.sort_unstable();
    Ok(files)
}

fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// `00000000000000000007.json`
fn is_version(name: &str) -> bool {
    name.strip_suffix(".json")
        .is_some_and(|digits| digits.len() == 20 && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn log(roots: &DatasetRoots) -> PathBuf {
    roots.manifest().join(LOG_FOLDER)
}

/// There while the copy may have a version that the bucket has not.
fn unsent(roots: &DatasetRoots) -> PathBuf {
    roots.private.join("unsent")
}
