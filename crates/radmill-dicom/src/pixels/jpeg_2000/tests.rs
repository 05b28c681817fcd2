use std::path::Path;

use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use hayro_jpeg2000::{DecodeSettings, DecoderContext};
use proptest::prelude::*;
use radmill_frame::{DecodeError, Frame, PixelDefect, Samples};

use super::super::test_streams::{JPEG_2000_COLOUR, JPEG_2000_GREY, bytes, colour, grey};
use super::super::{EncodedPixels, Payload};
use super::*;
use radmill_frame::PixelDefects;

/// High-Throughput, reversible, grey; made by OpenJPH.
const HT_GREY: &str = "\
    ff4fff51002940000000000a0000000c00000000000000000000000a0000000c00000000000000000001070101ff5000\
    08000200000002ff52000c00020001000504044001ff5c00132048505050505050505050505050484848ff6400170001\
    4f70656e4a50482056657220302e32362e332eff90000a0000000000b90001ff93c025fd0007740000c012c012c01280\
    d2010774009001077400f500c77400c0124013401280fa1b730018b300423400f000c77400c015100574015083123984\
    38019400a1086a31a848fe0002dd487e97001b1080fe0766b400c02d6805bb00b5c03dc4265084848f524200e04ff347\
    89f53c007fda9b00254024d0c40559688787a80201412021a113364063c9dcd006f4905c00d10a1092280041c00e701d\
    f949d3bbd366823fb1597b00ffd9";

/// High-Throughput, reversible, colour with its transform; made by OpenJPH.
const HT_COLOUR: &str = "\
    ff4fff51002f40000000000a0000000c00000000000000000000000a0000000c00000000000000000003070101070101\
    070101ff500008000200000003ff52000c00020001010504044001ff5c00132050585858585858585858585858505050\
    ff64001700014f70656e4a50482056657220302e32362e332eff90000a0000000002060001ff9300c01280c800877400\
    c01280f700077400000000c0096004b00250fa00877400df00877400f900077400c0096004b00250c501877400ee0007\
    74008e01077400c0096004b00250e3000774005001877400dc00877400c0092004900240fb1b730081323300fd277300\
    c0096004b0025092004b74001100223400f900477400c0096004d00250ca004374001ceb00423400fe00c77400c009a0\
    056c009886e961fc7400207123eee0fe0000b725bf9700e9a527f89400c00a88015b002a004213fed33801940024eb0b\
    0637f10212f3c97ab7008e65b3026f497500c00a98015f002a400541b5c003fc019500c3422a609858d500002dc089bf\
    9800e95ac0de03fc039500c0169c016a40169042610e0041bd00e08c0a794fe66358ef1cba00855418b92d4a9a3c30fd\
    2738c00b009f5edb2c00014560480bfe0000ff7aac013df4eee78c00c016e4016d4016c00aa2bb548484306c5c781218\
    000474b7fc40e8529ff5a083ecda9b00921c102105c61043d430e0be1cfc0020bc9fcdd18806f4a6bc008408aa8a0c12\
    220012e2c5e2400417fbfddce8237f219c00c016cc01743005b65a0485d9042864aa0c00814047f254d01f004e14e6fa\
    72bb003028669164b288e9a04238058260e0a6a6dad5019fe08211689a799806f4939e0090614c606c1047e01c946402\
    31e340109925b7726c14237b019d00ffd9";

/// Reversible, signed, 16 bits: the pattern times 200, less 20 000.
const SIGNED_16: &str = "\
    ff4fff51002900000000000a0000000c00000000000000000000000a0000000c000000000000000000018f0101ff5200\
    0c00000001000004040001ff5c00044080ff640025000143726561746564206279204f70656e4a504547207665727369\
    6f6e20322e352e34ff90000a0000000000c50001ff93cffc32cc111e990c21edaa83980ae9749caf616663b95902219e\
    f355de025b8e344cc0d0af19d988524de1cdaec2be412cc8ad063a211dc9a2a764bd8f875dd2cdbc030a5cc9383c6301\
    8119acd1008ca98b1a460678370af0f6da157d830623c61af232af724917debb7fc4586b4bb96ca58b52424bd46f595f\
    4988035889749ace66e4511f9f34e868ddb38c9439fdac411f75b50270eceed74f1e4b4182f4e70b6d6469b8ed0aedb6\
    6d4473ba5a6d426f5ae5b7ff7fffd9";

