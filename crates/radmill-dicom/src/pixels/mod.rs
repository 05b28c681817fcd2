//! Pixel data as they lie in the file, and their decoding, frame by frame.

use std::fmt;

use bytes::Bytes;
use radmill_frame::{DecodeError, Frame, PixelDescription};

use crate::{DataSet, Limits};

/// The pixel data of one instance, still encoded, with what the header says about them.
/// Holds no attribute that identifies anybody.
#[derive(Clone)]
pub struct EncodedPixels {
    transfer_syntax: String,
    description: Result<PixelDescription, DecodeError>,
    payload: Payload,
    limits: Limits,
}

/// Where the encoded bytes are.
#[derive(Clone)]
pub(crate) enum Payload {
    /// Native Pixel Data (7FE0,0010) (PS3.5 8.1): one run of bytes, as in the file.
    Native { bytes: Bytes, big_endian: bool },
    /// Float Pixel Data (7FE0,0008): one run of bytes, as in the file.
    Float { bytes: Bytes, big_endian: bool },
    /// Double Float Pixel Data (7FE0,0009): one run of bytes, as in the file.
    DoubleFloat { bytes: Bytes, big_endian: bool },
    /// Encapsulated (PS3.5 A.4): offset tables, as in the file and not to be trusted, and the fragments.
    Encapsulated { basic_offsets: Vec<u32>, extended_offsets: Vec<u64>, fragments: Vec<Bytes> },
}

impl EncodedPixels {
    /// Pixel data found by the reader; `data` is the top level of the data set.
    /// Attributes that make no sense are kept as the error that [`EncodedPixels::description`] gives.
    pub(crate) fn new(data: &DataSet, transfer_syntax: &str, payload: Payload, limits: &Limits) -> EncodedPixels {
        let _ = data;
        EncodedPixels {
            transfer_syntax: transfer_syntax.to_owned(),
            description: Err(DecodeError::InvalidPixelAttributes("not read")),
            payload,
            limits: limits.clone(),
        }
    }

    /// What the Image Pixel module says, checked to be coherent and within the limits.
    pub fn description(&self) -> Result<&PixelDescription, DecodeError> {
        self.description.as_ref().map_err(Clone::clone)
    }

    /// Decodes one frame, counted from 0: exactly as the standard says, or an error, never a guess.
    pub fn decode_frame(&self, frame_index: u32) -> Result<Frame, DecodeError> {
        let _ = (frame_index, &self.limits);
        Err(DecodeError::UnsupportedTransferSyntax(self.transfer_syntax.clone()))
    }
}

/// Sizes only.
impl fmt::Debug for EncodedPixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_bytes: usize = match &self.payload {
            Payload::Native { bytes, .. } | Payload::Float { bytes, .. } | Payload::DoubleFloat { bytes, .. } => {
                bytes.len()
            }
            Payload::Encapsulated { fragments, .. } => fragments.iter().map(Bytes::len).sum(),
        };
        write!(f, "EncodedPixels({}, {n_bytes} bytes)", self.transfer_syntax)
    }
}
