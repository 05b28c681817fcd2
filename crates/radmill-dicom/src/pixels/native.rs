//! Uncompressed pixel data (PS3.5 8.1.1, 8.2.1 and Annex D).

use radmill_frame::{DecodeError, Photometric, PixelDefect, PixelDefects, PixelDescription, Samples};

use super::description::frame_samples;
use super::stored_bits::{StoredBits, Words, has_unused_bits_set, interpret};

/// The words of Pixel Data, in the byte order of the file.
#[derive(Clone, Copy)]
pub(super) struct NativeBytes<'a> {
    pub(super) bytes: &'a [u8],
    /// Words are big endian. With 8 or fewer bits allocated that means: two samples lie swapped in each 16-bit word.
    pub(super) big_endian: bool,
}

/// Cuts frame `frame_index` out of all frames; colour comes out interleaved, chroma once for each pixel.
///
/// Also gives what the samples are: subsampled chroma becomes [`Photometric::YbrFull`], everything else stays.
pub(super) fn decode(
    source: NativeBytes<'_>,
    description: &PixelDescription,
    frame_index: u32,
) -> Result<(Samples, Photometric, PixelDefects), DecodeError> {
    let photometric = match description.photometric {
        Photometric::YbrFull422 => Photometric::YbrFull,
        stays @ (Photometric::Monochrome1
        | Photometric::Monochrome2
        | Photometric::PaletteColor
        | Photometric::Rgb
        | Photometric::YbrFull) => stays,
        _ => {
            return Err(DecodeError::UnsupportedPixelFormat(
                "photometric interpretation of uncompressed pixels",
            ));
        }
    };
    let subsampled = description.photometric == Photometric::YbrFull422;
    let words = if subsampled {
        check_subsampled(source, description)?;
        halved_chroma(words(source, description, frame_index, frame_samples(description) / 3 * 2)?)
    } else {
        words(source, description, frame_index, frame_samples(description))?
    };
    let words = if description.planar && !subsampled { interleave(words) } else { words };
    let bits = StoredBits::declared(description);
    let mut defects = PixelDefects::NONE;
    defects.add_if(has_unused_bits_set(&words, bits), PixelDefect::UnusedBitsSet);
    Ok((interpret(words, bits), photometric, defects))
}

/// Bytes of a frame whose samples take whole bytes.
pub(super) fn frame_length(description: &PixelDescription) -> u64 {
    stored_samples(description).saturating_mul(u64::from(description.bits_allocated / 8))
}

/// Samples of a frame as they are stored: of YBR_FULL_422, two thirds.
fn stored_samples(description: &PixelDescription) -> u64 {
    let n_samples = frame_samples(description);
    if description.photometric == Photometric::YbrFull422 { n_samples / 3 * 2 } else { n_samples }
}

/// How many of the declared frames `n_bytes` hold, and what is wrong with their length.
///
/// Whole frames of a file that was cut are as good as ever, and what follows the last frame is left out. But a length
/// that would fit samples of another kind says that the header is wrong about the kind, and then nothing is certain.
pub(super) fn frames_there(
    description: &PixelDescription,
    n_bytes: u64,
) -> Result<(u32, PixelDefects), DecodeError> {
    let frame_bits = stored_samples(description).saturating_mul(u64::from(description.bits_allocated));
    let declared = u64::from(description.n_frames);
    let need = frame_bits.saturating_mul(declared).div_ceil(8);
    let none = PixelDefects::NONE;
    if n_bytes == need || n_bytes == need.next_multiple_of(2) {
        return Ok((description.n_frames, none));
    }
    if n_bytes > need {
        let (excess, frame_bytes) = (n_bytes - need, frame_bits.div_ceil(8));
        if declared > 1 && frame_bytes % 2 == 1 && (declared - 1..=declared).contains(&excess) {
            let what = "frames of odd length that may be padded one by one";
            return Err(DecodeError::InvalidPixelAttributes(what));
        }
        let is_extra = excess >= frame_bytes && excess % frame_bytes <= 1;
        let defect = if is_extra { PixelDefect::FramesExtra } else { PixelDefect::PixelTrailingBytes };
        return Ok((description.n_frames, defect.into()));
    }
    let there = n_bytes.saturating_mul(8) / frame_bits.max(1);
    if there == 0 || (declared > 1 && fits_other_samples(need, n_bytes)) {
        return Err(DecodeError::TruncatedPixelData { frame_index: there as u32, have: n_bytes, need });
    }
    Ok((there as u32, PixelDefect::FramesMissing.into()))
}

