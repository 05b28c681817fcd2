/// How frames become images. Settled by the plan; there is no default here.
#[derive(Clone, Debug, PartialEq)]
pub struct NormalizeOptions {
    /// What pixel values stand for.
    pub output: Output,
    /// Longest side of the image in pixels; larger ones are made smaller, smaller ones stay. `None`: never resize.
    pub longest_side_max: Option<u32>,
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
