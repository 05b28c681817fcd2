//! Goes through a DICOM file from its first byte to its last and shows every element to a visitor.
//!
//! Nothing is decoded into objects and nothing is believed: lengths are followed only as far as there are bytes, a
//! wrong VR is read as what it may have been meant as, and where the structure cannot be followed the walk ends and
//! says so, so that the caller can look at the rest as bytes.

use std::io::{self, Read};

use dicom_core::{Tag, VR};
use flate2::read::DeflateDecoder;

use crate::read::charset::CharacterSets;
use crate::read::tag::TagPath;
use crate::read::vr::{dictionary_vr, has_long_length, is_private};

/// Values up to this length are shown whole; longer ones, and pixel data, in chunks.
const VALUE_BYTES_MAX: u64 = 16 << 20;

/// Length of a chunk, and how much of the one before comes again so that nothing is cut in two.
const CHUNK_BYTES: usize = 1 << 20;

/// Deeper nesting than any real object has; a hostile one must not exhaust the stack.
const DEPTH_MAX: usize = 64;

/// More elements than any real object has, and as long an inflated data set.
const ELEMENTS_MAX: u32 = 4_000_000;
const INFLATED_BYTES_MAX: u64 = 4 << 30;

const UNDEFINED: u32 = u32::MAX;
const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);
const SPECIFIC_CHARACTER_SET: Tag = Tag(0x0008, 0x0005);
const TRANSFER_SYNTAX_UID: Tag = Tag(0x0002, 0x0010);

/// An element whose value is not itself a sequence.
pub(crate) struct Element<'a> {
    pub(crate) path: &'a TagPath,
    /// As written, or by the dictionary where nothing or `UN` is written.
    pub(crate) vr: VR,
    pub(crate) value: &'a [u8],
    pub(crate) character_sets: &'a CharacterSets,
    /// Numbers have their high byte first.
    pub(crate) big_endian: bool,
}

/// Sees what a walk comes by.
pub(crate) trait Visitor {
    /// The 128 bytes before the prefix `DICM`.
    fn preamble(&mut self, _bytes: &[u8]) {}

