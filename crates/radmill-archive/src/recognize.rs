use std::io::{self, Read};

use crate::at::Window;
use crate::stream::beginning;
use crate::{Format, ReadAt, tar};

/// What kind of archive this is, by its content; `None` if it is none.
///
/// What is compressed is an archive if it holds a tar archive, or if not even its beginning can be read.
/// A DICOM file is none, whatever its preamble holds. Fails only where the archive itself cannot be read.
pub fn recognize(archive: &dyn ReadAt) -> io::Result<Option<Format>> {
    let mut start = Vec::with_capacity(tar::BLOCK);
    Window::whole(archive).take(tar::BLOCK as u64).read_to_end(&mut start)?;
    if start.get(128..132) == Some(b"DICM") {
        return Ok(None);
    }
    Ok(match start.get(..4) {
        Some(b"PK\x03\x04" | b"PK\x05\x06") => Some(Format::Zip),
        Some([0x1f, 0x8b, 8, _]) => compressed(Format::TarGzip, archive),
        Some(b"\x28\xb5\x2f\xfd") => compressed(Format::TarZstd, archive),
        _ if tar::is_header(&start) => Some(Format::Tar),
        _ => None,
    })
}

fn compressed(format: Format, archive: &dyn ReadAt) -> Option<Format> {
    let is_archive = match beginning(format, archive, tar::BLOCK as u64) {
        Ok(start) => tar::is_header(&start),
        Err(_) => true,
    };
    is_archive.then_some(format)
}
