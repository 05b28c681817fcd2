//! Going through a tar archive: by offset where that can be done, byte after byte where it is compressed.

use std::io::{self, Read};

use super::{BLOCK, TOO_EARLY};
use crate::at::Window;
use crate::stream::{Bounded, skip};
use crate::{Fault, Place, ReadAt};

/// Goes through the blocks of an archive.
pub(crate) trait Walk {
    /// The next block; `None` at the end.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, Fault>;

    /// Goes this many bytes further.
    fn pass(&mut self, bytes: u64) -> Result<(), Fault>;

    /// Where the next byte lies.
    fn place(&self) -> Place;
}

/// Goes from header to header, and reads nothing else.
pub(crate) struct Seeking<'a>(Window<'a>);

impl<'a> Seeking<'a> {
    pub(crate) fn new(archive: &'a dyn ReadAt) -> Seeking<'a> {
        Seeking(Window::whole(archive))
    }
}

impl Walk for Seeking<'_> {
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, Fault> {
        read_block(&mut self.0)
    }

    fn pass(&mut self, bytes: u64) -> Result<(), Fault> {
        if self.0.skip(bytes) { Ok(()) } else { Err(Fault::Damaged(TOO_EARLY)) }
    }

    fn place(&self) -> Place {
        Place::Plain { offset: self.0.position() }
    }
}

/// Reads all of a stream.
pub(crate) struct Skipping<R> {
    stream: Bounded<R>,
    position: u64,
}

impl<R: Read> Skipping<R> {
    /// Refuses a stream that gives more than `bytes_max`.
    pub(crate) fn new(stream: R, bytes_max: u64) -> Skipping<R> {
        Skipping { stream: Bounded::new(stream, bytes_max), position: 0 }
    }
}

impl<R: Read> Walk for Skipping<R> {
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, Fault> {
        let block = read_block(&mut self.stream)?;
        self.position += block.map_or(0, |block| block.len() as u64);
        Ok(block)
    }

    fn pass(&mut self, bytes: u64) -> Result<(), Fault> {
        skip(&mut self.stream, bytes).map_err(|error| fault(&error))?;
        self.position += bytes;
        Ok(())
    }

    fn place(&self) -> Place {
        Place::Stream { offset: self.position }
    }
}

fn read_block(stream: &mut impl Read) -> Result<Option<[u8; BLOCK]>, Fault> {
    let mut block = [0; BLOCK];
    let mut filled = 0;
    while filled < BLOCK {
        match stream.read(&mut block[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(Fault::Damaged(TOO_EARLY)),
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(fault(&error)),
        }
    }
    Ok(Some(block))
}

fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Fault::Damaged(TOO_EARLY),
        _ => Fault::of_stream(error),
    }
}
