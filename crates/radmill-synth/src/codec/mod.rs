//! Encoders for pixel data, each written from the standard and shared with no decoder of radmill.

mod huffman;
mod jpeg;
mod jpeg_lossless;
mod jpeg_ls;
mod rle;

pub(crate) use jpeg::{JpegColour, encode_jpeg};
pub(crate) use jpeg_lossless::encode_jpeg_lossless;
pub(crate) use jpeg_ls::encode_jpeg_ls;
pub(crate) use rle::encode_rle;

/// A JPEG marker segment: marker, length, body.
fn segment(out: &mut Vec<u8>, marker: u8, body: &[u8]) {
    out.extend([0xff, marker]);
    out.extend((body.len() as u16 + 2).to_be_bytes());
    out.extend(body);
}

/// Start of frame with all components at full resolution unless `first_sampling` says otherwise (T.81 B.2.2).
fn frame_header(
    marker: u8,
    bits: u8,
    rows: usize,
    columns: usize,
    components: u8,
    first_sampling: u8,
) -> Vec<u8> {
    let mut body = vec![bits];
    body.extend((rows as u16).to_be_bytes());
    body.extend((columns as u16).to_be_bytes());
    body.push(components);
    for component in 1..=components {
        let table = u8::from(component > 1 && marker != 0xc3 && marker != 0xf7);
        body.extend([component, if component == 1 { first_sampling } else { 0x11 }, table]);
    }
    let mut out = Vec::new();
    segment(&mut out, marker, &body);
    out
}
