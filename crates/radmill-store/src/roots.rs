use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::read::{files_in, folders_in};
use crate::{Bucket, StoreError, flush_published, is_url, remove_published};

/// The two folders of a dataset: `DATASET` may be shared, `DATASET.private` never.
///
/// Of a dataset in a bucket, `dataset` is a folder in the private root that has a copy of the table.
#[derive(Clone, Debug)]
pub struct DatasetRoots {
    /// Everything below may be shared.
    pub dataset: PathBuf,
    /// Nothing below may be shared: site key, segments, quarantine with source paths, run reports.
    pub private: PathBuf,
    /// Where the dataset is, if not on this disk.
    pub bucket: Option<Arc<Bucket>>,
}

/// Held while a job writes to a dataset; a second job is turned away.
#[derive(Debug)]
pub struct RootsLock {
    _files: Vec<File>,
}

impl DatasetRoots {
    /// The roots of the dataset at `dataset`, however the path is written: `set`, `set/`, `.` or `set/sub/..`.
    ///
    /// The private root always lies beside the dataset, never within. Fails for a path that has no folder around it,
    /// and for one that ends in `.` or `..` and does not exist.
    pub fn new(dataset: &Path) -> Result<DatasetRoots, StoreError> {
        if is_url(dataset) {
            let cause = "this command works on datasets on disk alone, or needs --private DIR if it knows it";
            return Err(StoreError::new("use", dataset, io::Error::other(cause)));
        }
        // Going over the components drops a trailing slash, which would put the private root inside.
        let mut dataset: PathBuf = dataset.components().collect();
        if dataset.file_name().is_none() {
            let resolved = dataset.canonicalize();
            dataset = resolved.map_err(|cause| StoreError::new("find", &dataset, cause))?;
        }
        let Some(name) = dataset.file_name() else {
            let cause = io::Error::other("a dataset needs a folder around it, for what must not be shared");
            return Err(StoreError::new("make a dataset of", &dataset, cause));
        };
        let mut private_name = name.to_owned();
        private_name.push(".private");
        Ok(DatasetRoots { private: dataset.with_file_name(private_name), dataset, bucket: None })
    }

    /// The roots of a dataset on disk, or of one in a bucket, whose private root is named because it lies on disk.
    pub fn of(dataset: &Path, private: Option<&Path>) -> Result<DatasetRoots, StoreError> {
        let failed = |cause| Err(StoreError::new("use", dataset, io::Error::other(cause)));
        match (dataset.to_str().filter(|_| is_url(dataset)), private) {
            (None, None) => DatasetRoots::new(dataset),
            (None, Some(_)) => {
                failed("--private is for datasets in a bucket; on disk, private data lie beside the dataset")
            }
            (Some(_), None) => failed(
                "a dataset in a bucket needs --private DIR: a folder on disk for the site key, segments and quarantine",
            ),
            (Some(_), Some(private)) if is_url(private) => failed("the private folder has to be on a disk"),
            (Some(url), Some(private)) => Ok(DatasetRoots {
                dataset: private.join("bucket"),
                private: private.to_owned(),
                bucket: Some(Arc::new(Bucket::open(url)?)),
            }),
        }
    }

    /// The dataset as the user names it.
    pub fn shown(&self) -> &Path {
        self.bucket.as_ref().map_or(&self.dataset, |bucket| bucket.url())
    }

    /// Where finished files of the dataset are put: in place on a disk, otherwise where [`DatasetRoots::flush`] finds
    /// them.
    pub fn outbox(&self) -> PathBuf {
        if self.bucket.is_some() { self.private.join("outbox") } else { self.dataset.clone() }
    }

    /// Makes everything that was published below `outbox` so far survive a loss of power, and of the machine if the
    /// dataset is in a bucket: then it lies there now.
    pub fn flush(&self, outbox: &Path) -> Result<(), StoreError> {
        flush_published(&self.dataset)?;
        match &self.bucket {
            Some(bucket) if outbox.is_dir() => bucket.send(outbox),
            _ => Ok(()),
        }
    }

    /// Removes a file of the dataset, given by its path below the root; one that is not there is no error.
    pub fn remove(&self, outbox: &Path, path: &str) -> Result<(), StoreError> {
        remove_published(&outbox.join(path))?;
        self.bucket.as_ref().map_or(Ok(()), |bucket| bucket.remove(path))
    }

    /// Creates both folders, the private one for its owner alone (0700).
    pub fn create(&self) -> Result<(), StoreError> {
        fs::create_dir_all(&self.dataset).map_err(|cause| StoreError::new("create", &self.dataset, cause))?;
        create_private_folder(&self.private)
            .map_err(|cause| StoreError::new("create", &self.private, cause))?;
        Ok(())
    }

