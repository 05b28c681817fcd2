//! Zip archives, by their directory: APPNOTE 6.3.10, with the 64-bit extensions, of one volume.

mod directory;
mod read;

use std::io::{BufReader, Read};

use self::directory::Directory;
pub(crate) use self::read::Stored;
use crate::at::Window;
use crate::{Contents, Fault, HARMLESS_BYTES, Limits, Member, Place, ReadAt};

const DAMAGED: Fault = Fault::Damaged("its directory is damaged; members may be missing");

/// Shortest local header, without its name.
const LOCAL_HEADER_BYTES: u64 = 30;

/// The members of an archive.
pub(crate) fn list(archive: &dyn ReadAt, limits: &Limits) -> Result<Contents, Fault> {
    let directory = Directory::find(archive)?;
    if directory.n_entries > limits.members_max {
        return Err(Fault::OverLimit("it has more members than are allowed"));
    }
    let part = Window::part(archive, directory.offset, directory.bytes).ok_or(DAMAGED)?;
    let mut entries = BufReader::with_capacity(1 << 16, part);
    let mut found = Found { contents: Contents::default(), ranges: Vec::new(), bytes: 0 };
    for _ in 0..directory.n_entries {
        match Entry::read(&mut entries) {
            Ok(entry) => found.add(entry, &directory),
            Err(fault) => {
                found.contents.fault = Some(fault);
                break;
            }
        }
    }
    found.check(archive, limits)
}

/// What the directory has so far.
struct Found {
    contents: Contents,
    /// Where the members begin and end.
    ranges: Vec<(u64, u64)>,
    /// Length of all members, uncompressed.
    bytes: u64,
}

impl Found {
    fn add(&mut self, entry: Entry, directory: &Directory) {
        if entry.name.ends_with(b"/") && entry.bytes == 0 {
            return;
        }
        self.bytes = self.bytes.saturating_add(entry.bytes);
        let end = (entry.header)
            .saturating_add(LOCAL_HEADER_BYTES + entry.name.len() as u64)
            .saturating_add(entry.stored_bytes);
        let place = match entry.fault() {
            Some(fault) => Place::Nowhere(fault),
            None if end > directory.offset => Place::Nowhere(Fault::Damaged("the member lies nowhere")),
            None => {
                self.ranges.push((entry.header, end));
                let Entry { header, stored_bytes, method, crc, .. } = entry;
                Place::Zip { header, stored_bytes, method, crc }
            }
        };
        self.contents.members.push(Member { name: entry.name, bytes: entry.bytes, place });
    }

    /// Bombs let many members share the same bytes, or are very well compressed.
    fn check(mut self, archive: &dyn ReadAt, limits: &Limits) -> Result<Contents, Fault> {
        self.ranges.sort_unstable();
        if self.ranges.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(Fault::Damaged("its members overlap"));
        }
        let bytes_max = limits.expansion_max.saturating_mul(archive.bytes());
        if self.bytes > bytes_max.max(HARMLESS_BYTES) {
            return Err(Fault::OverLimit("it expands to more times its length than is allowed"));
        }
        Ok(self.contents)
    }
}

/// A member as the directory has it.
struct Entry {
    name: Vec<u8>,
    is_link: bool,
    is_encrypted: bool,
    method: u16,
    crc: u32,
    header: u64,
    stored_bytes: u64,
    bytes: u64,
}

impl Entry {
    fn read(entries: &mut impl Read) -> Result<Entry, Fault> {
        let mut fixed = [0; 46];
        entries.read_exact(&mut fixed).map_err(|_| DAMAGED)?;
        if &fixed[..4] != b"PK\x01\x02" {
            return Err(DAMAGED);
        }
        let mut name = vec![0; usize::from(u16_at(&fixed, 28))];
        let mut extra = vec![0; usize::from(u16_at(&fixed, 30))];
        let mut comment = vec![0; usize::from(u16_at(&fixed, 32))];
        for part in [&mut name, &mut extra, &mut comment] {
            entries.read_exact(part).map_err(|_| DAMAGED)?;
        }
        // The upper byte says on what system the attributes mean what; 3 is Unix.
        let mode = if fixed[5] == 3 { u16_at(&fixed, 40) } else { 0 };
        let mut long = Long::find(&extra);
        Ok(Entry {
            name,
            is_link: mode & 0o170_000 == 0o120_000,
            is_encrypted: u16_at(&fixed, 8) & 1 != 0,
            method: u16_at(&fixed, 10),
            crc: u32_at(&fixed, 16),
            // In this order in the extra field, and there only if the short field says so.
            bytes: long.instead_of(u32_at(&fixed, 24))?,
            stored_bytes: long.instead_of(u32_at(&fixed, 20))?,
            header: long.instead_of(u32_at(&fixed, 42))?,
        })
    }

    fn fault(&self) -> Option<Fault> {
        if self.is_encrypted {
            return Some(Fault::Encrypted);
        }
        if self.is_link {
            return Some(Fault::SpecialFile);
        }
        read::unsupported(self.method)
    }
}

/// The 64-bit numbers of an entry.
struct Long<'a>(&'a [u8]);

impl<'a> Long<'a> {
    fn find(mut extra: &'a [u8]) -> Long<'a> {
        while let Some((header, rest)) = extra.split_at_checked(4) {
            let Some((field, rest)) = rest.split_at_checked(usize::from(u16_at(header, 2))) else { break };
            if u16_at(header, 0) == 1 {
                return Long(field);
            }
            extra = rest;
        }
        Long(&[])
    }

    fn instead_of(&mut self, short: u32) -> Result<u64, Fault> {
        if short != u32::MAX {
            return Ok(u64::from(short));
        }
        let (number, rest) = self.0.split_first_chunk().ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(u64::from_le_bytes(*number))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
