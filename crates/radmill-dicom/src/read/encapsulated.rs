//! Pixel data elements: taken out at the top level, passed over in items (PS3.5 section 8 and A.4).

use bytes::Bytes;
use dicom_core::Tag;

use super::dataset::{Level, Reader, malformed};
use super::header::{
    Header, ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED, VrField, read_header, starts_with_tag,
    value_end,
};
use super::swap::to_little_endian;
use crate::ParseError;
use crate::defect::Defect;
use crate::pixels::Payload;

const EXTENDED_OFFSET_TABLE: Tag = Tag(0x7FE0, 0x0001);
const EXTENDED_OFFSET_TABLE_LENGTHS: Tag = Tag(0x7FE0, 0x0002);
const ENCAPSULATED_PIXEL_DATA_TOTAL_LENGTH: Tag = Tag(0x7FE0, 0x0003);
const FLOAT_PIXEL_DATA: Tag = Tag(0x7FE0, 0x0008);
const DOUBLE_FLOAT_PIXEL_DATA: Tag = Tag(0x7FE0, 0x0009);
pub(super) const PIXEL_DATA: Tag = Tag(0x7FE0, 0x0010);

impl Reader<'_> {
    /// Takes the top-level element with this head if it holds pixel data or a table about them.
    /// False, and nothing read, if it is another element.
    pub(super) fn take_pixels(&mut self, header: &Header, level: &Level) -> Result<bool, ParseError> {
        match header.tag {
            EXTENDED_OFFSET_TABLE => {
                self.pixels.extended_offsets = numbers(&self.table(header, level)?);
            }
            EXTENDED_OFFSET_TABLE_LENGTHS => {
                self.pixels.extended_lengths = numbers(&self.table(header, level)?);
            }
            ENCAPSULATED_PIXEL_DATA_TOTAL_LENGTH => {
                self.table(header, level)?;
            }
            FLOAT_PIXEL_DATA | DOUBLE_FLOAT_PIXEL_DATA | PIXEL_DATA => {
                if self.pixels.stops_there {
                    self.pixels.place = Some(*header);
                    return Err(malformed(header.at, "the pixel data are elsewhere"));
                }
                let payload = self.payload(header, level)?;
                if self.pixels.payload.is_some() {
                    self.defects.add(Defect::PixelDataRepeated);
                } else {
                    self.pixels.payload = Some(payload);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The value of a table of 64-bit numbers.
    fn table(&mut self, header: &Header, level: &Level) -> Result<Bytes, ParseError> {
        let end = self.end_of_value(header, level)?;
        self.check_element_bytes(header.length)?;
        self.at = end;
        let value = self.source.slice(header.value_at..end);
        Ok(if level.encoding.big_endian { to_little_endian(value, dicom_core::VR::OV) } else { value })
    }

    fn payload(&mut self, header: &Header, level: &Level) -> Result<Payload, ParseError> {
        if header.length == UNDEFINED {
            return self.fragments(level, None);
        }
        let end = match value_end(header) {
            Some(end) if end <= level.end => end,
            _ => {
                self.defects.add(Defect::PixelDataTruncated);
                level.end
            }
        };
        if header.length % 2 == 1 {
            self.defects.add(Defect::OddLength);
        }
        let starts_with_item = starts_with_tag(&self.source[self.at..end], ITEM, level.encoding);
        if header.tag == PIXEL_DATA && self.pixels.compressed && starts_with_item {
            let defects = self.defects;
            match self.fragments(level, Some(end)) {
                Ok(payload) => {
                    self.defects.add(Defect::PixelDataDefinedLength);
                    // A delimiter may stand before the end.
                    self.at = end;
                    return Ok(payload);
                }
                Err(error @ ParseError::OverLimit { .. }) => return Err(error),
                // Native samples that happen to begin like an item.
                Err(_) => self.defects = defects,
            }
        }
        self.at = end;
        let bytes = self.source.slice(header.value_at..end);
        // OB holds bytes, which have no order, unlike the words of OW (PS3.5 7.3).
        let big_endian = level.encoding.big_endian && header.vr != VrField::Known(dicom_core::VR::OB);
        Ok(match header.tag {
            FLOAT_PIXEL_DATA => Payload::Float { bytes, big_endian },
            DOUBLE_FLOAT_PIXEL_DATA => Payload::DoubleFloat { bytes, big_endian },
            _ => Payload::Native { bytes, big_endian },
        })
    }

    /// The Basic Offset Table and the fragments from here to `end`, or to the sequence delimiter (PS3.5 A.4).
    /// Without `end`, a file that stops inside a fragment still gives what is there of it.
    fn fragments(&mut self, level: &Level, end: Option<usize>) -> Result<Payload, ParseError> {
        let level = Level { end: end.unwrap_or(level.end), ..*level };
        let mut basic_offsets = None;
        let mut fragments = Vec::new();
        loop {
            let Some(header) = read_header(&self.source[..level.end], self.at, level.encoding) else {
                if end.is_some() && self.at != level.end {
                    return Err(malformed(self.at, "a fragment is longer than what holds it"));
                }
                if end.is_none() {
                    self.defects.add(Defect::DelimiterMissing);
                    self.at = level.end;
                }
                break;
            };
            match header.tag {
                ITEM => {}
                SEQUENCE_DELIMITER => {
                    self.at = header.value_at;
                    break;
                }
                ITEM_DELIMITER if header.length == 0 => {
                    self.pass_stray_delimiter(&header)?;
                    continue;
                }
                _ if end.is_none() && !fragments.is_empty() => {
                    self.defects.add(Defect::DelimiterMissing);
                    break;
                }
                _ => return Err(malformed(self.at, "something else than a fragment in the pixel data")),
            }
            let fragment = self.fragment(&header, &level, end.is_none())?;
            match basic_offsets {
                None => basic_offsets = Some(offsets(&fragment, level.encoding.big_endian)),
                Some(_) => fragments.push(fragment),
            }
        }
        let basic_offsets = basic_offsets.unwrap_or_default();
        Ok(Payload::Encapsulated {
            basic_offsets,
            extended_offsets: Vec::new(),
            extended_lengths: Vec::new(),
            fragments,
        })
    }

    /// The fragment with this head; if it may be cut and is, what is there of it.
    fn fragment(&mut self, header: &Header, level: &Level, may_be_cut: bool) -> Result<Bytes, ParseError> {
        self.count()?;
        let end = match self.end_of_value(header, level) {
            Ok(end) => end,
            Err(_) if may_be_cut && header.length != UNDEFINED => {
                self.defects.add(Defect::PixelDataTruncated);
                level.end
            }
            Err(_) => return Err(malformed(header.at, "a fragment is longer than what holds it")),
        };
        if header.length % 2 == 1 {
            self.defects.add(Defect::OddLength);
        }
        self.at = end;
        Ok(self.source.slice(header.value_at..end))
    }

    /// Passes over encapsulated pixel data of undefined length in an item: the run of bytes up to the delimiter.
    pub(super) fn skip_fragments(&mut self, level: &Level) -> Result<Bytes, ParseError> {
        let start = self.at;
        loop {
            let end = self.at;
            let Some(header) = read_header(&self.source[..level.end], self.at, level.encoding) else {
                return Err(self.reaches_beyond(start, level));
            };
            match header.tag {
                ITEM => {
                    self.count()?;
                    self.at = self.end_of_value(&header, level)?;
                }
                SEQUENCE_DELIMITER => {
                    self.at = header.value_at;
                    let length = u32::try_from(end - start).unwrap_or(u32::MAX);
                    self.check_element_bytes(length)?;
                    return Ok(self.source.slice(start..end));
                }
                _ => return Err(malformed(self.at, "something else than a fragment in the pixel data")),
            }
        }
    }
}

/// 64-bit numbers in little-endian order.
fn numbers(table: &[u8]) -> Vec<u64> {
    table.as_chunks().0.iter().map(|number| u64::from_le_bytes(*number)).collect()
}

/// The Basic Offset Table: the first item, empty or one 32-bit number per frame.
pub(super) fn offsets(item: &Bytes, big_endian: bool) -> Vec<u32> {
    let read = if big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
    item.as_chunks().0.iter().map(|offset| read(*offset)).collect()
}
