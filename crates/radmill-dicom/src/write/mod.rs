//! Writes a whole file (PS3.10 section 7): a new preamble and new File Meta Information, then the data set.
//!
//! The data set is written in the encoding of its transfer syntax, the one it was read in. The bytes of the pixel data
//! are written as they were read, straight from the source: nothing of them is copied or looked at.

mod character_set;
mod element;
mod file_meta;
mod pixel_data;

use std::io::{self, Write};

use dicom_core::Tag;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use radmill_frame::DecodeError;
use thiserror::Error;

use self::element::ElementWriter;
use crate::read::{Syntax, syntax};
use crate::{BlackedOutPixels, CharacterSet, DataSet, EncodedPixels};

/// Pixel Data (7FE0,0010); what comes after it in the order of tags is written after it.
const PIXEL_DATA: Tag = Tag(0x7FE0, 0x0010);

/// What the File Meta Information of a new file says.
#[derive(Clone, Copy)]
pub struct FileMetaInfo<'a> {
    /// Media Storage SOP Class UID (0002,0002).
    pub sop_class_uid: &'a str,
    /// Media Storage SOP Instance UID (0002,0003).
    pub sop_instance_uid: &'a str,
    /// Transfer Syntax UID (0002,0010): how the data set was read and is written.
    pub transfer_syntax: &'a str,
}

/// The pixel data of a new file.
#[derive(Clone, Copy)]
pub enum PixelsToWrite<'a> {
    /// The instance has none.
    None,
    /// As they were read, byte for byte.
    AsRead(&'a EncodedPixels),
    /// With some pixels made black. What [`BlackedOutPixels::new_form`] says has to stand in the data set.
    BlackedOut(&'a BlackedOutPixels<'a>),
}

/// Why a file was not written. What was written before is of no use.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The target does not take it.
    #[error("the file cannot be written: {}", .0.kind())]
    Io(#[from] io::Error),
    /// How a data set of this transfer syntax is encoded is not known.
    #[error("the encoding of the transfer syntax is not known")]
    UnknownTransferSyntax,
    /// A text is in another character set than Specific Character Set (0008,0005) would have a reader believe.
    #[error("the character set of a text is not the one that the data set names")]
    CharacterSet,
    /// Pixels that are to be made black cannot be decoded.
    #[error("pixels cannot be made black: {0}")]
    Pixels(#[from] DecodeError),
    /// A value is longer than the length field of an element can say.
    #[error("a value is longer than DICOM allows")]
    TooLong,
}

/// Writes one file to `out`, in few calls: only large values are written by themselves.
///
/// Elements are in ascending order, items and sequences of undefined length. Texts and numbers of odd length are
/// padded; pixel data are not, because not one byte of them is to change.
pub fn write_file(
    out: &mut dyn Write,
    data: &DataSet,
    pixels: PixelsToWrite<'_>,
    meta: &FileMetaInfo<'_>,
) -> Result<(), WriteError> {
    let Some(Syntax { encoding, deflated, .. }) = syntax(meta.transfer_syntax) else {
        return Err(WriteError::UnknownTransferSyntax);
    };
    if !character_set::is_said(data, &CharacterSet::default()) {
        return Err(WriteError::CharacterSet);
    }
    if deflated {
        out.write_all(&file_meta::preamble_and_meta(meta))?;
        let mut deflater = DeflateEncoder::new(&mut *out, Compression::default());
        let mut elements = ElementWriter::new(&mut deflater, encoding, Vec::new());
        write_data_set(&mut elements, data, pixels)?;
        deflater.try_finish()?;
        let is_odd = deflater.total_out() % 2 == 1;
        drop(deflater);
        // The stream has an even length (PS3.5 A.5).
        out.write_all(if is_odd { &[0] } else { &[] })?;
        return Ok(());
    }
    let mut elements = ElementWriter::new(out, encoding, file_meta::preamble_and_meta(meta));
    write_data_set(&mut elements, data, pixels)
}

fn write_data_set(
    elements: &mut ElementWriter<'_>,
    data: &DataSet,
    pixels: PixelsToWrite<'_>,
) -> Result<(), WriteError> {
    let n_before = data.elements().partition_point(|element| element.tag < PIXEL_DATA);
    let (before, after) = data.elements().split_at(n_before);
    elements.elements(before)?;
    match pixels {
        PixelsToWrite::None => {}
        PixelsToWrite::AsRead(pixels) => pixel_data::write(elements, pixels)?,
        PixelsToWrite::BlackedOut(pixels) => pixel_data::write_blacked_out(elements, pixels)?,
    }
    elements.elements(after)?;
    elements.flush()
}

#[cfg(test)]
mod tests;
