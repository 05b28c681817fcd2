//! Reads DICOM files for planting and for scoring: PS3.10 section 7, PS3.5 section 7.
//!
//! A reader of its own, so that no fault of the pipeline's reader hides here too. It keeps value bytes as they are,
//! in little-endian order, and gives up on files that are not well-formed: they are no ground to plant on.

use crate::data_set::{DataSet, Element, Tag, Value};
use crate::expectation::dictionary_vr;
use crate::writer::{Encoding, is_short, word_bytes};

/// A file, taken apart.
#[derive(Clone)]
pub(crate) struct ReadFile {
    /// The first 128 bytes, where `DICM` follows.
    pub(crate) preamble: Option<[u8; 128]>,
    /// Group 0002 without its length.
    pub(crate) meta: Option<DataSet>,
    pub(crate) data: DataSet,
    pub(crate) encoding: Encoding,
}

/// A file that this reader does not understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// Deeper nesting is not read.
const DEPTH_MAX: usize = 64;
/// Deflated data sets that inflate to more are not read.
const INFLATED_BYTES_MAX: usize = 1 << 28;
const UNDEFINED: u32 = 0xffff_ffff;
const ITEM: Tag = (0xfffe, 0xe000);
const ITEM_END: Tag = (0xfffe, 0xe00d);
const SEQUENCE_END: Tag = (0xfffe, 0xe0dd);

/// Takes a file apart.
pub(crate) fn read_file(bytes: &[u8]) -> Result<ReadFile, Unreadable> {
    let Some((preamble, rest)) = bytes.split_first_chunk::<128>() else { return Err(Unreadable) };
    let Some(body) = rest.strip_prefix(b"DICM") else { return read_bare(bytes) };
    let mut reader = Reader { bytes: body, at: 0, encoding: Encoding::ExplicitLittle };
    let mut meta = DataSet::default();
    while reader.peek_group()? == Some(0x0002) {
        let element = reader.element(0)?;
        if element.tag.1 != 0 {
            meta.elements.push(element);
        }
    }
    let syntax = meta.value((0x0002, 0x0010)).map(trimmed).ok_or(Unreadable)?;
    let encoding = match syntax {
        b"1.2.840.10008.1.2" => Encoding::ImplicitLittle,
        b"1.2.840.10008.1.2.2" => Encoding::ExplicitBig,
        b"1.2.840.10008.1.2.1.99" => Encoding::Deflated,
        _ => Encoding::ExplicitLittle,
    };
    let rest = &body[reader.at..];
    let data = match encoding {
        Encoding::Deflated => {
            let inflated = miniz_oxide::inflate::decompress_to_vec_with_limit(rest, INFLATED_BYTES_MAX)
                .map_err(|_| Unreadable)?;
            Reader { bytes: &inflated, at: 0, encoding: Encoding::ExplicitLittle }.data_set(0)?
        }
        _ => Reader { bytes: rest, at: 0, encoding }.data_set(0)?,
    };
    Ok(ReadFile { preamble: Some(*preamble), meta: Some(meta), data, encoding })
}

/// A data set without anything before it, implicit or explicit little endian; begins with group 0008.
fn read_bare(bytes: &[u8]) -> Result<ReadFile, Unreadable> {
    if !bytes.starts_with(&[8, 0]) {
        return Err(Unreadable);
    }
    let explicit = bytes.get(4..6).is_some_and(|vr| vr.iter().all(u8::is_ascii_uppercase));
    let encoding = if explicit { Encoding::ExplicitLittle } else { Encoding::ImplicitLittle };
    let data = Reader { bytes, at: 0, encoding }.data_set(0)?;
    Ok(ReadFile { preamble: None, meta: None, data, encoding })
}

/// Without padding at the end.
pub(crate) fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, 0 | b' ')).map_or(0, |last| last + 1);
    &bytes[..end]
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    encoding: Encoding,
}

impl<'a> Reader<'a> {
    /// Elements up to the end of the bytes.
    fn data_set(&mut self, depth: usize) -> Result<DataSet, Unreadable> {
        let mut data = DataSet::default();
        while self.at < self.bytes.len() {
            data.elements.push(self.element(depth)?);
        }
        Ok(data)
    }

    fn element(&mut self, depth: usize) -> Result<Element, Unreadable> {
        let tag = self.tag()?;
        if tag.0 == 0xfffe {
            return Err(Unreadable);
        }
        let (vr, length) = self.vr_and_length(tag)?;
        let value = if length == UNDEFINED && tag.0 == 0x7fe0 {
            Value::Fragments(self.fragments()?)
        } else if length == UNDEFINED {
            // UN of undefined length holds implicit VR whatever the rest is (PS3.5 6.2.2).
            let encoding = if vr == *b"UN" { Encoding::ImplicitLittle } else { self.encoding };
            let mut reader = Reader { bytes: self.bytes, at: self.at, encoding };
            let items = reader.items_until_delimiter(depth + 1)?;
            self.at = reader.at;
            Value::Items { items, undefined_length: true }
        } else if vr == *b"SQ" {
            let bytes = self.take(length)?;
            let mut reader = Reader { bytes, at: 0, encoding: self.encoding };
            Value::Items { items: reader.items_until_end(depth + 1)?, undefined_length: false }
        } else {
            let mut value = self.take(length)?.to_vec();
            if self.encoding == Encoding::ExplicitBig {
                value.chunks_exact_mut(word_bytes(&vr)).for_each(<[u8]>::reverse);
            }
            Value::Bytes(value)
        };
        let vr = if matches!(value, Value::Items { .. }) { *b"SQ" } else { vr };
        Ok(Element { tag, vr, value })
    }

