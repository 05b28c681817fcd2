use std::fs::File;
use std::io::{self, Read};

/// Something of a known length that can be read at any place, by several threads at the same time.
pub trait ReadAt: Sync {
    /// Length in bytes.
    fn bytes(&self) -> u64;

    /// Reads some bytes from `offset` on into `buffer`; none only at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl ReadAt for Vec<u8> {
    fn bytes(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.get(offset..)).unwrap_or_default();
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        Ok(n)
    }
}

/// An open file, as long as it was when it was taken.
#[derive(Debug)]
pub struct FileAt {
    file: File,
    bytes: u64,
}

impl FileAt {
    /// Takes a file. Fails if its length cannot be told.
    pub fn new(file: File) -> io::Result<FileAt> {
        Ok(FileAt { bytes: file.metadata()?.len(), file })
    }

    /// The file, to be read from its beginning.
    pub fn into_file(self) -> File {
        self.file
    }
}

impl ReadAt for FileAt {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        read_file_at(&self.file, buffer, offset)
    }
}

/// Reads some bytes of a file from `offset` on; none only at the end. No thread gets in the way of another.
pub fn read_file_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buffer, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buffer, offset);
}

/// Fills `buffer` from `offset` on.
pub(crate) fn read_exact_at(archive: &dyn ReadAt, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    Window { archive, next: offset, end: archive.bytes() }.read_exact(buffer)
}

/// A part of an archive, from its beginning on.
pub(crate) struct Window<'a> {
    archive: &'a dyn ReadAt,
    next: u64,
    end: u64,
}

impl<'a> Window<'a> {
    pub(crate) fn whole(archive: &'a dyn ReadAt) -> Window<'a> {
        Window { archive, next: 0, end: archive.bytes() }
    }

    /// `bytes` from `offset` on; `None` if the archive ends before.
    pub(crate) fn part(archive: &'a dyn ReadAt, offset: u64, bytes: u64) -> Option<Window<'a>> {
        let end = offset.checked_add(bytes).filter(|&end| end <= archive.bytes())?;
        Some(Window { archive, next: offset, end })
    }

    /// Goes `bytes` further; false, and no further, if there are not so many.
    pub(crate) fn skip(&mut self, bytes: u64) -> bool {
        let next = self.next.checked_add(bytes).filter(|&next| next <= self.end);
        self.next = next.unwrap_or(self.next);
        next.is_some()
    }

    /// Offset in the archive of what is read next.
    pub(crate) fn position(&self) -> u64 {
        self.next
    }
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end - self.next.min(self.end)).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let n = self.archive.read_at(&mut buffer[..wanted], self.next)?;
        self.next += n as u64;
        Ok(n)
    }
}
