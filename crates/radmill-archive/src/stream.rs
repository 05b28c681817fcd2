//! Compressed tar archives: one stream, read from its beginning to its end.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::at::Window;
use crate::{Fault, Format, ReadAt};

/// Read from the archive at a time.
const BUFFER_BYTES: usize = 1 << 17;

/// The members of a compressed tar archive, one after the other.
///
/// Holds what the decoder holds (gzip: 100 KiB; Zstandard: its window, 128 MiB at most), and one member.
pub struct MemberStream {
    stream: Box<dyn Read + Send>,
    position: u64,
}

impl MemberStream {
    /// Begins at the beginning of an archive of this format.
    pub fn new(format: Format, archive: impl Read + Send + 'static) -> Result<MemberStream, Fault> {
        Ok(MemberStream { stream: decompressed(format, archive)?, position: 0 })
    }

    /// `bytes` from `offset` of the uncompressed stream on. An offset before what was read last has gone by.
    ///
    /// After a fault all members that follow are faulty as well.
    pub fn read(&mut self, offset: u64, bytes: u64) -> Result<Vec<u8>, Fault> {
        let Some(ahead) = offset.checked_sub(self.position) else {
            return Err(Fault::Damaged("the member has gone by"));
        };
        let mut member = reserved(bytes)?;
        skip(&mut self.stream, ahead).map_err(|error| Fault::of_stream(&error))?;
        self.position = offset;
        let read = (&mut self.stream).take(bytes).read_to_end(&mut member);
        let n = read.map_err(|error| Fault::of_stream(&error))? as u64;
        self.position += n;
        if n == bytes { Ok(member) } else { Err(Fault::Damaged("it ends too early")) }
    }
}

/// The tar archive in a compressed one.
pub(crate) fn decompressed<'a>(
    format: Format,
    archive: impl Read + Send + 'a,
) -> Result<Box<dyn Read + Send + 'a>, Fault> {
    let buffered = BufReader::with_capacity(BUFFER_BYTES, archive);
    Ok(match format {
        Format::TarGzip => Box::new(MultiGzDecoder::new(buffered)),
        Format::TarZstd => {
            let decoder = zstd::Decoder::with_buffer(buffered);
            Box::new(decoder.map_err(|error| Fault::of_stream(&error))?)
        }
        Format::Tar | Format::Zip => return Err(Fault::Unsupported("it is not compressed as a whole")),
    })
}

/// Goes this many bytes further.
pub(crate) fn skip(stream: &mut impl Read, bytes: u64) -> io::Result<()> {
    let skipped = io::copy(&mut stream.take(bytes), &mut io::sink())?;
    if skipped == bytes { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Room for a member whose length has been checked against the limits.
pub(crate) fn reserved(bytes: u64) -> Result<Vec<u8>, Fault> {
    let mut member = Vec::new();
    let room = usize::try_from(bytes).ok().and_then(|bytes| bytes.checked_add(1));
    let reserved = room.is_some_and(|room| member.try_reserve_exact(room).is_ok());
    if reserved { Ok(member) } else { Err(Fault::OverLimit("there is no memory for the member")) }
}

/// Passes on what `stream` gives, up to so many bytes; more is an error.
pub(crate) struct Bounded<R> {
    stream: R,
    bytes_left: u64,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(stream: R, bytes_max: u64) -> Bounded<R> {
        Bounded { stream, bytes_left: bytes_max }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.stream.read(buffer)?;
        match self.bytes_left.checked_sub(n as u64) {
            Some(left) => self.bytes_left = left,
            None => return Err(io::ErrorKind::FileTooLarge.into()),
        }
        Ok(n)
    }
}

/// The first bytes of what a compressed file holds.
pub(crate) fn beginning(format: Format, archive: &dyn ReadAt, bytes: u64) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    let stream = decompressed(format, Window::whole(archive));
    let stream = stream.map_err(|fault| io::Error::other(fault.to_string()))?;
    stream.take(bytes).read_to_end(&mut start)?;
    Ok(start)
}