    /// Takes the dataset for one job; `None` if another job holds it.
    pub fn lock(&self) -> Result<Option<RootsLock>, StoreError> {
        self.lock_with("lock", File::try_lock)
    }

    /// Takes the dataset for the part of a job that has this name; `None` if a job holds it that wants it for itself,
    /// or another process has the same part.
    pub fn lock_part(&self, part: &str) -> Result<Option<RootsLock>, StoreError> {
        let Some(shared) = self.lock_with("lock", File::try_lock_shared)? else { return Ok(None) };
        let own = self.lock_with(&format!("lock-{part}"), File::try_lock)?;
        Ok(own.map(|own| RootsLock { _files: [shared._files, own._files].into_iter().flatten().collect() }))
    }

    /// Removes the locks of parts. Only for who has the dataset for itself: nobody else holds one then.
    pub fn clear_part_locks(&self) -> Result<(), StoreError> {
        let files =
            fs::read_dir(&self.private).map_err(|cause| StoreError::new("list", &self.private, cause))?;
        for file in
            files.flatten().filter(|file| file.file_name().as_encoded_bytes().starts_with(b"lock-part-"))
        {
            let _ = fs::remove_file(file.path());
        }
        Ok(())
    }

    fn lock_with(
        &self,
        name: &str,
        lock: fn(&File) -> Result<(), fs::TryLockError>,
    ) -> Result<Option<RootsLock>, StoreError> {
        let path = self.private.join(name);
        let file = File::create(&path).map_err(|cause| StoreError::new("create", &path, cause))?;
        match lock(&file) {
            Ok(()) => Ok(Some(RootsLock { _files: vec![file] })),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(cause)) => Err(StoreError::new("lock", &path, cause)),
        }
    }

    /// Where images are written before they get their names; there while a job runs.
    pub fn staging(&self) -> PathBuf {
        self.dataset.join(".staging")
    }

    /// Removes what is staged: what a killed job left, or an empty folder.
    pub fn clear_staging(&self) -> Result<(), StoreError> {
        remove_folder(&self.staging())
    }

    /// Where finished files of the job with this id wait for their names, which seal gives them.
    pub fn unsealed(&self, plan_id: &str) -> PathBuf {
        self.dataset.join(".unsealed").join(plan_id)
    }

    /// Removes what waits of the job with this id, and the folder around once no other job has anything in it.
    pub fn clear_unsealed(&self, plan_id: &str) -> Result<(), StoreError> {
        let unsealed = self.unsealed(plan_id);
        remove_folder(&unsealed)?;
        // Fails if another job's files wait there, or there never were any.
        let _ = fs::remove_dir(self.dataset.join(".unsealed"));
        Ok(())
    }

    /// Where the site key lies unless the user names another file.
    pub fn site_key(&self) -> PathBuf {
        self.private.join("site.key")
    }

    /// Segments of the job with this id.
    pub fn segments(&self, plan_id: &str) -> PathBuf {
        self.private.join("segments").join(plan_id)
    }

    /// Rejected sources of the job with this id, one JSON object a line.
    pub fn quarantine(&self, plan_id: &str) -> PathBuf {
        self.private.join("quarantine").join(format!("{plan_id}.jsonl"))
    }

    /// What finished jobs know of the sources of each input.
    pub fn ledgers(&self) -> PathBuf {
        self.private.join("sources")
    }

    /// Report of the job with this id.
    pub fn run_report(&self, plan_id: &str) -> PathBuf {
        self.runs().join(format!("{plan_id}.json"))
    }

    /// Reports of finished jobs.
    pub fn runs(&self) -> PathBuf {
        self.private.join("runs")
    }

    /// Instances that finished jobs wrote as DICOM files, one file a job.
    pub fn instances(&self) -> PathBuf {
        self.private.join("instances")
    }

    /// What finished jobs replaced by what, one folder a job.
    pub fn crosswalk(&self) -> PathBuf {
        self.private.join("crosswalk")
    }

    /// Who has withdrawn, as keyed digests.
    pub fn tombstones(&self) -> PathBuf {
        self.private.join("withdrawn.jsonl")
    }

    /// There while a withdrawal is at work, or was interrupted.
    pub fn withdrawal(&self) -> PathBuf {
        self.private.join("withdrawal.json")
    }

    /// Notices of withdrawals, for who has a copy.
    pub fn notices(&self) -> PathBuf {
        self.private.join("notices")
    }

    /// The Delta table.
    pub fn manifest(&self) -> PathBuf {
        self.dataset.join("manifest")
    }

    /// True if there is a folder below the dataset root that is not hidden: something was put there.
    pub fn has_folders(&self) -> bool {
        let is_hidden =
            |path: &Path| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        folders_in(&self.dataset).is_ok_and(|folders| folders.iter().any(|folder| !is_hidden(folder)))
    }

    /// True once the table has its first version.
    pub fn has_table(&self) -> bool {
        // Not by the first version: it goes when a patient withdraws.
        files_in(&self.manifest().join("_delta_log"), "json").is_ok_and(|versions| !versions.is_empty())
    }
}

