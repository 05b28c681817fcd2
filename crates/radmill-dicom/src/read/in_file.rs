//! Reads a file without its frames: what comes before and behind the pixel data, and where the frames lie.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::dataset::Reader;
use super::encapsulated::{PIXEL_DATA, offsets};
use super::header::{Encoding, Header, ITEM, SEQUENCE_DELIMITER, UNDEFINED, VrField, read_header};
use super::{Body, Elsewhere, Start, is_directory, read_body, read_file_meta, sniff, syntax};
use crate::defect::{Defect, Defects};
use crate::pixels::{FramesInFile, Payload, Place, SourceFile};
use crate::{Limits, ParsedInstance};

/// What is read of the beginning of a file, and what is read if the pixel data do not begin there. No more is read of
/// what comes behind them.
const AROUND_BYTES: [u64; 2] = [1 << 18, 16 << 20];

/// Longest Basic Offset Table that is read.
const TABLE_BYTES_MAX: u64 = 16 << 20;

/// Reads one file and leaves its frames where they are, so that memory is taken for one frame at a time.
///
/// What comes out is what [`parse`](crate::parse) makes of the whole file. `None` if that is the only way: of files
/// that are deflated, big endian, cut, or not as they say in another way, and of those whose frames lie in several
/// fragments or begin inside a byte. Fails if the file cannot be read.
pub fn parse_file(file: &Arc<dyn SourceFile>, limits: &Limits) -> io::Result<Option<ParsedInstance>> {
    for around_bytes_max in AROUND_BYTES {
        if let Some(instance) = parse_around(file, limits, around_bytes_max)? {
            return Ok(Some(instance));
        }
    }
    Ok(None)
}

fn parse_around(
    file: &Arc<dyn SourceFile>,
    limits: &Limits,
    around_bytes_max: u64,
) -> io::Result<Option<ParsedInstance>> {
    let length = file.bytes();
    if length > limits.file_bytes_max {
        return Ok(None);
    }
    let head = Bytes::from(read(file, 0..length.min(around_bytes_max))?);
    let file_bytes = usize::try_from(length).unwrap_or(usize::MAX);
    let Some(found) = PixelElement::find(&head, file_bytes, limits) else { return Ok(None) };
    let Some((place, end)) = found.place(file)? else { return Ok(None) };
    let n_fragments = if let Place::Encapsulated { fragments, .. } = &place { fragments.len() } else { 0 };
    let is_too_much = found.n_elements as usize + n_fragments >= limits.elements_max as usize
        || length - end > around_bytes_max;
    if is_too_much {
        return Ok(None);
    }
    // The file as it would be with empty pixel data.
    let mut around = head[..found.header.value_at - 4].to_vec();
    around.extend([0; 4]);
    around.extend(read(file, end..length)?);
    let payload = Payload::InFile(FramesInFile { file: Arc::clone(file), place });
    Ok(parse_with(around.into(), Elsewhere { payload, file_bytes }, limits).filter(is_plain))
}

/// Defects of a value or of the order of values: how the rest is read does not depend on them. After any other the
/// reader looks further than the element at hand, and might see other bytes there than in the whole file.
const HARMLESS: [Defect; 9] = [
    Defect::FileMetaLengthMissing,
    Defect::FileMetaLengthWrong,
    Defect::SopClassFromFileMeta,
    Defect::SopInstanceFromFileMeta,
    Defect::OddLength,
    Defect::OutOfOrder,
    Defect::Repeated,
    Defect::CharacterSetMisspelled,
    Defect::CharacterSetUnknown,
];

/// Whatever else is odd shows when the file is read whole.
fn is_plain(instance: &ParsedInstance) -> bool {
    let is_harmless = |code: &&str| HARMLESS.iter().any(|defect| defect.code() == *code);
    instance.source.defects.iter().all(is_harmless)
        && instance.pixels.as_ref().is_some_and(|pixels| pixels.is_sound())
}

fn parse_with(around: Bytes, elsewhere: Elsewhere, limits: &Limits) -> Option<ParsedInstance> {
    let mut defects = Defects::default();
    let start = sniff::find(&around, &mut defects).ok()?;
    let Start::FileMeta { at } = start else { return None };
    let meta = read_file_meta(&around, at, &mut defects).ok()?;
    let body = Body::find(&around, start, &meta, limits, &mut defects).ok()?;
    read_body(body, meta, limits, defects, Some(elsewhere)).ok()
}

