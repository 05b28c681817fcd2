//! What a dataset has, wherever it lies: names have `/` between their parts.

use std::io;
use std::path::Path;

use crate::{DatasetRoots, StoreError, for_each_file_below, read_part, remove_published};

impl DatasetRoots {
    /// Calls `visit` with the name of every file of the dataset in a folder, however deep, such as `images`.
    pub fn for_each_file(
        &self,
        folder: &str,
        visit: &mut dyn FnMut(String) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match &self.bucket {
            Some(bucket) => {
                bucket.for_each_below(folder, &mut |object| visit(format!("{folder}/{}", object.name)))
            }
            None => for_each_file_below(&self.dataset.join(folder), &mut |path| {
                visit(format!("{folder}/{}", with_slashes(path)))
            }),
        }
    }

    /// Removes these files of the dataset; one that is not there is no error.
    pub fn remove_all(&self, names: &[String]) -> Result<(), StoreError> {
        match &self.bucket {
            Some(bucket) => bucket.remove_all(names),
            None => names.iter().try_for_each(|name| remove_published(&self.dataset.join(name))),
        }
    }

    /// Reads `bytes` of a file of the dataset from `offset` on, and gives the length of the file. Fails with `NotFound`
    /// if there is none, and with `UnexpectedEof` if it ends before.
    pub fn read_part(&self, path: &str, offset: u64, bytes: u64) -> io::Result<(Vec<u8>, u64)> {
        match &self.bucket {
            Some(bucket) => bucket.read_part(path, offset, bytes),
            None => read_part(&self.dataset.join(path), offset, bytes),
        }
    }

    /// The same for who wants the bytes alone, and no more than `bytes_max` of them.
    pub fn read_range(
        &self,
        path: &str,
        offset: u64,
        bytes: u64,
        bytes_max: u64,
    ) -> Result<Vec<u8>, StoreError> {
        let is_too_long = bytes > bytes_max;
        let read = if is_too_long {
            Err(io::ErrorKind::FileTooLarge.into())
        } else {
            self.read_part(path, offset, bytes)
        };
        match read {
            Ok((bytes, _)) => Ok(bytes),
            Err(cause) => Err(StoreError::new("read", &self.shown().join(path), cause)),
        }
    }
}

/// A relative path as rows write it.
fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}
