use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::{StoreError, remove_folder};

/// Bytes that wait in memory for each file: with 64 files a megabyte.
const BUFFER_BYTES: usize = 16 << 10;

/// Records of `N` bytes, spread over files because all of them are too many to hold: written once, then read file by
/// file, in the order that they were written in.
///
/// Nothing here outlives the process: the folder is removed when this is dropped, and what a killed process has left
/// of it is removed before it is made anew.
#[derive(Debug)]
pub struct ScratchRecords<const N: usize> {
    folder: PathBuf,
    files: Vec<BufWriter<File>>,
}

impl<const N: usize> ScratchRecords<N> {
    /// Makes `folder` with `n_files` empty files.
    pub fn create(folder: &Path, n_files: usize) -> Result<ScratchRecords<N>, StoreError> {
        remove_folder(folder)?;
        fs::create_dir_all(folder).map_err(|cause| StoreError::new("create", folder, cause))?;
        let mut scratch = ScratchRecords { folder: folder.to_owned(), files: Vec::with_capacity(n_files) };
        for index in 0..n_files {
            let path = scratch.path(index);
            let file = File::create(&path).map_err(|cause| StoreError::new("create", &path, cause))?;
            scratch.files.push(BufWriter::with_capacity(BUFFER_BYTES, file));
        }
        Ok(scratch)
    }

    /// Number of files.
    pub fn n_files(&self) -> usize {
        self.files.len()
    }

    /// Appends a record to the file with this index, counted from 0.
    pub fn write(&mut self, index: usize, record: &[u8; N]) -> Result<(), StoreError> {
        let written = match self.files.get_mut(index) {
            Some(file) => file.write_all(record),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        written.map_err(|cause| StoreError::new("write", &self.path(index), cause))
    }

    /// The records of one file.
    pub fn read(
        &mut self,
        index: usize,
    ) -> Result<impl Iterator<Item = Result<[u8; N], StoreError>> + use<N>, StoreError> {
        let path = self.path(index);
        let failed = |action: &'static str| {
            let path = path.clone();
            move |cause| StoreError::new(action, &path, cause)
        };
        if let Some(file) = self.files.get_mut(index) {
            file.flush().map_err(failed("write"))?;
        }
        let mut file = BufReader::new(File::open(&path).map_err(failed("read"))?);
        let failed = failed("read");
        Ok(std::iter::from_fn(move || next_record(&mut file).map_err(&failed).transpose()))
    }

    fn path(&self, index: usize) -> PathBuf {
        self.folder.join(format!("{index:03}"))
    }
}

fn next_record<const N: usize>(file: &mut BufReader<File>) -> io::Result<Option<[u8; N]>> {
    let mut record = [0; N];
    let mut n_read = 0;
    while n_read < N {
        match file.read(&mut record[n_read..])? {
            0 if n_read == 0 => return Ok(None),
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => n_read += n,
        }
    }
    Ok(Some(record))
}

impl<const N: usize> Drop for ScratchRecords<N> {
    fn drop(&mut self) {
        // What is left costs room, and is removed with the folder that it lies in, or by the next try.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_order_and_nothing_stays() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("deep/scratch");
        fs::create_dir_all(folder.join("left by a killed process")).unwrap();
        let mut scratch = ScratchRecords::<4>::create(&folder, 3).unwrap();
        for number in 0..10_000_u32 {
            scratch.write(number as usize % 3, &number.to_be_bytes()).unwrap();
        }
        assert!(scratch.write(3, &[0; 4]).is_err());
        for index in 0..3 {
            let read: Vec<u32> =
                scratch.read(index).unwrap().map(|record| u32::from_be_bytes(record.unwrap())).collect();
            let expected: Vec<u32> = (0..10_000).filter(|number| *number as usize % 3 == index).collect();
            assert_eq!(read, expected);
        }
        drop(scratch);
        assert!(!folder.exists());
    }

    #[test]
    fn a_file_that_was_cut_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("scratch");
        let mut scratch = ScratchRecords::<4>::create(&folder, 1).unwrap();
        scratch.write(0, &[1; 4]).unwrap();
        assert_eq!(scratch.read(0).unwrap().count(), 1);
        fs::write(folder.join("000"), [1; 6]).unwrap();
        let read: Vec<_> = scratch.read(0).unwrap().take(2).collect();
        assert!(read[0].is_ok() && read[1].is_err());
    }
}
