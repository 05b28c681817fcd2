//! Whether a codestream and the header name the same colours.

use radmill_frame::Photometric;

use super::super::codestream::{CodestreamError, Expected};
use super::super::markers::{Marker, Segments};
use super::FrameHeader;
use super::colour::{Hints, is_ycbcr};

/// True if three components are YCbCr by the codestream and RGB by the header, or the other way round.
pub(in super::super) fn contradicts_colour(
    codestream: &[u8],
    expected: Expected,
    declared: Photometric,
) -> bool {
    let declares_ycbcr = declared != Photometric::Rgb;
    codes_ycbcr(codestream, expected, declared).is_ok_and(|found| found != declares_ycbcr)
}

/// What the codestream says before its first scan; where it says nothing, the header is right.
fn codes_ycbcr(
    codestream: &[u8],
    expected: Expected,
    declared: Photometric,
) -> Result<bool, CodestreamError> {
    let mut segments = Segments::new(codestream)?;
    let mut hints = Hints::default();
    let mut frame = None;
    loop {
        match segments.next()? {
            (marker @ (Marker::APP0 | Marker::APP14), payload) => hints.read(marker, payload),
            (marker, payload) if marker.starts_frame() => frame = Some(FrameHeader::read(payload, expected)?),
            (Marker::START_OF_SCAN | Marker::END_OF_IMAGE, _) => break,
            _ => {}
        }
    }
    let frame = frame.ok_or(CodestreamError::Invalid("there is no frame header"))?;
    Ok(is_ycbcr(&frame, &hints, declared))
}

#[cfg(test)]
mod tests {
    use super::super::super::test_streams::{JPEG_422, bytes};
    use super::*;

    #[test]
    fn jfif_is_never_rgb() {
        let expected = Expected { rows: 12, columns: 10, n_components: 3 };
        let check = |declared| contradicts_colour(&bytes(JPEG_422), expected, declared);
        assert!(check(Photometric::Rgb));
        assert!(!check(Photometric::YbrFull422));
        assert!(!contradicts_colour(&[], expected, Photometric::Rgb));
    }
}
