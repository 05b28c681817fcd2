//! Known answers for every codec, and what damaged codestreams must not do.

use bytes::Bytes;
use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use proptest::prelude::*;
use radmill_frame::{DecodeError, Frame, Photometric, Samples};

use super::test_streams::*;
use super::test_support::{attributes, limits};
use super::{EncodedPixels, Payload};

/// The attributes of the pattern: 8 bits grey, or these changes.
fn pixels(transfer_syntax: &str, payload: Payload, changes: &[(Tag, Option<&str>)]) -> EncodedPixels {
    let size = [(tags::ROWS, Some("12")), (tags::COLUMNS, Some("10"))];
    let bits =
        [(tags::BITS_ALLOCATED, Some("8")), (tags::BITS_STORED, Some("8")), (tags::HIGH_BIT, Some("7"))];
    let all: Vec<_> = size.iter().chain(&bits).chain(changes).copied().collect();
    EncodedPixels::new(&attributes(&all), transfer_syntax, payload, false, &limits())
}

fn encapsulated(fragments: &[&[u8]]) -> Payload {
    Payload::Encapsulated {
        basic_offsets: Vec::new(),
        extended_offsets: Vec::new(),
        extended_lengths: Vec::new(),
        fragments: fragments.iter().map(|fragment| Bytes::copy_from_slice(fragment)).collect(),
    }
}

fn decode(
    transfer_syntax: &str,
    codestream: &[u8],
    changes: &[(Tag, Option<&str>)],
) -> Result<Frame, DecodeError> {
    pixels(transfer_syntax, encapsulated(&[codestream]), changes).decode_frame(0)
}

const RGB: &[(Tag, Option<&str>)] =
    &[(tags::SAMPLES_PER_PIXEL, Some("3")), (tags::PHOTOMETRIC_INTERPRETATION, Some("RGB"))];
const BITS_16: &[(Tag, Option<&str>)] =
    &[(tags::BITS_ALLOCATED, Some("16")), (tags::BITS_STORED, Some("16")), (tags::HIGH_BIT, Some("15"))];

fn grey_8() -> Samples {
    Samples::U8(grey(1).into_iter().map(|value| value as u8).collect())
}

fn grey_16() -> Samples {
    Samples::U16(grey(200).into_iter().map(|value| value as u16).collect())
}

/// Full Progression, Non-Hierarchical (Processes 10 & 12), retired.
const FULL_PROGRESSION: &str = "1.2.840.10008.1.2.4.55";

/// Transfer syntax, codestream, attributes, samples, and their meaning.
type Known = (&'static str, &'static str, &'static [(Tag, Option<&'static str>)], Samples, Photometric);

fn known() -> Vec<Known> {
    use Photometric::{Monochrome2, Rgb};
    let decoded = |digits| Samples::U8(bytes(digits));
    let colour = || Samples::U8(colour());
    vec![
        (uids::JPEG_BASELINE8_BIT, JPEG_GREY, &[], decoded(JPEG_GREY_DECODED), Monochrome2),
        (uids::JPEG_BASELINE8_BIT, JPEG_420, RGB, decoded(JPEG_420_DECODED), Rgb),
        (uids::JPEG_BASELINE8_BIT, JPEG_422, RGB, decoded(JPEG_422_DECODED), Rgb),
        (FULL_PROGRESSION, JPEG_PROGRESSIVE_420, RGB, decoded(JPEG_PROGRESSIVE_420_DECODED), Rgb),
        (uids::JPEGLS_LOSSLESS, JPEG_LS_8, &[], grey_8(), Monochrome2),
        (uids::JPEGLS_LOSSLESS, JPEG_LS_16, BITS_16, grey_16(), Monochrome2),
        (uids::JPEGLS_LOSSLESS, JPEG_LS_LINE, RGB, colour(), Rgb),
        (uids::JPEGLS_LOSSLESS, JPEG_LS_PLANES, RGB, colour(), Rgb),
        (uids::JPEGLS_LOSSLESS, JPEG_LS_SAMPLE, RGB, colour(), Rgb),
        (uids::JPEG2000_LOSSLESS, JPEG_2000_GREY, &[], grey_8(), Monochrome2),
        (uids::JPEGXL_LOSSLESS, JPEG_XL_8, &[], grey_8(), Monochrome2),
        (uids::JPEGXL_LOSSLESS, JPEG_XL_16, BITS_16, grey_16(), Monochrome2),
        (uids::JPEGXL_LOSSLESS, JPEG_XL_COLOUR, RGB, colour(), Rgb),
        (uids::JPEG2000_LOSSLESS, JPEG_2000_COLOUR, RGB, colour(), Rgb),
    ]
}

