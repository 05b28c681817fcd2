//! JPEG 2000 Part 1 (ITU-T T.800), as a bare codestream or in a JP2 file, decoded by `hayro-jpeg2000`.
//!
//! That crate is written in safe Rust and its lossless path is exact up to 16 bits. Here the header is read first:
//! sizes, precision and the number of packets are checked before it may reserve memory, and its panics are caught.

use std::panic::catch_unwind;

use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use radmill_frame::PixelDefects;

use super::codestream::{CodestreamError, Colour, ENDS_EARLY, Expected, Raster};
use super::markers::be_u16;
use super::stored_bits::Words;

/// SOC and SIZ, which start every codestream.
const CODESTREAM_START: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
const JP2_SIGNATURE: &[u8] = b"\x00\x00\x00\x0CjP  ";

const SOT: u8 = 0x90;
const SOD: u8 = 0x93;
const COD: u8 = 0x52;
const COC: u8 = 0x53;

/// The decoder computes in 32-bit floating point: exact for the integers of the lossless path up to this precision.
const PRECISION_MAX: u16 = 16;

/// Decodes one frame; multi-component transforms are undone, so that their colour is RGB.
pub(super) fn decode(encoded: &[u8], expected: Expected) -> Result<Raster, CodestreamError> {
    let codestream = codestream(encoded)?;
    let size = ImageSize::read(codestream, expected)?;
    let transforms_colour = check_packets(codestream, size)?;
    // The decoder is not ours: a panic in it costs the frame, not the job. It keeps nothing between calls.
    let words = catch_unwind(|| decode_samples(codestream, size, expected))
        .unwrap_or(Err(CodestreamError::Invalid("the JPEG 2000 decoder gave up")))?;
    let colour = if transforms_colour { Colour::Rgb } else { Colour::NotTransformed };
    Ok(Raster {
        words,
        precision: size.precision,
        signed: Some(size.signed),
        colour,
        defects: PixelDefects::NONE,
    })
}

/// The codestream itself. The boxes of a JP2 file are passed over: what they say about colour, DICOM says elsewhere
/// (PS3.5 A.4.4), and the lengths in them are wrong in real files.
fn codestream(encoded: &[u8]) -> Result<&[u8], CodestreamError> {
    let start = if encoded.starts_with(JP2_SIGNATURE) {
        encoded.windows(CODESTREAM_START.len()).position(|window| window == CODESTREAM_START)
    } else {
        encoded.starts_with(&CODESTREAM_START).then_some(0)
    };
    start
        .and_then(|start| encoded.get(start..))
        .ok_or(CodestreamError::Invalid("it does not start with SOC and SIZ"))
}

/// SIZ (T.800 A.5.1) as far as it matters here.
#[derive(Clone, Copy)]
struct ImageSize {
    precision: u16,
    signed: bool,
    rows: u64,
    columns: u64,
    n_components: u64,
    n_tiles: u64,
}

impl ImageSize {
    /// Reads SIZ and holds it against the header of the instance.
    fn read(codestream: &[u8], expected: Expected) -> Result<ImageSize, CodestreamError> {
        let number = |at: usize| {
            let four = codestream.get(at..).and_then(<[u8]>::first_chunk::<4>).ok_or(ENDS_EARLY)?;
            Ok(u32::from_be_bytes(*four))
        };
        let (right, bottom, left, top) = (number(8)?, number(12)?, number(16)?, number(20)?);
        let (tile_columns, tile_rows) = (number(24)?, number(28)?);
        let n_components = be_u16(codestream, 40)?;
        let (Some(columns), Some(rows)) = (right.checked_sub(left), bottom.checked_sub(top)) else {
            return Err(CodestreamError::Invalid("the image area of SIZ"));
        };
        expected.check(rows, columns, u32::from(n_components))?;
        let components =
            codestream.get(42..42 + 3 * usize::from(n_components)).ok_or(ENDS_EARLY)?.as_chunks::<3>().0;
        let [depth, ..] = *components.first().ok_or(ENDS_EARLY)?;
        if components
            .iter()
            .any(|[other, horizontal, vertical]| (*other, *horizontal, *vertical) != (depth, 1, 1))
        {
            return Err(CodestreamError::Unsupported(
                "JPEG 2000 with components of different size or precision",
            ));
        }
        let precision = u16::from(depth & 0x7F) + 1;
        if precision > PRECISION_MAX {
            return Err(CodestreamError::Unsupported("JPEG 2000 of more than 16 bits"));
        }
        if tile_columns == 0 || tile_rows == 0 {
            return Err(CodestreamError::Invalid("the tile size of SIZ"));
        }
        // Tiles may start left of and above the image, so that there is one more than its size asks for.
        let n_tiles = (u64::from(columns / tile_columns) + 2).saturating_mul(u64::from(rows / tile_rows) + 2);
        Ok(ImageSize {
            precision,
            signed: depth & 0x80 != 0,
            rows: u64::from(rows),
            columns: u64::from(columns),
            n_components: u64::from(n_components),
            n_tiles,
        })
    }
}

