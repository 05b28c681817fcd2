//! Copies some images of a tar file.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use radmill_store::read_range;

const BLOCK: u64 = 512;

/// What describes an image is at most so long; what is longer was not written by radmill.
const FACTS_BYTES_MAX: u64 = 1 << 24;

/// Copies the images at these places (offset and length), each with its description, to another tar file; gives the
/// old and the new offset of each.
pub(super) fn copy(
    tar: &Path,
    stay: &BTreeSet<(u64, u64)>,
    out: &mut (dyn Write + Send),
) -> io::Result<Vec<(u64, u64)>> {
    let mut moved = Vec::with_capacity(stay.len());
    let mut at = 0;
    for (offset, length) in stay {
        moved.push((*offset, at + BLOCK));
        at += copy_image(tar, *offset, *length, out)?;
    }
    out.write_all(&[0; 2 * BLOCK as usize])?;
    Ok(moved)
}

/// Copies the member with the image, and the one after it if that describes it. Gives the bytes that were written.
fn copy_image(tar: &Path, offset: u64, length: u64, out: &mut dyn Write) -> io::Result<u64> {
    let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a tar file is not as its rows say");
    let read = |at, bytes, most| read_range(tar, at, bytes, most).map_err(|error| error.cause);
    let start = offset.checked_sub(BLOCK).ok_or_else(damaged)?;
    let header = read(start, BLOCK, BLOCK)?;
    if size_of(&header) != Some(length) {
        return Err(damaged());
    }
    let padded = length.next_multiple_of(BLOCK);
    out.write_all(&header)?;
    out.write_all(&read(offset, padded, u64::MAX)?)?;
    let mut n_written = BLOCK + padded;

    let next = read(offset + padded, BLOCK, BLOCK)?;
    if key_of(&next) == key_of(&header) {
        let facts = size_of(&next).ok_or_else(damaged)?.next_multiple_of(BLOCK);
        out.write_all(&next)?;
        out.write_all(&read(offset + padded + BLOCK, facts, FACTS_BYTES_MAX)?)?;
        n_written += BLOCK + facts;
    }
    Ok(n_written)
}

/// Length of a member.
fn size_of(header: &[u8]) -> Option<u64> {
    u64::from_str_radix(std::str::from_utf8(header.get(124..135)?).ok()?, 8).ok()
}

/// Name of a member up to its first dot, which members of one image share.
fn key_of(header: &[u8]) -> &[u8] {
    let name = header.get(..100).unwrap_or_default();
    name.split(|byte| *byte == b'.' || *byte == 0).next().unwrap_or_default()
}
