use std::fs::File;
use std::io;
use std::path::Path;

use radmill_archive::FileAt;

use super::modified_ns;

/// The fault of a file that has changed since it was listed.
pub(crate) const CHANGED: io::ErrorKind = io::ErrorKind::StaleNetworkFileHandle;

/// Opens an archive that was listed with this length and time. One that has changed since is refused: what was found in
/// it may lie elsewhere.
pub(crate) fn open_archive(path: &Path, bytes: u64, modified: u128) -> io::Result<FileAt> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.len() != bytes || modified_ns(&metadata) != modified {
        return Err(CHANGED.into());
    }
    FileAt::new(file)
}
