use radmill_deid::DeidentifiedInstance;

use crate::{ImageError, NormalizeOptions};

/// One frame as it goes into the dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalizedImage {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Samples, row by row from the top left, channels of a pixel together.
    pub data: ImageData,
    /// What a sample value stands for.
    pub meaning: PixelMeaning,
    /// Distance between rows and between columns in mm, after resizing; `None` where the header does not say.
    pub pixel_spacing_mm: Option<[f64; 2]>,
}

/// The samples of an image and their layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageData {
    /// One channel, 8 bit.
    Grey8(Vec<u8>),
    /// One channel, 16 bit.
    Grey16(Vec<u16>),
    /// Red, green, blue, 8 bit each.
    Rgb8(Vec<u8>),
}

/// The numeric meaning of a sample: `modality value = sample × scale + offset`.
#[derive(Clone, Debug, PartialEq)]
pub struct PixelMeaning {
    /// Modality units per step of the sample; `None` where samples are not linear in modality values.
    pub scale: Option<f64>,
    /// Modality value of sample 0; `None` where samples are not linear in modality values.
    pub offset: Option<f64>,
    /// Rescale Type (0028,1054) or what the SOP class implies, such as `HU`.
    pub unit: Option<String>,
    /// Largest possible difference between the restored and the true modality value, in modality units; 0 if exact.
    pub error_max: Option<f64>,
    /// Window applied, as center and width in modality units; `None` if none was.
    pub window: Option<[f64; 2]>,
    /// Samples were inverted because the source is MONOCHROME1.
    pub inverted: bool,
}

/// Takes one frame, counted from 0, of an instance through decoding, modality LUT, VOI and resizing.
pub fn normalize(
    instance: &DeidentifiedInstance,
    frame_index: u32,
    options: &NormalizeOptions,
) -> Result<NormalizedImage, ImageError> {
    let _ = (instance, frame_index, options);
    Err(ImageError::NoPixelData)
}
