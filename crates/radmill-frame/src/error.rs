use std::fmt;

/// Why a frame could not be decoded. Never holds a value of an attribute other than a registered Transfer Syntax UID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// No decoder for the transfer syntax: a registered UID, or `unregistered`.
    UnsupportedTransferSyntax(String),
    /// The combination of Image Pixel attributes, or the kind of codestream, is valid but not supported.
    /// Which one, in fixed words.
    UnsupportedPixelFormat(&'static str),
    /// An attribute of the Image Pixel module is missing or makes no sense. Which one, in fixed words.
    InvalidPixelAttributes(&'static str),
    /// Pixel data end before the frame does.
    TruncatedPixelData {
        /// Counted from 0.
        frame_index: u32,
        /// Bytes there are.
        have: u64,
        /// Bytes the frame needs.
        need: u64,
    },
    /// The codestream is damaged or contradicts the header.
    InvalidCodestream {
        /// Counted from 0.
        frame_index: u32,
        /// What is wrong; a message of ours or of the decoder, never content.
        what: String,
    },
    /// The file could not be read any more, or has become shorter.
    Unreadable {
        /// Counted from 0.
        frame_index: u32,
    },
    /// A declared size is over a limit.
    OverLimit {
        /// Which limit, such as `frame_bytes_max`.
        what: &'static str,
        /// The size that the file declares or reaches.
        declared: u64,
        /// The limit in force.
        limit: u64,
    },
}

impl DecodeError {
    /// Stable reason code for the quarantine.
    pub fn reason(&self) -> &'static str {
        match self {
            DecodeError::UnsupportedTransferSyntax(_) => "unsupported_transfer_syntax",
            DecodeError::UnsupportedPixelFormat(_) => "unsupported_pixel_format",
            DecodeError::InvalidPixelAttributes(_) => "invalid_pixel_attributes",
            DecodeError::TruncatedPixelData { .. } => "truncated_pixel_data",
            DecodeError::InvalidCodestream { .. } => "invalid_codestream",
            DecodeError::Unreadable { .. } => "unreadable",
            DecodeError::OverLimit { .. } => "over_limit",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::UnsupportedTransferSyntax(uid) => write!(f, "no decoder for transfer syntax {uid}"),
            DecodeError::UnsupportedPixelFormat(what) => write!(f, "pixel format is not supported: {what}"),
            DecodeError::InvalidPixelAttributes(what) => {
                write!(f, "image pixel attributes are invalid: {what}")
            }
            DecodeError::TruncatedPixelData { frame_index, have, need } => {
                write!(f, "pixel data of frame {frame_index} are too short: {have} bytes of {need}")
            }
            DecodeError::InvalidCodestream { frame_index, what } => {
                write!(f, "codestream of frame {frame_index} is invalid: {what}")
            }
            DecodeError::Unreadable { frame_index } => {
                write!(f, "frame {frame_index} can no longer be read from the file")
            }
            DecodeError::OverLimit { what, declared, limit } => {
                write!(f, "{what} is {declared}, over the limit of {limit}")
            }
        }
    }
}

impl std::error::Error for DecodeError {}