/// Goes through the main header and the headers of tile-parts, so that no coding style in them asks for more memory
/// than the codestream can use. Gives whether the main header says that components were transformed together.
fn check_packets(codestream: &[u8], size: ImageSize) -> Result<bool, CodestreamError> {
    // T.800 allows 65 535; the count may be too high by a row and a column of them.
    if size.n_tiles > 5 * 65_535 {
        return Err(CodestreamError::Invalid("the number of tiles"));
    }
    let mut transforms_colour = None;
    let mut at = 2;
    let mut tile_part_end = None;
    // After the last tile-part there is EOC, padding, or nothing.
    while let Some(&[0xFF, marker]) = codestream.get(at..).and_then(<[u8]>::first_chunk::<2>) {
        if marker == SOD {
            match tile_part_end {
                Some(end) if end > at => at = end,
                // A tile-part of length 0 goes on to the end.
                _ => break,
            }
            continue;
        }
        let Ok(length) = be_u16(codestream, at + 2).map(usize::from) else { break };
        let payload = codestream.get(at + 4..at + 2 + length.max(2)).ok_or(ENDS_EARLY)?;
        match marker {
            SOT => {
                let length = payload.get(2..).and_then(<[u8]>::first_chunk::<4>).ok_or(ENDS_EARLY)?;
                tile_part_end = at.checked_add(u32::from_be_bytes(*length) as usize).filter(|end| *end > at);
            }
            COD => {
                let n_layers = u64::from(be_u16(payload, 1)?);
                let style = CodingStyle {
                    has_precincts: payload[0] & 1 != 0,
                    rest: payload.get(4..).ok_or(ENDS_EARLY)?,
                };
                check_style(style, n_layers, size, codestream.len())?;
                transforms_colour.get_or_insert(payload[3] != 0);
            }
            COC => {
                let at = if size.n_components < 257 { 1 } else { 2 };
                let (style, rest) = payload.get(at..).and_then(<[u8]>::split_first).ok_or(ENDS_EARLY)?;
                check_style(CodingStyle { has_precincts: style & 1 != 0, rest }, 1, size, codestream.len())?;
            }
            _ => {}
        }
        at += 2 + length.max(2);
    }
    transforms_colour.ok_or(CodestreamError::Invalid("there is no coding style"))
}

/// The part that COD and COC share (T.800 A.6.1): number of decompositions, code-blocks, precincts.
struct CodingStyle<'a> {
    has_precincts: bool,
    rest: &'a [u8],
}

/// A packet takes at least a byte, so that there cannot be more of them than bytes.
fn check_style(
    style: CodingStyle<'_>,
    n_layers: u64,
    size: ImageSize,
    n_bytes: usize,
) -> Result<(), CodestreamError> {
    let n_decompositions = *style.rest.first().ok_or(ENDS_EARLY)?;
    if n_decompositions > 32 {
        return Err(CodestreamError::Invalid("the number of decompositions"));
    }
    let mut n_precincts = 0_u64;
    for resolution in 0..=n_decompositions {
        let exponents = match style.rest.get(5 + usize::from(resolution)) {
            Some(exponents) if style.has_precincts => *exponents,
            _ => 0xFF,
        };
        let reduction = n_decompositions - resolution;
        let n_along = |length: u64, exponent: u8| (length >> reduction.min(63) >> exponent) + 1;
        n_precincts = n_precincts.saturating_add(
            n_along(size.columns, exponents & 15).saturating_mul(n_along(size.rows, exponents >> 4)),
        );
    }
    // The counts above are one too high in each direction, hence the factor.
    let n_packets = n_precincts.saturating_mul(size.n_components).saturating_mul(n_layers.max(1));
    if n_packets / 4 > n_bytes as u64 + 1024 {
        return Err(CodestreamError::Invalid("it is too short for its number of packets"));
    }
    Ok(())
}

/// Bit patterns of the precision of the codestream, samples of a pixel together.
fn decode_samples(codestream: &[u8], size: ImageSize, expected: Expected) -> Result<Words, CodestreamError> {
    let settings = DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
    let damaged = CodestreamError::Invalid("its JPEG 2000 data are damaged or of a kind that is not decoded");
    let image = Image::new(codestream, &settings).map_err(|_| damaged)?;
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|_| damaged)?;
    let components: Vec<&[f32]> = decoded.components().iter().map(|component| component.samples()).collect();
    let n_pixels = expected.n_samples() / usize::from(expected.n_components).max(1);
    if components.len() != usize::from(expected.n_components)
        || components.iter().any(|c| c.len() != n_pixels)
    {
        return Err(damaged);
    }
    // The decoder shifts signed components up as if they were unsigned; turning the highest bit over undoes it.
    let sign = if size.signed { 1 << (size.precision - 1) } else { 0 };
    let max = (1_u32 << size.precision) - 1;
    let word = move |value: f32| ((value + 0.5) as u32).min(max) ^ sign;
    Ok(if size.precision <= 8 {
        Words::U8(interleave(&components, |value| word(value) as u8))
    } else {
        Words::U16(interleave(&components, |value| word(value) as u16))
    })
}

fn interleave<W: Copy>(components: &[&[f32]], word: impl Fn(f32) -> W) -> Vec<W> {
    match components {
        [only] => only.iter().map(|&value| word(value)).collect(),
        [first, second, third] => {
            let pixels = first.iter().zip(*second).zip(*third);
            pixels.flat_map(|((&a, &b), &c)| [word(a), word(b), word(c)]).collect()
        }
        _ => Vec::new(),
    }
}