/// Reversible, 24 bits: the pattern times 64 000.
const WIDE_24: &str = "\
    ff4fff51002900000000000a0000000c00000000000000000000000a0000000c00000000000000000001170101ff5200\
    0c00000001000004040001ff5c000440c0ff640025000143726561746564206279204f70656e4a504547207665727369\
    6f6e20322e352e34ff90000a0000000000e70001ff93dffa13541232b6ab3e7e5bba1b17b1ec6f9ff171a73ca51ab453\
    bd44861ad85bdd530be012d60d373eac12cba26c72eec9005714b486ef2b7d1b71c0794d3a9b665897fe88fa022e9689\
    6ee9e9f597140a199a85da0a787b02b26eea5a520853d027b9ec755ca49e3ce4979e373fa98ad60e1c34be77696856ca\
    213dc26bb640d697dac96976c964c3dc389129998797936efc8713411e66f59b6c8b42aedc448c19dd93da8518427f60\
    537889096d90c289f96b5e9c16e3d98010bf33679ea349d0a337b841aee3b42bb6e1164226f4b4da84de86eadfff7fff\
    d9";

const GREY_SIZE: Expected = Expected { rows: 12, columns: 10, n_components: 1 };
const COLOUR_SIZE: Expected = Expected { n_components: 3, ..GREY_SIZE };

fn grey_8() -> Words {
    Words::U8(grey(1).into_iter().map(|value| value as u8).collect())
}

#[test]
fn known_codestreams_decode() {
    let signed = grey(200).into_iter().map(|value| (value as i32 - 20_000) as u16);
    for (digits, expected, precision, is_signed, words) in [
        (JPEG_2000_GREY, GREY_SIZE, 8, false, grey_8()),
        (HT_GREY, GREY_SIZE, 8, false, grey_8()),
        (JPEG_2000_COLOUR, COLOUR_SIZE, 8, false, Words::U8(colour())),
        (HT_COLOUR, COLOUR_SIZE, 8, false, Words::U8(colour())),
        (SIGNED_16, GREY_SIZE, 16, true, Words::U16(signed.collect())),
        (WIDE_24, GREY_SIZE, 24, false, Words::U32(grey(64_000))),
    ] {
        let raster = decode(&bytes(digits), expected).unwrap();
        let colour = if expected.n_components == 3 { Colour::Rgb } else { Colour::NotTransformed };
        let signed = Some(is_signed);
        assert_eq!(raster, Raster { words, precision, signed, colour, defects: PixelDefects::NONE });
    }
}

/// A codestream of one tile-part without its last bytes, with lengths that fit.
fn cut_fittingly(encoded: &[u8], n_cut: usize) -> Vec<u8> {
    let start = encoded.windows(4).position(|window| window == [0xFF, 0x90, 0, 10]).unwrap();
    let length = u32::from_be_bytes(*encoded[start + 6..].first_chunk().unwrap()) - n_cut as u32;
    let end = encoded.len() - 2 - n_cut;
    let mut cut = [&encoded[..end], &[0xFF, 0xD9]].concat();
    cut[start + 6..start + 10].copy_from_slice(&length.to_be_bytes());
    cut
}

