//! Images at another size.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3, U16};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use crate::ImageData;

/// Largest difference between a sample of [`resize`] and the exact weighted mean, in steps of the sample:
/// half a step for each of the two passes.
pub(crate) const TRIANGLE_ERROR_MAX_STEPS: f64 = 1.0;

/// The size with the same shape whose longest side is `longest_side_max`, the other side rounded to the nearest pixel,
/// halves up, and at least 1; `None` if the image is not larger than that.
pub(crate) fn smaller_size([width, height]: [u32; 2], longest_side_max: u32) -> Option<[u32; 2]> {
    let longest = u64::from(width.max(height));
    let target = u64::from(longest_side_max.max(1));
    if longest <= target {
        return None;
    }
    // Neither the product of two sides nor the sum leaves the 64 bits; each result is at most `target`, once a `u32`.
    let scaled = |side: u32| ((u64::from(side) * target + longest / 2) / longest).max(1) as u32;
    Some([scaled(width), scaled(height)])
}

/// The image at another size: a pixel is the mean of all source pixels below it and its neighbours, weighted by a
/// triangle. Antialiased, and without the overshoot at edges that sharper filters such as Lanczos have, so no value
/// comes up that the source has not. Across and then down, each rounded to an integer. `None` if the data do not fill the size they should have.
pub(crate) fn resize(data: ImageData, from: [u32; 2], to: [u32; 2]) -> Option<ImageData> {
    match data {
        ImageData::Grey8(samples) => {
            let pixels = samples.into_iter().map(U8::new).collect();
            let resized = resize_pixels::<U8>(pixels, from, to)?;
            Some(ImageData::Grey8(resized.into_iter().map(|pixel| pixel.0).collect()))
        }
        ImageData::Grey16(samples) => {
            let pixels = samples.into_iter().map(U16::new).collect();
            let resized = resize_pixels::<U16>(pixels, from, to)?;
            Some(ImageData::Grey16(resized.into_iter().map(|pixel| pixel.0).collect()))
        }
        ImageData::Rgb8(samples) => {
            let pixels = samples.as_chunks::<3>().0.iter().copied().map(U8x3::new).collect();
            let resized = resize_pixels::<U8x3>(pixels, from, to)?;
            let colors: Vec<[u8; 3]> = resized.into_iter().map(|pixel| pixel.0).collect();
            Some(ImageData::Rgb8(colors.into_flattened()))
        }
    }
}

/// The part of an image that lies in `size`, placed there; the rest is `fill`, one sample a channel.
/// `None` if the data do not fill the size they should have.
pub(crate) fn place(
    data: ImageData,
    from: [u32; 2],
    at: [i32; 2],
    size: [u32; 2],
    fill: u16,
) -> Option<ImageData> {
    let fill8 = fill.min(255) as u8;
    Some(match data {
        ImageData::Grey8(samples) => ImageData::Grey8(place_pixels(&samples, from, at, size, fill8)?),
        ImageData::Grey16(samples) => ImageData::Grey16(place_pixels(&samples, from, at, size, fill)?),
        ImageData::Rgb8(samples) => {
            let placed = place_pixels(samples.as_chunks::<3>().0, from, at, size, [fill8; 3])?;
            ImageData::Rgb8(placed.into_flattened())
        }
    })
}

fn place_pixels<P: Copy>(
    pixels: &[P],
    [width, height]: [u32; 2],
    [x, y]: [i32; 2],
    [width_to, height_to]: [u32; 2],
    fill: P,
) -> Option<Vec<P>> {
    let n_pixels = usize::try_from(width_to).ok()?.checked_mul(usize::try_from(height_to).ok()?)?;
    let mut placed = vec![fill; n_pixels];
    // Where the source begins, and where the image; one of the two is 0.
    let start = |at: i32| (at.min(0).unsigned_abs() as usize, at.max(0).unsigned_abs() as usize);
    let ((from_x, to_x), (from_y, to_y)) = (start(x), start(y));
    let n_columns = (width as usize).saturating_sub(from_x).min((width_to as usize).saturating_sub(to_x));
    let n_rows = (height as usize).saturating_sub(from_y).min((height_to as usize).saturating_sub(to_y));
    for row in 0..n_rows {
        let source = (from_y + row) * width as usize + from_x;
        let target = (to_y + row) * width_to as usize + to_x;
        placed[target..target + n_columns].copy_from_slice(pixels.get(source..source + n_columns)?);
    }
    Some(placed)
}

