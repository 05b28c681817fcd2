//! The stored sample values of one file, for whoever debugs or checks the decoding.

use std::io::{self, Write};
use std::path::Path;

use bytes::Bytes;
use radmill_dicom::{EncodedPixels, ParseError, SourceFacts, parse};
use radmill_frame::{DecodeError, Frame, PixelDefects};
use radmill_image::{ImageError, to_rgb};
use radmill_store::read_source;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::key::hex;
use crate::{JobError, defaults};

/// Which samples are asked for.
#[derive(Clone, Copy, Debug)]
pub struct DecodeRequest {
    /// One frame, counted from 0, or all.
    pub frame: Option<u32>,
    /// YCbCr samples stay what they are where the file has them uncompressed, in RLE or in a codec without colour.
    pub keep_ycbcr: bool,
}

/// What was decoded. Holds no value of the file but what describes its pixels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decoded {
    /// Frames, rows, columns, samples of a pixel.
    pub shape: [u64; 4],
    /// Type of a sample as NumPy names it, such as `uint16`; little endian.
    pub dtype: &'static str,
    /// SHA-256 of all samples as frame, row, column, sample, little endian, in hexadecimal digits.
    pub sha256: String,
    /// The frame, if one was asked for.
    pub frame: Option<u32>,
    /// Transfer Syntax UID as declared, or as found out.
    pub transfer_syntax: String,
    /// Photometric Interpretation as the header has it.
    pub photometric_stored: &'static str,
    /// What the samples are.
    pub photometric: &'static str,
    /// Bits Allocated (0028,0100).
    pub bits_allocated: u16,
    /// Significant bits of a sample: Bits Stored (0028,0101), or the precision of the codestream.
    pub bits_stored: u16,
    /// What was wrong with the pixel data, or with the file, and coped with.
    pub defects: Vec<DefectFound>,
}

/// One kind of defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DefectFound {
    /// Stable code.
    pub code: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// Why there are no samples.
#[derive(Debug)]
pub enum DecodeFault {
    /// The file cannot be read.
    Job(JobError),
    /// It cannot be decoded.
    Undecodable {
        /// Stable code, as in the quarantine.
        reason: &'static str,
        /// What is wrong, without any value of the file.
        detail: String,
    },
    /// The samples cannot be written.
    Output(io::Error),
}

/// Decodes frame after frame into `out`; no more than two frames are held beside the file.
/// What was written before a fault is worth nothing.
pub fn decode(file: &Path, request: DecodeRequest, out: &mut dyn Write) -> Result<Decoded, DecodeFault> {
    let limits = defaults::limits();
    let bytes = read_source(file, 0, limits.file_bytes_max).map_err(|cause| {
        let path = file.to_owned();
        DecodeFault::Job(JobError::Source(radmill_store::StoreError { action: "read", path, cause }))
    })?;
    let instance = parse(Bytes::from(bytes), &limits)?;
    let no_pixels = || undecodable("no_pixel_data", "the instance has no pixel data");
    decode_instance(&instance.pixels.ok_or_else(no_pixels)?, &instance.source, request, out)
}

fn decode_instance(
    pixels: &EncodedPixels,
    source: &SourceFacts,
    request: DecodeRequest,
    out: &mut dyn Write,
) -> Result<Decoded, DecodeFault> {
    let description = pixels.description()?;
    let frames = match request.frame {
        None => 0..description.n_frames,
        Some(index) if index < description.n_frames => index..index + 1,
        Some(_) => {
            let n_frames = description.n_frames;
            return Err(undecodable(
                "no_such_frame",
                &format!("there are {n_frames} frames, counted from 0"),
            ));
        }
    };
    let mut sha256 = Sha256::new();
    let mut all: Option<Kind> = None;
    let (mut bits_stored, mut defects) = (0, PixelDefects::NONE);
    let n_frames = frames.len() as u64;
    for index in frames {
        let frame = pixels.decode_frame(index)?;
        let frame = if request.keep_ycbcr { frame } else { to_rgb(frame)? };
        let kind = Kind::of(&frame);
        if *all.get_or_insert(kind) != kind {
            return Err(undecodable("unsupported_pixel_format", "frames of different kinds"));
        }
        bits_stored = frame.bits_stored.max(bits_stored);
        defects = defects.and(frame.defects);
        let bytes = frame.samples.to_le_bytes();
        drop(frame);
        sha256.update(&bytes);
        out.write_all(&bytes).map_err(DecodeFault::Output)?;
    }
    out.flush().map_err(DecodeFault::Output)?;
    let kind = all.ok_or_else(|| undecodable("no_pixel_data", "there are no frames"))?;
    Ok(Decoded {
        shape: [n_frames, kind.rows.into(), kind.columns.into(), kind.photometric.samples_per_pixel().into()],
        dtype: kind.dtype,
        sha256: hex(&sha256.finalize()),
        frame: request.frame,
        transfer_syntax: source.transfer_syntax.clone(),
        photometric_stored: description.photometric.term(),
        photometric: kind.photometric.term(),
        bits_allocated: description.bits_allocated,
        bits_stored,
        defects: explained(source, defects),
    })
}

/// What all frames have to have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    rows: u32,
    columns: u32,
    photometric: radmill_frame::Photometric,
    dtype: &'static str,
}

impl Kind {
    fn of(frame: &Frame) -> Kind {
        let &Frame { rows, columns, photometric, ref samples, .. } = frame;
        Kind { rows, columns, photometric, dtype: samples.type_name() }
    }
}

/// Defects of the file and of its pixel data, sorted by code.
fn explained(source: &SourceFacts, defects: PixelDefects) -> Vec<DefectFound> {
    let of_file = source
        .defects
        .iter()
        .map(|code| DefectFound { code, meaning: SourceFacts::defect_meaning(code).unwrap_or_default() });
    let of_pixels = defects.iter().map(|d| DefectFound { code: d.code(), meaning: d.meaning() });
    let mut all: Vec<DefectFound> = of_file.chain(of_pixels).collect();
    all.sort_by_key(|defect| defect.code);
    all
}

fn undecodable(reason: &'static str, detail: &str) -> DecodeFault {
    DecodeFault::Undecodable { reason, detail: detail.to_owned() }
}

impl From<ParseError> for DecodeFault {
    fn from(error: ParseError) -> DecodeFault {
        DecodeFault::Undecodable { reason: error.reason(), detail: error.to_string() }
    }
}

impl From<DecodeError> for DecodeFault {
    fn from(error: DecodeError) -> DecodeFault {
        DecodeFault::Undecodable { reason: error.reason(), detail: error.to_string() }
    }
}

impl From<ImageError> for DecodeFault {
    fn from(error: ImageError) -> DecodeFault {
        DecodeFault::Undecodable { reason: error.reason(), detail: error.to_string() }
    }
}
