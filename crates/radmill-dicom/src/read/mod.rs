//! Reads one file: the entry, and the order of the steps.

mod dataset;
mod dictionary;
mod encapsulated;
mod file_meta;
mod header;
mod in_file;
mod inflate;
mod sequence;
mod sniff;
mod sop_common;
mod swap;
mod transfer_syntax;
mod value;

use bytes::Bytes;

use self::dataset::Reader;
use self::file_meta::{DIRECTORY_RECORD_SEQUENCE, FileMeta, is_directory, read_file_meta, uid};
pub(crate) use self::header::{Encoding, ITEM, ITEM_DELIMITER, SEQUENCE_DELIMITER, UNDEFINED};
pub use self::in_file::parse_file;
use self::inflate::inflate;
use self::sniff::{Start, best_encoding, real_encoding};
use self::sop_common::{SOP_CLASS_UID, complete};
pub(crate) use self::swap::to_little_endian;
use self::transfer_syntax::uncompressed_uid;
pub(crate) use self::transfer_syntax::{Syntax, syntax};
use crate::defect::{Defect, Defects};
use crate::pixels::{FramesInFile, Payload, Place};
use crate::{EncodedPixels, Limits, ParseError, ParsedInstance, SourceFacts};

/// Reads one file held in memory.
///
/// Values and pixel data are slices of `bytes`, except in big-endian files, where numbers are copied to turn them
/// round, and in deflated ones.
/// Elements of groups 0000 and 0002, group lengths, padding and the pixel data do not appear in the data set.
/// Where it lacks the UID of its SOP class or instance, the one of the File Meta Information takes the place.
///
/// What is wrong but can be read in one way only is read and noted in [`SourceFacts::defects`].
pub fn parse(bytes: Bytes, limits: &Limits) -> Result<ParsedInstance, ParseError> {
    let mut defects = Defects::default();
    let start = sniff::find(&bytes, &mut defects)?;
    let (declared, limit) = (bytes.len() as u64, limits.file_bytes_max);
    if declared > limit {
        return Err(ParseError::OverLimit { what: "file_bytes_max", declared, limit });
    }
    let meta = match start {
        Start::FileMeta { at } => read_file_meta(&bytes, at, &mut defects)?,
        Start::DataSet { .. } => {
            defects.add(Defect::NoFileMeta);
            FileMeta::default()
        }
    };
    if is_directory(meta.sop_class.as_deref()) {
        return Err(ParseError::Directory);
    }
    let body = Body::find(&bytes, start, &meta, limits, &mut defects)?;
    if body.at >= body.bytes.len() {
        return Err(ParseError::Truncated { offset: body.at as u64 });
    }
    read_body(body, meta, limits, defects, None)
}

/// The data set, no longer deflated.
struct Body {
    bytes: Bytes,
    /// Where in `bytes` the data set begins.
    at: usize,
    encoding: Encoding,
    big_endian_pixels: bool,
    /// The transfer syntax says that pixel data are encapsulated.
    compressed: bool,
}

impl Body {
    /// Finds out how the data set is written. What the file declares is checked against the first elements.
    fn find(
        bytes: &Bytes,
        start: Start,
        meta: &FileMeta,
        limits: &Limits,
        defects: &mut Defects,
    ) -> Result<Body, ParseError> {
        let at = meta.data_set_at;
        let plain = |encoding| Body {
            bytes: bytes.clone(),
            at,
            encoding,
            big_endian_pixels: false,
            compressed: false,
        };
        if let Start::DataSet { encoding } = start {
            return Ok(plain(encoding));
        }
        let data_set = bytes.get(at..).unwrap_or_default();
        let Some(uid) = &meta.transfer_syntax else {
            defects.add(Defect::TransferSyntaxMissing);
            // Nothing makes sense: let the reader say where, in the encoding that every reader has to know.
            return Ok(plain(best_encoding(data_set).unwrap_or(Encoding::IMPLICIT)));
        };
        let Some(Syntax { encoding, deflated, big_endian_pixels, compressed }) = syntax(uid) else {
            let encoding = best_encoding(data_set).ok_or(ParseError::UnsupportedEncoding)?;
            defects.add(Defect::TransferSyntaxUnknown);
            return Ok(plain(encoding));
        };
        let mut body = Body { big_endian_pixels, compressed, ..plain(encoding) };
        if deflated {
            match inflate(data_set, limits.inflated_bytes_max, defects) {
                Ok(inflated) => (body.bytes, body.at) = (inflated, 0),
                Err(error @ ParseError::Malformed { .. }) => {
                    // Some writers declare it and do not do it.
                    body.encoding = best_encoding(data_set).ok_or(error)?;
                    defects.add(Defect::NotDeflated);
                }
                Err(error) => return Err(error),
            }
        }
        let real = real_encoding(body.bytes.get(body.at..).unwrap_or_default(), body.encoding);
        if real != body.encoding {
            defects.add(Defect::TransferSyntaxContradicted);
            body.encoding = real;
        }
        Ok(body)
    }

