//! The bytes of one member.

use std::io::{BufReader, Read};

use flate2::bufread::DeflateDecoder;

use super::{LOCAL_HEADER_BYTES, u16_at};
use crate::at::{Window, read_exact_at};
use crate::stream::reserved;
use crate::{Fault, ReadAt};

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ZSTD: u16 = 93;
/// What APPNOTE 4.4.5 called Zstandard before.
const ZSTD_OLD: u16 = 20;

/// No byte of deflated data stands for more.
const DEFLATE_EXPANSION_MAX: u64 = 1032;

/// A member as it is stored.
pub(crate) struct Stored {
    pub(crate) header: u64,
    pub(crate) stored_bytes: u64,
    pub(crate) method: u16,
    pub(crate) crc: u32,
}

/// Why a compression method cannot be read; `None` if it can.
pub(super) fn unsupported(method: u16) -> Option<Fault> {
    match method {
        STORED | DEFLATED | ZSTD | ZSTD_OLD => None,
        9 => Some(Fault::Unsupported("compressed with Deflate64")),
        12 => Some(Fault::Unsupported("compressed with bzip2")),
        14 => Some(Fault::Unsupported("compressed with LZMA")),
        95 => Some(Fault::Unsupported("compressed with XZ")),
        99 => Some(Fault::Encrypted),
        _ => Some(Fault::Unsupported("compressed with an unknown method")),
    }
}

impl Stored {
    /// The uncompressed bytes, of which there must be as many as declared, with the right checksum.
    pub(crate) fn read(&self, archive: &dyn ReadAt, bytes: u64) -> Result<Vec<u8>, Fault> {
        const CONTRADICTION: Fault = Fault::Damaged("the member has another length than the directory says");
        let stored = BufReader::with_capacity(1 << 16, self.window(archive)?);
        let is_possible = match self.method {
            STORED => bytes == self.stored_bytes,
            DEFLATED => bytes <= self.stored_bytes.saturating_mul(DEFLATE_EXPANSION_MAX),
            _ => true,
        };
        if !is_possible {
            return Err(CONTRADICTION);
        }
        let stream: Box<dyn Read> = match self.method {
            STORED => Box::new(stored),
            DEFLATED => Box::new(DeflateDecoder::new(stored)),
            _ => Box::new(zstd::Decoder::with_buffer(stored).map_err(|error| Fault::of_stream(&error))?),
        };
        let mut member = reserved(bytes)?;
        stream.take(bytes + 1).read_to_end(&mut member).map_err(|error| Fault::of_stream(&error))?;
        if member.len() as u64 != bytes {
            return Err(CONTRADICTION);
        }
        if crc32fast::hash(&member) != self.crc {
            return Err(Fault::Damaged("the checksum of the member does not fit"));
        }
        Ok(member)
    }

    /// What follows the local header, whose own lengths say where it ends.
    fn window<'a>(&self, archive: &'a dyn ReadAt) -> Result<Window<'a>, Fault> {
        const NO_HEADER: Fault = Fault::Damaged("the member lies nowhere");
        let mut header = [0; LOCAL_HEADER_BYTES as usize];
        read_exact_at(archive, &mut header, self.header).map_err(|error| Fault::of_stream(&error))?;
        if &header[..4] != b"PK\x03\x04" || u16_at(&header, 8) != self.method {
            return Err(NO_HEADER);
        }
        let variable = u64::from(u16_at(&header, 26)) + u64::from(u16_at(&header, 28));
        let data = self.header.checked_add(LOCAL_HEADER_BYTES + variable).ok_or(NO_HEADER)?;
        Window::part(archive, data, self.stored_bytes).ok_or(NO_HEADER)
    }
}
