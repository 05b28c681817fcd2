//! What the samples of an image are like, for whoever sorts out bad images: cheap, and the same on every machine.
//!
//! Sums are integers, so their order does not matter. The samples are read once, in blocks that stay in the nearest
//! cache; only blocks that hold both background and more are looked at a second time.

use crate::ImageData;

/// Facts about the samples of an image, over all channels together.
///
/// Padding is left out of mean and standard deviation, and counts as background.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualityFacts {
    /// Mean sample; 0 if all is padding.
    pub mean: f64,
    /// Standard deviation of the samples (of all of them, not of a selection: divided by their number).
    pub standard_deviation: f64,
    /// Share of samples in the lowest 1/32 of the range from the smallest to the largest sample, and of padding.
    /// From the top instead where low is shown white. 1 if all samples are the same.
    pub background_share: f64,
    /// Share of samples that are equal to the largest one (to the smallest where low is shown white): near 0 in a
    /// natural image, noticeable in an overexposed or clipped one.
    pub saturated_share: f64,
    /// Smallest and largest sample that is no padding; 0 and 0 if all is.
    pub value_range: [u16; 2],
    /// The image shows nothing: at least 99.9 % of it is background.
    pub is_blank: bool,
}

/// Background is the lowest part of the range: one of so many. 1/32 of a CT's 4,096 values is air and not yet lung.
const BACKGROUND_PARTS: u32 = 32;
/// An image with more background than this shows nothing: 262 pixels of 512 × 512 may differ, a marker or a hot pixel.
const BLANK_SHARE_MIN: f64 = 0.999;
/// Samples of a block: sums of as many samples fit into 32 bits, and they into the nearest cache.
const BLOCK: usize = 4096;

/// How samples are to be taken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Circumstances {
    /// Samples that are padding, from the lowest to the highest.
    pub(crate) padding: Option<[u16; 2]>,
    /// Samples that are padding and cannot be told by their value: all of them are 0.
    pub(crate) n_hidden_padding: u64,
    /// Low samples are shown white.
    pub(crate) low_is_white: bool,
}

/// Smallest and largest sample, padding included, and the facts.
pub(crate) fn measure(data: &ImageData, circumstances: Circumstances) -> ([u16; 2], QualityFacts) {
    match data {
        ImageData::Grey8(samples) | ImageData::Rgb8(samples) => measure_samples(samples, circumstances),
        ImageData::Grey16(samples) => measure_samples(samples, circumstances),
    }
}

/// 8 or 16 bits.
trait Sample: Copy + Ord + Into<u32> + Into<u64> {
    const MIN: Self;
    const MAX: Self;
    /// The nearest sample of this type.
    fn from_u16(value: u16) -> Self;
}

impl Sample for u8 {
    const MIN: u8 = u8::MIN;
    const MAX: u8 = u8::MAX;

    fn from_u16(value: u16) -> u8 {
        u8::try_from(value).unwrap_or(u8::MAX)
    }
}

impl Sample for u16 {
    const MIN: u16 = u16::MIN;
    const MAX: u16 = u16::MAX;

    fn from_u16(value: u16) -> u16 {
        value
    }
}

/// What is known of a block, or of all blocks, padding left out.
#[derive(Clone, Copy)]
struct Sums<T> {
    min: T,
    max: T,
    n: u64,
    sum: u64,
    squares: u128,
}

fn measure_samples<T: Sample>(samples: &[T], circumstances: Circumstances) -> ([u16; 2], QualityFacts) {
    let padding = circumstances.padding.and_then(|[low, high]| {
        // Padding beyond the samples of this type is in no image.
        let is_within = u32::from(low) <= T::MAX.into();
        is_within.then(|| [T::from_u16(low), T::from_u16(high)])
    });
    let blocks: Vec<Sums<T>> = match padding {
        None => samples.chunks(BLOCK).map(sums).collect(),
        Some(padding) => samples.chunks(BLOCK).map(|block| sums_without(block, padding)).collect(),
    };
    let all = blocks.iter().fold(Sums::NONE, |all: Sums<T>, block| all.and(block));
    let extremes = match padding {
        // Padding counts here: these are what the image holds.
        Some(_) => [samples.iter().copied().min(), samples.iter().copied().max()],
        None => [Some(all.min), Some(all.max)],
    };
    let is_empty = samples.is_empty();
    let extremes = extremes.map(|end| if is_empty { 0 } else { to_u16(end.unwrap_or(T::MIN)) });
    let n_padding = samples.len() as u64 - all.n;
    let (n_background, n_saturated) = match all.n {
        0 => (0, 0),
        _ => counts(samples, &blocks, all, padding, circumstances.low_is_white),
    };
    let n_values = all.n - circumstances.n_hidden_padding.min(all.n);
    let share = |n: u64| n as f64 / (samples.len().max(1)) as f64;
    let background_share = share(n_background + n_padding);
    let (mean, standard_deviation) = moments(n_values, all.sum, all.squares);
    let value_range = if all.n == 0 { [0; 2] } else { [to_u16(all.min), to_u16(all.max)] };
    let facts = QualityFacts {
        value_range,
        mean,
        standard_deviation,
        background_share,
        saturated_share: share(n_saturated),
        is_blank: background_share >= BLANK_SHARE_MIN,
    };
    (extremes, facts)
}