fn resize_pixels<P: PixelTrait>(pixels: Vec<P>, from: [u32; 2], to: [u32; 2]) -> Option<Vec<P>> {
    resize_with(Resizer::new(), &pixels, from, to)
}

fn resize_with<P: PixelTrait>(
    mut resizer: Resizer,
    pixels: &[P],
    [width, height]: [u32; 2],
    [width_to, height_to]: [u32; 2],
) -> Option<Vec<P>> {
    let source = TypedImageRef::new(width, height, pixels).ok()?;
    let n_pixels = usize::try_from(width_to).ok()?.checked_mul(usize::try_from(height_to).ok()?)?;
    let mut resized = vec![P::default(); n_pixels];
    let mut target = TypedImage::from_pixels_slice(width_to, height_to, &mut resized).ok()?;
    let algorithm = ResizeAlg::Convolution(FilterType::Bilinear);
    let options = ResizeOptions::new().resize_alg(algorithm).use_alpha(false);
    resizer.resize_typed(&source, &mut target, &options).ok()?;
    Some(resized)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_only_shrink_and_keep_their_shape() {
        for (size, longest_side_max, expected) in [
            ([512, 512], 512, None),
            ([512, 512], 1024, None),
            ([1, 1], 0, None),
            ([512, 512], 256, Some([256, 256])),
            ([512, 256], 256, Some([256, 128])),
            ([256, 512], 100, Some([50, 100])),
            ([3, 2], 2, Some([2, 1])),
            ([1000, 333], 10, Some([10, 3])),
            ([1000, 350], 10, Some([10, 4])),
            ([5000, 1], 100, Some([100, 1])),
            ([4, 3], 2, Some([2, 2])),
            ([7, 3], 0, Some([1, 1])),
            ([u32::MAX, u32::MAX], u32::MAX - 1, Some([u32::MAX - 1, u32::MAX - 1])),
        ] {
            assert_eq!(smaller_size(size, longest_side_max), expected, "{size:?} {longest_side_max}");
        }
    }

    #[test]
    fn constant_images_stay_constant() {
        for (from, to) in [([64, 48], [20, 15]), ([100, 3], [7, 1]), ([513, 511], [17, 17])] {
            let (n_from, n_to) = ((from[0] * from[1]) as usize, (to[0] * to[1]) as usize);
            {
                for value in [0u16, 1, 127, 128, 254, 255, 256, 1000, 32_768, 65_534, 65_535] {
                    let resized = resize(ImageData::Grey16(vec![value; n_from]), from, to);
                    assert_eq!(resized, Some(ImageData::Grey16(vec![value; n_to])), "{value}");
                    let byte = value as u8;
                    let resized = resize(ImageData::Grey8(vec![byte; n_from]), from, to);
                    assert_eq!(resized, Some(ImageData::Grey8(vec![byte; n_to])), "{byte}");
                    let color = [byte, byte ^ 0x55, 255 - byte];
                    let resized = resize(ImageData::Rgb8(vec![color; n_from].into_flattened()), from, to);
                    assert_eq!(
                        resized,
                        Some(ImageData::Rgb8(vec![color; n_to].into_flattened())),
                        "{color:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn data_that_do_not_fill_the_size_are_refused() {
        assert_eq!(resize(ImageData::Grey8(vec![0; 15]), [4, 4], [2, 2]), None);
    }

    #[test]
    fn a_small_image_becomes_what_the_formula_says() {
        // Two source pixels per target pixel: triangle weights 1/8, 3/8, 3/8, 1/8, cut off and made whole at the ends.
        let data = ImageData::Grey8(vec![0, 0, 0, 0, 80, 80, 80, 80]);
        let resized = resize(data, [8, 1], [4, 1]);
        assert_eq!(resized, Some(ImageData::Grey8(vec![0, 10, 70, 80])));
    }

    /// The exact weighted means along one axis, in floating point: an implementation of its own.
    fn shrink_rows(pixels: &[f64], [width, height]: [usize; 2], width_to: usize) -> Vec<f64> {
        let ratio = width as f64 / width_to as f64;
        let mut resized = Vec::new();
        for (row, column) in (0..height).flat_map(|row| (0..width_to).map(move |column| (row, column))) {
            let center = (column as f64 + 0.5) * ratio;
            let weight = |x: usize| (1.0 - ((x as f64 + 0.5 - center) / ratio).abs()).max(0.0);
            let sum: f64 = (0..width).map(|x| weight(x) * pixels[row * width + x]).sum();
            resized.push(sum / (0..width).map(weight).sum::<f64>());
        }
        resized
    }

    fn transpose(pixels: &[f64], [width, height]: [usize; 2]) -> Vec<f64> {
        (0..width).flat_map(|column| (0..height).map(move |row| pixels[row * width + column])).collect()
    }

    fn exact_means(
        pixels: &[f64],
        [width, height]: [usize; 2],
        [width_to, height_to]: [usize; 2],
    ) -> Vec<f64> {
        let narrow = shrink_rows(pixels, [width, height], width_to);
        let turned = transpose(&narrow, [width_to, height]);
        transpose(&shrink_rows(&turned, [height, width_to], height_to), [height_to, width_to])
    }

    fn any_image() -> impl Strategy<Value = ([u32; 2], [u32; 2], Vec<u16>)> {
        (2u32..90, 2u32..60).prop_flat_map(|(width, height)| {
            let samples = prop::collection::vec(any::<u16>(), (width * height) as usize);
            (Just([width, height]), (1..=width, 1..=height).prop_map(|(w, h)| [w, h]), samples)
        })
    }

    /// Noise from a linear congruential generator.
    fn noise(n_samples: usize) -> Vec<u16> {
        let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        std::iter::successors(Some(1), next).map(|state| (state >> 40) as u16).take(n_samples).collect()
    }

    /// A number that changes when any sample does (FNV-1a).
    fn fingerprint(data: &ImageData) -> u64 {
        let samples: Vec<u16> = match data {
            ImageData::Grey8(samples) | ImageData::Rgb8(samples) => {
                samples.iter().copied().map(u16::from).collect()
            }
            ImageData::Grey16(samples) => samples.clone(),
        };
        samples.iter().fold(0xCBF2_9CE4_8422_2325, |hash, &sample| {
            (hash ^ u64::from(sample)).wrapping_mul(0x0000_0100_0000_01B3)
        })
    }

    /// The resizing library has a routine for each kind of processor. These numbers were the same for the plain one,
    /// SSE 4.1 and AVX2, and have to be on any other.
    #[test]
    fn every_processor_gives_the_same() {
        let (from, to) = ([131, 97], [59, 41]);
        let samples = noise(131 * 97 * 3);
        let bytes: Vec<u8> = samples.iter().map(|&sample| sample as u8).collect();
        for (data, expected) in [
            (ImageData::Grey16(samples[..131 * 97].to_vec()), 0xdfd9_aa5a_ec7d_8496),
            (ImageData::Grey8(bytes[..131 * 97].to_vec()), 0x9cfe_a925_1a90_0b7a),
            (ImageData::Rgb8(bytes), 0x9ae8_684f_5a9e_dd75),
        ] {
            let resized = resize(data, from, to).unwrap();
            assert_eq!(fingerprint(&resized), expected, "{:#x}", fingerprint(&resized));
        }
    }

    proptest! {
        #[test]
        fn sixteen_bit_means_are_within_the_stated_error((from, to, samples) in any_image()) {
            let exact: Vec<f64> = samples.iter().copied().map(f64::from).collect();
            let exact = exact_means(&exact, from.map(|side| side as usize), to.map(|side| side as usize));
            let Some(ImageData::Grey16(found)) = resize(ImageData::Grey16(samples), from, to) else {
                panic!("a grey image stays one");
            };
            for (found, exact) in found.into_iter().zip(exact) {
                // A millionth for the arithmetic here, which is not exact either.
                prop_assert!((f64::from(found) - exact).abs() <= TRIANGLE_ERROR_MAX_STEPS + 1e-6, "{found} {exact}");
            }
        }
    }
}
