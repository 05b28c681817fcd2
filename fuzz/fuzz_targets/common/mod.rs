//! DICOM files around encoded frames, so that targets go through the same door as everybody.
#![allow(dead_code, reason = "no target needs all of it")]

use bytes::Bytes;
use radmill_dicom::{EncodedPixels, Limits, parse};
use radmill_frame::Samples;

/// Decoding is slow under the fuzzer, and nothing in the decoders depends on the size but the time.
pub const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 20,
    nesting_depth_max: 8,
    elements_max: 1000,
    element_bytes_max: 1 << 18,
    frames_max: 16,
    frame_bytes_max: 1 << 18,
    decoded_bytes_max: 1 << 20,
    inflated_bytes_max: 1 << 20,
};

/// The Image Pixel module.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub rows: u16,
    pub columns: u16,
    pub samples_per_pixel: u16,
    pub photometric: &'static str,
    pub bits_allocated: u16,
    pub bits_stored: u16,
    pub high_bit: u16,
    pub signed: bool,
    pub planar: bool,
    pub n_frames: u8,
}

impl Header {
    /// One frame whose bits fill their words.
    pub fn new(rows: u16, columns: u16, samples_per_pixel: u16, bits: u16) -> Header {
        let bits_allocated = if bits > 8 { 16 } else { 8 };
        Header {
            rows,
            columns,
            samples_per_pixel,
            photometric: if samples_per_pixel == 3 { "RGB" } else { "MONOCHROME2" },
            bits_allocated,
            bits_stored: bits.clamp(1, bits_allocated),
            high_bit: bits.clamp(1, bits_allocated) - 1,
            signed: false,
            planar: false,
            n_frames: 1,
        }
    }

    /// What a JPEG or JPEG-LS codestream says about itself, so that it is not refused for its size.
    pub fn of_jpeg(codestream: &[u8]) -> Option<Header> {
        let is_frame = |two: &[u8]| {
            two[0] == 0xFF && matches!(two[1], 0xC0..=0xCF | 0xF7) && !matches!(two[1], 0xC4 | 0xC8 | 0xCC)
        };
        let at = codestream.windows(2).position(is_frame)?;
        let [precision, rows_high, rows_low, columns_high, columns_low, n_components] =
            *codestream.get(at + 4..)?.first_chunk::<6>()?;
        Some(Header::new(
            u16::from_be_bytes([rows_high, rows_low]),
            u16::from_be_bytes([columns_high, columns_low]),
            u16::from(n_components),
            u16::from(precision),
        ))
    }
}

/// A file of one fragment for each frame, or of native pixel data if there are no fragments.
pub fn file(transfer_syntax: &str, header: &Header, native: &[u8], fragments: &[&[u8]]) -> Bytes {
    let mut out = vec![0; 128];
    out.extend(b"DICM");
    let uid = padded(transfer_syntax, 0);
    put(&mut out, (2, 0), b"UL", &(8 + uid.len() as u32).to_le_bytes());
    put(&mut out, (2, 0x10), b"UI", &uid);
    put(&mut out, (0x28, 2), b"US", &header.samples_per_pixel.to_le_bytes());
    put(&mut out, (0x28, 4), b"CS", &padded(header.photometric, b' '));
    if header.samples_per_pixel > 1 {
        put(&mut out, (0x28, 6), b"US", &u16::from(header.planar).to_le_bytes());
    }
    put(&mut out, (0x28, 8), b"IS", &padded(&header.n_frames.to_string(), b' '));
    for (element, value) in [
        (0x10, header.rows),
        (0x11, header.columns),
        (0x100, header.bits_allocated),
        (0x101, header.bits_stored),
        (0x102, header.high_bit),
        (0x103, u16::from(header.signed)),
    ] {
        put(&mut out, (0x28, element), b"US", &value.to_le_bytes());
    }
    out.extend([0xE0, 0x7F, 0x10, 0x00]);
    if fragments.is_empty() {
        out.extend(b"OW\0\0");
        out.extend((native.len() as u32).to_le_bytes());
        out.extend(native);
    } else {
        out.extend(b"OB\0\0\xFF\xFF\xFF\xFF");
        out.extend(b"\xFE\xFF\x00\xE0\0\0\0\0");
        for fragment in fragments {
            out.extend(b"\xFE\xFF\x00\xE0");
            out.extend((fragment.len() as u32).to_le_bytes());
            out.extend(*fragment);
        }
        out.extend(b"\xFE\xFF\xDD\xE0\0\0\0\0");
    }
    Bytes::from(out)
}

fn padded(text: &str, padding: u8) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if bytes.len() % 2 == 1 {
        bytes.push(padding);
    }
    bytes
}

fn put(out: &mut Vec<u8>, (group, element): (u16, u16), vr: &[u8; 2], value: &[u8]) {
    out.extend(group.to_le_bytes());
    out.extend(element.to_le_bytes());
    out.extend(vr);
    out.extend((value.len() as u16).to_le_bytes());
    out.extend(value);
}

/// Decodes all frames twice, which must come to the same, and checks what came out. True if any frame was decoded.
pub fn check(file: Bytes) -> bool {
    let Ok(instance) = parse(file, &LIMITS) else { return false };
    let Some(pixels) = instance.pixels else { return false };
    check_pixels(&pixels)
}

fn check_pixels(pixels: &EncodedPixels) -> bool {
    let Ok(n_frames) = pixels.description().map(|description| description.n_frames) else { return false };
    let mut any = false;
    for frame_index in 0..n_frames.min(LIMITS.frames_max) {
        let Ok(frame) = pixels.decode_frame(frame_index) else { continue };
        any = true;
        let n_samples =
            frame.rows as usize * frame.columns as usize * usize::from(frame.photometric.samples_per_pixel());
        assert_eq!(frame.samples.len(), n_samples);
        check_range(&frame.samples, frame.bits_stored);
        assert_eq!(pixels.decode_frame(frame_index).as_ref().ok(), Some(&frame), "the same every time");
    }
    assert!(pixels.decode_frame(n_frames).is_err(), "one past the end is an error");
    any
}

/// Bits above Bits Stored are clear, or copies of the sign.
fn check_range(samples: &Samples, bits_stored: u16) {
    fn all(values: impl Iterator<Item = i64>, min: i64, max: i64) {
        for value in values {
            assert!((min..=max).contains(&value), "{value} is outside of {min} to {max}");
        }
    }
    let bits = u32::from(bits_stored).min(62);
    let (unsigned_max, signed_max) = ((1 << bits) - 1, (1 << (bits - 1)) - 1);
    match samples {
        Samples::U8(values) => all(values.iter().map(|&v| v.into()), 0, unsigned_max),
        Samples::U16(values) => all(values.iter().map(|&v| v.into()), 0, unsigned_max),
        Samples::U32(values) => all(values.iter().map(|&v| v.into()), 0, unsigned_max),
        Samples::I8(values) => all(values.iter().map(|&v| v.into()), -signed_max - 1, signed_max),
        Samples::I16(values) => all(values.iter().map(|&v| v.into()), -signed_max - 1, signed_max),
        Samples::I32(values) => all(values.iter().map(|&v| v.into()), -signed_max - 1, signed_max),
        Samples::F32(_) | Samples::F64(_) => {}
    }
}