    fn vr_and_length(&mut self, tag: Tag) -> Result<([u8; 2], u32), Unreadable> {
        if self.encoding == Encoding::ImplicitLittle {
            let vr = match tag {
                (group, 0x0010..=0x00ff) if group % 2 == 1 => *b"LO",
                _ => dictionary_vr(tag).unwrap_or(*b"UN"),
            };
            return Ok((vr, self.u32()?));
        }
        let vr: [u8; 2] = self.take(2)?.try_into().map_err(|_| Unreadable)?;
        if !vr.iter().all(u8::is_ascii_uppercase) {
            return Err(Unreadable);
        }
        if is_short(&vr) {
            return Ok((vr, u32::from(self.u16()?)));
        }
        self.take(2)?;
        Ok((vr, self.u32()?))
    }

    fn items_until_end(&mut self, depth: usize) -> Result<Vec<DataSet>, Unreadable> {
        let mut items = Vec::new();
        while self.at < self.bytes.len() {
            if self.tag()? != ITEM {
                return Err(Unreadable);
            }
            items.push(self.item(depth)?);
        }
        Ok(items)
    }

    fn items_until_delimiter(&mut self, depth: usize) -> Result<Vec<DataSet>, Unreadable> {
        let mut items = Vec::new();
        loop {
            match self.tag()? {
                ITEM => items.push(self.item(depth)?),
                SEQUENCE_END => {
                    self.u32()?;
                    return Ok(items);
                }
                _ => return Err(Unreadable),
            }
        }
    }

    /// The item whose tag has just been read.
    fn item(&mut self, depth: usize) -> Result<DataSet, Unreadable> {
        if depth > DEPTH_MAX {
            return Err(Unreadable);
        }
        let length = self.u32()?;
        if length != UNDEFINED {
            let bytes = self.take(length)?;
            return Reader { bytes, at: 0, encoding: self.encoding }.data_set(depth);
        }
        let mut item = DataSet::default();
        while self.peek()? != ITEM_END {
            item.elements.push(self.element(depth)?);
        }
        self.tag()?;
        self.u32()?;
        Ok(item)
    }

    fn fragments(&mut self) -> Result<Vec<Vec<u8>>, Unreadable> {
        let mut fragments = Vec::new();
        loop {
            let (tag, length) = (self.tag()?, self.u32()?);
            match tag {
                ITEM => fragments.push(self.take(length)?.to_vec()),
                SEQUENCE_END => return Ok(fragments),
                _ => return Err(Unreadable),
            }
        }
    }

    fn peek(&self) -> Result<Tag, Unreadable> {
        Reader { bytes: self.bytes, at: self.at, encoding: self.encoding }.tag()
    }

    fn peek_group(&self) -> Result<Option<u16>, Unreadable> {
        if self.at == self.bytes.len() { Ok(None) } else { self.peek().map(|tag| Some(tag.0)) }
    }

    fn tag(&mut self) -> Result<Tag, Unreadable> {
        Ok((self.u16()?, self.u16()?))
    }

    fn u16(&mut self) -> Result<u16, Unreadable> {
        let bytes = self.take(2)?.try_into().map_err(|_| Unreadable)?;
        Ok(if self.encoding == Encoding::ExplicitBig {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn u32(&mut self) -> Result<u32, Unreadable> {
        let bytes = self.take(4)?.try_into().map_err(|_| Unreadable)?;
        Ok(if self.encoding == Encoding::ExplicitBig {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    }

    fn take(&mut self, length: u32) -> Result<&'a [u8], Unreadable> {
        let end = self.at.checked_add(length as usize).ok_or(Unreadable)?;
        let taken = self.bytes.get(self.at..end).ok_or(Unreadable)?;
        self.at = end;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writer::{FileParts, write_file};

    fn data() -> DataSet {
        let (mut data, mut item, mut inner) = (DataSet::default(), DataSet::default(), DataSet::default());
        inner.text((0x0008, 0x1155), b"UI", "1.2.3");
        item.items_undefined((0x0008, 0x1199), vec![inner, DataSet::default()]);
        item.us((0x0028, 0x0010), &[0x0102]);
        data.text((0x0008, 0x0060), b"CS", "MR");
        data.items((0x0008, 0x1115), vec![item]);
        data.text((0x0011, 0x0010), b"LO", "ACME");
        data.put((0x7fe0, 0x0010), b"OB", Value::Fragments(vec![vec![], vec![1, 2]]));
        data
    }

    #[test]
    fn what_the_writer_writes_is_read_back() {
        for (encoding, syntax) in [
            (Encoding::ExplicitLittle, "1.2.840.10008.1.2.1"),
            (Encoding::ImplicitLittle, "1.2.840.10008.1.2"),
            (Encoding::ExplicitBig, "1.2.840.10008.1.2.2"),
            (Encoding::Deflated, "1.2.840.10008.1.2.1.99"),
        ] {
            let mut meta = DataSet::default();
            meta.text((0x0002, 0x0010), b"UI", syntax);
            let data = data();
            let parts = FileParts { preamble: Some([7; 128]), meta: Some(&meta), data: &data, encoding };
            let bytes = write_file(&parts);
            let read = read_file(&bytes).unwrap();
            assert_eq!(read.preamble, Some([7; 128]));
            let again = FileParts {
                preamble: read.preamble,
                meta: read.meta.as_ref(),
                data: &read.data,
                encoding: read.encoding,
            };
            assert!(write_file(&again) == bytes, "{syntax}");
        }
    }

    #[test]
    fn what_is_not_dicom_is_not_read() {
        for bytes in [&b""[..], b"MZ", &[0; 400], b"\x08\0\x60\0CS\x08\0MR"] {
            assert!(read_file(bytes).is_err());
        }
    }
}
