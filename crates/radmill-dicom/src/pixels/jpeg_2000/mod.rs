//! JPEG 2000 Part 1 (ITU-T T.800) and High-Throughput JPEG 2000 (T.814), as a bare codestream or in a JP2 file, decoded
//! by OpenJPEG, which is C.
//!
//! It never sees bytes as they came. First [`size`] reads SIZ and holds it against the header of the instance, [`style`]
//! checks that no coding style asks for more memory than image and codestream justify, and [`plain`] goes through all
//! marker segments and writes the codestream anew: what is not needed to decode is left out, what is not known is
//! refused, every tile is there and every tile-part is whole. That every packet is there, OpenJPEG is made to say.

mod plain;
mod size;
mod style;

use bytes::Bytes;
use radmill_openjpeg::{Error, Image};

use self::plain::PlainCodestream;
use self::size::ImageSize;
use super::codestream::{CodestreamError, Colour, Expected, Raster};
use super::stored_bits::Words;

/// SOC and SIZ, which start every codestream.
const CODESTREAM_START: [u8; 4] = [0xFF, 0x4F, 0xFF, 0x51];
const JP2_SIGNATURE: &[u8] = b"\x00\x00\x00\x0CjP  ";

/// Decodes one frame; multi-component transforms are undone, so that their colour is RGB.
pub(super) fn decode(encoded: &[u8], expected: Expected) -> Result<Raster, CodestreamError> {
    let codestream = codestream(encoded)?;
    let size = ImageSize::read(codestream, expected)?;
    let plain = PlainCodestream::read(codestream, size)?;
    let words = decode_samples(&plain, size)?;
    let colour = if plain.transforms_colour { Colour::Rgb } else { Colour::NotTransformed };
    Ok(Raster { words, precision: size.precision, signed: Some(size.signed), colour, defects: plain.defects })
}

/// False if it is certain that these fragments use what Part 2 (T.801) has beyond Part 1: extensions of the codestream,
/// or frames that are components of one codestream (PS3.5 A.4.5). What is damaged is left to [`decode`].
pub(super) fn is_of_part_1(fragments: &[Bytes], samples_per_pixel: u16) -> bool {
    let Some(codestream) = fragments.first().and_then(|fragment| codestream(fragment).ok()) else {
        return true;
    };
    match size::n_components(codestream) {
        Ok(n_components) => n_components == samples_per_pixel && !plain::has_extensions(codestream),
        Err(_) => true,
    }
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

/// Bit patterns of the precision of the codestream, samples of a pixel together.
fn decode_samples(plain: &PlainCodestream<'_>, size: ImageSize) -> Result<Words, CodestreamError> {
    let what = radmill_openjpeg::Size {
        columns: size.columns,
        rows: size.rows,
        n_components: u32::from(size.n_components),
        precision: u32::from(size.precision),
        signed: size.signed,
    };
    // First whether all packets are there, then the samples.
    let n_halvings = u32::from(plain.n_decompositions);
    radmill_openjpeg::read_packets(&plain.bytes_with_stops(), what, n_halvings).map_err(failed)?;
    let image = radmill_openjpeg::decode(&plain.bytes(), what).map_err(failed)?;
    let mask = u32::MAX >> (32 - u32::from(size.precision));
    let word = |value: i32| value as u32 & mask;
    Ok(match size.precision {
        ..=8 => Words::U8(interleave(&image, size.n_components, |value| word(value) as u8)),
        9..=16 => Words::U16(interleave(&image, size.n_components, |value| word(value) as u16)),
        17.. => Words::U32(interleave(&image, size.n_components, word)),
    })
}

fn failed(error: Error) -> CodestreamError {
    CodestreamError::Invalid(match error {
        Error::Damaged => "its JPEG 2000 data are damaged or of a kind that is not decoded",
        Error::Doubtful => "its JPEG 2000 data are not whole",
        Error::OtherSize => "its size is not what its header says",
    })
}

fn interleave<W: Copy>(image: &Image, n_components: u16, word: impl Fn(i32) -> W) -> Vec<W> {
    if n_components == 3 {
        let [first, second, third] = [0, 1, 2].map(|index| image.component(index));
        let pixels = first.iter().zip(second).zip(third);
        return pixels.flat_map(|((&a, &b), &c)| [word(a), word(b), word(c)]).collect();
    }
    image.component(0).iter().map(|&value| word(value)).collect()
}

#[cfg(test)]
mod tests;
