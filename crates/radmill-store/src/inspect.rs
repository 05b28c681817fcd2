//! Looks at what lies below the two roots, for those who check it.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Some bytes of a file, and the length of the whole file. Fails with `UnexpectedEof` if it ends before.
pub fn read_part(path: &Path, offset: u64, n_bytes: u64) -> io::Result<(Vec<u8>, u64)> {
    let mut file = File::open(path)?;
    let file_bytes = file.metadata()?.len();
    if offset.checked_add(n_bytes).is_none_or(|end| end > file_bytes) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(n_bytes).unwrap_or(usize::MAX))?;
    file.take(n_bytes).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == n_bytes {
        Ok((bytes, file_bytes))
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Paths that others than their owner can get at: the folder itself, and the keys in it. None where permissions are
/// of another kind.
pub fn open_to_others(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    #[cfg(unix)]
    {
        let mut paths = vec![folder.to_owned()];
        paths.extend(crate::files_in(folder, "key")?);
        let mut open = Vec::new();
        for path in paths {
            let metadata = fs::metadata(&path).map_err(|cause| StoreError::new("look at", &path, cause))?;
            if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
                open.push(path);
            }
        }
        Ok(open)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(Vec::new())
    }
}

/// Closes a file or folder to everybody but its owner.
pub fn close_to_others(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    {
        let closed = fs::metadata(path).and_then(|metadata| {
            let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o700;
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
        });
        closed.map_err(|cause| StoreError::new("close to others", path, cause))?;
    }
    #[cfg(not(unix))]
    {
        let _ = path;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_their_length() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("file");
        fs::write(&path, "b/c/2").unwrap();
        assert_eq!(read_part(&path, 2, 3).unwrap(), (b"c/2".to_vec(), 5));
        for (offset, n_bytes) in [(0, 6), (5, 1), (u64::MAX, 2), (0, u64::MAX)] {
            assert!(read_part(&path, offset, n_bytes).is_err());
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_open_is_found_and_closed() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let key = root.path().join("site.key");
        fs::write(&key, "secret").unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o750)).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o604)).unwrap();
        let open = open_to_others(root.path()).unwrap();
        assert_eq!(open, [root.path().to_owned(), key.clone()]);
        open.iter().for_each(|path| close_to_others(path).unwrap());
        assert!(open_to_others(root.path()).unwrap().is_empty());
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
