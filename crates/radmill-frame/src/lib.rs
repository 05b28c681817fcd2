//! A decoded frame and the words for its pixels.
//!
//! `radmill-dicom` makes [`Frame`]s, `radmill-deid` hands them on and `radmill-image` turns them into images.
//! The words that all three need live here, in a crate that does nothing and depends on nothing,
//! so that `radmill-image` need not depend on the crate that knows identified attributes.

mod defect;
mod error;
mod mask;
mod photometric;

pub use defect::{PixelDefect, PixelDefects};
pub use error::DecodeError;
pub use mask::{PixelMask, Rect, black_sample};
pub use photometric::Photometric;

/// What the Image Pixel module (PS3.3 C.7.6.3) says about the pixels of an instance, before decoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PixelDescription {
    /// Rows (0028,0010): height of a frame in pixels, at least 1.
    pub rows: u32,
    /// Columns (0028,0011): width of a frame in pixels, at least 1.
    pub columns: u32,
    /// Number of Frames (0028,0008), 1 if absent; at least 1.
    pub n_frames: u32,
    /// Samples per Pixel (0028,0002): 1 or 3.
    pub samples_per_pixel: u16,
    /// Photometric Interpretation (0028,0004) as declared.
    pub photometric: Photometric,
    /// Bits Allocated (0028,0100): 1, 8, 12, 16, 32 or 64.
    pub bits_allocated: u16,
    /// Bits Stored (0028,0101): 1 to Bits Allocated.
    pub bits_stored: u16,
    /// High Bit (0028,0102): below Bits Allocated.
    pub high_bit: u16,
    /// Pixel Representation (0028,0103) is 1: samples are two's complement integers.
    pub signed: bool,
    /// Planar Configuration (0028,0006) is 1: colour planes one after the other, not interleaved.
    pub planar: bool,
}

/// One decoded frame: `rows × columns` pixels, row by row from the top left, samples of a pixel together.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Height in pixels.
    pub rows: u32,
    /// Width in pixels.
    pub columns: u32,
    /// What the sample values mean *now*: a decoder that converts YCbCr to RGB says [`Photometric::Rgb`].
    /// Never a chroma-subsampled one: samples are always one set per pixel.
    pub photometric: Photometric,
    /// Significant bits of a sample; bits above are sign-extended or zero.
    pub bits_stored: u16,
    /// The values, `rows × columns × photometric.samples_per_pixel()` of them.
    pub samples: Samples,
    /// What was wrong with the pixel data and coped with.
    pub defects: PixelDefects,
}

/// Sample values in the integer or floating type that Bits Allocated and Pixel Representation call for.
/// 1-bit pixels are [`Samples::U8`] with the values 0 and 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Samples {
    /// Unsigned, up to 8 bits.
    U8(Vec<u8>),
    /// Signed, up to 8 bits.
    I8(Vec<i8>),
    /// Unsigned, 9 to 16 bits.
    U16(Vec<u16>),
    /// Signed, 9 to 16 bits.
    I16(Vec<i16>),
    /// Unsigned, 17 to 32 bits.
    U32(Vec<u32>),
    /// Signed, 17 to 32 bits.
    I32(Vec<i32>),
    /// Float Pixel Data (7FE0,0008).
    F32(Vec<f32>),
    /// Double Float Pixel Data (7FE0,0009).
    F64(Vec<f64>),
}

impl Samples {
    /// Number of sample values.
    pub fn len(&self) -> usize {
        match self {
            Samples::U8(v) => v.len(),
            Samples::I8(v) => v.len(),
            Samples::U16(v) => v.len(),
            Samples::I16(v) => v.len(),
            Samples::U32(v) => v.len(),
            Samples::I32(v) => v.len(),
            Samples::F32(v) => v.len(),
            Samples::F64(v) => v.len(),
        }
    }

    /// The values one after the other, little endian.
    pub fn to_le_bytes(&self) -> Vec<u8> {
        match self {
            Samples::U8(samples) => samples.clone(),
            Samples::I8(samples) => samples.iter().map(|sample| *sample as u8).collect(),
            Samples::U16(samples) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            Samples::I16(samples) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            Samples::U32(samples) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            Samples::I32(samples) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            Samples::F32(samples) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
            Samples::F64(samples) => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        }
    }

    /// The name that NumPy and many others have for the type, such as `uint16`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Samples::U8(_) => "uint8",
            Samples::I8(_) => "int8",
            Samples::U16(_) => "uint16",
            Samples::I16(_) => "int16",
            Samples::U32(_) => "uint32",
            Samples::I32(_) => "int32",
            Samples::F32(_) => "float32",
            Samples::F64(_) => "float64",
        }
    }

    /// True if there is no sample value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
