//! Any bytes as a JPEG 2000 codestream, with a header that agrees with its SIZ, so that the decoder is reached.
//! Nothing may panic, overrun or use too much memory; what decodes has the declared size and decodes to the same again.
//!
//! The decoder is C: build it with `CFLAGS="-fsanitize=address"`, or the overruns in it stay unseen.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use radmill_dicom::{Limits, parse};

const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 20,
    nesting_depth_max: 8,
    elements_max: 100,
    element_bytes_max: 1 << 20,
    frames_max: 1,
    // Decoding is slow under the fuzzer; nothing in the decoder depends on the size but the time.
    frame_bytes_max: 1 << 18,
    decoded_bytes_max: 1 << 20,
    inflated_bytes_max: 1 << 20,
};

const TRANSFER_SYNTAXES: [&str; 4] =
    ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.201"];

fuzz_target!(|input: &[u8]| {
    let Some((choice, codestream)) = input.split_first() else { return };
    let Some(file) = file(*choice, codestream) else { return };
    let Ok(instance) = parse(Bytes::from(file), &LIMITS) else { return };
    let Some(pixels) = instance.pixels else { return };
    let Ok(frame) = pixels.decode_frame(0) else { return };
    let n_samples =
        frame.rows as usize * frame.columns as usize * usize::from(frame.photometric.samples_per_pixel());
    assert_eq!(frame.samples.len(), n_samples);
    assert_eq!(pixels.decode_frame(0).expect("it decoded before").samples, frame.samples);
});

/// A DICOM file of one frame; rows, columns, components and bits are those of SIZ.
fn file(choice: u8, codestream: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| Some(u32::from_be_bytes(*codestream.get(at..)?.first_chunk()?));
    let columns = u16::try_from(number(8)?.wrapping_sub(number(16)?)).ok()?;
    let rows = u16::try_from(number(12)?.wrapping_sub(number(20)?)).ok()?;
    let n_components = u16::from_be_bytes(*codestream.get(40..)?.first_chunk()?);
    let bits = u16::from(codestream.get(42)? & 0x7F) + 1;
    let transfer_syntax = TRANSFER_SYNTAXES[usize::from(choice) % TRANSFER_SYNTAXES.len()];
    let photometric = if n_components == 3 { "RGB " } else { "MONOCHROME2 " };

    let mut uid = transfer_syntax.as_bytes().to_vec();
    uid.resize(uid.len().next_multiple_of(2), 0);
    let mut file = vec![0; 128];
    file.extend_from_slice(b"DICM");
    element(&mut file, (2, 0x10), b"UI", &uid);
    element(&mut file, (0x28, 2), b"US", &n_components.to_le_bytes());
    element(&mut file, (0x28, 4), b"CS", photometric.as_bytes());
    for (number, value) in [
        (6, 0),
        (0x10, rows),
        (0x11, columns),
        (0x100, if bits > 16 { 32 } else { bits.next_multiple_of(8) }),
        (0x101, bits),
        (0x102, bits - 1),
        (0x103, u16::from(codestream.get(42)? >> 7)),
    ] {
        if number != 6 || n_components == 3 {
            element(&mut file, (0x28, number), b"US", &u16::to_le_bytes(value));
        }
    }
    let n_bytes = codestream.len().next_multiple_of(2);
    file.extend_from_slice(b"\xE0\x7F\x10\x00OB\0\0\xFF\xFF\xFF\xFF\xFE\xFF\x00\xE0\0\0\0\0\xFE\xFF\x00\xE0");
    file.extend_from_slice(&u32::try_from(n_bytes).ok()?.to_le_bytes());
    file.extend_from_slice(codestream);
    file.resize(file.len() + n_bytes - codestream.len(), 0);
    file.extend_from_slice(b"\xFE\xFF\xDD\xE0\0\0\0\0");
    Some(file)
}

/// An element of explicit VR with a short length.
fn element(file: &mut Vec<u8>, (group, number): (u16, u16), vr: &[u8; 2], value: &[u8]) {
    file.extend_from_slice(&group.to_le_bytes());
    file.extend_from_slice(&number.to_le_bytes());
    file.extend_from_slice(vr);
    file.extend_from_slice(&(value.len() as u16).to_le_bytes());
    file.extend_from_slice(value);
}
