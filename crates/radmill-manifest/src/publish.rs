use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// A file that nobody sees under its name until it is whole and on the disk. Dropped without that, it is gone.
///
/// The only place of this crate that writes data files.
pub(crate) struct PendingFile {
    out: BufWriter<File>,
    temporary: PathBuf,
    digest: Sha256,
    n_bytes: u64,
    published: bool,
}

impl PendingFile {
    /// Starts a file in `folder`, which is made if it is not there.
    /// The temporary name starts with a dot, so that readers that glob do not look at it;
    /// what an interrupted run left under it is overwritten.
    pub(crate) fn create(folder: &Path, stem: &str) -> io::Result<PendingFile> {
        fs::create_dir_all(folder)?;
        let temporary = folder.join(format!(".{stem}.tmp"));
        let out = BufWriter::new(File::create(&temporary)?);
        Ok(PendingFile { out, temporary, digest: Sha256::new(), n_bytes: 0, published: false })
    }

    /// SHA-256 of the bytes so far.
    pub(crate) fn sha256(&self) -> [u8; 32] {
        self.digest.clone().finalize().into()
    }

    /// Number of bytes so far.
    pub(crate) fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Syncs the file, gives it its name in the same folder, and syncs the folder.
    pub(crate) fn publish(mut self, name: &str) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().sync_all()?;
        let folder = self.temporary.parent().unwrap_or(Path::new("."));
        fs::rename(&self.temporary, folder.join(name))?;
        self.published = true;
        sync_folder(folder)?;
        // The folder may be new: its own name lives in the folder above.
        folder.parent().map_or(Ok(()), sync_folder)
    }
}

impl Write for PendingFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_written = self.out.write(bytes)?;
        self.digest.update(bytes.get(..n_written).unwrap_or_default());
        self.n_bytes += n_written as u64;
        Ok(n_written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if !self.published {
            // Nothing can be done about a failure here, and the next run overwrites the file.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Makes the names in a folder survive a loss of power.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) && !folder.as_os_str().is_empty() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_is_there_when_it_is_whole_and_not_before() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        let mut pending = PendingFile::create(&folder, "part").unwrap();
        pending.write_all(b"abc").unwrap();
        assert_eq!(names(&folder), [".part.tmp"]);
        assert_eq!(pending.n_bytes(), 3);
        assert_eq!(pending.sha256()[..4], [0xba, 0x78, 0x16, 0xbf]);
        pending.publish("part.parquet").unwrap();
        assert_eq!(names(&folder), ["part.parquet"]);
        assert_eq!(fs::read(folder.join("part.parquet")).unwrap(), b"abc");
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let mut pending = PendingFile::create(root.path(), "part").unwrap();
        pending.write_all(b"abc").unwrap();
        drop(pending);
        assert_eq!(names(root.path()), [""; 0]);
    }
}
