//! One header block.

use super::BLOCK;
use crate::Fault;

/// A sparse member: its holes are described elsewhere.
pub(super) const SPARSE: Fault = Fault::Unsupported("a sparse file, whose holes were left out");

/// What a header stands for.
pub(super) enum Kind {
    /// A file; why it cannot be read, if it cannot.
    Member(Option<Fault>),
    /// A folder.
    Folder,
    /// The name of the next member (GNU).
    LongName,
    /// Attributes of the next member (POSIX pax).
    Pax,
    /// Something with data that is no file: attributes of all members, a long link name, a volume label.
    Ignored,
}

pub(super) struct Header {
    pub(super) kind: Kind,
    /// The name as this block has it.
    pub(super) name: Vec<u8>,
    /// Length of the data, as this block has it.
    pub(super) bytes: u64,
    /// False where `bytes` says nothing of what follows: links have the length of what they lead to.
    pub(super) has_data: bool,
    /// More blocks of the header follow, about holes.
    pub(super) has_more_headers: bool,
}

/// True if something that begins like this is a tar archive.
pub(crate) fn is_header(start: &[u8]) -> bool {
    start.first_chunk().is_some_and(|block| Header::read(block).is_some())
}

impl Header {
    /// `None` if the checksum does not fit, or a number is none.
    pub(super) fn read(block: &[u8; BLOCK]) -> Option<Header> {
        let bytes = number(&block[124..136])?;
        if !fits(block) {
            return None;
        }
        let type_flag = block[156];
        let kind = match type_flag {
            b'5' => Kind::Folder,
            b'L' => Kind::LongName,
            b'x' | b'X' => Kind::Pax,
            b'g' | b'K' | b'V' | b'D' => Kind::Ignored,
            b'1' | b'2' | b'3' | b'4' | b'6' => Kind::Member(Some(Fault::SpecialFile)),
            b'S' => Kind::Member(Some(SPARSE)),
            b'M' => Kind::Member(Some(Fault::Unsupported("the rest of a file from another volume"))),
            // What is unknown is a file, says POSIX.
            _ => Kind::Member(None),
        };
        let has_data = !matches!(type_flag, b'1'..=b'6');
        let has_more_headers = type_flag == b'S' && block[482] != 0;
        Some(Header { kind, name: name(block), bytes, has_data, has_more_headers })
    }
}

/// The checksum is over the block with blanks in its own place. Some old writers took bytes for signed numbers.
fn fits(block: &[u8; BLOCK]) -> bool {
    let others = || block[..148].iter().chain(&block[156..]);
    let unsigned: i64 = others().map(|&byte| i64::from(byte)).sum();
    let signed: i64 = others().map(|&byte| i64::from(byte.cast_signed())).sum();
    let blanks = 8 * i64::from(b' ');
    let stated = number(&block[148..156]).and_then(|stated| i64::try_from(stated).ok());
    stated.is_some_and(|stated| stated == unsigned + blanks || stated == signed + blanks)
}

fn name(block: &[u8; BLOCK]) -> Vec<u8> {
    let until_nul = |field: &[u8]| field.split(|&byte| byte == 0).next().unwrap_or_default().to_vec();
    let mut name = until_nul(&block[..100]);
    if &block[257..263] == b"ustar\0" && block[345] != 0 {
        let mut whole = until_nul(&block[345..500]);
        whole.push(b'/');
        whole.append(&mut name);
        return whole;
    }
    name
}

/// Octal digits between blanks and NUL, or, after a byte with the highest bit alone, a binary number (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, binary @ ..] = field {
        return binary
            .iter()
            .try_fold(0_u64, |number, &byte| Some(number.checked_mul(256)? | u64::from(byte)));
    }
    let digits = field.split(|&byte| byte == 0).next().unwrap_or_default();
    let text = std::str::from_utf8(digits).ok()?.trim_matches(' ');
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}