fn to_u16<T: Sample>(sample: T) -> u16 {
    let value: u32 = sample.into();
    value as u16
}

/// Separate plain loops: each is compiled to vector instructions.
fn sums<T: Sample>(block: &[T]) -> Sums<T> {
    let sum: u32 = block.iter().map(|&sample| -> u32 { sample.into() }).sum();
    Sums {
        min: block.iter().copied().min().unwrap_or(T::MAX),
        max: block.iter().copied().max().unwrap_or(T::MIN),
        n: block.len() as u64,
        sum: u64::from(sum),
        squares: u128::from(block.iter().map(|&sample| square(sample)).sum::<u64>()),
    }
}

fn square<T: Sample>(sample: T) -> u64 {
    let value: u32 = sample.into();
    // The square of 16 bits needs 32.
    u64::from(value * value)
}

/// As [`sums`], where samples may be padding.
fn sums_without<T: Sample>(block: &[T], [low, high]: [T; 2]) -> Sums<T> {
    let is_padding = |sample: T| low <= sample && sample <= high;
    let value_or_0 = |sample: T| -> u32 { if is_padding(sample) { 0 } else { sample.into() } };
    let or = |sample: T, other: T| if is_padding(sample) { other } else { sample };
    let sum: u32 = block.iter().map(|&sample| value_or_0(sample)).sum();
    let n: u32 = block.iter().map(|&sample| u32::from(!is_padding(sample))).sum();
    let squares = block.iter().map(|&sample| {
        let value = value_or_0(sample);
        u64::from(value * value)
    });
    Sums {
        min: block.iter().map(|&sample| or(sample, T::MAX)).min().unwrap_or(T::MAX),
        max: block.iter().map(|&sample| or(sample, T::MIN)).max().unwrap_or(T::MIN),
        n: u64::from(n),
        sum: u64::from(sum),
        squares: u128::from(squares.sum::<u64>()),
    }
}

impl<T: Sample> Sums<T> {
    const NONE: Sums<T> = Sums { min: T::MAX, max: T::MIN, n: 0, sum: 0, squares: 0 };

    fn and(self, other: &Sums<T>) -> Sums<T> {
        Sums {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            n: self.n + other.n,
            sum: self.sum + other.sum,
            squares: self.squares + other.squares,
        }
    }
}

/// How many samples are background, and how many saturated; padding is neither.
fn counts<T: Sample>(
    samples: &[T],
    blocks: &[Sums<T>],
    all: Sums<T>,
    padding: Option<[T; 2]>,
    low_is_white: bool,
) -> (u64, u64) {
    let [min, max]: [u32; 2] = [all.min.into(), all.max.into()];
    let part = (max - min) / BACKGROUND_PARTS;
    let (background, saturated) = match low_is_white {
        false => ([all.min, T::from_u16((min + part) as u16)], [all.max; 2]),
        true => ([T::from_u16((max - part) as u16), all.max], [all.min; 2]),
    };
    let count_in = |[low, high]: [T; 2]| {
        let blocks = samples.chunks(BLOCK).zip(blocks);
        let counted = blocks.map(|(block, known)| {
            if known.n == 0 || known.max < low || high < known.min {
                0
            } else if low <= known.min && known.max <= high {
                known.n
            } else {
                count(block, [low, high], padding)
            }
        });
        counted.sum()
    };
    (count_in(background), count_in(saturated))
}

fn count<T: Sample>(block: &[T], [low, high]: [T; 2], padding: Option<[T; 2]>) -> u64 {
    let is_in = |sample: T| low <= sample && sample <= high;
    // 16 bits are enough for the samples of a block, and make the fastest loop.
    let n: u16 = match padding {
        None => block.iter().map(|&sample| u16::from(is_in(sample))).sum(),
        Some([first, last]) => {
            let is_value = |sample: T| !(first <= sample && sample <= last);
            block.iter().map(|&sample| u16::from(is_in(sample) & is_value(sample))).sum()
        }
    };
    u64::from(n)
}

