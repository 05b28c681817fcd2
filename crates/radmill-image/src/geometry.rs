//! Which size an image gets, and where in it the source lies.

use radmill_deid::DeidentifiedInstance;

use crate::resize::smaller_size;
use crate::{Geometry, ImageError, Resample, spacing};

/// Where the whole source lies in the image, in pixels of the image. It reaches beyond the image where that is cropped,
/// and leaves some of it empty where it is padded.
///
/// The centre of a pixel of the image lies in the source at
/// `column = (x + 0.5 − content.x) × source_columns ÷ content.width − 0.5`, and rows alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// First column; below 0 if the image is cropped.
    pub x: i32,
    /// First row; below 0 if the image is cropped.
    pub y: i32,
    /// Columns that the whole source has at this scale.
    pub width: u32,
    /// Rows that the whole source has at this scale.
    pub height: u32,
}

/// The size of an image, and the place of the source in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    pub(crate) size: [u32; 2],
    pub(crate) content: Content,
}

impl Placement {
    /// Pixels of the whole source at this scale, or of the image, whichever are more.
    fn pixels_max(self) -> u64 {
        pixels([self.content.width, self.content.height]).max(pixels(self.size))
    }
}

/// An image that is made larger than its source has at most so many pixels: 8,192 × 8,192.
pub(crate) const ENLARGED_PIXELS_MAX: u64 = 1 << 26;

/// Settles the size, from the distance of rows and columns or at least their ratio, if known.
/// The second value is a defect, if something could not be done as asked for.
pub(crate) fn place(
    source: [u32; 2],
    spacing_mm: Option<[f64; 2]>,
    aspect: Option<f64>,
    geometry: &Geometry,
) -> Result<(Placement, Option<&'static str>), ImageError> {
    let (factors, defect) = factors(spacing_mm, aspect, geometry.resample);
    let is_fixed = matches!(geometry.resample, Resample::SpacingMm(_)) && defect.is_none();
    let scaled = [scaled(source[0], factors[0]), scaled(source[1], factors[1])];
    let (content, size) = match geometry.size {
        Some(size) if is_fixed => (scaled, size),
        Some(size) => (fitted(scaled, size, geometry.crop), size),
        None => {
            let longest = geometry.longest_side_max.filter(|_| !is_fixed);
            let content = longest.and_then(|longest| smaller_size(scaled, longest)).unwrap_or(scaled);
            (content, content)
        }
    };
    if pixels(content).max(pixels(size)) > pixels(source).max(ENLARGED_PIXELS_MAX) {
        return Err(ImageError::Unsupported { what: "the resampled image would be too large" });
    }
    let centred = |axis: usize| ((i64::from(size[axis]) - i64::from(content[axis])).div_euclid(2)) as i32;
    let content = Content { x: centred(0), y: centred(1), width: content[0], height: content[1] };
    Ok((Placement { size, content }, defect))
}

/// How many times the pixels of the source the largest image on the way to the result has, at least 1.
///
/// `source` is columns and rows of the frame. Memory that is set aside for a frame has to be enough for this image too.
pub fn enlargement(
    instance: &DeidentifiedInstance,
    frame_index: u32,
    source: [u32; 2],
    geometry: &Geometry,
) -> f64 {
    let data = instance.attributes();
    let spacing_mm = spacing::read(data, frame_index).map(|spacing| spacing.row_column_mm);
    enlargement_of(source, spacing_mm, spacing::aspect_ratio(data, spacing_mm), geometry)
}

fn enlargement_of(
    source: [u32; 2],
    spacing_mm: Option<[f64; 2]>,
    aspect: Option<f64>,
    geometry: &Geometry,
) -> f64 {
    match place(source, spacing_mm, aspect, geometry) {
        Ok((placement, _)) => placement.pixels_max() as f64 / pixels(source).max(1) as f64,
        // Refused before any image is made.
        Err(_) => 1.0,
    }
    .max(1.0)
}

fn pixels([width, height]: [u32; 2]) -> u64 {
    u64::from(width) * u64::from(height)
}

/// How much wider and higher.
fn factors(
    spacing_mm: Option<[f64; 2]>,
    aspect: Option<f64>,
    resample: Resample,
) -> ([f64; 2], Option<&'static str>) {
    match (resample, spacing_mm) {
        (Resample::Keep, _) => ([1.0; 2], None),
        (Resample::SpacingMm(mm), Some([row, column])) => ([column / mm, row / mm], None),
        (Resample::SpacingMm(_), None) => ([1.0; 2], Some("resample_without_spacing")),
        // The coarser axis is made finer, so that nothing of the other is lost.
        (Resample::SquarePixels, _) => match spacing_mm.map(|[row, column]| row / column).or(aspect) {
            Some(ratio) if ratio >= 1.0 => ([1.0, ratio], None),
            Some(ratio) => ([1.0 / ratio, 1.0], None),
            // Without a word about their shape, pixels are square (PS3.3 C.7.6.3.1.7).
            None => ([1.0; 2], None),
        },
    }
}

/// A side of the image at another scale: the nearest whole number of pixels, at least 1.
fn scaled(side: u32, factor: f64) -> u32 {
    // `as` saturates; what is too large is refused later.
    ((f64::from(side) * factor + 0.5) as u32).max(1)
}

