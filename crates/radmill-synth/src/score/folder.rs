//! What a de-identified folder holds.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::read::{read_file, trimmed};

/// Where each SOP Instance UID is, and how many files there are that are no DICOM or cannot be read.
pub(super) struct Folder {
    pub(super) files: HashMap<String, PathBuf>,
    pub(super) n_unreadable: usize,
}

impl Folder {
    pub(super) fn read(folder: &Path) -> io::Result<Folder> {
        let mut paths = Vec::new();
        list(folder, &mut paths)?;
        paths.sort();
        let found = in_parallel(&paths, |path| {
            let file = read_file(&fs::read(path)?);
            let uid = file.ok().and_then(|file| {
                file.data
                    .value((0x0008, 0x0018))
                    .map(|uid| String::from_utf8_lossy(trimmed(uid)).into_owned())
            });
            Ok(uid)
        })?;
        let n_unreadable = found.iter().filter(|uid| uid.is_none()).count();
        let files = found.into_iter().zip(paths).filter_map(|(uid, path)| Some((uid?, path))).collect();
        Ok(Folder { files, n_unreadable })
    }
}

fn list(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// Applies a function to each value on all cores; results in the order of the values.
pub(crate) fn in_parallel<T: Sync, R: Send>(
    values: &[T],
    apply: impl Fn(&T) -> io::Result<R> + Sync,
) -> io::Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            match values.get(index) {
                Some(value) => results.push((index, apply(value)?)),
                None => return io::Result::Ok(results),
            }
        }
    };
    let n_threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut results = thread::scope(|scope| {
        let workers: Vec<_> = (0..n_threads).map(|_| scope.spawn(work)).collect();
        let mut results = Vec::with_capacity(values.len());
        for worker in workers {
            match worker.join() {
                Ok(part) => results.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        io::Result::Ok(results)
    })?;
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
