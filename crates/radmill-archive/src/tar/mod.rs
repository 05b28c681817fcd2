//! Tar archives: blocks of 512 bytes, a header before the bytes of each member.
//!
//! POSIX pax interchange format, with the extensions of GNU tar that are met in practice.

mod header;
mod walk;

pub(crate) use header::is_header;
pub(crate) use walk::{Seeking, Skipping};

use std::io::Read;

use self::header::{Header, Kind};
use self::walk::Walk;
use crate::at::Window;
use crate::stream::reserved;
use crate::{Contents, Fault, Limits, Member, Place, ReadAt};

/// Length of a block.
pub(crate) const BLOCK: usize = 512;

/// Most bytes of what extends the next header: a name has a few hundred, and some writers add attributes.
const EXTENSION_BYTES_MAX: u64 = 1 << 20;

/// An archive is filled up to whole records with empty blocks, of which a record has 2048 at most. After more of them
/// there is nothing: a sparse file is read for hours where there is nothing.
const EMPTY_BLOCKS_MAX: u64 = 4096;

/// About what is kept of a member besides its name.
const MEMBER_BYTES: u64 = 128;
/// What may be kept of the members, as a multiple of the length of the archive: headers that are all alike are compressed
/// to a thousandth, and a list of them would fill the memory. Files with something in them take more than their headers.
const KEPT_TIMES_MAX: u64 = 32;
/// What may be kept of any archive.
const KEPT_ALWAYS_BYTES: u64 = 1 << 16;

const TOO_EARLY: &str = "it ends in the middle of a member; that one, and any after it, are lost";
const NO_END: &str = "it ends without its end mark; members may be missing";

/// The members of an archive of this length. What was read before a fault is given with it.
pub(crate) fn list(walk: &mut dyn Walk, archive_bytes: u64, limits: &Limits) -> Result<Contents, Fault> {
    let mut contents = Contents::default();
    let mut room = Room(archive_bytes.saturating_mul(KEPT_TIMES_MAX).saturating_add(KEPT_ALWAYS_BYTES));
    match list_into(walk, limits, &mut room, &mut contents.members) {
        Ok(()) => Ok(contents),
        Err(fault @ Fault::OverLimit(_)) => Err(fault),
        Err(fault) => Ok(Contents { fault: Some(fault), ..contents }),
    }
}

fn list_into(
    walk: &mut dyn Walk,
    limits: &Limits,
    room: &mut Room,
    members: &mut Vec<Member>,
) -> Result<(), Fault> {
    let mut next = Extended::default();
    let (mut n_headers, mut n_empty_blocks) = (0, 0);
    while let Some(block) = walk.block()? {
        let has_ended = n_empty_blocks > 0;
        if block.iter().all(|&byte| byte == 0) {
            n_empty_blocks += 1;
            if n_empty_blocks > EMPTY_BLOCKS_MAX {
                return Ok(());
            }
            continue;
        }
        let header = match Header::read(&block) {
            Some(header) => header,
            // What follows the end mark is no member: tapes were filled up with anything.
            None if has_ended => return Ok(()),
            None => return Err(Fault::Damaged("a header is damaged; the members after it are lost")),
        };
        n_headers += 1;
        if n_headers > limits.members_max {
            return Err(Fault::OverLimit("it has more members than are allowed"));
        }
        // Archives that were put one after the other.
        n_empty_blocks = 0;
        match header.kind {
            Kind::LongName => next.name = Some(trimmed(extension(walk, header.bytes)?)),
            Kind::Pax => next.add(&extension(walk, header.bytes)?)?,
            Kind::Ignored => pass(walk, header.bytes)?,
            Kind::Folder => next = Extended::default(),
            Kind::Member(_) => {
                if let Some(member) = member(walk, header, std::mem::take(&mut next))? {
                    room.take(&member)?;
                    members.push(member);
                }
            }
        }
    }
    if n_empty_blocks > 0 { Ok(()) } else { Err(Fault::Damaged(NO_END)) }
}

/// Bytes that may still be kept of members.
struct Room(u64);

