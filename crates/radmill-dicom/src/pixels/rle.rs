//! RLE Lossless, 1.2.840.10008.1.2.5 (PS3.5 Annex G).
//!
//! A frame is a header of 16 unsigned 32-bit numbers (how many segments there are and where each starts), then the
//! segments, each a PackBits run: one segment for every byte of a sample, most significant first, sample after sample.

use super::codestream::{CodestreamError, ENDS_EARLY, Expected};
use super::native::interleave;
use super::stored_bits::Words;

const HEADER_BYTES: usize = 64;
const SEGMENTS_MAX: usize = 15;

/// Decodes the segments of one frame into words of 8, 16 or 32 bits, samples of a pixel together.
pub(super) fn decode(
    frame: &[u8],
    expected: Expected,
    bits_allocated: u16,
) -> Result<Words, CodestreamError> {
    if bits_allocated == 1 {
        return decode_single_bits(frame, expected);
    }
    let sample_bytes = match bits_allocated {
        8 => 1,
        16 => 2,
        32 => 4,
        _ => return Err(CodestreamError::Unsupported("RLE with this number of bits allocated")),
    };
    let n_samples = usize::from(expected.n_components);
    let n_pixels = expected.n_samples() / n_samples.max(1);
    let mut planes = vec![0; expected.n_samples() * sample_bytes];
    let segments = segments(frame, n_samples * sample_bytes)?;
    for (segment, plane) in segments.into_iter().zip(planes.chunks_exact_mut(n_pixels)) {
        unpack(segment, plane)?;
    }
    let words = join_bytes(planes, n_pixels, sample_bytes);
    Ok(if n_samples == 3 { interleave(words) } else { words })
}

/// Planes of bytes, most significant first, to planes of words.
fn join_bytes(planes: Vec<u8>, n_pixels: usize, sample_bytes: usize) -> Words {
    let samples = planes.chunks_exact(n_pixels * sample_bytes);
    match sample_bytes {
        1 => Words::U8(planes),
        2 => {
            let join = |(high, low): (&[u8], &[u8])| -> Vec<u16> {
                high.iter().zip(low).map(|(&high, &low)| u16::from_be_bytes([high, low])).collect()
            };
            Words::U16(samples.map(|sample| join(sample.split_at(n_pixels))).collect::<Vec<_>>().concat())
        }
        _ => {
            let word = |sample: &[u8], pixel: usize| {
                sample.iter().skip(pixel).step_by(n_pixels).fold(0, |word, &byte| word << 8 | u32::from(byte))
            };
            Words::U32(
                samples.flat_map(|sample| (0..n_pixels).map(move |pixel| word(sample, pixel))).collect(),
            )
        }
    }
}

/// Eight pixels a byte, the lowest bit first, in one segment, as in native pixel data.
fn decode_single_bits(frame: &[u8], expected: Expected) -> Result<Words, CodestreamError> {
    let n_pixels = expected.n_samples();
    let segment = *segments(frame, 1)?.first().ok_or(ENDS_EARLY)?;
    let mut packed = vec![0; n_pixels.div_ceil(8)];
    unpack(segment, &mut packed)?;
    Ok(Words::U8(
        (0..n_pixels).map(|pixel| packed.get(pixel / 8).map_or(0, |byte| byte >> (pixel % 8) & 1)).collect(),
    ))
}