/// The head of the pixel data of a file.
struct PixelElement {
    header: Header,
    encoding: Encoding,
    /// The transfer syntax says that they are encapsulated.
    compressed: bool,
    /// Elements and items before them.
    n_elements: u32,
}

impl PixelElement {
    /// Finds it in the beginning of a file that is written plainly.
    fn find(head: &Bytes, file_bytes: usize, limits: &Limits) -> Option<PixelElement> {
        let mut defects = Defects::default();
        let start = sniff::find(head, &mut defects).ok()?;
        let Start::FileMeta { at } = start else { return None };
        let meta = read_file_meta(head, at, &mut defects).ok()?;
        let declared = syntax(meta.transfer_syntax.as_ref()?)?;
        if declared.deflated || declared.big_endian_pixels || is_directory(meta.sop_class.as_deref()) {
            return None;
        }
        let body = Body::find(head, start, &meta, limits, &mut defects).ok()?;
        let mut reader = Reader::new(head, body.at, limits, defects);
        reader.pixels.compressed = body.compressed;
        reader.pixels.stops_there = true;
        reader.file_bytes = file_bytes;
        // What comes after them is not there yet.
        let _ = reader.top_level(body.encoding);
        let header = reader.pixels.place?;
        // A length of four bytes is the last thing before the value, whether the VR is written or not.
        let has_long_length = header.value_at - header.at == if body.encoding.explicit { 12 } else { 8 };
        let has_vr = matches!(header.vr, VrField::Known(_) | VrField::Absent);
        let is_plain = header.tag == PIXEL_DATA && has_vr && has_long_length && !body.encoding.big_endian;
        is_plain.then_some(PixelElement {
            header,
            encoding: body.encoding,
            compressed: body.compressed,
            n_elements: reader.n_elements,
        })
    }

    /// Where the frames lie, and where the element ends.
    fn place(&self, file: &Arc<dyn SourceFile>) -> io::Result<Option<(Place, u64)>> {
        let (offset, length) = (self.header.value_at as u64, u64::from(self.header.length));
        if self.header.length == UNDEFINED {
            return if self.compressed { self.fragments(file, offset) } else { Ok(None) };
        }
        let is_whole = offset + length <= file.bytes() && length.is_multiple_of(2);
        let native = (Place::Native { offset, length }, offset + length);
        Ok((is_whole && !self.compressed).then_some(native))
    }

    /// The fragments from `at` on, as the standard has them and not otherwise.
    fn fragments(&self, file: &Arc<dyn SourceFile>, mut at: u64) -> io::Result<Option<(Place, u64)>> {
        let mut basic_offsets = None;
        let mut fragments = Vec::new();
        loop {
            let mut head = [0; 8];
            if at + 8 > file.bytes() {
                return Ok(None);
            }
            file.read_exact_at(&mut head, at)?;
            at += 8;
            let Some(Header { tag, length, .. }) = read_header(&head, 0, self.encoding) else {
                return Ok(None);
            };
            match tag {
                SEQUENCE_DELIMITER => break,
                ITEM if length % 2 == 0 && at + u64::from(length) <= file.bytes() => {}
                // Also a length that is undefined.
                _ => return Ok(None),
            }
            match basic_offsets {
                None if u64::from(length) > TABLE_BYTES_MAX => return Ok(None),
                None => {
                    let table = read(file, at..at + u64::from(length))?;
                    basic_offsets = Some(offsets(&table.into(), false));
                }
                Some(_) => fragments.push((at, length)),
            }
            at += u64::from(length);
        }
        let basic_offsets = basic_offsets.unwrap_or_default();
        let (extended_offsets, extended_lengths) = (Vec::new(), Vec::new());
        let place = Place::Encapsulated { basic_offsets, extended_offsets, extended_lengths, fragments };
        Ok(Some((place, at)))
    }
}

fn read(file: &Arc<dyn SourceFile>, range: Range<u64>) -> io::Result<Vec<u8>> {
    let length = usize::try_from(range.end - range.start).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, range.start)?;
    Ok(bytes)
}