    /// The transfer syntax as declared. Where it says nothing about compression and is not how the data set is written,
    /// the one that is: under the other, words of pixel data would be read in the wrong order.
    fn transfer_syntax(&self, declared: Option<String>) -> String {
        let is_wrong = |uid: &str| {
            syntax(uid).is_some_and(|syntax| !syntax.compressed && syntax.encoding != self.encoding)
        };
        match declared {
            Some(declared) if self.big_endian_pixels || !is_wrong(&declared) => declared,
            _ => uncompressed_uid(self.encoding).to_owned(),
        }
    }
}

/// Pixel data that are not in the body, and take the place of those in it.
struct Elsewhere {
    payload: Payload,
    /// Length of the file that the body is a part of.
    file_bytes: usize,
}

fn read_body(
    body: Body,
    meta: FileMeta,
    limits: &Limits,
    defects: Defects,
    elsewhere: Option<Elsewhere>,
) -> Result<ParsedInstance, ParseError> {
    let mut reader = Reader::new(&body.bytes, body.at, limits, defects);
    reader.pixels.compressed = body.compressed;
    if let Some(elsewhere) = &elsewhere {
        reader.file_bytes = elsewhere.file_bytes;
    }
    let data = reader.top_level(body.encoding)?;
    let mut defects = reader.defects;
    let pixels = std::mem::take(&mut reader.pixels);

    let sop_class = data.get(SOP_CLASS_UID).and_then(|element| uid(element.bytes()));
    if is_directory(sop_class.as_deref()) || data.get(DIRECTORY_RECORD_SEQUENCE).is_some() {
        return Err(ParseError::Directory);
    }
    if defects.contains(Defect::DeflateTruncated) && pixels.payload.is_none() {
        return Err(ParseError::Truncated { offset: body.bytes.len() as u64 });
    }
    let data = complete(data, &meta, &mut defects);
    let transfer_syntax_inferred = meta.transfer_syntax.is_none();
    let transfer_syntax = body.transfer_syntax(meta.transfer_syntax);
    let pixels = pixels.payload.map(|payload| {
        let mut payload = elsewhere.map_or(payload, |elsewhere| elsewhere.payload);
        match &mut payload {
            Payload::Encapsulated { extended_offsets, extended_lengths, .. }
            | Payload::InFile(FramesInFile {
                place: Place::Encapsulated { extended_offsets, extended_lengths, .. },
                ..
            }) => {
                *extended_offsets = pixels.extended_offsets;
                *extended_lengths = pixels.extended_lengths;
            }
            Payload::Native { big_endian, .. } => *big_endian |= body.big_endian_pixels,
            Payload::Float { .. } | Payload::DoubleFloat { .. } | Payload::InFile(_) => {}
        }
        let is_cut = defects.contains(Defect::PixelDataTruncated);
        EncodedPixels::new(&data, &transfer_syntax, payload, is_cut, limits)
    });
    let source = SourceFacts { transfer_syntax, transfer_syntax_inferred, defects: defects.codes() };
    Ok(ParsedInstance { data, pixels, source })
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