#[test]
fn known_codestreams_decode() {
    for (transfer_syntax, digits, changes, samples, photometric) in known() {
        let frame = decode(transfer_syntax, &bytes(digits), changes).unwrap();
        assert_eq!(
            (frame.samples, frame.photometric),
            (samples, photometric),
            "{transfer_syntax} {digits:.40}"
        );
    }
}

#[test]
fn near_lossless_is_near() {
    let frame = decode(uids::JPEGLS_NEAR_LOSSLESS, &bytes(JPEG_LS_NEAR_3), &[]).unwrap();
    let Samples::U8(samples) = frame.samples else { panic!("{frame:?}") };
    assert!(samples.iter().zip(grey(1)).all(|(&found, wanted)| u32::from(found).abs_diff(wanted) <= 3));
}

#[test]
fn header_and_codestream_are_reconciled() {
    let encoded = bytes(JPEG_LS_8);
    let syntax = uids::JPEGLS_LOSSLESS;
    // Fewer bits than stored: the type is that of the header.
    let frame = decode(syntax, &encoded, BITS_16).unwrap();
    assert_eq!((frame.bits_stored, frame.samples.len()), (8, 120));
    assert_eq!(frame.defects.codes(), ["bits_stored_contradicted"]);
    assert!(matches!(frame.samples, Samples::U16(_)));
    // The header says that bit patterns are signed.
    let frame = decode(syntax, &encoded, &[(tags::PIXEL_REPRESENTATION, Some("1"))]).unwrap();
    assert!(matches!(frame.samples, Samples::I8(samples) if samples.contains(&-1)));
    assert_eq!(frame.defects.codes(), [""; 0]);
    // Fewer bits than stored, and signed: the highest bit may be a sign or not.
    let signed = [BITS_16, &[(tags::PIXEL_REPRESENTATION, Some("1"))]].concat();
    assert_eq!(decode(syntax, &encoded, &signed).unwrap_err().reason(), "invalid_codestream");
    // More bits than stored, and they are used: the codestream knows. With a sign, nobody does.
    let four_bits = &[(tags::BITS_STORED, Some("4")), (tags::HIGH_BIT, Some("3"))];
    let frame = decode(syntax, &encoded, four_bits).unwrap();
    assert_eq!((frame.bits_stored, frame.defects.codes()), (8, vec!["bits_stored_contradicted"]));
    assert_eq!(frame.samples, grey_8());
    let signed = [&four_bits[..], &[(tags::PIXEL_REPRESENTATION, Some("1"))]].concat();
    assert_eq!(decode(syntax, &encoded, &signed).unwrap_err().reason(), "invalid_codestream");
    // Sizes and components must agree, and the type must be wide enough.
    for changes in [
        &[(tags::ROWS, Some("11"))][..],
        &[(tags::COLUMNS, Some("65535"))],
        RGB,
        &[(tags::ROWS, Some("10")), (tags::COLUMNS, Some("12"))],
    ] {
        assert_eq!(
            decode(syntax, &encoded, changes).unwrap_err().reason(),
            "invalid_codestream",
            "{changes:?}"
        );
    }
    assert_eq!(decode(syntax, &bytes(JPEG_LS_16), &[]).unwrap_err().reason(), "invalid_codestream");
}

