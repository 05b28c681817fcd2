//! The value field of an element: bytes or a sequence, and under which VR (PS3.5 6.2 and 7.1).

use dicom_core::dictionary::VirtualVr;
use dicom_core::{Tag, VR};

use super::dataset::{Level, Reader};
use super::dictionary::{look_up, settle};
use super::header::{Encoding, Header, ITEM, UNDEFINED, VrField, starts_with_tag};
use super::swap::to_little_endian;
use crate::defect::Defect;
use crate::{DataSet, Element, ParseError, Value};

/// How many times over the bytes of a file may be read on trial. Once is what an honest file needs;
/// the rest is for sequences in one another that are read twice because the first encoding was wrong.
const TRIALS_MAX: usize = 8;

impl Reader<'_> {
    /// The element whose value starts here.
    pub(super) fn value(&mut self, header: &Header, level: &Level) -> Result<Element, ParseError> {
        let tag = header.tag;
        if header.length == UNDEFINED {
            return self.value_of_undefined_length(header, level);
        }
        let end = self.end_of_value(header, level)?;
        let vr = self.vr(header, level);
        let is_sequence_for_sure = matches!(header.vr, VrField::Known(VR::SQ) | VrField::Absent);
        if vr == VR::SQ && is_sequence_for_sure {
            let items = self.items(level, Some(end))?;
            return Ok(Element { tag, vr, value: Value::Items(items) });
        }
        self.check_element_bytes(header.length)?;
        if vr == VR::SQ
            || (matches!(vr, VR::OB | VR::OW) && is_standard_sequence(tag))
            || (vr == VR::UN && self.is_like_a_private_sequence(tag, level, end))
        {
            // A sequence that came through somebody who did not know it: as UN, in implicit VR (PS3.5 6.2.2).
            if let Some(items) = self.items_if_they_read_well(level, end)? {
                if !matches!(header.vr, VrField::Known(VR::UN) | VrField::Absent) {
                    self.defects.add(Defect::VrWrong);
                }
                return Ok(Element { tag, vr: VR::SQ, value: Value::Items(items) });
            }
        }
        if header.length % 2 == 1 {
            self.defects.add(Defect::OddLength);
        }
        // What could not be read as a sequence must not be called one.
        let vr = if vr == VR::SQ { VR::UN } else { vr };
        let value = self.source.slice(header.value_at..end);
        self.at = end;
        let is_swapped = level.encoding.big_endian && header.vr == VrField::Known(vr);
        let value = if is_swapped { to_little_endian(value, vr) } else { value };
        Ok(Element { tag, vr, value: Value::Bytes(value) })
    }

    /// A sequence, or encapsulated pixel data in an item.
    fn value_of_undefined_length(&mut self, header: &Header, level: &Level) -> Result<Element, ParseError> {
        let tag = header.tag;
        let is_pixel_data = tag == Tag(0x7FE0, 0x0010);
        if is_pixel_data {
            let value = Value::Bytes(self.skip_fragments(level)?);
            self.defects.add(Defect::NestedEncapsulated);
            return Ok(Element { tag, vr: VR::OB, value });
        }
        let mut level = *level;
        match header.vr {
            VrField::Known(VR::UN) => level.encoding = Encoding::IMPLICIT,
            VrField::Known(VR::SQ) | VrField::Absent => {}
            _ => self.defects.add(Defect::UndefinedLength),
        }
        let items = self.items(&level, None)?;
        Ok(Element { tag, vr: VR::SQ, value: Value::Items(items) })
    }

    /// The VR as written if that means anything, or else the dictionary's, or else UN.
    fn vr(&self, header: &Header, level: &Level) -> VR {
        match header.vr {
            VrField::Known(vr) if vr != VR::UN => vr,
            _ => look_up(header.tag).map_or(VR::UN, |vr| settle(vr, level.signed)),
        }
    }

    /// True if the value of a private element, of which no dictionary knows the VR, starts with an item: in implicit VR
    /// nothing else tells a sequence of defined length from other values.
    fn is_like_a_private_sequence(&self, tag: Tag, level: &Level, end: usize) -> bool {
        let starts_with_item = |encoding| starts_with_tag(&self.source[self.at..end], ITEM, encoding);
        !tag.0.is_multiple_of(2) && (starts_with_item(Encoding::IMPLICIT) || starts_with_item(level.encoding))
    }

    /// Reads the value up to `end` as a sequence in either VR; `None`, and nothing read, if that does not go well.
    ///
    /// Trials inside of trials could go on for ever: in all, they may look at the file [`TRIALS_MAX`] times.
    fn items_if_they_read_well(
        &mut self,
        level: &Level,
        end: usize,
    ) -> Result<Option<Vec<DataSet>>, ParseError> {
        let (start, defects) = (self.at, self.defects);
        let is_sequence = |encoding| starts_with_tag(&self.source[start..end], ITEM, encoding);
        let encodings =
            [Encoding::IMPLICIT, level.encoding].map(|encoding| (encoding, is_sequence(encoding)));
        if start == end {
            return Ok(Some(Vec::new()));
        }
        for (encoding, _) in encodings.into_iter().filter(|(_, is_sequence)| *is_sequence) {
            self.tried_bytes = self.tried_bytes.saturating_add(end - start);
            if self.tried_bytes > self.file_bytes.saturating_mul(TRIALS_MAX) {
                return Ok(None);
            }
            match self.items(&Level { encoding, ..*level }, Some(end)) {
                Ok(items) => return Ok(Some(items)),
                Err(error @ ParseError::OverLimit { .. }) => return Err(error),
                Err(_) => (self.at, self.defects) = (start, defects),
            }
        }
        Ok(None)
    }
}

/// True if the dictionary has a sequence here.
fn is_standard_sequence(tag: Tag) -> bool {
    tag.0.is_multiple_of(2) && look_up(tag) == Some(VirtualVr::Exact(VR::SQ))
}