    fn element(&mut self, element: &Element<'_>);

    /// A piece of a value that is not shown whole: pixel data, a fragment, a value of many megabytes.
    /// `start` says that a new value or fragment begins.
    fn bulk(&mut self, _path: &TagPath, _start: bool, _bytes: &[u8]) {}

    /// An empty or absent sequence is no finding; one with items is seen here first.
    fn sequence(&mut self, _path: &TagPath) {}

    /// Whether the walk may end: before pixel data, for those who read headers only.
    fn stop_before(&mut self, _path: &TagPath) -> bool {
        false
    }
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walked {
    /// To the last byte, or to where the visitor had seen enough.
    Whole,
    /// The structure could not be followed from some byte on.
    Broken,
    /// It does not begin like a DICOM file.
    NotDicom,
}

/// Shows the elements of a file to `visitor`.
///
/// # Errors
///
/// Fails only if reading fails, which is not the same as a file that ends early.
pub(crate) fn walk(reader: impl Read, visitor: &mut dyn Visitor) -> io::Result<Walked> {
    let mut walk = Walk { input: Input::new(Box::new(reader)), visitor, around: Vec::new(), n_elements: 0 };
    match walk.file() {
        Ok(()) | Err(Stop::Enough) => Ok(Walked::Whole),
        Err(Stop::Broken) => Ok(Walked::Broken),
        Err(Stop::NotDicom) => Ok(Walked::NotDicom),
        Err(Stop::Read(error)) => Err(error),
    }
}

/// Shows the elements of a value that holds items, as if it were the sequence at `path`. False if it does not.
pub(crate) fn walk_items(
    path: &TagPath,
    bytes: &[u8],
    character_sets: &CharacterSets,
    visitor: &mut dyn Visitor,
) -> bool {
    let mut walk =
        Walk { input: Input::new(Box::new(bytes)), visitor, around: path.around().to_vec(), n_elements: 0 };
    let end = Some(bytes.len() as u64);
    walk.items(path.tag(), Syntax::IMPLICIT, end, character_sets).is_ok()
}

enum Stop {
    Enough,
    Broken,
    NotDicom,
    Read(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Stop {
        match error.kind() {
            // A deflated stream that is damaged says so with these.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                Stop::Broken
            }
            _ => Stop::Read(error),
        }
    }
}

#[derive(Clone, Copy)]
struct Syntax {
    explicit: bool,
    big_endian: bool,
}

impl Syntax {
    const IMPLICIT: Syntax = Syntax { explicit: false, big_endian: false };
    const EXPLICIT: Syntax = Syntax { explicit: true, big_endian: false };
}

/// Bytes with the number of those that were read, and a few that were looked at beforehand.
struct Input<'r> {
    reader: Box<dyn Read + 'r>,
    ahead: Vec<u8>,
    position: u64,
}

impl<'r> Input<'r> {
    fn new(reader: Box<dyn Read + 'r>) -> Input<'r> {
        Input { reader, ahead: Vec::new(), position: 0 }
    }

    /// Up to `n` bytes that come next, without passing over them.
    fn peek(&mut self, n: usize) -> io::Result<&[u8]> {
        while self.ahead.len() < n {
            let mut more = [0; 256];
            let wanted = (n - self.ahead.len()).min(more.len());
            match self.reader.read(&mut more[..wanted]) {
                Ok(0) => break,
                Ok(n_read) => self.ahead.extend_from_slice(&more[..n_read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.ahead[..n.min(self.ahead.len())])
    }

    /// Up to `n` bytes; fewer only at the end.
    fn take(&mut self, n: u64) -> io::Result<Vec<u8>> {
        let from_ahead = usize::try_from(n).unwrap_or(usize::MAX).min(self.ahead.len());
        let mut bytes: Vec<u8> = self.ahead.drain(..from_ahead).collect();
        self.reader.by_ref().take(n - from_ahead as u64).read_to_end(&mut bytes)?;
        self.position += bytes.len() as u64;
        Ok(bytes)
    }

    fn exact<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let bytes = self.take(N as u64)?;
        bytes.try_into().map_err(|_| Stop::Broken)
    }
}

struct Walk<'r, 'v> {
    input: Input<'r>,
    visitor: &'v mut dyn Visitor,
    around: Vec<(Tag, u32)>,
    n_elements: u32,
}

impl Walk<'_, '_> {
    fn file(&mut self) -> Result<(), Stop> {
        let start = self.input.peek(132)?;
        if start.len() == 132 && start[128..] == *b"DICM" {
            let preamble = self.input.take(132)?;
            self.visitor.preamble(&preamble[..128]);
        } else if start.starts_with(b"DICM") {
            self.input.take(4)?;
        } else if !begins_like_a_data_set(start) {
            return Err(Stop::NotDicom);
        }
        let transfer_syntax = self.file_meta()?;
        let syntax = match transfer_syntax.as_deref() {
            Some("1.2.840.10008.1.2") => Syntax::IMPLICIT,
            Some("1.2.840.10008.1.2.2") => Syntax { explicit: true, big_endian: true },
            Some("1.2.840.10008.1.2.1.99") => {
                self.inflate()?;
                Syntax::EXPLICIT
            }
            _ => Syntax::EXPLICIT,
        };
        let syntax = self.as_it_looks(syntax)?;
        self.data_set(syntax, None, &CharacterSets::default())
    }

    /// Reads group 0002 (PS3.10 7.1), which is there or not, and gives the Transfer Syntax UID.
    fn file_meta(&mut self) -> Result<Option<String>, Stop> {
        let mut transfer_syntax = None;
        while self.input.peek(2)? == [2, 0] {
            let syntax = self.as_it_looks(Syntax::EXPLICIT)?;
            let header = self.header(syntax)?.ok_or(Stop::Broken)?;
            let mut value = Vec::new();
            if header.length != UNDEFINED && u64::from(header.length) <= VALUE_BYTES_MAX {
                value = self.whole_value(&header, &CharacterSets::default())?;
            } else {
                self.value(header, syntax, &CharacterSets::default())?;
            }
            if header.tag == TRANSFER_SYNTAX_UID {
                let text = String::from_utf8_lossy(&value);
                transfer_syntax = Some(text.trim_matches(['\0', ' ']).to_owned());
            }
        }
        Ok(transfer_syntax)
    }

    fn inflate(&mut self) -> Result<(), Stop> {
        let ahead = std::mem::take(&mut self.input.ahead);
        let rest = std::mem::replace(&mut self.input.reader, Box::new(io::empty()));
        self.input.reader =
            Box::new(DeflateDecoder::new(io::Cursor::new(ahead).chain(rest)).take(INFLATED_BYTES_MAX));
        Ok(())
    }

    /// The syntax in which the next element really seems to be written. Letters where a VR would be are believed.
    fn as_it_looks(&mut self, claimed: Syntax) -> Result<Syntax, Stop> {
        let start = self.input.peek(8)?;
        let Some(vr) = start.get(4..6) else { return Ok(claimed) };
        let has_vr = VR::from_binary([vr[0], vr[1]]).is_some();
        // A big-endian group below 0100 has its zero byte first.
        let big_endian = claimed.big_endian || (has_vr && start[0] == 0 && start[1] != 0);
        Ok(if has_vr { Syntax { explicit: true, big_endian } } else { Syntax::IMPLICIT })
    }

    /// Elements up to `end`, an Item Delimitation, or the end of the file.
    fn data_set(&mut self, syntax: Syntax, end: Option<u64>, inherited: &CharacterSets) -> Result<(), Stop> {
        if self.around.len() > DEPTH_MAX {
            return Err(Stop::Broken);
        }
        let mut character_sets = inherited.clone();
        while end.is_none_or(|end| self.input.position < end) {
            let Some(header) = self.header(syntax)? else {
                return if self.around.is_empty() { Ok(()) } else { Err(Stop::Broken) };
            };
            if header.tag == ITEM_END || header.tag == SEQUENCE_END {
                return Ok(());
            }
            if header.tag == Tag(0, 0) && self.around.is_empty() {
                // Zeros up to a round length, as some media have them: no elements, but looked at all the same.
                return self.rest(&TagPath::of(&[], header.tag));
            }
            self.n_elements += 1;
            if self.n_elements > ELEMENTS_MAX {
                return Err(Stop::Broken);
            }
            if header.tag == SPECIFIC_CHARACTER_SET && header.length < 1024 {
                let value = self.whole_value(&header, &character_sets)?;
                character_sets = CharacterSets::of(&value);
            } else {
                self.value(header, syntax, &character_sets)?;
            }
        }
        Ok(())
    }

    /// The next tag, VR and length; none at the end of the input.
    fn header(&mut self, syntax: Syntax) -> Result<Option<Header>, Stop> {
        let start = self.input.peek(8)?;
        if start.is_empty() {
            return Ok(None);
        }
        let start: [u8; 8] = start.try_into().map_err(|_| Stop::Broken)?;
        let tag = Tag(syntax.u16([start[0], start[1]]), syntax.u16([start[2], start[3]]));
        let written = VR::from_binary([start[4], start[5]]);
        self.input.take(4)?;
        // Delimiters have no VR; other elements without one are implicit, whatever the rest of the file is.
        let vr = if syntax.explicit && tag.0 != 0xFFFE { written } else { None };
        let length = match vr {
            Some(vr) if has_long_length(vr) => {
                self.input.take(4)?;
                syntax.u32(self.input.exact()?)
            }
            Some(_) => {
                let [_, _, low, high] = self.input.exact()?;
                u32::from(syntax.u16([low, high]))
            }
            None if syntax.explicit && tag.0 != 0xFFFE && start[4..6].iter().all(u8::is_ascii_uppercase) => {
                // A VR of a later edition; PS3.5 7.1.2 promises the long form.
                self.input.take(4)?;
                syntax.u32(self.input.exact()?)
            }
            None => syntax.u32(self.input.exact()?),
        };
        let vr = match vr {
            Some(VR::UN) | None => dictionary_vr(tag).unwrap_or(VR::UN),
            Some(vr) => vr,
        };
        // What is written as UN, or of undefined length without a sequence VR, is implicit inside (PS3.5 6.2.2).
        let implicit_inside = !syntax.explicit || written == Some(VR::UN);
        Ok(Some(Header { tag, vr, length, implicit_inside, big_endian: syntax.big_endian }))
    }

    fn value(&mut self, header: Header, syntax: Syntax, character_sets: &CharacterSets) -> Result<(), Stop> {
        let path = TagPath::of(&self.around, header.tag);
        if self.visitor.stop_before(&path) {
            return Err(Stop::Enough);
        }
        let inside = if header.implicit_inside { Syntax::IMPLICIT } else { syntax };
        if header.length == UNDEFINED {
            return match header.vr {
                VR::OB | VR::OW if !is_private(header.tag) || self.next_is_fragment()? => {
                    self.fragments(&path, syntax)
                }
                _ => {
                    self.visitor.sequence(&path);
                    self.items(header.tag, inside, None, character_sets)
                }
            };
        }
        let length = u64::from(header.length);
        if header.vr == VR::SQ {
            if length > 0 {
                self.visitor.sequence(&path);
            }
            let end = self.input.position + length;
            return self.items(header.tag, inside, Some(end), character_sets);
        }
        if is_pixel_data(header.tag) || length > VALUE_BYTES_MAX {
            return self.bulk(&path, length);
        }
        self.whole_value(&header, character_sets)?;
        Ok(())
    }

    fn whole_value(&mut self, header: &Header, character_sets: &CharacterSets) -> Result<Vec<u8>, Stop> {
        let value = self.input.take(u64::from(header.length))?;
        let is_short = value.len() as u64 != u64::from(header.length);
        let path = TagPath::of(&self.around, header.tag);
        let holds_items =
            matches!(header.vr, VR::UN | VR::OB) && value.starts_with(&[0xFE, 0xFF, 0x00, 0xE0]);
        if !(holds_items && walk_items(&path, &value, character_sets, self.visitor)) {
            let element = Element {
                path: &path,
                vr: header.vr,
                value: &value,
                character_sets,
                big_endian: header.big_endian,
            };
            self.visitor.element(&element);
        }
        if is_short { Err(Stop::Broken) } else { Ok(value) }
    }

    /// Items up to `end` or the Sequence Delimitation.
    fn items(
        &mut self,
        sequence: Tag,
        syntax: Syntax,
        end: Option<u64>,
        character_sets: &CharacterSets,
    ) -> Result<(), Stop> {
        let mut item_index = 0;
        while end.is_none_or(|end| self.input.position < end) {
            let [a, b, c, d, l0, l1, l2, l3] = self.input.exact()?;
            let tag = Tag(syntax.u16([a, b]), syntax.u16([c, d]));
            let length = syntax.u32([l0, l1, l2, l3]);
            match tag {
                SEQUENCE_END => return Ok(()),
                ITEM => {}
                _ => return Err(Stop::Broken),
            }
            self.around.push((sequence, item_index));
            let end_of_item = (length != UNDEFINED).then(|| self.input.position + u64::from(length));
            let item_syntax = if length == 0 { syntax } else { self.as_it_looks_inside(syntax)? };
            self.data_set(item_syntax, end_of_item, character_sets)?;
            self.around.pop();
            item_index += 1;
        }
        Ok(())
    }

    /// Sequences hidden in `UN` are implicit by the standard and explicit by some writers.
    fn as_it_looks_inside(&mut self, syntax: Syntax) -> Result<Syntax, Stop> {
        if syntax.explicit {
            return Ok(syntax);
        }
        self.as_it_looks(syntax)
    }

    fn next_is_fragment(&mut self) -> Result<bool, Stop> {
        let next = self.input.peek(12)?;
        // A fragment of an image or an empty offset table; an item with elements begins with a small group number.
        Ok(next.len() == 12
            && next[..4] == [0xFE, 0xFF, 0x00, 0xE0]
            && (next[4..8] == [0; 4] || next[8] == 0xFF))
    }

    fn fragments(&mut self, path: &TagPath, syntax: Syntax) -> Result<(), Stop> {
        loop {
            let [a, b, c, d, l0, l1, l2, l3] = self.input.exact()?;
            match Tag(syntax.u16([a, b]), syntax.u16([c, d])) {
                SEQUENCE_END => return Ok(()),
                ITEM => self.bulk(path, u64::from(syntax.u32([l0, l1, l2, l3])))?,
                _ => return Err(Stop::Broken),
            }
        }
    }

    fn rest(&mut self, path: &TagPath) -> Result<(), Stop> {
        let mut start = true;
        loop {
            let chunk = self.input.take(CHUNK_BYTES as u64)?;
            if chunk.is_empty() {
                return Ok(());
            }
            self.visitor.bulk(path, start, &chunk);
            start = false;
        }
    }

    fn bulk(&mut self, path: &TagPath, length: u64) -> Result<(), Stop> {
        let mut left = length;
        let mut start = true;
        while left > 0 {
            let chunk = self.input.take(left.min(CHUNK_BYTES as u64))?;
            if chunk.is_empty() {
                return Err(Stop::Broken);
            }
            self.visitor.bulk(path, start, &chunk);
            start = false;
            left -= chunk.len() as u64;
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
struct Header {
    tag: Tag,
    vr: VR,
    length: u32,
    implicit_inside: bool,
    big_endian: bool,
}

impl Syntax {
    fn u16(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn u32(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// Pixel Data, Float Pixel Data and Double Float Pixel Data (PS3.3 C.7.6.3, C.7.6.24).
pub(crate) fn is_pixel_data(tag: Tag) -> bool {
    matches!(tag, Tag(0x7FE0, 0x0008..=0x0010))
}

/// A file without preamble begins with file meta, a command group, or the first groups of a data set.
fn begins_like_a_data_set(start: &[u8]) -> bool {
    let Some(&[group_low, group_high, element_low, element_high, ..]) = start.get(..8) else { return false };
    let tag =
        Tag(u16::from_le_bytes([group_low, group_high]), u16::from_le_bytes([element_low, element_high]));
    let swapped = Tag(tag.0.swap_bytes(), tag.1.swap_bytes());
    [tag, swapped].into_iter().any(|tag| {
        matches!(tag.0, 0x0000 | 0x0002 | 0x0004 | 0x0008 | 0x0010)
            && (tag.1 == 0 || dictionary_vr(tag).is_some())
            && tag != Tag(0, 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Remembers where it was and what it saw.
    #[derive(Default)]
    struct Seen(Vec<String>);

    impl Visitor for Seen {
        fn element(&mut self, element: &Element<'_>) {
            self.0.push(format!(
                "{} {} {}",
                element.path,
                element.vr,
                String::from_utf8_lossy(element.value)
            ));
        }

        fn bulk(&mut self, path: &TagPath, _start: bool, bytes: &[u8]) {
            self.0.push(format!("{path} bulk {}", bytes.len()));
        }
    }

    #[track_caller]
    fn check(bytes: &[u8], walked: Walked, expected: &[&str]) {
        let mut seen = Seen::default();
        assert_eq!(walk(bytes, &mut seen).unwrap(), walked, "{:?}", seen.0);
        assert_eq!(seen.0, expected);
    }

    #[test]
    fn bare_data_sets_in_every_encoding() {
        check(b"\x08\0\x60\0CS\x02\0CT", Walked::Whole, &["(0008,0060) CS CT"]);
        check(b"\x08\0\x60\0\x02\0\0\0CT", Walked::Whole, &["(0008,0060) CS CT"]);
        check(b"\0\x08\0\x60CS\0\x02CT", Walked::Whole, &["(0008,0060) CS CT"]);
    }

    #[test]
    fn nesting_of_defined_and_undefined_length() {
        let inner = b"\xfe\xff\0\xe0\xff\xff\xff\xff\x08\0\x60\0CS\x02\0CT\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0";
        let open =
            [b"\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff".as_slice(), inner, b"\x10\0\x20\0LO\x02\0 7"].concat();
        check(&open, Walked::Whole, &["(0008,1140)[0].(0008,0060) CS CT", "(0010,0020) LO  7"]);
        let closed = b"\x08\0\x40\x11SQ\0\0\x12\0\0\0\xfe\xff\0\xe0\x0a\0\0\0\x08\0\x60\0CS\x02\0CT";
        check(closed, Walked::Whole, &["(0008,1140)[0].(0008,0060) CS CT"]);
    }

    #[test]
    fn what_ends_early_is_broken_and_shown_as_far_as_it_goes() {
        check(b"\x08\0\x60\0CS\x08\0CT", Walked::Broken, &["(0008,0060) CS CT"]);
        check(b"\x89PNG\r\n\x1a\n....", Walked::NotDicom, &[]);
        check(b"", Walked::NotDicom, &[]);
        check(
            b"\x08\0\x60\0CS\x02\0CT\0\0\0\0\0\0\0\0\0\0\0\0",
            Walked::Whole,
            &["(0008,0060) CS CT", "(0000,0000) bulk 4"],
        );
    }

    proptest! {
        /// Whatever the bytes are, the walk ends, and nothing is shown that is longer than they are.
        #[test]
        fn any_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..400), as_dicom in any::<bool>()) {
            if as_dicom {
                bytes.splice(0..0, b"\x08\0\x05\0CS\0\0\x08\0\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff".iter().copied());
            }
            let mut seen = Seen::default();
            walk(bytes.as_slice(), &mut seen).unwrap();
        }
    }
}