#[test]
#[expect(deprecated, reason = "retired transfer syntaxes are recognised as well")]
fn every_syntax_has_an_answer() {
    let encoded = bytes(JPEG_GREY);
    for (transfer_syntax, expected) in [
        (uids::JPEGXL, "invalid_codestream"),
        (uids::JPEG_EXTENDED35, "unsupported_transfer_syntax"),
        (uids::HEVCMP51, "unsupported_transfer_syntax"),
        ("1.2.3.4.5", "unsupported_transfer_syntax"),
        (uids::EXPLICIT_VR_LITTLE_ENDIAN, "unsupported_pixel_format"),
        (uids::JPEGLS_LOSSLESS, "unsupported_pixel_format"),
        (uids::JPEG2000, "invalid_codestream"),
        (uids::RLE_LOSSLESS, "invalid_codestream"),
    ] {
        let error = decode(transfer_syntax, &encoded, &[]).unwrap_err();
        assert_eq!(error.reason(), expected, "{transfer_syntax}");
        assert!(!error.to_string().contains("1.2.3.4.5"));
    }
    let native = Payload::Native { bytes: Bytes::from(encoded), big_endian: false };
    let error = pixels(uids::JPEG_BASELINE8_BIT, native, &[]).decode_frame(0).unwrap_err();
    assert_eq!(error.reason(), "unsupported_pixel_format");
}

#[test]
fn samples_that_were_decompressed_without_saying_so() {
    let Samples::U8(samples) = grey_8() else { panic!() };
    let check = |samples: &[u8], changes: &[(Tag, Option<&str>)]| {
        let native = Payload::Native { bytes: Bytes::copy_from_slice(samples), big_endian: false };
        pixels(uids::JPEG2000_LOSSLESS, native, changes).decode_frame(0).map_err(|error| error.reason())
    };
    let frame = check(&samples, &[]).unwrap();
    assert_eq!((frame.samples, frame.defects.codes()), (grey_8(), vec!["not_compressed"]));
    let refused = Err("unsupported_pixel_format");
    assert_eq!(check(&samples[2..], &[]), refused);
    let ycbcr = [RGB, &[(tags::PHOTOMETRIC_INTERPRETATION, Some("YBR_RCT"))]].concat();
    assert_eq!(check(&samples.repeat(3), &ycbcr), refused);
}

#[test]
fn frames_come_from_their_fragments() {
    let encoded = bytes(JPEG_LS_8);
    let (head, tail) = encoded.split_at(50);
    let two_frames = &[(tags::NUMBER_OF_FRAMES, Some("2"))];
    let pixels = pixels(uids::JPEGLS_LOSSLESS, encapsulated(&[&encoded, head, tail]), two_frames);
    for frame_index in 0..2 {
        assert_eq!(pixels.decode_frame(frame_index).unwrap().samples, grey_8());
    }
    assert_eq!(pixels.decode_frame(2).unwrap_err().reason(), "invalid_pixel_attributes");
}

#[test]
fn frames_inflate_one_by_one() {
    use std::io::Write;
    let Samples::U8(samples) = grey_8() else { panic!() };
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&samples).unwrap();
    let deflated = encoder.finish().unwrap();
    let syntax = "1.2.840.10008.1.2.8.1";
    assert_eq!(decode(syntax, &deflated, &[]).unwrap().samples, grey_8());
    assert_eq!(decode(syntax, &deflated[..20], &[]).unwrap_err().reason(), "invalid_codestream");
    assert_eq!(
        decode(uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN, &samples, &[]).unwrap().samples,
        grey_8()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever the damage, there is a frame of the declared size or an error.
    #[test]
    fn damaged_codestreams_do_no_harm(
        which in 0..10_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        length in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let (transfer_syntax, digits, attributes, samples, _) = known().swap_remove(which);
        let mut encoded = bytes(digits);
        for (index, value) in changes {
            let at = index.index(encoded.len());
            encoded[at] = value;
        }
        if is_cut {
            encoded.truncate(length.index(encoded.len()));
        }
        if let Ok(frame) = decode(transfer_syntax, &encoded, attributes) {
            prop_assert_eq!(frame.samples.len(), samples.len());
        }
    }
}