/// True if there are exactly as many bytes as other samples would take: of half or a quarter of the bits, of 12
/// bits in 16, one for each pixel of three, or with their chroma halved.
fn fits_other_samples(need: u64, n_bytes: u64) -> bool {
    [(1, 2), (1, 4), (3, 4), (1, 3), (2, 3), (1, 8), (1, 16)].iter().any(|(part, whole)| {
        let other = need.saturating_mul(*part).div_ceil(*whole);
        n_bytes == other || n_bytes == other.next_multiple_of(2)
    })
}

/// Float Pixel Data (7FE0,0008).
pub(super) fn decode_floats(
    source: NativeBytes<'_>,
    description: &PixelDescription,
    frame_index: u32,
) -> Result<Samples, DecodeError> {
    let bytes = frame_bytes(source.bytes, frame_index, frame_samples(description), 4)?;
    Ok(Samples::F32(chunks(bytes, source.big_endian, f32::from_be_bytes, f32::from_le_bytes)))
}

/// Double Float Pixel Data (7FE0,0009).
pub(super) fn decode_doubles(
    source: NativeBytes<'_>,
    description: &PixelDescription,
    frame_index: u32,
) -> Result<Samples, DecodeError> {
    let bytes = frame_bytes(source.bytes, frame_index, frame_samples(description), 8)?;
    Ok(Samples::F64(chunks(bytes, source.big_endian, f64::from_be_bytes, f64::from_le_bytes)))
}

/// The `n_samples` words of one frame.
fn words(
    source: NativeBytes<'_>,
    description: &PixelDescription,
    frame_index: u32,
    n_samples: u64,
) -> Result<Words, DecodeError> {
    let NativeBytes { bytes, big_endian } = source;
    match description.bits_allocated {
        1 => single_bits(source, u64::from(description.n_frames), frame_index, n_samples),
        8 if big_endian => swapped_bytes(bytes, frame_index, n_samples),
        8 => Ok(Words::U8(frame_bytes(bytes, frame_index, n_samples, 1)?.to_vec())),
        12 if !big_endian => packed_12_bits(bytes, frame_index, n_samples),
        16 => {
            let bytes = frame_bytes(bytes, frame_index, n_samples, 2)?;
            Ok(Words::U16(chunks(bytes, big_endian, u16::from_be_bytes, u16::from_le_bytes)))
        }
        32 => {
            let bytes = frame_bytes(bytes, frame_index, n_samples, 4)?;
            Ok(Words::U32(chunks(bytes, big_endian, u32::from_be_bytes, u32::from_le_bytes)))
        }
        _ => Err(DecodeError::UnsupportedPixelFormat("bits allocated of uncompressed pixels")),
    }
}

fn chunks<const N: usize, T>(
    bytes: &[u8],
    big_endian: bool,
    be: fn([u8; N]) -> T,
    le: fn([u8; N]) -> T,
) -> Vec<T> {
    let chunks = bytes.as_chunks::<N>().0;
    if big_endian { chunks.iter().map(|c| be(*c)).collect() } else { chunks.iter().map(|c| le(*c)).collect() }
}

