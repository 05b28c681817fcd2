//! Elements, items and delimiters (PS3.5 section 7).

use std::io::Write;

use dicom_core::{Tag, VR};

use super::WriteError;
use crate::read::{Encoding, ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED, to_little_endian};
use crate::{Element, Value};

/// Longer values are written by themselves instead of being gathered with others.
const GATHERED_VALUE_BYTES_MAX: usize = 8 << 10;
/// What is gathered is written when it is longer than this.
const GATHERED_BYTES_MAX: usize = 64 << 10;

/// Writes elements in one encoding.
pub(super) struct ElementWriter<'a> {
    out: &'a mut dyn Write,
    encoding: Encoding,
    gathered: Vec<u8>,
}

impl<'a> ElementWriter<'a> {
    /// `gathered` is what stands before the first element and is not written yet.
    pub(super) fn new(out: &'a mut dyn Write, encoding: Encoding, gathered: Vec<u8>) -> ElementWriter<'a> {
        ElementWriter { out, encoding, gathered }
    }

    pub(super) fn elements(&mut self, elements: &[Element]) -> Result<(), WriteError> {
        elements.iter().try_for_each(|element| self.element(element))
    }

    fn element(&mut self, element: &Element) -> Result<(), WriteError> {
        match &element.value {
            Value::Items(items) => {
                self.head(element.tag, VR::SQ, UNDEFINED);
                for item in items {
                    self.delimiter(ITEM, UNDEFINED);
                    self.elements(item.elements())?;
                    self.delimiter(ITEM_DELIMITER, 0);
                }
                self.delimiter(SEQUENCE_DELIMITER, 0);
                Ok(())
            }
            // Under UN nobody would turn the numbers round again.
            Value::Bytes(value) if self.encoding.big_endian && !goes_as_un(element.vr, value.len()) => {
                self.value(element.tag, element.vr, &to_little_endian(value.clone(), element.vr))
            }
            Value::Bytes(value) => self.value(element.tag, element.vr, value),
        }
    }

    fn value(&mut self, tag: Tag, vr: VR, value: &[u8]) -> Result<(), WriteError> {
        let length = self.element_length(value.len() + value.len() % 2)?;
        self.head(tag, vr, length);
        self.bytes(value)?;
        if value.len() % 2 == 1 {
            self.gathered.push(if is_padded_with_space(vr) { b' ' } else { 0 });
        }
        Ok(())
    }

    /// A length that an element can have.
    pub(super) fn element_length(&self, bytes: usize) -> Result<u32, WriteError> {
        u32::try_from(bytes).ok().filter(|length| *length < UNDEFINED).ok_or(WriteError::TooLong)
    }

    /// Tag, VR and length. What is too long for a VR with a 16-bit length goes under UN (PS3.5 6.2.2).
    pub(super) fn head(&mut self, tag: Tag, vr: VR, length: u32) {
        self.tag(tag);
        if !self.encoding.explicit {
            self.u32(length);
            return;
        }
        match u16::try_from(length) {
            Ok(length) if has_short_length(vr) => {
                self.gathered.extend_from_slice(&vr.to_bytes());
                self.u16(length);
            }
            _ => {
                let vr = if has_short_length(vr) { VR::UN } else { vr };
                self.gathered.extend_from_slice(&vr.to_bytes());
                self.gathered.extend_from_slice(&[0, 0]);
                self.u32(length);
            }
        }
    }

    /// An item or a delimiter: no VR in either encoding.
    pub(super) fn delimiter(&mut self, tag: Tag, length: u32) {
        self.tag(tag);
        self.u32(length);
    }

    /// Bytes as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        if bytes.len() <= GATHERED_VALUE_BYTES_MAX {
            self.gathered.extend_from_slice(bytes);
            if self.gathered.len() > GATHERED_BYTES_MAX {
                self.flush()?;
            }
            return Ok(());
        }
        self.flush()?;
        self.out.write_all(bytes)?;
        Ok(())
    }

    /// Writes what is gathered.
    pub(super) fn flush(&mut self) -> Result<(), WriteError> {
        self.out.write_all(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }

    /// A number in the byte order of the data set.
    pub(super) fn u32(&mut self, number: u32) {
        let bytes = if self.encoding.big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
        self.gathered.extend_from_slice(&bytes);
    }

    fn u16(&mut self, number: u16) {
        let bytes = if self.encoding.big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
        self.gathered.extend_from_slice(&bytes);
    }

    fn tag(&mut self, tag: Tag) {
        self.u16(tag.0);
        self.u16(tag.1);
    }
}

/// True for a value that is too long for the length field of its VR.
fn goes_as_un(vr: VR, length: usize) -> bool {
    has_short_length(vr) && length > usize::from(u16::MAX - 1)
}

/// VRs whose length field has 16 bits in explicit VR (PS3.5 Table 7.1-2).
fn has_short_length(vr: VR) -> bool {
    !matches!(
        vr,
        VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::SQ
            | VR::SV
            | VR::UC
            | VR::UN
            | VR::UR
            | VR::UT
            | VR::UV
    )
}

/// Texts; UIDs and bytes are padded with NUL (PS3.5 6.2).
fn is_padded_with_space(vr: VR) -> bool {
    matches!(
        vr,
        VR::AE
            | VR::AS
            | VR::CS
            | VR::DA
            | VR::DS
            | VR::DT
            | VR::IS
            | VR::LO
            | VR::LT
            | VR::PN
            | VR::SH
            | VR::ST
            | VR::TM
            | VR::UC
            | VR::UR
            | VR::UT
    )
}
