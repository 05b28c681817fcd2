//! Whether a codestream is as lossless as its transfer syntax says.

use super::codestream::CodestreamError;
use super::markers::{Marker, Segments, be_u16};

/// JPEG lossless, JPEG-LS lossless, JPEG 2000 lossless (Part 2 too), HTJ2K lossless (with RPCL too).
const LOSSLESS: [&str; 7] = [
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.92",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
];

/// True if the transfer syntax is lossless by definition and the codestream loses something by its own headers.
pub(super) fn is_wrong(transfer_syntax: &str, codestream: &[u8]) -> bool {
    LOSSLESS.contains(&transfer_syntax)
        && match codestream {
            [0xFF, 0xD8, ..] => is_lossy_jpeg(codestream).unwrap_or(false),
            [0xFF, 0x4F, ..] => is_irreversible(codestream).unwrap_or(false),
            // The codestream of a JP2 file is a box further inside.
            _ => false,
        }
}

/// DCT of any kind, or JPEG-LS with a tolerance (NEAR, T.87 C.2.3).
fn is_lossy_jpeg(codestream: &[u8]) -> Result<bool, CodestreamError> {
    let mut segments = Segments::new(codestream)?;
    loop {
        match segments.next()? {
            (Marker::START_OF_FRAME_LOSSLESS, _) => return Ok(false),
            (marker, _) if marker.starts_frame() => return Ok(true),
            // Only JPEG-LS comes here: the other kinds have had their frame header.
            (Marker::START_OF_SCAN, scan) => {
                let near = scan.first().and_then(|n| scan.get(1 + 2 * usize::from(*n)));
                return Ok(near.is_some_and(|near| *near != 0));
            }
            (Marker::END_OF_IMAGE, _) => return Ok(false),
            _ => {}
        }
    }
}

/// The irreversible wavelet in COD (T.800 A.6.1). Codestreams from which bits were cut off look like whole ones.
fn is_irreversible(codestream: &[u8]) -> Result<bool, CodestreamError> {
    const CODING_STYLE: u16 = 0xFF52;
    const START_OF_TILE_PART: u16 = 0xFF90;
    // Marker, length, Scod, four bytes SGcod, then levels, width, height and style of code blocks.
    const TRANSFORMATION_AT: usize = 13;
    let mut at = 2;
    loop {
        match be_u16(codestream, at)? {
            CODING_STYLE => {
                return Ok(codestream.get(at + TRANSFORMATION_AT) == Some(&0));
            }
            START_OF_TILE_PART => return Ok(false),
            _ => at += 2 + usize::from(be_u16(codestream, at + 2)?).max(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_streams::{JPEG_2000_GREY, JPEG_GREY, JPEG_LS_8, JPEG_LS_NEAR_3, bytes};
    use super::*;

    #[test]
    fn headers_tell() {
        let check = |syntax: &str, codestream: &[u8], expected| {
            let uid = format!("1.2.840.10008.1.2.4.{syntax}");
            assert_eq!(is_wrong(&uid, codestream), expected, "{syntax}");
        };
        check("70", &bytes(JPEG_GREY), true);
        check("50", &bytes(JPEG_GREY), false);
        check("80", &bytes(JPEG_LS_8), false);
        check("80", &bytes(JPEG_LS_NEAR_3), true);
        check("81", &bytes(JPEG_LS_NEAR_3), false);
        let mut codestream = bytes(JPEG_2000_GREY);
        check("90", &codestream, false);
        let cod = codestream.windows(2).position(|two| two == [0xFF, 0x52]).unwrap();
        codestream[cod + 13] = 0;
        check("90", &codestream, true);
        check("91", &codestream, false);
        for length in 0..60 {
            check("90", &codestream[..length], length > cod + 13);
        }
    }
}