/// The bytes of a frame whose samples take whole bytes.
fn frame_bytes(
    bytes: &[u8],
    frame_index: u32,
    n_samples: u64,
    sample_bytes: u64,
) -> Result<&[u8], DecodeError> {
    let need = n_samples.saturating_mul(sample_bytes);
    let start = need.saturating_mul(u64::from(frame_index));
    range(bytes, start, need).ok_or_else(|| truncated(frame_index, bytes, start, need))
}

fn range(bytes: &[u8], start: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    bytes.get(start..end)
}

fn truncated(frame_index: u32, bytes: &[u8], start: u64, need: u64) -> DecodeError {
    DecodeError::TruncatedPixelData { frame_index, have: (bytes.len() as u64).saturating_sub(start), need }
}

/// Bits Allocated 1: eight samples a byte, the lowest bit first; frames follow each other without padding, so that a
/// frame may start inside a byte. Some files say 1 and have bytes: whose bits those would be is anybody's guess.
fn single_bits(
    source: NativeBytes<'_>,
    n_frames: u64,
    frame_index: u32,
    n_samples: u64,
) -> Result<Words, DecodeError> {
    let first = n_samples.saturating_mul(u64::from(frame_index));
    let end = first.saturating_add(n_samples);
    let bytes = source.bytes;
    if n_samples.saturating_mul(n_frames) == bytes.len() as u64 && n_samples >= 16 {
        return Err(DecodeError::InvalidPixelAttributes(
            "bits allocated is 1, but there is a byte for each pixel",
        ));
    }
    if end.div_ceil(8) > bytes.len() as u64 {
        return Err(truncated(frame_index, bytes, first / 8, n_samples.div_ceil(8)));
    }
    let swap = usize::from(source.big_endian);
    let bit = |index: u64| {
        let byte = bytes.get((index / 8) as usize ^ swap).copied().unwrap_or(0);
        byte >> (index % 8) & 1
    };
    Ok(Words::U8((first..end).map(bit).collect()))
}

/// Bits Allocated 8 in words of OW, big endian: the first sample is the second byte of the word.
fn swapped_bytes(bytes: &[u8], frame_index: u32, n_samples: u64) -> Result<Words, DecodeError> {
    let start = n_samples.saturating_mul(u64::from(frame_index));
    let end = start.saturating_add(n_samples);
    // The last word must be whole, even if only its first sample is used.
    if end.next_multiple_of(2) > bytes.len() as u64 {
        return Err(truncated(frame_index, bytes, start, n_samples.next_multiple_of(2)));
    }
    Ok(Words::U8((start..end).map(|i| bytes.get(i as usize ^ 1).copied().unwrap_or(0)).collect()))
}

/// Bits Allocated 12: two samples in three bytes, low bits first (retired; PS3.5 Annex D).
fn packed_12_bits(bytes: &[u8], frame_index: u32, n_samples: u64) -> Result<Words, DecodeError> {
    let first = n_samples.saturating_mul(u64::from(frame_index));
    let end = first.saturating_add(n_samples);
    if end.saturating_mul(3).div_ceil(2) > bytes.len() as u64 {
        return Err(truncated(
            frame_index,
            bytes,
            first.saturating_mul(3) / 2,
            n_samples.saturating_mul(3).div_ceil(2),
        ));
    }
    let byte = |index: u64| u16::from(bytes.get(index as usize).copied().unwrap_or(0));
    let sample = |index: u64| {
        let at = index / 2 * 3;
        if index.is_multiple_of(2) {
            byte(at) | (byte(at + 1) & 0x0F) << 8
        } else {
            byte(at + 1) >> 4 | byte(at + 2) << 4
        }
    };
    Ok(Words::U16((first..end).map(sample).collect()))
}

