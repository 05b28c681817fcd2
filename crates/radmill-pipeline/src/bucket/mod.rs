//! A dataset in a bucket: a copy of its table on disk is what jobs read and write, and the bucket is what counts.
//!
//! A job brings the copy up to date, makes its version in it, and uploads the version last, in one request that fails
//! if the bucket has that version. Until then nobody sees anything of the job but files that no version names.

mod check;
mod commit;
mod removal;

use std::path::{Path, PathBuf};

use radmill_manifest::{DatasetTable, TABLE_FOLDER};
use radmill_store::{
    Bucket, DatasetRoots, Object, flush_published, for_each_file_below, publish, publish_deferred,
    read_small_file, remove_folder, remove_published,
};

pub(crate) use self::check::{end_check, roots_to_check, with_file};
pub(crate) use self::commit::{begin_commit, commit};
pub(crate) use self::removal::{forget_history, remove_unless};
use crate::{JobError, Part};

const LOG_FOLDER: &str = "_delta_log";
const WORK_MARK: &str = "removed-when-done";
/// The hint to the newest checkpoint: it is uploaded after what it points to.
const HINT: &str = "_last_checkpoint";

/// What the copy of the table has to have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The log, for the part of a job.
    Log(Part),
    /// The log, for who reads it.
    Versions,
    /// The files of the newest version too.
    Newest,
    /// All files that are there, of older versions and of none.
    Everything,
}

/// Brings the copy of the table up to date.
pub(crate) fn refresh(roots: &DatasetRoots, wanted: Wanted) -> Result<(), JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(()) };
    let part = if let Wanted::Log(part) = wanted { Some(part) } else { None };
    // Parts that begin together download the same, each in a folder of its own.
    let work = downloads(roots).join(part.map_or("whole".to_owned(), Part::name));
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
    if wanted == Wanted::Newest && roots.has_table() {
        fetch_rows(roots, bucket, &DatasetTable::open(&roots.dataset)?, &work)?;
    }
    if wanted == Wanted::Everything {
        for object in all_below(bucket, TABLE_FOLDER)? {
            fetch(bucket, TABLE_FOLDER, &roots.manifest(), &object, &work)?;
        }
    }
    remove_folder(&work)?;
    // A file that a loss of power cuts short would be taken for what the bucket has.
    Ok(flush_published(&roots.dataset)?)
}

/// Brings the files of a version, whose log is in the copy.
pub(crate) fn bring_rows(roots: &DatasetRoots, table: &DatasetTable) -> Result<(), JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(()) };
    let work = downloads(roots).join("whole");
    fetch_rows(roots, bucket, table, &work)?;
    remove_folder(&work)?;
    Ok(flush_published(&roots.dataset)?)
}

fn fetch_rows(
    roots: &DatasetRoots,
    bucket: &Bucket,
    table: &DatasetTable,
    work: &Path,
) -> Result<(), JobError> {
    for file in table.live_files()? {
        let object = Object { name: file.path, bytes: file.n_bytes };
        fetch(bucket, TABLE_FOLDER, &roots.manifest(), &object, work)?;
    }
    Ok(())
}

fn all_below(bucket: &Bucket, folder: &str) -> Result<Vec<Object>, JobError> {
    let mut objects = Vec::new();
    bucket.for_each_below(folder, &mut |object| {
        objects.push(object);
        Ok(())
    })?;
    Ok(objects)
}

/// Brings a file of the dataset, such as a file of many images, to where it would be on a disk.
pub(crate) fn bring(roots: &DatasetRoots, path: &str) -> Result<(), JobError> {
    let Some(bucket) = &roots.bucket else { return Ok(()) };
    if bucket.download(path, &roots.dataset.join(path), &downloads(roots))? {
        return Ok(());
    }
    Err(JobError::Target(format!("{path} is missing in {}", bucket.url().display())))
}

/// Marks a private root that has nothing but the copy of a table: who made the folder may remove it.
pub(crate) fn begin_work(roots: &DatasetRoots) -> Result<(), JobError> {
    publish(&roots.private.join(WORK_MARK), |out| out.write_all(b""))?;
    Ok(())
}

/// True for a folder that [`begin_work`] has marked, or had no time to, and for one that is not there.
pub(crate) fn is_for_work(roots: &DatasetRoots) -> Result<bool, JobError> {
    if roots.private.join(WORK_MARK).exists() {
        return Ok(true);
    }
    let files = all_files_in(&roots.private)?;
    Ok(files.iter().all(|path| name_of(path) == "lock"))
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

/// Where files are while they are downloaded.
fn downloads(roots: &DatasetRoots) -> PathBuf {
    roots.private.join("downloads")
}

/// There while the copy may have a version that the bucket has not.
fn unsent(roots: &DatasetRoots) -> PathBuf {
    roots.private.join("unsent")
}