/// Whole packets may be missing, so that nothing but their number tells.
#[test]
fn what_is_not_whole_does_not_decode() {
    for (digits, expected) in [
        (JPEG_2000_GREY, GREY_SIZE),
        (JPEG_2000_COLOUR, COLOUR_SIZE),
        (HT_GREY, GREY_SIZE),
        (HT_COLOUR, COLOUR_SIZE),
        (SIGNED_16, GREY_SIZE),
    ] {
        let encoded = bytes(digits);
        let whole = decode(&encoded, expected).unwrap();
        let sod = encoded.windows(2).position(|window| window == [0xFF, 0x93]).unwrap();
        for n_cut in 1..encoded.len() - sod - 3 {
            let outcome = decode(&cut_fittingly(&encoded, n_cut), expected);
            assert!(outcome.is_err(), "{n_cut} of {} bytes cut: {digits:.40}", encoded.len());
        }
        for length in 0..encoded.len() - 2 {
            let outcome = decode(&encoded[..length], expected);
            assert!(outcome.is_err(), "cut to {length} bytes: {digits:.40}");
        }
        // Without its end there is everything that matters.
        let without_end = decode(&encoded[..encoded.len() - 2], expected).unwrap();
        assert_eq!(without_end.words, whole.words);
        assert!(without_end.defects.contains(PixelDefect::CodestreamIrregular));
    }
}

#[test]
fn sizes_are_those_of_the_header() {
    let encoded = bytes(JPEG_2000_GREY);
    // Xsiz, Ysiz, XOsiz, YOsiz, XTsiz, YTsiz, XTOsiz, YTOsiz, Csiz, Ssiz, XRsiz, YRsiz; numbers of four bytes first.
    for (at, value) in [
        (8, 0xFFFF_u32),
        (8, 0xFFFF_FFFF),
        (12, 11),
        (16, 1),
        (20, 12),
        (20, 13),
        (24, 0),
        (28, 0),
        (32, 1),
        (36, 0xFFFF_FFFF),
        (40, 0x0003_0701),
        (40, 0x4000_0701),
        (40, 0x0001_0702),
        (40, 0x0001_2501),
        (40, 0x0001_0700),
    ] {
        let mut encoded = encoded.clone();
        encoded[at..at + 4].copy_from_slice(&value.to_be_bytes());
        assert!(decode(&encoded, GREY_SIZE).is_err(), "{value} at {at}");
    }
    let huge = Expected { rows: 65_535, columns: 65_535, n_components: 1 };
    assert!(decode(&encoded, huge).is_err());
    // Header and codestream lie alike: many tiles, and packets that cannot be there.
    let mut lying = encoded.clone();
    lying[8..16].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    assert!(decode(&lying, huge).is_err());
    lying[24..32].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    assert!(decode(&lying, huge).is_err());
}

#[test]
fn tile_parts_are_counted() {
    let encoded = bytes(JPEG_2000_GREY);
    let sot = encoded.windows(2).position(|window| window == [0xFF, 0x90]).unwrap();
    let numbered = |index: u8, number: u8| {
        let mut encoded = encoded.clone();
        (encoded[sot + 10], encoded[sot + 11]) = (index, number);
        decode(&encoded, GREY_SIZE)
    };
    assert!(numbered(0, 0).unwrap().defects.is_empty());
    assert!(numbered(1, 1).unwrap().defects.contains(PixelDefect::CodestreamIrregular));
    for (index, number) in [(255, 0), (0, 2), (2, 1), (1, 2), (0, 255)] {
        assert!(numbered(index, number).is_err(), "{index} of {number}");
    }
    let mut other_tile = encoded.clone();
    other_tile[sot + 5] = 1;
    assert!(decode(&other_tile, GREY_SIZE).is_err());
    // Its length may be open.
    let mut open = encoded.clone();
    open[sot + 6..sot + 10].fill(0);
    assert_eq!(decode(&open, GREY_SIZE).unwrap().words, grey_8());
    open.push(0);
    assert_eq!(decode(&open, GREY_SIZE).unwrap().words, grey_8());
}

