//! The elements of a data set (PS3.5 section 7), one nesting level at a time.
//!
//! [`Reader`] walks over the bytes once. Values of little-endian files stay slices of the input.

use bytes::Bytes;
use dicom_core::dictionary::VirtualVr;
use dicom_core::{Tag, VR};

use super::dictionary::look_up;
use super::header::{
    Encoding, Header, ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, VrField, read_header, value_end,
};
use crate::defect::{Defect, Defects};
use crate::pixels::Payload;
use crate::{CharacterSet, DataSet, Element, Limits, ParseError};

/// Deepest nesting whatever the [`Limits`] say: reading and dropping recurse,
/// and this many levels fit into the 2 MiB stack of a thread many times over.
const NESTING_DEPTH_CAP: u32 = 128;

const SPECIFIC_CHARACTER_SET: Tag = Tag(0x0008, 0x0005);
const PIXEL_REPRESENTATION: Tag = Tag(0x0028, 0x0103);
/// Data Set Trailing Padding (PS3.10 7.2).
const TRAILING_PADDING: Tag = Tag(0xFFFC, 0xFFFC);

/// Reads the data set that `source` holds.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Bytes,
    pub(super) limits: &'a Limits,
    /// Where reading goes on.
    pub(super) at: usize,
    pub(super) defects: Defects,
    /// Elements, items and fragments so far; never goes back, so that it bounds the work too.
    pub(super) n_elements: u32,
    /// Length of the file: what is tried is bounded by it.
    pub(super) file_bytes: usize,
    /// Bytes that were read as a sequence on trial.
    pub(super) tried_bytes: usize,
    /// What becomes of the pixel data at the top level.
    pub(super) pixels: PixelElements,
}

/// The pixel data elements of the top level.
#[derive(Default)]
pub(super) struct PixelElements {
    /// The transfer syntax says that they are encapsulated.
    pub(super) compressed: bool,
    /// They are not read: where they are is noted, and reading ends there.
    pub(super) stops_there: bool,
    pub(super) place: Option<Header>,
    pub(super) payload: Option<Payload>,
    /// Extended Offset Table (7FE0,0001).
    pub(super) extended_offsets: Vec<u64>,
    /// Extended Offset Table Lengths (7FE0,0002).
    pub(super) extended_lengths: Vec<u64>,
}

/// What is in force at one nesting level.
#[derive(Clone, Copy)]
pub(super) struct Level {
    /// Nothing of this level lies at or after this position.
    pub(super) end: usize,
    /// The level ends with an item delimiter.
    pub(super) delimited: bool,
    /// 0 at the top.
    pub(super) depth: u32,
    pub(super) encoding: Encoding,
    pub(super) character_set: CharacterSet,
    /// Pixel Representation (0028,0103) is 1, here or further out.
    pub(super) signed: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Bytes, at: usize, limits: &'a Limits, defects: Defects) -> Reader<'a> {
        Reader {
            source,
            limits,
            at,
            defects,
            n_elements: 0,
            file_bytes: source.len(),
            tried_bytes: 0,
            pixels: PixelElements::default(),
        }
    }

    /// Reads everything from here to the end.
    pub(super) fn top_level(&mut self, encoding: Encoding) -> Result<DataSet, ParseError> {
        let mut level = Level {
            end: self.source.len(),
            delimited: false,
            depth: 0,
            encoding,
            character_set: CharacterSet::default(),
            signed: false,
        };
        let mut elements = Vec::with_capacity(64);
        if let Err(error) = self.elements(&mut level, &mut elements) {
            let is_over_limit = matches!(error, ParseError::OverLimit { .. });
            if is_over_limit || !(self.pixels.payload.is_some() || self.rest_is_padding()) {
                return Err(error);
            }
            self.defects.add(Defect::TrailingBytes);
        }
        Ok(self.finish(elements, &level))
    }

    /// True if there are only zeros from here to the end of the file.
    fn rest_is_padding(&self) -> bool {
        self.source.get(self.at..).is_some_and(|rest| rest.iter().all(|&byte| byte == 0))
    }

    /// The elements of an item.
    pub(super) fn nested_level(&mut self, mut level: Level) -> Result<DataSet, ParseError> {
        let mut elements = Vec::new();
        self.elements(&mut level, &mut elements)?;
        Ok(self.finish(elements, &level))
    }

    /// Reads elements up to the end of the level.
    /// After an error at the top level, `at` is where the element starts that could not be read,
    /// and what is noted is what was noted before it.
    fn elements(&mut self, level: &mut Level, elements: &mut Vec<Element>) -> Result<(), ParseError> {
        let mut highest = None;
        while self.at < level.end {
            let (start, defects) = (self.at, self.defects);
            let step = self.element(level, elements);
            if level.depth == 0 && step.is_err() {
                (self.at, self.defects) = (start, defects);
            }
            match step? {
                Step::Kept(tag) => {
                    if highest.is_some_and(|highest| tag <= highest) {
                        self.defects.add(Defect::OutOfOrder);
                    }
                    highest = highest.max(Some(tag));
                }
                Step::Dropped => {}
                Step::EndOfLevel => return Ok(()),
            }
        }
        if level.delimited {
            if level.end == self.source.len() {
                return Err(ParseError::Truncated { offset: level.end as u64 });
            }
            self.defects.add(Defect::DelimiterMissing);
        }
        Ok(())
    }

