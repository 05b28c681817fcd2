use std::collections::BTreeMap;

/// How frames become images. Settled by the plan; there is no default here.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalizeOptions {
    /// What pixel values stand for.
    pub output: Output,
    /// Which values a display output shows.
    pub window: WindowChoice,
    /// Centre and width, in Hounsfield units, for each category, by its name; used by [`WindowChoice::Preset`].
    /// Widths are at least 1.
    pub presets: BTreeMap<String, [f64; 2]>,
    /// Size and shape of images.
    pub geometry: Geometry,
}

/// What the pixel values of an image stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Grey: linear in modality values, restored exactly by scale and offset: 16 bit, or 8 bit where the source
    /// stores no more than 8. Colour: 8-bit RGB.
    ///
    /// MONOCHROME1 is not inverted: samples are values, and how a value is shown is for who shows it.
    Values,
    /// As displayed: modality LUT, VOI window or LUT, MONOCHROME1 inverted; full range of 8 bit.
    Display8,
    /// As `Display8`, full range of 16 bit; colour stays 8-bit RGB.
    Display16,
}

/// Which values a display output spreads from black to white.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowChoice {
    /// What the file asks for; if it has several windows or VOI LUTs, which, else the first.
    Header(WindowPick),
    /// The preset of the category where values are Hounsfield units and there is one; else what the file asks for.
    Preset,
    /// Always the frame's smallest to largest value, padding left out.
    Frame,
}

/// One of several windows or VOI LUTs; alternatives of which the standard prefers none (PS3.3 C.11.2.1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowPick {
    /// The first one.
    First,
    /// The one with this index, from 0.
    Index(usize),
    /// The first one whose explanation (0028,1055) or (0028,3003) has this text in it, without regard to case.
    Explanation(String),
}

/// Size and shape of images. Resampling is antialiased; orientation and laterality are never touched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Geometry {
    /// Whether pixels get another shape or distance.
    pub resample: Resample,
    /// Longest side of the image in pixels; larger ones are made smaller, smaller ones stay. `None`: no limit.
    /// Of no effect where the size or the spacing is given.
    pub longest_side_max: Option<u32>,
    /// Exact width and height of all images, at least 1. The shape of the picture is kept, in its middle.
    pub size: Option<[u32; 2]>,
    /// What does not fit `size` is cut off on both sides; if not, the picture is made to fit and padded.
    /// With [`Resample::SpacingMm`] the scale is given, so each axis is padded or cropped as it comes.
    pub crop: bool,
}

/// Whether pixels get another shape or distance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resample {
    /// They stay as they are.
    Keep,
    /// Pixels become square, by making the coarser axis finer.
    SquarePixels,
    /// Pixels get this distance in mm, finite and above 0, along both axes.
    /// Where the file does not say its own, they stay as they are, with a defect.
    SpacingMm(f64),
}
