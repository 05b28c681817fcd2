use crate::quality::{self, Circumstances};
use crate::{Content, PixelSpacingSource, QualityFacts, RealWorldMeaning, VoiApplied, VoiSource};

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
    /// The attribute that `pixel_spacing_mm` was read from; `None` exactly where that is `None`.
    pub pixel_spacing_source: Option<PixelSpacingSource>,
    /// Height over width of a pixel, after resizing; `None` where the header says neither this nor a spacing.
    pub pixel_aspect_ratio: Option<f64>,
    /// Where the whole source lies in this image.
    pub content: Content,
    /// What the samples are like.
    pub quality: QualityFacts,
    /// 64 comparisons of parts of the decoded frame, which near-duplicates share: the same for all options.
    pub perceptual_hash: u64,
    /// Display shutters of the source, as codes; empty if it has none.
    pub shutters: Vec<&'static str>,
    /// The shutters are painted into `data`, which is for display.
    pub shutter_is_painted: bool,
    /// The source has an ICC profile. Colours are as stored all the same.
    pub has_icc_profile: bool,
    /// The source has a supplemental palette: a display is in colour, values are what they would be without it.
    pub has_supplemental_palette: bool,
    /// Smallest sample of `data`, all channels together.
    pub sample_min: u16,
    /// Largest sample of `data`, all channels together.
    pub sample_max: u16,
    /// What was wrong with the pixel data and the attributes of the transformation and coped with: stable codes, sorted,
    /// each once.
    pub defects: Vec<&'static str>,
}

impl NormalizedImage {
    /// An image at full size of whose samples nothing is known but what they are.
    pub fn bare(width: u32, height: u32, data: ImageData) -> NormalizedImage {
        let ([sample_min, sample_max], quality) = quality::measure(&data, Circumstances::default());
        NormalizedImage {
            width,
            height,
            data,
            meaning: PixelMeaning::default(),
            pixel_spacing_mm: None,
            pixel_spacing_source: None,
            pixel_aspect_ratio: None,
            content: Content { x: 0, y: 0, width, height },
            quality,
            perceptual_hash: 0,
            shutters: Vec::new(),
            shutter_is_painted: false,
            has_icc_profile: false,
            has_supplemental_palette: false,
            sample_min,
            sample_max,
            defects: Vec::new(),
        }
    }
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

impl ImageData {
    /// Whether a grey sample lies in a range, ends included.
    pub(crate) fn has_sample_in(&self, [low, high]: [u16; 2]) -> bool {
        match self {
            ImageData::Grey8(samples) => {
                samples.iter().any(|&sample| (low..=high).contains(&u16::from(sample)))
            }
            ImageData::Grey16(samples) => samples.iter().any(|sample| (low..=high).contains(sample)),
            ImageData::Rgb8(_) => false,
        }
    }
}

/// The numeric meaning of a sample: `modality value = sample × scale + offset`, in 64-bit floating point.
///
/// There are two ways back to modality values, and they agree:
///
/// 1. `sample × scale + offset` always, where `scale` and `offset` are there. The result is within `error_max` of the
///    true value, apart from floating-point rounding: bit for bit where Rescale Slope and Intercept are integers or
///    binary fractions (CT: slope 1, intercept −1024), otherwise within `4 ε (|slope| × 65,535 + |intercept|)`
///    with ε = 2⁻⁵².
/// 2. `stored = sample + stored_lowest`, then `stored × slope + intercept` with the source's attributes, where
///    `stored_lowest` is there: the stored values themselves are restored, so the result is bit for bit what the
///    source gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PixelMeaning {
    /// Modality units per step of the sample; `None` where samples are not linear in modality values.
    pub scale: Option<f64>,
    /// Modality value of sample 0; `None` where samples are not linear in modality values.
    pub offset: Option<f64>,
    /// Rescale Type (0028,1054) or what the SOP class implies, such as `HU`; a term of the standard.
    pub unit: Option<String>,
    /// Largest possible difference between the restored and the true modality value, in modality units; 0 if exact.
    /// Of a resized image the true value is the exact weighted mean of the source's values.
    pub error_max: Option<f64>,
    /// Stored value of sample 0, if samples are the stored values shifted: `stored = sample + stored_lowest`.
    /// `None` otherwise, and after resizing.
    pub stored_lowest: Option<i64>,
    /// A sample that is no measurement: there the source has padding, or a number that is not finite.
    /// Only where values had to be quantised; padding that fits into 16 bits keeps its values, see `padding`.
    pub no_value_sample: Option<u16>,
    /// Samples that are padding, lowest and highest: Pixel Padding Value (0028,0120) and Range Limit (0028,0121).
    /// `None` if none is declared or the samples cannot tell.
    pub padding: Option<[u16; 2]>,
    /// Samples from this one on are shown in colour by the source's supplemental palette. `None` without one, where
    /// samples are not the stored values shifted, and after resizing.
    pub first_colored: Option<u16>,
    /// The Real World Value Mapping of the source, in terms of samples; `None` if it has none.
    pub real_world: Option<RealWorldMeaning>,
    /// Window applied, as center and width in modality units; `None` if none was.
    pub window: Option<[f64; 2]>,
    /// How modality values became what is displayed; `None` where samples are values or colours.
    pub voi: Option<VoiApplied>,
    /// Who asked for the window or VOI LUT; `None` if none was applied.
    pub voi_source: Option<VoiSource>,
    /// Samples were inverted because the source is MONOCHROME1, or its Presentation LUT Shape is INVERSE.
    pub inverted: bool,
}
