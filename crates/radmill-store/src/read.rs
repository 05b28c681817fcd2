use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::StoreError;

/// Reads a whole file that was listed with `bytes_expected`, and refuses one that is longer than `bytes_max`.
///
/// Memory is reserved for what was listed. One that grows while it is read is refused when it has been read.
/// Pipes, sockets and devices are refused: opening one may wait forever.
pub fn read_source(path: &Path, bytes_expected: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
    let capacity = usize::try_from(bytes_expected.min(bytes_max)).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(io::Error::other("a pipe, socket or device"));
    }
    let mut file = File::open(path)?;
    if file.metadata()?.len() > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(capacity.saturating_add(1)).map_err(|_| io::ErrorKind::OutOfMemory)?;
    // Not through `take`, which hides the length: then the bytes come in many small reads.
    file.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Reads `bytes` of a file from `offset` on, and refuses more than `bytes_max`. Fails if the file ends before.
pub fn read_range(path: &Path, offset: u64, bytes: u64, bytes_max: u64) -> Result<Vec<u8>, StoreError> {
    let failed = |cause| StoreError::new("read", path, cause);
    let length = usize::try_from(bytes).ok().filter(|_| bytes <= bytes_max);
    let length = length.ok_or_else(|| failed(io::ErrorKind::FileTooLarge.into()))?;
    let mut file = File::open(path).map_err(failed)?;
    let in_file = file.metadata().map_err(failed)?.len();
    if offset.checked_add(bytes).is_none_or(|end| end > in_file) {
        return Err(failed(io::ErrorKind::UnexpectedEof.into()));
    }
    let mut read = vec![0; length];
    file.seek(SeekFrom::Start(offset)).and_then(|_| file.read_exact(&mut read)).map_err(failed)?;
    Ok(read)
}

/// Reads a file of ours line by line; holds one line.
pub fn read_lines(
    path: &Path,
) -> Result<impl Iterator<Item = Result<String, StoreError>> + use<>, StoreError> {
    let file = File::open(path).map_err(|cause| StoreError::new("read", path, cause))?;
    let path = path.to_owned();
    Ok(BufReader::new(file)
        .lines()
        .map(move |line| line.map_err(|cause| StoreError::new("read", &path, cause))))
}

/// Files of ours directly in a folder with this extension, sorted; none if there is no such folder.
pub fn files_in(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = entries_in(folder)?;
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    Ok(paths)
}

/// Folders of ours directly in a folder, sorted; none if there is no such folder.
pub fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut paths = entries_in(folder)?;
    paths.retain(|path| path.is_dir());
    Ok(paths)
}

/// Calls `visit` with the path below `folder` of every file in it, however deep; hidden ones too. Links are not followed.
pub fn for_each_file_below(
    folder: &Path,
    visit: &mut dyn FnMut(&Path) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in WalkDir::new(folder) {
        let entry = entry.map_err(|error| StoreError::new("list", folder, error.into()))?;
        if let (false, Ok(path)) = (entry.file_type().is_dir(), entry.path().strip_prefix(folder)) {
            visit(path)?;
        }
    }
    Ok(())
}

fn entries_in(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let failed = |cause| StoreError::new("list", folder, cause);
    let entries = match std::fs::read_dir(folder) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let paths: Result<Vec<PathBuf>, io::Error> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(failed)?;
    paths.sort_unstable();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, [7; 100]).unwrap();
        assert_eq!(read_source(&path, 100, 100).unwrap(), [7; 100]);
        assert_eq!(read_source(&path, 10, 100).unwrap(), [7; 100]);
        assert_eq!(read_source(&path, 100, 99).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
    }

    #[test]
    #[cfg(unix)]
    fn what_would_wait_forever_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert_eq!(read_source(&path, 0, 100).unwrap_err().to_string(), "a pipe, socket or device");
    }

    #[test]
    fn files_of_ours_are_listed_and_read_by_line() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.jsonl", "a.jsonl", ".c.jsonl.partial"] {
            std::fs::write(folder.path().join(name), "1\n2\n").unwrap();
        }
        let files = files_in(folder.path(), "jsonl").unwrap();
        assert_eq!(files, [folder.path().join("a.jsonl"), folder.path().join("b.jsonl")]);
        let lines: Result<Vec<String>, StoreError> = read_lines(&files[0]).unwrap().collect();
        assert_eq!(lines.unwrap(), ["1", "2"]);
        assert!(files_in(&folder.path().join("nothing"), "jsonl").unwrap().is_empty());
    }
}
