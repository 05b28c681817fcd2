//! Where codestreams start and end, by their own markers.
//!
//! JPEG, JPEG-LS and JPEG 2000 keep their markers out of the coded data, so that both ends are certain.

use std::ops::Range;

use radmill_frame::{PixelDefect, PixelDefects};

use super::markers::{Marker, be_u16};

const JP2_SIGNATURE: &[u8] = b"\x00\x00\x00\x0CjP  ";
const JPEG_XL_SIGNATURE: &[u8] = b"\x00\x00\x00\x0CJXL ";
const START_OF_TILE_PART: u8 = 0x90;

/// True if a fragment starts like a codestream: JPEG and JPEG-LS with SOI and another marker, JPEG 2000 with SOC and
/// SIZ or as a JP2 file, JPEG XL bare or in its container, RLE with its header.
pub(super) fn starts_codestream(fragment: &[u8]) -> bool {
    starts_jpeg(fragment)
        || starts_jpeg_2000(fragment)
        || fragment.starts_with(JP2_SIGNATURE)
        || fragment.starts_with(JPEG_XL_SIGNATURE)
        || fragment.starts_with(&[0xFF, 0x0A])
        || starts_rle(fragment)
}

fn starts_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xD8, 0xFF])
}

fn starts_jpeg_2000(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0x4F, 0xFF, 0x51])
}

/// The header of RLE (PS3.5 G.5): the number of segments, their offsets of which the first is 64, then zeros.
fn starts_rle(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<64>() else { return false };
    let words: Vec<u32> = header.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let (n_segments, offsets) = (words[0] as usize, &words[1..]);
    (1..=15).contains(&n_segments)
        && offsets[0] == 64
        && offsets[..n_segments].is_sorted_by(|a, b| a < b)
        && offsets[n_segments..].iter().all(|offset| *offset == 0)
}

/// The codestreams that follow each other in a fragment, nothing but padding between and behind them.
/// `None` if there is anything else, or if one of them does not end.
pub(super) fn split(fragment: &[u8]) -> Option<Vec<Range<usize>>> {
    if fragment.starts_with(JP2_SIGNATURE) {
        return Some(std::iter::once(0..fragment.len()).collect());
    }
    let mut codestreams = Vec::new();
    let mut start = 0;
    while start < fragment.len() {
        let length = codestream_length(&fragment[start..])?;
        codestreams.push(start..start + length);
        let rest = &fragment[start + length..];
        // One byte makes the length of a fragment even, and encoders exist that leave whatever was there.
        let n_padding = if rest.len() == 1 { 1 } else { rest.iter().take_while(|byte| **byte == 0).count() };
        start += length + n_padding;
    }
    (!codestreams.is_empty()).then_some(codestreams)
}

/// Bytes from the start of a codestream to its end marker.
fn codestream_length(bytes: &[u8]) -> Option<usize> {
    let is_jpeg = starts_jpeg(bytes);
    if !is_jpeg && !starts_jpeg_2000(bytes) {
        return None;
    }
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        let length = || Some(usize::from(be_u16(bytes, at + 2).ok()?).max(2));
        match marker {
            // Fill before a marker.
            0xFF => at += 1,
            _ if marker == Marker::END_OF_IMAGE.0 => return Some(at + 2),
            0x01 | 0xD0..=0xD7 => at += 2,
            _ if is_jpeg && marker == Marker::START_OF_SCAN.0 => {
                at = next_marker(bytes, at + 2 + length()?)?;
            }
            START_OF_TILE_PART if !is_jpeg => {
                // The tile part's length counts from its marker; 0 reaches to the end of the codestream.
                let declared = bytes.get(at + 6..)?.first_chunk::<4>().map(|n| u32::from_be_bytes(*n))?;
                at = match declared {
                    0 => next_marker(bytes, at + 2 + length()?)?,
                    n if n >= 12 => at.checked_add(n as usize)?,
                    _ => return None,
                };
            }
            _ => at += 2 + length()?,
        }
    }
}

/// The next marker that ends coded data: in them 0xFF is followed by less than 0x80 in JPEG and JPEG-LS and by less
/// than 0x90 in JPEG 2000; restart markers, and those that JPEG 2000 may have between packets, are passed over.
fn next_marker(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match *bytes.get(at + 1)? {
            0..=0x92 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

/// What is wrong with the end of a codestream that has an end marker: it is missing, or something follows it.
pub(super) fn defects_of_end(encoded: &[u8]) -> PixelDefects {
    if !starts_jpeg(encoded) && !starts_jpeg_2000(encoded) {
        // RLE and JPEG XL have no end marker, and after the codestream of a JP2 file boxes may follow.
        return PixelDefects::NONE;
    }
    let end_marker = [0xFF, Marker::END_OF_IMAGE.0];
    let n_padding = encoded.iter().rev().take_while(|byte| **byte == 0).count();
    let unpadded = &encoded[..encoded.len() - n_padding];
    let but_one = encoded.split_last().map_or(encoded, |(_, rest)| rest);
    if unpadded.ends_with(&end_marker) || but_one.ends_with(&end_marker) {
        return PixelDefects::NONE;
    }
    match codestream_length(encoded) {
        Some(_) => PixelDefect::PixelTrailingBytes.into(),
        None => PixelDefect::CodestreamIrregular.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_streams::{JPEG_2000_GREY, JPEG_GREY, JPEG_LS_8, JPEG_LS_PLANES, bytes};
    use super::*;

    #[test]
    fn codestreams_in_a_row_are_told_apart() {
        for digits in [JPEG_GREY, JPEG_LS_8, JPEG_LS_PLANES, JPEG_2000_GREY] {
            let one = bytes(digits);
            let n = one.len();
            assert_eq!(split(&one).as_deref(), Some(std::slice::from_ref(&(0..n))), "{digits:.20}");
            let three = [&one[..], &[0], &one, &one, &[0, 0]].concat();
            assert_eq!(split(&three), Some(vec![0..n, n + 1..2 * n + 1, 2 * n + 1..3 * n + 1]));
            assert_eq!(split(&[&one[..], &[1], &one].concat()), None);
            for cut in 0..n {
                assert_eq!(split(&[&one[..], &one[..cut]].concat()).is_some(), cut <= 1, "{cut}");
            }
            let check = |tail: &[u8], expected: &[&str]| {
                assert_eq!(defects_of_end(&[&one[..], tail].concat()).codes(), expected);
            };
            check(&[], &[]);
            check(&[0, 0, 0], &[]);
            check(&[1], &[]);
            check(&[1, 2], &["pixel_trailing_bytes"]);
            assert_eq!(defects_of_end(&one[..n - 2]).codes(), ["codestream_irregular"]);
        }
        assert_eq!(split(&[]), None);
        assert_eq!(split(&[1, 2, 3]), None);
    }

    #[test]
    fn rle_is_known_by_its_header() {
        let header = |words: &[u32]| -> Vec<u8> {
            let mut words = words.to_vec();
            words.resize(16, 0);
            words.iter().flat_map(|word| word.to_le_bytes()).collect()
        };
        assert!(starts_codestream(&header(&[2, 64, 70])));
        assert!(!starts_codestream(&header(&[2, 64, 64])));
        assert!(!starts_codestream(&header(&[1, 64, 70])));
        assert!(!starts_codestream(&header(&[0, 64])));
        assert!(!starts_codestream(&header(&[1, 64])[..63]));
    }
}
