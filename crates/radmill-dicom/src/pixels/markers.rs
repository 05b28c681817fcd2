//! Marker segments of the JPEG family (T.81 B.1.1), JPEG-LS included.

use super::codestream::{CodestreamError, ENDS_EARLY};

/// The second byte of a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marker(pub(super) u8);

impl Marker {
    pub(super) const START_OF_FRAME_BASELINE: Marker = Marker(0xC0);
    pub(super) const START_OF_FRAME_EXTENDED: Marker = Marker(0xC1);
    pub(super) const START_OF_FRAME_PROGRESSIVE: Marker = Marker(0xC2);
    pub(super) const START_OF_FRAME_LOSSLESS: Marker = Marker(0xC3);
    pub(super) const START_OF_FRAME_JPEG_LS: Marker = Marker(0xF7);
    pub(super) const HUFFMAN_TABLES: Marker = Marker(0xC4);
    pub(super) const QUANTIZATION_TABLES: Marker = Marker(0xDB);
    pub(super) const NUMBER_OF_LINES: Marker = Marker(0xDC);
    pub(super) const RESTART_INTERVAL: Marker = Marker(0xDD);
    pub(super) const JPEG_LS_PARAMETERS: Marker = Marker(0xF8);
    pub(super) const START_OF_SCAN: Marker = Marker(0xDA);
    pub(super) const START_OF_IMAGE: Marker = Marker(0xD8);
    pub(super) const END_OF_IMAGE: Marker = Marker(0xD9);
    pub(super) const APP0: Marker = Marker(0xE0);
    pub(super) const APP8: Marker = Marker(0xE8);
    pub(super) const APP14: Marker = Marker(0xEE);

    /// SOF0 to SOF15.
    pub(super) fn starts_frame(self) -> bool {
        matches!(self.0, 0xC0..=0xCF) && !matches!(self.0, 0xC4 | 0xC8 | 0xCC)
    }

    /// RST0 to RST7.
    pub(super) fn is_restart(self) -> bool {
        matches!(self.0, 0xD0..=0xD7)
    }
}

/// Goes through the marker segments of a codestream; the entropy-coded data between them are read by others.
pub(super) struct Segments<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    /// A codestream must start with SOI.
    pub(super) fn new(data: &'a [u8]) -> Result<Segments<'a>, CodestreamError> {
        if data.starts_with(&[0xFF, Marker::START_OF_IMAGE.0]) {
            Ok(Segments { data, at: 2 })
        } else {
            Err(CodestreamError::Invalid("it does not start with SOI"))
        }
    }

    /// The next marker and what its segment holds; bytes before it, such as the rest of a scan, are passed over.
    pub(super) fn next(&mut self) -> Result<(Marker, &'a [u8]), CodestreamError> {
        loop {
            let rest = self.data.get(self.at..).ok_or(ENDS_EARLY)?;
            let skipped = rest.iter().position(|&byte| byte == 0xFF).ok_or(ENDS_EARLY)?;
            let marker = Marker(*rest.get(skipped + 1).ok_or(ENDS_EARLY)?);
            self.at += skipped + 1;
            // 0xFF before 0xFF is fill; 0xFF 0x00 is entropy-coded data.
            if marker.0 == 0xFF {
                continue;
            }
            self.at += 1;
            if marker.0 == 0 || marker.0 == 1 || marker.is_restart() || marker == Marker::START_OF_IMAGE {
                continue;
            }
            if marker == Marker::END_OF_IMAGE {
                return Ok((marker, &[]));
            }
            let length = usize::from(be_u16(self.data, self.at)?);
            let payload = self.data.get(self.at + 2..self.at + length.max(2)).ok_or(ENDS_EARLY)?;
            self.at += length.max(2);
            return Ok((marker, payload));
        }
    }

    /// The entropy-coded data after SOS, and everything after them.
    pub(super) fn scan_data(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or(&[])
    }

    /// Passes over the entropy-coded data that were read.
    pub(super) fn skip(&mut self, n_bytes: usize) {
        self.at = self.at.saturating_add(n_bytes);
    }
}

/// The big-endian number at an offset.
pub(super) fn be_u16(bytes: &[u8], at: usize) -> Result<u16, CodestreamError> {
    let two = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>).ok_or(ENDS_EARLY)?;
    Ok(u16::from_be_bytes(*two))
}
