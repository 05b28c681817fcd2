use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Reads a whole file that was listed with `bytes_expected`, and refuses one that has grown over `bytes_max`.
///
/// Memory is reserved for what was listed; a file that grows while it is read costs at most `bytes_max`.
pub fn read_source(path: &Path, bytes_expected: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
    let capacity = usize::try_from(bytes_expected.min(bytes_max)).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(capacity.saturating_add(1)).map_err(|_| io::ErrorKind::OutOfMemory)?;
    File::open(path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
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
}
