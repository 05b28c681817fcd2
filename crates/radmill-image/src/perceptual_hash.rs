//! A hash that near-duplicates share: 64 comparisons of neighbouring parts of the picture (a "difference hash").
//!
//! The frame is cut into 8 rows of 9 blocks; column `c` of a width `w` belongs to block `floor(9 c / w)`, rows alike.
//! A bit is 1 if the mean of a block is above that of its left neighbour. Bits go row by row, from the left, the first
//! one highest. What is compared is the frame as it was decoded, at full size and before any window: the hash is the
//! same whatever is made of it. Of grey frames it is the stored values, turned around where low is shown white; of
//! colours the mean of red, green and blue. Padding counts as the darkest value that is no padding.

use radmill_frame::Samples;

use crate::samples::{Padding, Stored, count_padding, value_extremes, with_samples};

const BLOCK_ROWS: usize = 8;
const BLOCK_COLUMNS: usize = 9;

/// Means of the blocks.
type Means = [[f64; BLOCK_COLUMNS]; BLOCK_ROWS];

/// The hash of a grey frame.
pub(crate) fn of_grey(samples: &Samples, size: [u32; 2], padding: Padding, low_is_white: bool) -> u64 {
    let means = match count_padding(samples, padding) {
        0 => with_samples!(samples, vector => means(vector, size, 1, Stored::sum)),
        _ => {
            let [min, max] = value_extremes(samples, padding).unwrap_or_default();
            let darkest = if low_is_white { max } else { min };
            with_samples!(samples, vector => padded_means(vector, size, padding, darkest))
        }
    };
    hash(&means, low_is_white)
}

fn padded_means<S: Stored>(samples: &[S], size: [u32; 2], padding: Padding, darkest: f64) -> Means {
    let Some(range) = padding.and_then(S::range) else { return means(samples, size, 1, S::sum) };
    means(samples, size, 1, |run| {
        let (sum, n_padding) = S::sum_outside(run, range);
        sum + n_padding as f64 * darkest
    })
}

/// The hash of a frame of red, green and blue.
pub(crate) fn of_rgb(samples: &[u8], size: [u32; 2]) -> u64 {
    hash(&means(samples, size, 3, Stored::sum), false)
}

fn means<S: Stored>(
    samples: &[S],
    [width, height]: [u32; 2],
    n_channels: usize,
    sum: impl Fn(&[S]) -> f64,
) -> Means {
    let (width, height) = (width as usize, height as usize);
    let columns: [_; BLOCK_COLUMNS] = std::array::from_fn(|block| part(block, BLOCK_COLUMNS, width));
    let mut means = Means::default();
    for (block_row, means) in means.iter_mut().enumerate() {
        let rows = part(block_row, BLOCK_ROWS, height);
        let n_rows = rows.len();
        for row in rows {
            let row = &samples[row * width * n_channels..(row + 1) * width * n_channels];
            for (mean, columns) in means.iter_mut().zip(&columns) {
                *mean += sum(&row[columns.start * n_channels..columns.end * n_channels]);
            }
        }
        for (mean, columns) in means.iter_mut().zip(&columns) {
            *mean /= (n_rows * columns.len()) as f64;
        }
    }
    means
}

/// The pixels of a block along one axis; one pixel where there are more blocks than pixels.
fn part(block: usize, n_blocks: usize, n_pixels: usize) -> std::ops::Range<usize> {
    let start = (block * n_pixels).div_ceil(n_blocks).min(n_pixels.saturating_sub(1));
    let end = ((block + 1) * n_pixels).div_ceil(n_blocks);
    start..end.max(start + 1).min(n_pixels)
}

fn hash(means: &Means, low_is_white: bool) -> u64 {
    let pairs = means.iter().flat_map(|row| row.windows(2));
    pairs.fold(0, |hash, pair| {
        let is_brighter = if low_is_white { pair[1] < pair[0] } else { pair[1] > pair[0] };
        (hash << 1) | u64::from(is_brighter)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth picture with some structure.
    fn picture(width: u32, height: u32, scale: f64) -> Vec<u16> {
        let value = |x: u32, y: u32| {
            let (x, y) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
            ((x * 17.0).sin() * (y * 11.0).cos() * 900.0 + 1000.0) * scale
        };
        (0..height).flat_map(|y| (0..width).map(move |x| value(x, y) as u16)).collect()
    }

    fn grey(samples: Vec<u16>, size: [u32; 2]) -> u64 {
        of_grey(&Samples::U16(samples), size, None, false)
    }

    #[test]
    fn the_bits_are_what_is_said() {
        let ramp: Vec<u16> = (0..8).flat_map(|_| 0..9).collect();
        assert_eq!(grey(ramp.clone(), [9, 8]), u64::MAX);
        assert_eq!(grey(ramp.iter().map(|value| 8 - value).collect(), [9, 8]), 0);
        assert_eq!(of_grey(&Samples::U16(ramp), [9, 8], None, true), 0);
        let mut first_step = vec![0; 72];
        first_step[1] = 1;
        assert_eq!(grey(first_step, [9, 8]), 1 << 63);
        assert_eq!(grey(vec![5], [1, 1]), 0);
        assert_eq!(of_grey(&Samples::F32(vec![f32::NAN, 1.0]), [2, 1], None, false).count_ones(), 8);
    }

    #[test]
    fn size_scale_type_and_photometric_interpretation_do_not_matter() {
        let full = picture(512, 480, 1.0);
        let hash = grey(full.clone(), [512, 480]);
        assert!(hash.count_ones() > 10 && hash.count_zeros() > 10);
        let near = |other: u64| assert!((hash ^ other).count_ones() <= 3, "{hash:016x} {other:016x}");
        near(grey(picture(256, 240, 1.0), [256, 240]));
        near(grey(picture(300, 200, 7.3), [300, 200]));
        let signed = full.iter().map(|&value| value as i16 - 1024).collect();
        assert_eq!(of_grey(&Samples::I16(signed), [512, 480], None, false), hash);
        let white_low = full.iter().map(|&value| 4095 - value).collect();
        assert_eq!(of_grey(&Samples::U16(white_low), [512, 480], None, true), hash);
        let floats = full.iter().map(|&value| f32::from(value)).collect();
        assert_eq!(of_grey(&Samples::F32(floats), [512, 480], None, false), hash);
        let rgb: Vec<u8> = full.iter().flat_map(|&value| [(value / 8) as u8; 3]).collect();
        near(of_rgb(&rgb, [512, 480]));
    }

    #[test]
    fn padding_is_black() {
        let full: Vec<u16> = picture(90, 80, 1.0).iter().map(|value| value + 10).collect();
        let darkest = full.iter().copied().min().unwrap();
        let with = |value: u16| {
            let mut samples = full.clone();
            samples.chunks_mut(90).for_each(|row| row[70..].fill(value));
            samples
        };
        let expected = grey(with(darkest), [90, 80]);
        let padding = Some([60_000.0; 2]);
        assert_eq!(of_grey(&Samples::U16(with(60_000)), [90, 80], padding, false), expected);
    }

    #[test]
    fn blocks_cover_every_pixel_once() {
        for n_pixels in 9..200 {
            let parts: Vec<_> = (0..9).map(|block| part(block, 9, n_pixels)).collect();
            assert_eq!((parts[0].start, parts[8].end), (0, n_pixels));
            assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].start));
            let of = |pixel: usize| parts.iter().position(|part| part.contains(&pixel)).unwrap();
            assert!((0..n_pixels).all(|pixel| of(pixel) == 9 * pixel / n_pixels));
        }
    }
}