/// Mean and standard deviation from exact sums.
fn moments(n: u64, sum: u64, squares: u128) -> (f64, f64) {
    if n == 0 {
        return (0.0, 0.0);
    }
    // Fewer than 2^40 samples: n × squares stays below 2^112, and never below the square of the sum.
    let spread = u128::from(n) * squares - u128::from(sum) * u128::from(sum);
    (sum as f64 / n as f64, (spread as f64).sqrt() / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn grey16(samples: &[u16], circumstances: Circumstances) -> ([u16; 2], QualityFacts) {
        measure(&ImageData::Grey16(samples.to_vec()), circumstances)
    }

    fn plain() -> Circumstances {
        Circumstances::default()
    }

    #[test]
    fn facts_of_a_few_samples() {
        let (extremes, facts) = grey16(&[0, 0, 1000, 3000], plain());
        assert_eq!(extremes, [0, 3000]);
        assert_eq!((facts.mean, facts.background_share, facts.saturated_share), (1000.0, 0.5, 0.25));
        assert!((facts.standard_deviation - 1_500_000_f64.sqrt()).abs() < 1e-9);
        let inverted = Circumstances { low_is_white: true, ..plain() };
        let facts = grey16(&[0, 0, 1000, 3000], inverted).1;
        assert_eq!((facts.background_share, facts.saturated_share), (0.25, 0.5));
        let colours = measure(&ImageData::Rgb8(vec![0, 255, 255, 3, 255, 9]), plain());
        assert_eq!((colours.0, colours.1.saturated_share), ([0, 255], 0.5));
    }

    #[test]
    fn padding_is_background_and_nothing_else() {
        let padding = Circumstances { padding: Some([0, 5]), ..plain() };
        let (extremes, facts) = grey16(&[0, 5, 1000, 1000, 3000, 3000, 3000, 3000], padding);
        assert_eq!(extremes, [0, 3000]);
        let shares = [facts.background_share, facts.saturated_share];
        assert_eq!((facts.mean, shares), (14_000.0 / 6.0, [0.5, 0.5]));
        let nothing = grey16(&[3, 3], padding);
        assert_eq!((nothing.0, nothing.1.mean, nothing.1.is_blank), ([3, 3], 0.0, true));
        // Beyond what 8 bits can hold there is no padding.
        let far = Circumstances { padding: Some([300, 400]), ..plain() };
        let (_, facts) = measure(&ImageData::Grey8(vec![255, 0]), far);
        assert_eq!(facts.mean, 127.5);
        let hidden = Circumstances { n_hidden_padding: 2, ..plain() };
        assert_eq!(grey16(&[0, 0, 1000, 3000], hidden).1.mean, 2000.0);
    }

    #[test]
    fn blank_images() {
        for (samples, expected) in [
            (vec![7; 5000], true),
            ([vec![7; 9999], vec![4000]].concat(), true),
            ([vec![7; 9980], vec![4000; 20]].concat(), false),
            ((0..10_000).collect(), false),
            (Vec::new(), false),
        ] {
            assert_eq!(grey16(&samples, plain()).1.is_blank, expected, "{}", samples.len());
        }
    }

    /// The same facts, one sample at a time.
    fn slow(samples: &[u16], padding: Option<[u16; 2]>, low_is_white: bool) -> (f64, f64, f64) {
        let is_padding = |sample: u16| padding.is_some_and(|[low, high]| low <= sample && sample <= high);
        let values: Vec<u16> = samples.iter().copied().filter(|&sample| !is_padding(sample)).collect();
        let (Some(&min), Some(&max)) = (values.iter().min(), values.iter().max()) else {
            return (0.0, 1.0, 0.0);
        };
        let part = (max - min) / 32;
        let is_background =
            |sample: u16| if low_is_white { sample >= max - part } else { sample <= min + part };
        let saturated = if low_is_white { min } else { max };
        let n = |of: usize| of as f64 / samples.len() as f64;
        let mean = values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64;
        let n_background = samples.len() - values.iter().filter(|&&sample| !is_background(sample)).count();
        (mean, n(n_background), n(values.iter().filter(|&&sample| sample == saturated).count()))
    }

    proptest! {
        #[test]
        fn blocks_make_no_difference(
            seeds in prop::collection::vec((any::<u16>(), 1..9000_usize), 1..4),
            padding in prop::option::of((any::<u16>(), any::<u16>())),
            low_is_white: bool,
        ) {
            let samples: Vec<u16> = seeds
                .iter()
                .flat_map(|&(value, n)| (0..n).map(move |index| value.wrapping_add((index % 700) as u16)))
                .collect();
            let padding = padding.map(|(a, b)| [a.min(b), a.max(b)]);
            let (_, facts) = grey16(&samples, Circumstances { padding, low_is_white, n_hidden_padding: 0 });
            let (mean, background, saturated) = slow(&samples, padding, low_is_white);
            prop_assert!((facts.mean - mean).abs() < 1e-6);
            prop_assert_eq!((facts.background_share, facts.saturated_share), (background, saturated));
        }
    }
}
