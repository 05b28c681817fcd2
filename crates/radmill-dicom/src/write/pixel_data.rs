//! Pixel data elements, their bytes as they were read (PS3.5 section 8 and A.4).

use dicom_core::{Tag, VR};

use super::WriteError;
use super::element::ElementWriter;
use radmill_frame::DecodeError;

use crate::pixels::Payload;
use crate::read::{ITEM, SEQUENCE_DELIMITER, UNDEFINED};
use crate::{BlackedOutPixels, EncodedPixels};

const EXTENDED_OFFSET_TABLE: Tag = Tag(0x7FE0, 0x0001);
const EXTENDED_OFFSET_TABLE_LENGTHS: Tag = Tag(0x7FE0, 0x0002);
const FLOAT_PIXEL_DATA: Tag = Tag(0x7FE0, 0x0008);
const DOUBLE_FLOAT_PIXEL_DATA: Tag = Tag(0x7FE0, 0x0009);
const PIXEL_DATA: Tag = super::PIXEL_DATA;

pub(super) fn write(elements: &mut ElementWriter<'_>, pixels: &EncodedPixels) -> Result<(), WriteError> {
    match pixels.payload() {
        Payload::Native { bytes, big_endian } => {
            native(elements, PIXEL_DATA, native_vr(pixels, *big_endian), bytes)
        }
        Payload::Float { bytes, .. } => native(elements, FLOAT_PIXEL_DATA, VR::OF, bytes),
        Payload::DoubleFloat { bytes, .. } => native(elements, DOUBLE_FLOAT_PIXEL_DATA, VR::OD, bytes),
        Payload::Encapsulated { basic_offsets, extended_offsets, extended_lengths, fragments } => {
            if !extended_offsets.is_empty() && extended_offsets.len() == extended_lengths.len() {
                table(elements, EXTENDED_OFFSET_TABLE, extended_offsets)?;
                table(elements, EXTENDED_OFFSET_TABLE_LENGTHS, extended_lengths)?;
            }
            elements.head(PIXEL_DATA, VR::OB, UNDEFINED);
            elements.delimiter(ITEM, elements.element_length(4 * basic_offsets.len())?);
            basic_offsets.iter().for_each(|offset| elements.u32(*offset));
            for fragment in fragments {
                elements.delimiter(ITEM, elements.element_length(fragment.len())?);
                elements.bytes(fragment)?;
            }
            elements.delimiter(SEQUENCE_DELIMITER, 0);
            Ok(())
        }
        // They are read whole by who wants to write them.
        Payload::InFile(_) => Err(WriteError::Pixels(DecodeError::UnsupportedPixelFormat(
            "pixel data that are still in their file",
        ))),
    }
}

pub(super) fn write_blacked_out(
    elements: &mut ElementWriter<'_>,
    pixels: &BlackedOutPixels<'_>,
) -> Result<(), WriteError> {
    let n_bytes = pixels.n_bytes()?;
    let is_decoded = pixels.new_form().is_some();
    // Pixel data that were decoded are ours, and padded; others are the source's.
    let padding = if is_decoded { n_bytes % 2 } else { 0 };
    let length = usize::try_from(n_bytes + padding).map_err(|_| WriteError::TooLong)?;
    let vr = match pixels.source().payload() {
        Payload::Native { big_endian, .. } if !is_decoded => native_vr(pixels.source(), *big_endian),
        _ if pixels.is_wide() => VR::OW,
        _ => VR::OB,
    };
    elements.head(PIXEL_DATA, vr, elements.element_length(length)?);
    for piece in pixels.pieces() {
        elements.bytes(&piece?)?;
    }
    if padding > 0 {
        elements.bytes(&[0])?;
    }
    Ok(())
}

/// Words of more than 8 bits are OW (PS3.5 8.1.2). In a big-endian file the VR says whether the bytes are swapped, so
/// there it is the one that they were read under.
fn native_vr(pixels: &EncodedPixels, big_endian: bool) -> VR {
    let is_wide = pixels.description().is_ok_and(|description| description.bits_allocated > 8);
    let is_big_endian_file = pixels.is_in_big_endian_file();
    if big_endian || (is_wide && !is_big_endian_file) { VR::OW } else { VR::OB }
}

fn native(elements: &mut ElementWriter<'_>, tag: Tag, vr: VR, bytes: &[u8]) -> Result<(), WriteError> {
    let length = elements.element_length(bytes.len())?;
    elements.head(tag, vr, length);
    elements.bytes(bytes)
}

fn table(elements: &mut ElementWriter<'_>, tag: Tag, numbers: &[u64]) -> Result<(), WriteError> {
    // Encapsulated pixel data are little-endian always.
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    elements.head(tag, VR::OV, elements.element_length(bytes.len())?);
    elements.bytes(&bytes)
}
