use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::StoreError;

/// Writes a file so that it is there whole or not at all, also after a loss of power:
/// beside the target, synced, renamed, folder synced. An older file of that name is replaced.
pub fn publish(
    target: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<u64, StoreError> {
    let bytes = publish_with(target, &beside(target), write, Kept { sync: true, secret: false })?;
    sync_folder(target).map_err(|cause| StoreError::new("sync the folder of", target, cause))?;
    Ok(bytes)
}

/// As [`publish`], for what only its owner may read (0600).
pub fn publish_secret(
    target: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<u64, StoreError> {
    let temporary = beside(target);
    // Only a file that is made gets the mode: a leftover of a killed job may be open to others.
    remove_published(&temporary)?;
    let bytes = publish_with(target, &temporary, write, Kept { sync: true, secret: true })?;
    sync_folder(target).map_err(|cause| StoreError::new("sync the folder of", target, cause))?;
    Ok(bytes)
}

/// As [`publish`], but a loss of power may undo it until [`flush_published`] has returned.
/// For many small files that count only once something published later names them.
///
/// The file is written in `staging`, a folder of the same file system, under a name of its own: threads that publish
/// the same target do not disturb each other, and what a killed process leaves lies in one place.
pub fn publish_deferred(
    target: &Path,
    staging: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> Result<u64, StoreError> {
    publish_with(target, &staged(staging), write, DEFERRED)
}

/// As [`publish_deferred`], for a file whose name follows from its bytes: `write` gives the target when it is done.
pub fn publish_deferred_as(
    staging: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<PathBuf>,
) -> Result<u64, StoreError> {
    let temporary = staged(staging);
    let mut target = temporary.clone();
    let named = |out: &mut (dyn Write + Send)| {
        target = write(out)?;
        Ok(())
    };
    let written = write_file(&temporary, named, DEFERRED).and_then(|bytes| {
        with_folders(&target, || fs::rename(&temporary, &target))?;
        Ok(bytes)
    });
    written.map_err(|cause| {
        let _ = fs::remove_file(&temporary);
        StoreError::new("write", &target, cause)
    })
}

/// Where one call cannot flush a whole file system, each file is synced by itself.
const DEFERRED: Kept = Kept { sync: !cfg!(target_os = "linux"), secret: false };

/// A name in `staging` that no other thread has.
fn staged(staging: &Path) -> PathBuf {
    static N_STAGED: AtomicU64 = AtomicU64::new(0);
    staging.join(N_STAGED.fetch_add(1, Ordering::Relaxed).to_string())
}

/// Makes everything that was published below `folder` so far survive a loss of power.
pub fn flush_published(folder: &Path) -> Result<(), StoreError> {
    #[cfg(target_os = "linux")]
    {
        let opened = File::open(folder).map_err(|cause| StoreError::new("open", folder, cause))?;
        rustix::fs::syncfs(&opened).map_err(|cause| StoreError::new("sync", folder, cause.into()))?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = folder;
    Ok(())
}

/// Gives a published file its final name, on the same file system; false if it is not there.
///
/// A loss of power may undo it until [`flush_published`] has returned. An older file of that name is replaced.
pub fn rename_published(from: &Path, to: &Path) -> Result<bool, StoreError> {
    match with_folders(to, || fs::rename(from, to)) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(StoreError::new("write", to, cause)),
    }
}

/// Removes a published file; one that is not there is no error.
pub fn remove_published(target: &Path) -> Result<(), StoreError> {
    match fs::remove_file(target) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            Err(StoreError::new("remove", target, cause))
        }
        _ => Ok(()),
    }
}

/// How a file is to be kept.
#[derive(Clone, Copy)]
struct Kept {
    /// Its bytes are on the disk before it gets its name.
    sync: bool,
    /// For its owner alone.
    secret: bool,
}

fn publish_with(
    target: &Path,
    temporary: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    kept: Kept,
) -> Result<u64, StoreError> {
    let written = write_file(temporary, write, kept).and_then(|bytes| {
        with_folders(target, || fs::rename(temporary, target))?;
        Ok(bytes)
    });
    written.map_err(|cause| {
        // The first fault is the one to report; a leftover is overwritten by the next try.
        let _ = fs::remove_file(temporary);
        StoreError::new("write", target, cause)
    })
}

fn write_file(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    kept: Kept,
) -> io::Result<u64> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if kept.secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut out = CountingFile { file: with_folders(path, || options.open(path))?, bytes: 0 };
    write(&mut out)?;
    if kept.sync {
        out.file.sync_all()?;
    }
    Ok(out.bytes)
}

/// Makes the folders of `path` only when the work fails without them: they nearly always exist.
fn with_folders<T>(path: &Path, work: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match (work(), path.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            work()
        }
        (result, _) => result,
    }
}

/// `folder/.name.partial`: hidden, so that a reader that globs never sees it, and the same on every try.
fn beside(target: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".partial");
    target.with_file_name(name)
}

fn sync_folder(target: &Path) -> io::Result<()> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

struct CountingFile {
    file: File,
    bytes: u64,
}

impl Write for CountingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = self.file.write(bytes)?;
        self.bytes += n_written as u64;
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_and_replaces_an_older_one() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("deep/er/file");
        assert_eq!(publish(&target, |out| out.write_all(b"old")).unwrap(), 3);
        assert_eq!(publish(&target, |out| out.write_all(b"newer")).unwrap(), 5);
        assert_eq!(fs::read(&target).unwrap(), b"newer");
        assert_eq!(fs::read_dir(target.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_write_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file");
        let error = publish(&target, |out| {
            out.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        })
        .unwrap_err();
        assert_eq!(error.cause.kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn threads_that_publish_the_same_target_do_not_disturb_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let (target, staging) = (folder.path().join("images/same"), folder.path().join("staging"));
        let bytes = vec![7; 100_000];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        publish_deferred(&target, &staging, |out| out.write_all(&bytes)).unwrap();
                    }
                });
            }
        });
        assert!(fs::read(&target).unwrap() == bytes);
        assert_eq!(fs::read_dir(&staging).unwrap().count(), 0);
    }

    #[test]
    #[cfg(unix)]
    fn a_secret_is_for_its_owner_alone_also_where_a_leftover_was_not() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("secret");
        for leftover in [&target, &beside(&target)] {
            fs::write(leftover, "open to all").unwrap();
        }
        publish_secret(&target, |out| out.write_all(b"x")).unwrap();
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(&target).unwrap(), b"x");
    }

    #[test]
    fn renaming_makes_folders_and_says_whether_it_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("deep/er/to"));
        fs::write(&from, "x").unwrap();
        assert!(rename_published(&from, &to).unwrap());
        assert!(!rename_published(&from, &to).unwrap());
        assert_eq!(fs::read(&to).unwrap(), b"x");
    }

    #[test]
    fn removing_twice_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file");
        publish_deferred(&target, &folder.path().join("staging"), |out| out.write_all(b"x")).unwrap();
        flush_published(folder.path()).unwrap();
        remove_published(&target).unwrap();
        remove_published(&target).unwrap();
        assert!(!target.exists());
    }
}