    /// Reads one element and keeps it, unless it is one that does not belong into a [`DataSet`].
    fn element(&mut self, level: &mut Level, elements: &mut Vec<Element>) -> Result<Step, ParseError> {
        let Some(header) = read_header(&self.source[..level.end], self.at, level.encoding) else {
            return Err(self.reaches_beyond(self.at, level));
        };
        if header.tag.0 == 0xFFFE {
            return self.delimiter(&header, level);
        }
        if header.tag == Tag(0, 0) && header.length == 0 {
            return Err(malformed(self.at, "zeros where an element should be"));
        }
        self.count()?;
        match header.vr {
            VrField::Unknown => self.defects.add(Defect::VrUnknown),
            VrField::Missing => self.defects.add(Defect::VrMissing),
            VrField::Known(_) | VrField::Absent => {}
        }
        self.at = header.value_at;
        if level.depth == 0 && self.take_pixels(&header, level)? {
            return Ok(Step::Dropped);
        }
        let element = self.value(&header, level)?;
        match header.tag {
            Tag(_, 0x0000) | Tag(0x0000 | 0x0002, _) | TRAILING_PADDING => return Ok(Step::Dropped),
            SPECIFIC_CHARACTER_SET => {
                level.character_set = CharacterSet::from_terms(element.bytes(), &mut self.defects);
            }
            PIXEL_REPRESENTATION => level.signed = element.bytes().first() == Some(&1),
            _ => {}
        }
        elements.push(element);
        Ok(Step::Kept(header.tag))
    }

    /// A delimiter where an element may stand.
    fn delimiter(&mut self, header: &Header, level: &Level) -> Result<Step, ParseError> {
        match header.tag {
            ITEM_DELIMITER if level.delimited => {
                self.at = header.value_at;
                Ok(Step::EndOfLevel)
            }
            // The next item or the end of the sequence: whoever reads the sequence goes on there.
            ITEM | SEQUENCE_DELIMITER if level.delimited => {
                self.defects.add(Defect::DelimiterMissing);
                Ok(Step::EndOfLevel)
            }
            ITEM_DELIMITER | SEQUENCE_DELIMITER if header.length == 0 => {
                self.pass_stray_delimiter(header)?;
                Ok(Step::Dropped)
            }
            _ => Err(malformed(header.at, "an item outside of a sequence")),
        }
    }

    /// Goes on after a delimiter where nothing is to end.
    pub(super) fn pass_stray_delimiter(&mut self, header: &Header) -> Result<(), ParseError> {
        self.count()?;
        self.defects.add(Defect::DelimiterStray);
        self.at = header.value_at;
        Ok(())
    }

    /// Sorts what was read and settles VRs that depend on an element further down.
    fn finish(&mut self, mut elements: Vec<Element>, level: &Level) -> DataSet {
        if level.signed && !level.encoding.explicit {
            for element in elements.iter_mut().filter(|element| element.vr == VR::US) {
                if look_up(element.tag) == Some(VirtualVr::Xs) {
                    element.vr = VR::SS;
                }
            }
        }
        let n_read = elements.len();
        let data_set = DataSet::new(elements, level.character_set);
        if data_set.elements().len() < n_read {
            self.defects.add(Defect::Repeated);
        }
        data_set
    }

    /// Where the value ends, checked to be inside of what holds the element.
    pub(super) fn end_of_value(&self, header: &Header, level: &Level) -> Result<usize, ParseError> {
        match value_end(header) {
            Some(end) if end <= level.end => Ok(end),
            _ => Err(self.reaches_beyond(header.at, level)),
        }
    }

    /// The element or item at `offset` is longer than what holds it.
    pub(super) fn reaches_beyond(&self, offset: usize, level: &Level) -> ParseError {
        if level.end == self.source.len() {
            return ParseError::Truncated { offset: offset as u64 };
        }
        malformed(offset, "an element or item is longer than what holds it")
    }

    /// Counts one element, item or fragment.
    pub(super) fn count(&mut self) -> Result<(), ParseError> {
        let limit = self.limits.elements_max;
        if self.n_elements >= limit {
            let declared = u64::from(limit) + 1;
            return Err(ParseError::OverLimit { what: "elements_max", declared, limit: limit.into() });
        }
        self.n_elements += 1;
        Ok(())
    }

    pub(super) fn check_element_bytes(&self, length: u32) -> Result<(), ParseError> {
        let (declared, limit) = (u64::from(length), self.limits.element_bytes_max);
        if declared > limit {
            return Err(ParseError::OverLimit { what: "element_bytes_max", declared, limit });
        }
        Ok(())
    }

    /// Checks that there may be one more level below this one.
    pub(super) fn check_depth(&self, level: &Level) -> Result<(), ParseError> {
        let limit = self.limits.nesting_depth_max.min(NESTING_DEPTH_CAP);
        if level.depth >= limit {
            let declared = u64::from(level.depth) + 1;
            return Err(ParseError::OverLimit { what: "nesting_depth_max", declared, limit: limit.into() });
        }
        Ok(())
    }
}

/// What reading one element came to.
enum Step {
    Kept(Tag),
    Dropped,
    EndOfLevel,
}

pub(super) fn malformed(offset: usize, what: &'static str) -> ParseError {
    ParseError::Malformed { offset: offset as u64, what }
}