/// The size with the shape of `content` that just fits into `size`, or just covers it if the rest is cropped.
fn fitted([width, height]: [u32; 2], size: [u32; 2], crop: bool) -> [u32; 2] {
    let [width, height] = [width, height].map(u64::from);
    let [width_to, height_to] = size.map(u64::from);
    let is_wider = width * height_to > height * width_to;
    let round =
        |product: u64, divisor: u64| u32::try_from((product + divisor / 2) / divisor).unwrap_or(u32::MAX);
    match is_wider != crop {
        true => [size[0], round(height * width_to, width).max(1)],
        false => [round(width * height_to, height).max(1), size[1]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Geometry =
        Geometry { resample: Resample::Keep, longest_side_max: None, size: None, crop: false };

    fn placed(source: [u32; 2], spacing: Option<[f64; 2]>, geometry: Geometry) -> ([u32; 2], [i64; 4]) {
        let (placement, _) = place(source, spacing, None, &geometry).unwrap();
        let Content { x, y, width, height } = placement.content;
        (placement.size, [i64::from(x), i64::from(y), i64::from(width), i64::from(height)])
    }

    #[test]
    fn memory_is_for_the_largest_image_on_the_way() {
        let check = |source, spacing, geometry, expected: f64| {
            assert_eq!(enlargement_of(source, spacing, None, &geometry), expected, "{geometry:?}");
        };
        let spacing = |mm| Geometry { resample: Resample::SpacingMm(mm), ..KEEP };
        let sized = |width, height, crop| Geometry { size: Some([width, height]), crop, ..KEEP };
        check([100, 50], Some([0.5, 0.5]), KEEP, 1.0);
        check([100, 50], Some([0.5, 0.5]), spacing(0.25), 4.0);
        check([100, 50], Some([0.5, 0.5]), spacing(1.0), 1.0);
        check([100, 50], None, spacing(0.25), 1.0);
        check([100, 100], Some([1.0, 0.5]), Geometry { resample: Resample::SquarePixels, ..KEEP }, 2.0);
        check([100, 50], None, sized(200, 200, false), 8.0);
        // The picture is 400 × 200 before it is cropped.
        check([100, 50], None, sized(200, 200, true), 16.0);
        check([10, 10], None, sized(65_535, 65_535, false), 1.0);
        check([0, 0], None, KEEP, 1.0);
    }

    #[test]
    fn nothing_changes_unless_asked() {
        assert_eq!(placed([512, 300], Some([0.5, 0.7]), KEEP), ([512, 300], [0, 0, 512, 300]));
        let longest = Geometry { longest_side_max: Some(256), ..KEEP };
        assert_eq!(placed([512, 300], None, longest), ([256, 150], [0, 0, 256, 150]));
        assert_eq!(placed([200, 100], None, longest), ([200, 100], [0, 0, 200, 100]));
    }

    #[test]
    fn pixels_become_square_or_of_a_size() {
        let square = Geometry { resample: Resample::SquarePixels, ..KEEP };
        assert_eq!(placed([100, 100], Some([1.5, 0.5]), square).0, [100, 300]);
        assert_eq!(placed([100, 100], Some([0.5, 1.0]), square).0, [200, 100]);
        assert_eq!(placed([100, 100], None, square).0, [100, 100]);
        assert_eq!(place([100, 100], None, Some(2.0), &square).unwrap().0.size, [100, 200]);
        let longest = Geometry { longest_side_max: Some(150), ..square };
        assert_eq!(placed([100, 100], Some([1.5, 0.5]), longest).0, [50, 150]);

        let isotropic = Geometry { resample: Resample::SpacingMm(1.0), ..KEEP };
        assert_eq!(placed([512, 300], Some([2.0, 0.5]), isotropic).0, [256, 600]);
        assert_eq!(placed([3, 3], Some([0.1, 0.1]), isotropic).0, [1, 1]);
        let (placement, defect) = place([512, 300], None, None, &isotropic).unwrap();
        assert_eq!((placement.size, defect), ([512, 300], Some("resample_without_spacing")));
    }

    #[test]
    fn exact_sizes_pad_or_crop() {
        let pad = Geometry { size: Some([256, 256]), ..KEEP };
        let crop = Geometry { crop: true, ..pad };
        assert_eq!(placed([512, 300], None, pad), ([256, 256], [0, 53, 256, 150]));
        assert_eq!(placed([300, 512], None, pad), ([256, 256], [53, 0, 150, 256]));
        assert_eq!(placed([512, 300], None, crop), ([256, 256], [-91, 0, 437, 256]));
        assert_eq!(placed([300, 512], None, crop), ([256, 256], [0, -91, 256, 437]));
        assert_eq!(placed([64, 64], None, pad), ([256, 256], [0, 0, 256, 256]));
        assert_eq!(placed([9999, 1], None, pad), ([256, 256], [0, 127, 256, 1]));
        // A given spacing is not touched: each axis is padded or cropped as it comes.
        let isotropic = Geometry { resample: Resample::SpacingMm(1.0), ..pad };
        assert_eq!(placed([512, 300], Some([2.0, 0.5]), isotropic), ([256, 256], [0, -172, 256, 600]));
        assert_eq!(placed([512, 300], None, isotropic), ([256, 256], [0, 53, 256, 150]));
    }

    #[test]
    fn what_would_be_too_large_is_refused() {
        let too_large = |source, spacing, geometry| place(source, Some(spacing), None, &geometry).is_err();
        let fine = Geometry { resample: Resample::SpacingMm(0.001), ..KEEP };
        assert!(too_large([512, 512], [1.0, 1.0], fine));
        let square = Geometry { resample: Resample::SquarePixels, ..KEEP };
        assert!(too_large([512, 512], [1e300, 1e-300], square));
        assert!(too_large([512, 512], [1e-300, 1e300], square));
        let crop = Geometry { size: Some([512, 512]), crop: true, ..KEEP };
        assert!(too_large([60_000, 1], [1.0, 1.0], crop));
        assert!(too_large([u32::MAX, 1], [1.0, 1.0], crop));
        assert!(!too_large([60_000, 60_000], [1.0, 1.0], KEEP));
    }
}