/// The codestream with a marker segment after SIZ.
fn with_segment(encoded: &[u8], segment: &[u8]) -> Vec<u8> {
    let siz_end = 4 + usize::from(u16::from_be_bytes([encoded[4], encoded[5]]));
    [&encoded[..siz_end], segment, &encoded[siz_end..]].concat()
}

fn decode_frame(
    transfer_syntax: &str,
    encoded: &[u8],
    changes: &[(Tag, Option<&str>)],
) -> Result<Frame, DecodeError> {
    let mut all = vec![
        (tags::ROWS, Some("12")),
        (tags::COLUMNS, Some("10")),
        (tags::BITS_ALLOCATED, Some("8")),
        (tags::BITS_STORED, Some("8")),
        (tags::HIGH_BIT, Some("7")),
    ];
    all.extend(changes);
    let fragments = vec![Bytes::copy_from_slice(encoded)];
    let payload = Payload::Encapsulated {
        basic_offsets: Vec::new(),
        extended_offsets: Vec::new(),
        extended_lengths: Vec::new(),
        fragments,
    };
    let data = super::super::test_support::attributes(&all);
    EncodedPixels::new(&data, transfer_syntax, payload, false, &super::super::test_support::limits())
        .decode_frame(0)
}

#[test]
fn part_2_is_decoded_as_far_as_it_is_part_1() {
    let encoded = bytes(JPEG_2000_GREY);
    let mut colour = bytes(JPEG_2000_COLOUR);
    colour.drain(..colour.windows(4).position(|window| window == CODESTREAM_START).unwrap());
    // MCT, MCO, and a segment that nobody knows.
    for segment in [&b"\xFF\x74\x00\x05\x00\x00\x00"[..], b"\xFF\x77\x00\x03\x00", b"\xFF\x7A\x00\x02"] {
        let extended = with_segment(&encoded, segment);
        for (transfer_syntax, reason) in [
            (uids::JPEG2000MC_LOSSLESS, "unsupported_transfer_syntax"),
            (uids::JPEG2000MC, "unsupported_transfer_syntax"),
            (uids::JPEG2000_LOSSLESS, "unsupported_pixel_format"),
        ] {
            assert_eq!(decode_frame(transfer_syntax, &extended, &[]).unwrap_err().reason(), reason);
        }
    }
    for transfer_syntax in [uids::JPEG2000MC_LOSSLESS, uids::JPEG2000MC, uids::JPEG2000] {
        let frame = decode_frame(transfer_syntax, &encoded, &[]).unwrap();
        assert_eq!(frame.samples, Samples::U8(grey(1).into_iter().map(|value| value as u8).collect()));
    }
    // Three frames in the three components of one codestream.
    let three_frames = &[(tags::NUMBER_OF_FRAMES, Some("3"))];
    let error = decode_frame(uids::JPEG2000MC, &colour, three_frames).unwrap_err();
    assert_eq!(error.reason(), "unsupported_transfer_syntax");
    let damaged = decode_frame(uids::JPEG2000MC, &encoded[..60], &[]).unwrap_err();
    assert_eq!(damaged.reason(), "invalid_codestream");
}

#[test]
fn high_throughput_has_its_transfer_syntaxes() {
    let encoded = bytes(HT_GREY);
    for transfer_syntax in ["1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203"] {
        let frame = decode_frame(transfer_syntax, &encoded, &[]).unwrap();
        assert_eq!(frame.samples, Samples::U8(grey(1).into_iter().map(|value| value as u8).collect()));
    }
}

/// Comments and indices are left out, packed headers are refused.
#[test]
fn segments_are_chosen() {
    let encoded = bytes(JPEG_2000_GREY);
    for segment in [&b"\xFF\x64\x00\x06\x00\x01ab"[..], b"\xFF\x55\x00\x0a\x00\x50\x00\xFF\xFF\xFF\xFF\xFF"] {
        let raster = decode(&with_segment(&encoded, segment), GREY_SIZE).unwrap();
        assert_eq!((raster.words, raster.defects), (grey_8(), PixelDefects::NONE));
    }
    let siz = encoded[2..4 + 41].to_vec();
    for segment in [&b"\xFF\x60\x00\x03\x00"[..], b"\xFF\x64\x00\x01", b"\xFF\x30\x00\x02", &siz] {
        assert!(decode(&with_segment(&encoded, segment), GREY_SIZE).is_err(), "{segment:02x?}");
    }
}

