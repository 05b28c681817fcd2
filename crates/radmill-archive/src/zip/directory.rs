//! Where the directory of a zip archive lies: its end says it.

use super::{DAMAGED, u16_at, u32_at, u64_at};
use crate::at::read_exact_at;
use crate::{Fault, ReadAt};

const END_BYTES: u64 = 22;
/// A comment may follow, whose length is written in two bytes.
const COMMENT_BYTES_MAX: u64 = 0xffff;
const LOCATOR_BYTES: u64 = 20;

const NO_END: Fault = Fault::Damaged("its directory, which is its end, is missing");
const SEVERAL_VOLUMES: Fault = Fault::Unsupported("one volume of several");

pub(super) struct Directory {
    pub(super) offset: u64,
    pub(super) bytes: u64,
    pub(super) n_entries: u64,
}

impl Directory {
    pub(super) fn find(archive: &dyn ReadAt) -> Result<Directory, Fault> {
        let unreadable = |error: std::io::Error| Fault::Unreadable(error.kind());
        let tail_bytes = archive.bytes().min(END_BYTES + COMMENT_BYTES_MAX);
        let tail_offset = archive.bytes() - tail_bytes;
        let mut tail = vec![0; usize::try_from(tail_bytes).map_err(|_| NO_END)?];
        read_exact_at(archive, &mut tail, tail_offset).map_err(unreadable)?;
        let at = find_end(&tail).ok_or(NO_END)?;
        let (end, end_offset) = (&tail[at..], tail_offset + at as u64);
        let directory = Directory {
            offset: u64::from(u32_at(end, 16)),
            bytes: u64::from(u32_at(end, 12)),
            n_entries: u64::from(u16_at(end, 10)),
        };
        let is_long =
            u16_at(end, 10) == u16::MAX || u32_at(end, 12) == u32::MAX || u32_at(end, 16) == u32::MAX;
        let long = if is_long { Directory::find_long(archive, end_offset)? } else { None };
        if long.is_none() && (u16_at(end, 4) != 0 || u16_at(end, 8) != u16_at(end, 10)) {
            return Err(SEVERAL_VOLUMES);
        }
        let directory = long.unwrap_or(directory);
        // Each entry takes 46 bytes: a number of entries is believed as far as there is room for them.
        let is_there = directory.offset.checked_add(directory.bytes).is_some_and(|end| end <= end_offset)
            && directory.n_entries <= directory.bytes / 46;
        if is_there { Ok(directory) } else { Err(DAMAGED) }
    }

    /// The 64-bit form; `None` if there is none, and the highest numbers mean themselves.
    fn find_long(archive: &dyn ReadAt, end_offset: u64) -> Result<Option<Directory>, Fault> {
        let mut locator = [0; LOCATOR_BYTES as usize];
        let Some(offset) = end_offset.checked_sub(LOCATOR_BYTES) else { return Ok(None) };
        read_exact_at(archive, &mut locator, offset).map_err(|error| Fault::Unreadable(error.kind()))?;
        if &locator[..4] != b"PK\x06\x07" {
            return Ok(None);
        }
        let mut end = [0; 56];
        read_exact_at(archive, &mut end, u64_at(&locator, 8)).map_err(|_| DAMAGED)?;
        if &end[..4] != b"PK\x06\x06" {
            return Err(DAMAGED);
        }
        if u32_at(&end, 16) != 0 || u64_at(&end, 24) != u64_at(&end, 32) {
            return Err(SEVERAL_VOLUMES);
        }
        let (bytes, offset) = (u64_at(&end, 40), u64_at(&end, 48));
        Ok(Some(Directory { offset, bytes, n_entries: u64_at(&end, 32) }))
    }
}

/// The last place where an end begins whose comment ends with the archive.
fn find_end(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_BYTES as usize)?;
    (0..=last).rev().find(|&at| {
        let end = &tail[at..];
        end.starts_with(b"PK\x05\x06") && usize::from(u16_at(end, 20)) == end.len() - END_BYTES as usize
    })
}