/// Writes a new secret file that only its owner can read (0600); never replaces one.
///
/// It is there whole or not at all: of several processes that begin at the same time one makes it, and what one that
/// died has begun the next one writes anew.
pub fn create_secret_file(path: &Path, text: &str) -> Result<(), StoreError> {
    let mut begun = path.as_os_str().to_owned();
    begun.push(".new");
    write_secret(path, Path::new(&begun), text).map_err(|cause| StoreError::new("create", path, cause))
}

fn write_secret(path: &Path, begun: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(begun)?;
    file.lock()?;
    if path.exists() {
        // Only now: as long as there is no secret, another process may have the lock of this very file.
        let _ = fs::remove_file(begun);
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "file exists and is not replaced"));
    }
    file.set_len(0)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(begun, path)
}

/// Reads a small text file such as a key.
pub fn read_small_file(path: &Path, bytes_max: u64) -> Result<String, StoreError> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(bytes_max).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(cause) => Err(StoreError::new("read", path, cause)),
    }
}

/// Removes a folder with all that is in it; one that is not there is no error.
pub fn remove_folder(path: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(StoreError::new("remove", path, cause)),
        _ => Ok(()),
    }
}

fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    // A folder that was there before may be open to others.
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_private_root_lies_beside_and_is_closed_to_others() {
        let folder = tempfile::tempdir().unwrap();
        let roots = DatasetRoots::new(&folder.path().join("set.v1")).unwrap();
        roots.create().unwrap();
        assert_eq!(roots.private, folder.path().join("set.v1.private"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&roots.private).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700);
        }
    }

    #[test]
    fn the_private_root_never_lies_within() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        fs::create_dir_all(folder.join("set/sub")).unwrap();
        for written in ["set", "set/", "set//", "set/.", "set/./", "set/sub/..", "./set/"] {
            let roots = DatasetRoots::new(&folder.join(written)).unwrap();
            let private = roots.private.components().filter(|part| part.as_os_str() != ".");
            assert_eq!(private.collect::<PathBuf>(), folder.join("set.private"), "{written}");
        }
        assert!(DatasetRoots::new(Path::new("/")).is_err());
        assert!(DatasetRoots::new(&folder.join("nothing/..")).is_err());
        assert!(DatasetRoots::new(Path::new(".")).unwrap().private.is_absolute());
        assert!(DatasetRoots::new(Path::new("")).is_err());
    }

    #[test]
    fn one_job_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let roots = DatasetRoots::new(&folder.path().join("set")).unwrap();
        roots.create().unwrap();
        let held = roots.lock().unwrap();
        assert!(held.is_some());
        assert!(roots.lock().unwrap().is_none());
        drop(held);
        assert!(roots.lock().unwrap().is_some());
    }

    #[test]
    fn parts_hold_a_dataset_together_and_each_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let roots = DatasetRoots::new(&folder.path().join("set")).unwrap();
        roots.create().unwrap();
        let first = roots.lock_part("part-1-of-2").unwrap();
        let second = roots.lock_part("part-2-of-2").unwrap();
        assert!(first.is_some() && second.is_some());
        assert!(roots.lock_part("part-1-of-2").unwrap().is_none());
        assert!(roots.lock().unwrap().is_none());
        drop((first, second));
        let whole = roots.lock().unwrap();
        assert!(whole.is_some());
        assert!(roots.lock_part("part-1-of-2").unwrap().is_none());
        roots.clear_part_locks().unwrap();
        let names = fs::read_dir(&roots.private).unwrap().map(|file| file.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["lock"]);
    }

    #[test]
    fn a_secret_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        create_secret_file(&path, "first").unwrap();
        assert!(create_secret_file(&path, "second").is_err());
        assert_eq!(read_small_file(&path, 100).unwrap(), "first");
    }

    #[test]
    fn of_many_who_write_a_secret_one_succeeds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(folder.path().join("key.new"), "begun by one that died, and longer").unwrap();
        let texts: Vec<String> = (0..8).map(|n| format!("secret {n}")).collect();
        let write = |text: &String| create_secret_file(&path, text).is_ok();
        let n_made = std::thread::scope(|scope| {
            let writers: Vec<_> = texts.iter().map(|text| scope.spawn(move || write(text))).collect();
            writers.into_iter().map(|writer| writer.join().unwrap()).filter(|made| *made).count()
        });
        assert_eq!(n_made, 1);
        assert!(texts.contains(&read_small_file(&path, 100).unwrap()));
    }
}
