//! Turns frames into normalized images with known units and geometry, and encodes them.
//!
//! [`normalize`] takes one frame of a `DeidentifiedInstance` through the transformations of PS3.3 C.7.6.16 and C.11
//! and gives a [`NormalizedImage`]; [`encode_png`] writes it. What a pixel value means goes along as [`PixelMeaning`].

mod encode;
mod error;
mod normalize;
mod options;

pub use encode::encode_png;
pub use error::ImageError;
pub use normalize::{ImageData, NormalizedImage, PixelMeaning, normalize};
pub use options::{NormalizeOptions, Output};