impl Room {
    fn take(&mut self, member: &Member) -> Result<(), Fault> {
        let left = self.0.checked_sub(MEMBER_BYTES + member.name.len() as u64);
        self.0 = left.ok_or(Fault::OverLimit("it lists more than an archive of its length may"))?;
        Ok(())
    }
}

/// Goes past a member, and says where it lies.
fn member(walk: &mut dyn Walk, header: Header, next: Extended) -> Result<Option<Member>, Fault> {
    let Kind::Member(fault) = header.kind else { return Ok(None) };
    if header.has_more_headers {
        while walk.block()?.ok_or(Fault::Damaged(TOO_EARLY))?[504] != 0 {}
    }
    let bytes = if header.has_data { next.bytes.unwrap_or(header.bytes) } else { 0 };
    let fault = if next.is_sparse { Some(header::SPARSE) } else { fault };
    let place = fault.map_or_else(|| walk.place(), Place::Nowhere);
    let name = next.name.unwrap_or(header.name);
    let is_folder = name.ends_with(b"/") && bytes == 0;
    pass(walk, bytes)?;
    Ok((!is_folder).then_some(Member { name, bytes, place }))
}

/// What headers before it say of a member.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    bytes: Option<u64>,
    is_sparse: bool,
}

impl Extended {
    /// Adds the records of a pax header: `LENGTH KEY=VALUE`, each with a line break that its length counts.
    fn add(&mut self, mut records: &[u8]) -> Result<(), Fault> {
        const DAMAGED: Fault = Fault::Damaged("an extended header is damaged; the members after it are lost");
        while !records.is_empty() && records[0] != 0 {
            let blank = records.iter().position(|&byte| byte == b' ').ok_or(DAMAGED)?;
            let length = number(&records[..blank]).and_then(|length| usize::try_from(length).ok());
            let length =
                length.filter(|length| (blank + 2..=records.len()).contains(length)).ok_or(DAMAGED)?;
            let record = &records[blank + 1..length - 1];
            let equals = record.iter().position(|&byte| byte == b'=').ok_or(DAMAGED)?;
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"path" => self.name = Some(value.to_vec()),
                b"size" => self.bytes = Some(number(value).ok_or(DAMAGED)?),
                b"GNU.sparse.name" => self.name = Some(value.to_vec()),
                _ => {}
            }
            self.is_sparse |= key.starts_with(b"GNU.sparse.");
            records = &records[length..];
        }
        Ok(())
    }
}

/// Decimal digits.
fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// What extends the next header.
fn extension(walk: &mut dyn Walk, bytes: u64) -> Result<Vec<u8>, Fault> {
    if bytes > EXTENSION_BYTES_MAX {
        return Err(Fault::OverLimit("an extended header is longer than 1 MiB"));
    }
    let mut data = Vec::new();
    while (data.len() as u64) < bytes {
        data.extend(walk.block()?.ok_or(Fault::Damaged(TOO_EARLY))?);
    }
    data.truncate(usize::try_from(bytes).unwrap_or(0));
    Ok(data)
}

/// A name ends at its first NUL.
fn trimmed(mut name: Vec<u8>) -> Vec<u8> {
    name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
    name
}

/// Goes past the data of a member.
fn pass(walk: &mut dyn Walk, bytes: u64) -> Result<(), Fault> {
    let padded = bytes.checked_next_multiple_of(BLOCK as u64).ok_or(Fault::Damaged(TOO_EARLY))?;
    walk.pass(padded)
}

/// The bytes of a member of an archive that is not compressed.
pub(crate) fn read(archive: &dyn ReadAt, offset: u64, bytes: u64) -> Result<Vec<u8>, Fault> {
    let part = Window::part(archive, offset, bytes).ok_or(Fault::Damaged(TOO_EARLY))?;
    let mut member = reserved(bytes)?;
    part.take(bytes).read_to_end(&mut member).map_err(|error| Fault::of_stream(&error))?;
    if member.len() as u64 == bytes { Ok(member) } else { Err(Fault::Damaged(TOO_EARLY)) }
}