/// YBR_FULL_422 is 8-bit, of even width, and shorter than full-size chroma would be.
fn check_subsampled(source: NativeBytes<'_>, description: &PixelDescription) -> Result<(), DecodeError> {
    if description.bits_allocated != 8 || !description.columns.is_multiple_of(2) {
        return Err(DecodeError::UnsupportedPixelFormat("YBR_FULL_422 of odd width or not of 8 bits"));
    }
    let full = frame_samples(description).saturating_mul(u64::from(description.n_frames));
    // Three samples for each pixel are either YBR_FULL or RGB, and nothing says which.
    if full.next_multiple_of(2) == (source.bytes.len() as u64).next_multiple_of(2) {
        return Err(DecodeError::InvalidPixelAttributes(
            "YBR_FULL_422 is declared, but chroma is not halved",
        ));
    }
    Ok(())
}

/// Y1 Y2 Cb Cr for two pixels becomes Y1 Cb Cr Y2 Cb Cr: the two pixels share their chroma (PS3.3 C.7.6.3.1.2).
fn halved_chroma(words: Words) -> Words {
    match words {
        Words::U8(words) => Words::U8(
            words.as_chunks().0.iter().flat_map(|&[y1, y2, cb, cr]| [y1, cb, cr, y2, cb, cr]).collect(),
        ),
        other => other,
    }
}

