//! What a dataset has, wherever it lies: names have `/` between their parts.

use std::io;

use crate::{DatasetRoots, StoreError, read_part};

impl DatasetRoots {
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
