//! Turns frames into normalized images with known units and geometry, and encodes them.
//!
//! [`normalize`] takes one frame of a `DeidentifiedInstance` through the transformations of PS3.3 C.7.6.16 and C.11
//! and gives a [`NormalizedImage`]; [`encode_png`] or [`encode_jpeg`] writes it. What a pixel value means goes along as [`PixelMeaning`].
//!
//! Inside, `normalize` is two steps: [`TransformAttributes::of`] reads what the header says into plain values, and
//! [`normalize_frame`] computes on these values alone. The chain of the standard, in its order:
//!
//! ```text
//! colour  palette or YCbCr ─▶ RGB, 8 bit            ─▶ shutter (display) ─▶ geometry
//! grey    stored values ─▶ as they are, with scale and offset  (values)  ─▶ geometry
//!         stored values ─▶ modality ─▶ VOI ─▶ inversion ─▶ shutter (display) ─▶ geometry
//! ```

mod attributes;
#[cfg(doctest)]
mod boundary;
mod color;
mod display;
mod encode;
mod error;
mod geometry;
mod image;
mod lut;
mod modality;
mod normalize;
mod options;
mod palette;
mod perceptual_hash;
mod quality;
mod real_world;
mod resize;
mod samples;
mod shutter;
mod source;
mod spacing;
mod sparse_resize;
mod stored_color;
mod supplemental;
mod unit;
mod values;
mod voi;

pub use attributes::TransformAttributes;
pub use encode::{encode_jpeg, encode_png};
pub use error::ImageError;
pub use geometry::{Content, enlargement};
pub use image::{ImageData, NormalizedImage, PixelMeaning};
pub use lut::LookupTable;
pub use modality::Modality;
pub use normalize::{normalize, normalize_frame};
pub use options::{Geometry, NormalizeOptions, Output, Resample, WindowChoice, WindowPick};
pub use palette::Palette;
pub use quality::QualityFacts;
pub use real_world::{RealWorldMapping, RealWorldMeaning};
pub use shutter::{Shutter, ShutterShape};
pub use spacing::{PixelSpacing, PixelSpacingSource};
pub use stored_color::to_rgb;
pub use voi::{Voi, VoiApplied, VoiSource, WindowFunction};
