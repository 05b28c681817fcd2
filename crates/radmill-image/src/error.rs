use radmill_frame::DecodeError;
use thiserror::Error;

/// Why a frame did not become an image. Never holds a value of an identifying attribute.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImageError {
    /// The instance has no pixel data.
    #[error("the instance has no pixel data")]
    NoPixelData,
    /// The frame could not be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A lookup table, palette or rescale attribute is missing or makes no sense.
    #[error("{what}")]
    InvalidAttributes {
        /// Which, in fixed words.
        what: &'static str,
    },
    /// The transformation is valid but not supported.
    #[error("transformation is not supported: {what}")]
    Unsupported {
        /// Which, in fixed words.
        what: &'static str,
    },
}

impl ImageError {
    /// Stable reason code for the quarantine.
    pub fn reason(&self) -> &'static str {
        match self {
            ImageError::NoPixelData => "no_pixel_data",
            ImageError::Decode(error) => error.reason(),
            ImageError::InvalidAttributes { .. } => "invalid_image_attributes",
            ImageError::Unsupported { .. } => "unsupported_image_transformation",
        }
    }
}