/// The segments by the header of the frame; there must be exactly as many as the pixels need.
fn segments(frame: &[u8], n_expected: usize) -> Result<Vec<&[u8]>, CodestreamError> {
    let (header, _) = frame.split_at_checked(HEADER_BYTES).ok_or(ENDS_EARLY)?;
    let mut numbers = header.as_chunks::<4>().0.iter().map(|chunk| u32::from_le_bytes(*chunk) as usize);
    let n_segments = numbers.next().unwrap_or(0);
    if n_segments != n_expected || n_segments > SEGMENTS_MAX {
        return Err(CodestreamError::Invalid("the number of RLE segments does not fit the pixels"));
    }
    let starts: Vec<usize> = numbers.take(n_segments).collect();
    let ends = starts.iter().skip(1).copied().chain([frame.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| frame.get(start..end).filter(|_| start >= HEADER_BYTES))
        .collect::<Option<Vec<_>>>()
        .ok_or(CodestreamError::Invalid("the offsets of RLE segments are out of order or out of the frame"))
}

/// PackBits: a count byte below 128 is followed by that many and one literal bytes, one above 128 by a byte that is
/// repeated 257 minus count times, and 128 does nothing. Bytes past the plane are padding.
fn unpack(segment: &[u8], plane: &mut [u8]) -> Result<(), CodestreamError> {
    let mut source = segment;
    let mut filled = 0;
    while filled < plane.len() {
        let (&count, rest) = source.split_first().ok_or(ENDS_EARLY)?;
        source = rest;
        let count = usize::from(count);
        if count < 128 {
            // A last run may reach past the plane: encoders that pad rows to even lengths do so.
            let n = (count + 1).min(plane.len() - filled);
            let literal = source.get(..n).ok_or(ENDS_EARLY)?;
            plane[filled..filled + n].copy_from_slice(literal);
            source = source.get(count + 1..).unwrap_or(&[]);
            filled += n;
        } else if count > 128 {
            let n = (257 - count).min(plane.len() - filled);
            let (&byte, rest) = source.split_first().ok_or(ENDS_EARLY)?;
            plane[filled..filled + n].fill(byte);
            source = rest;
            filled += n;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of literal runs, one segment for each plane.
    fn frame(planes: &[&[u8]]) -> Vec<u8> {
        let mut offsets = vec![0; HEADER_BYTES];
        offsets[..4].copy_from_slice(&(planes.len() as u32).to_le_bytes());
        let mut body = Vec::new();
        for (index, plane) in planes.iter().enumerate() {
            let start = (HEADER_BYTES + body.len()) as u32;
            offsets[4 + 4 * index..8 + 4 * index].copy_from_slice(&start.to_le_bytes());
            body.push(plane.len() as u8 - 1);
            body.extend_from_slice(plane);
            if body.len() % 2 == 1 {
                body.push(0);
            }
        }
        [offsets, body].concat()
    }

    fn expected(rows: u32, columns: u32, n_components: u16) -> Expected {
        Expected { rows, columns, n_components }
    }

    #[test]
    fn planes_become_samples() {
        let size = expected(1, 2, 1);
        assert_eq!(decode(&frame(&[&[1, 2]]), size, 8), Ok(Words::U8(vec![1, 2])));
        assert_eq!(decode(&frame(&[&[1, 2], &[3, 4]]), size, 16), Ok(Words::U16(vec![0x103, 0x204])));
        let four: [&[u8]; 4] = [&[1, 2], &[3, 4], &[5, 6], &[7, 8]];
        assert_eq!(decode(&frame(&four), size, 32), Ok(Words::U32(vec![0x0103_0507, 0x0204_0608])));
        let colour = expected(1, 2, 3);
        assert_eq!(decode(&frame(&four[..3]), colour, 8), Ok(Words::U8(vec![1, 3, 5, 2, 4, 6])));
        assert_eq!(decode(&frame(&[&[0b0000_0101]]), expected(1, 3, 1), 1), Ok(Words::U8(vec![1, 0, 1])));
    }

    #[test]
    fn runs_unpack() {
        for (segment, expected) in [
            (&[0xFE_u8, 7, 0x80, 0x01, 1, 2][..], Some([7, 7, 7, 1, 2])),
            (&[0x81, 9], Some([9; 5])),
            (&[0x04, 1, 2, 3, 4, 5, 0, 0], Some([1, 2, 3, 4, 5])),
            (&[0xFE, 7], None),
            (&[0x04, 1, 2], None),
            (&[0x80, 0x80], None),
            (&[], None),
        ] {
            let mut plane = [0; 5];
            let result = unpack(segment, &mut plane);
            assert_eq!(result.ok().map(|()| plane), expected, "{segment:?}");
        }
    }

    #[test]
    fn wrong_headers_are_refused() {
        let size = expected(1, 2, 1);
        let good = frame(&[&[1, 2]]);
        let mut late = good.clone();
        late[4..8].copy_from_slice(&5000_u32.to_le_bytes());
        let mut early = good.clone();
        early[4..8].copy_from_slice(&3_u32.to_le_bytes());
        for bad in [&good[..63], &frame(&[&[1, 2], &[3, 4]]), &late, &early, &good[..65], &[]] {
            assert!(decode(bad, size, 8).is_err());
        }
        assert!(decode(&good, size, 12).is_err());
    }
}