/// `hayro-jpeg2000` shares no code with OpenJPEG, and computes the reversible path exactly.
#[test]
fn an_independent_decoder_agrees() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if !corpus.exists() {
        println!("skipped: there is no {}", corpus.display());
        return;
    }
    let mut n_compared = 0;
    let mut manifest = csv::Reader::from_path(corpus.join("manifest.csv")).unwrap();
    for row in manifest.deserialize::<std::collections::BTreeMap<String, String>>() {
        let row = row.unwrap();
        if row["TransferSyntaxUID"] != uids::JPEG2000_LOSSLESS || !row["pixel_reference"].starts_with("exact")
        {
            continue;
        }
        let file = std::fs::read(corpus.join(&row["path"])).unwrap();
        let Ok(instance) = crate::parse(file.into(), &super::super::test_support::limits()) else { continue };
        let pixels = instance.pixels.unwrap();
        let Payload::Encapsulated { fragments, .. } = pixels.payload() else { panic!() };
        let n_frames = pixels.description().unwrap().n_frames as usize;
        // One fragment, one frame: most files.
        if fragments.len() == n_frames {
            for (frame_index, fragment) in fragments.iter().enumerate() {
                compare_with_witness(fragment, &pixels.decode_frame(frame_index as u32).unwrap());
                n_compared += 1;
            }
        }
    }
    assert!(n_compared > 20, "{n_compared} frames compared");
}

fn compare_with_witness(encoded: &[u8], frame: &Frame) {
    let expected = Expected {
        rows: frame.rows,
        columns: frame.columns,
        n_components: frame.photometric.samples_per_pixel(),
    };
    let raster = decode(encoded, expected).unwrap();
    let settings = DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };
    let image = hayro_jpeg2000::Image::new(codestream(encoded).unwrap(), &settings).unwrap();
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).unwrap();
    // It gives signed samples as if they were unsigned.
    let sign = if raster.signed == Some(true) { 1 << (raster.precision - 1) } else { 0 };
    let words: Vec<u32> = match raster.words {
        Words::U8(words) => words.into_iter().map(u32::from).collect(),
        Words::U16(words) => words.into_iter().map(u32::from).collect(),
        Words::U32(words) => words,
    };
    let n_components = usize::from(expected.n_components);
    for (index, component) in decoded.components().iter().enumerate() {
        let ours = words.iter().skip(index).step_by(n_components);
        assert!(component.samples().iter().map(|&value| value as u32 ^ sign).eq(ours.copied()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    /// Whatever the damage, there is a raster of the declared size or an error.
    #[test]
    fn damage_does_no_harm(
        which in 0..6_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        is_in_header in any::<bool>(),
    ) {
        let (digits, expected) = [
            (JPEG_2000_GREY, GREY_SIZE),
            (JPEG_2000_COLOUR, COLOUR_SIZE),
            (HT_GREY, GREY_SIZE),
            (HT_COLOUR, COLOUR_SIZE),
            (SIGNED_16, GREY_SIZE),
            (WIDE_24, GREY_SIZE),
        ][which];
        let mut encoded = bytes(digits);
        let end = if is_in_header { 110 } else { encoded.len() };
        for (index, value) in changes {
            encoded[index.index(end)] = value;
        }
        if let Ok(raster) = decode(&encoded, expected) {
            let n_samples = match raster.words {
                Words::U8(words) => words.len(),
                Words::U16(words) => words.len(),
                Words::U32(words) => words.len(),
            };
            prop_assert_eq!(n_samples, expected.n_samples());
        }
    }
}