/// Three planes, one after the other, become samples side by side.
pub(super) fn interleave(words: Words) -> Words {
    fn triples<W: Copy>(words: &[W]) -> Vec<W> {
        let (first, rest) = words.split_at(words.len() / 3);
        let (second, third) = rest.split_at(first.len());
        first.iter().zip(second).zip(third).flat_map(|((&a, &b), &c)| [a, b, c]).collect()
    }
    match words {
        Words::U8(words) => Words::U8(triples(&words)),
        Words::U16(words) => Words::U16(triples(&words)),
        Words::U32(words) => Words::U32(triples(&words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description(
        bits_allocated: u16,
        photometric: Photometric,
        rows: u32,
        columns: u32,
    ) -> PixelDescription {
        PixelDescription {
            rows,
            columns,
            n_frames: 2,
            samples_per_pixel: photometric.samples_per_pixel(),
            photometric,
            bits_allocated,
            bits_stored: bits_allocated,
            high_bit: bits_allocated - 1,
            signed: false,
            planar: false,
        }
    }

    fn check(description: &PixelDescription, bytes: &[u8], big_endian: bool, expected: [Option<Samples>; 2]) {
        for (frame_index, expected) in (0..).zip(expected) {
            let decoded = decode(NativeBytes { bytes, big_endian }, description, frame_index);
            assert_eq!(
                decoded.ok().map(|(samples, ..)| samples),
                expected,
                "frame {frame_index} of {bytes:?}"
            );
        }
    }

    #[test]
    fn samples_of_every_width() {
        use Photometric::Monochrome2 as Grey;
        let u8s = |v: &[u8]| Some(Samples::U8(v.to_vec()));
        let u16s = |v: &[u16]| Some(Samples::U16(v.to_vec()));
        // Three pixels a frame: the second frame starts inside the first byte.
        check(&description(1, Grey, 1, 3), &[0b0011_0101], false, [u8s(&[1, 0, 1]), u8s(&[0, 1, 1])]);
        check(&description(1, Grey, 1, 3), &[0, 0b0011_0101], true, [u8s(&[1, 0, 1]), u8s(&[0, 1, 1])]);
        check(&description(1, Grey, 3, 3), &[1, 2], false, [u8s(&[1, 0, 0, 0, 0, 0, 0, 0, 0]), None]);
        check(&description(8, Grey, 1, 3), &[1, 2, 3, 4, 5, 6], false, [u8s(&[1, 2, 3]), u8s(&[4, 5, 6])]);
        check(&description(8, Grey, 1, 3), &[2, 1, 4, 3, 6, 5], true, [u8s(&[1, 2, 3]), u8s(&[4, 5, 6])]);
        check(&description(8, Grey, 1, 3), &[1, 2, 3, 4, 5], false, [u8s(&[1, 2, 3]), None]);
        check(&description(12, Grey, 1, 2), &[0x23, 0x61, 0x45], false, [u16s(&[0x123, 0x456]), None]);
        check(&description(16, Grey, 1, 1), &[1, 2, 3, 4], false, [u16s(&[0x201]), u16s(&[0x403])]);
        check(&description(16, Grey, 1, 1), &[1, 2, 3, 4], true, [u16s(&[0x102]), u16s(&[0x304])]);
        let wide = Some(Samples::U32(vec![0x0102_0304]));
        check(&description(32, Grey, 1, 1), &[1, 2, 3, 4], true, [wide, None]);
    }

    #[test]
    fn colour_is_interleaved() {
        let u8s = |v: &[u8]| Some(Samples::U8(v.to_vec()));
        let mut rgb = description(8, Photometric::Rgb, 1, 2);
        check(&rgb, &[1, 2, 3, 4, 5, 6], false, [u8s(&[1, 2, 3, 4, 5, 6]), None]);
        rgb.planar = true;
        check(&rgb, &[1, 2, 3, 4, 5, 6], false, [u8s(&[1, 3, 5, 2, 4, 6]), None]);
        let halved = description(8, Photometric::YbrFull422, 1, 2);
        check(&halved, &[1, 2, 3, 4], false, [u8s(&[1, 3, 4, 2, 3, 4]), None]);
        check(&halved, &[0; 12], false, [None, None]);
        check(&description(8, Photometric::YbrFull422, 1, 3), &[0; 12], false, [None, None]);
        check(&description(8, Photometric::YbrRct, 1, 2), &[0; 12], false, [None, None]);
    }

    #[test]
    fn frames_are_counted_by_length() {
        let mut grey = description(16, Photometric::Monochrome2, 5, 7);
        let check = |description: &PixelDescription, n_bytes, expected: Result<(u32, &[&str]), &str>| {
            let found = frames_there(description, n_bytes);
            let found = found.map(|(n, defects)| (n, defects.codes())).map_err(|error| error.reason());
            assert_eq!(found, expected.map(|(n, codes)| (n, codes.to_vec())), "{n_bytes}");
        };
        grey.n_frames = 5;
        check(&grey, 350, Ok((5, &[])));
        check(&grey, 351, Ok((5, &["pixel_trailing_bytes"])));
        check(&grey, 420, Ok((5, &["frames_extra"])));
        check(&grey, 349, Ok((4, &["frames_missing"])));
        check(&grey, 140, Ok((2, &["frames_missing"])));
        check(&grey, 69, Err("truncated_pixel_data"));
        // Bytes for 8 bits a sample.
        check(&grey, 175, Err("truncated_pixel_data"));
        check(&grey, 176, Err("truncated_pixel_data"));
        grey.bits_allocated = 8;
        check(&grey, 175, Ok((5, &[])));
        check(&grey, 176, Ok((5, &[])));
        // Each frame may have been padded, and then all but the first lie elsewhere.
        check(&grey, 180, Err("invalid_pixel_attributes"));
        grey.n_frames = 1;
        check(&grey, 30, Err("truncated_pixel_data"));
        check(&grey, 36, Ok((1, &[])));
        check(&grey, 37, Ok((1, &["pixel_trailing_bytes"])));
    }

    #[test]
    fn floats_keep_their_value() {
        let one = description(32, Photometric::Monochrome2, 1, 1);
        let bytes = 1.5_f32.to_be_bytes();
        let source = NativeBytes { bytes: &bytes, big_endian: true };
        assert_eq!(decode_floats(source, &one, 0), Ok(Samples::F32(vec![1.5])));
        let bytes = 1.5_f64.to_le_bytes();
        let source = NativeBytes { bytes: &bytes, big_endian: false };
        assert_eq!(decode_doubles(source, &one, 0), Ok(Samples::F64(vec![1.5])));
        assert_eq!(decode_doubles(source, &one, 1).unwrap_err().reason(), "truncated_pixel_data");
    }
}
