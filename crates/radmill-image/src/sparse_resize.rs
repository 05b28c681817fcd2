//! Images at another size where some samples are no values: padding, or numbers that are not finite.
//!
//! The library that resizes whole images knows no such samples, and its floating-point routines round differently on
//! different processors, so this is done here: plain 64-bit arithmetic in a fixed order.

use crate::ImageData;

/// A grey image at another size, where samples from `no_value[0]` to `no_value[1]` are no values and must not be mixed
/// with others. A pixel is the mean of the values around it with the weights of a triangle, rounded to the nearest
/// integer, or `no_value[0]` if values have less than half of the weight.
/// `None` for colours, and if the data do not fill the size they should have.
pub(crate) fn resize_without(
    data: ImageData,
    from: [u32; 2],
    to: [u32; 2],
    no_value: [u16; 2],
) -> Option<ImageData> {
    match data {
        ImageData::Grey8(samples) => {
            let resized = resize(&samples, from, to, no_value)?;
            Some(ImageData::Grey8(resized.into_iter().map(|sample| sample.min(255) as u8).collect()))
        }
        ImageData::Grey16(samples) => Some(ImageData::Grey16(resize(&samples, from, to, no_value)?)),
        ImageData::Rgb8(_) => None,
    }
}

/// A sum of values, and of their weights.
#[derive(Clone, Copy, Default)]
struct Weighted {
    value: f64,
    weight: f64,
}

impl Weighted {
    fn add(&mut self, other: Weighted, weight: f64) {
        self.value += other.value * weight;
        self.weight += other.weight * weight;
    }
}

fn resize<T: Copy + Into<u16>>(
    samples: &[T],
    from: [u32; 2],
    to: [u32; 2],
    [low, high]: [u16; 2],
) -> Option<Vec<u16>> {
    let [width, height] = [usize::try_from(from[0]).ok()?, usize::try_from(from[1]).ok()?];
    if width.checked_mul(height)? != samples.len() || samples.is_empty() {
        return None;
    }
    let (across, down) = (Taps::new(from[0], to[0]), Taps::new(from[1], to[1]));
    let read = |sample: T| {
        let value: u16 = sample.into();
        let weight = if low <= value && value <= high { 0.0 } else { 1.0 };
        Weighted { value: f64::from(value) * weight, weight }
    };
    // Source rows at the new width, only as many as a target row needs: memory is a few rows, not an image.
    let mut rows: std::collections::VecDeque<Vec<Weighted>> = std::collections::VecDeque::new();
    let mut first_row = 0;
    let mut resized = Vec::with_capacity(across.len().checked_mul(down.len())?);
    for taps in down.iter() {
        while first_row < taps.first && !rows.is_empty() {
            rows.pop_front();
            first_row += 1;
        }
        first_row = first_row.max(taps.first);
        while first_row + rows.len() < taps.first + taps.weights.len() {
            let row = first_row + rows.len();
            rows.push_back(across.apply(&samples[row * width..(row + 1) * width], read));
        }
        let mut sums = vec![Weighted::default(); across.len()];
        for (row, &weight) in rows.iter().zip(taps.weights) {
            sums.iter_mut().zip(row).for_each(|(sum, &value)| sum.add(value, weight));
        }
        // `as` cuts off what is behind the point.
        resized.extend(sums.into_iter().map(|sum| match sum.weight {
            0.5.. => (sum.value / sum.weight + 0.5) as u16,
            _ => low,
        }));
    }
    Some(resized)
}

/// For each target pixel along one axis: the source pixels it is made of, and their weights, which sum to 1.
struct Taps {
    /// First source pixel, and the range of its weights.
    pixels: Vec<(usize, std::ops::Range<usize>)>,
    weights: Vec<f64>,
}

struct Tap<'a> {
    first: usize,
    weights: &'a [f64],
}

impl Taps {
    /// A triangle as wide as two target pixels, or two source pixels if these are larger.
    fn new(from: u32, to: u32) -> Taps {
        let ratio = f64::from(from) / f64::from(to);
        let support = ratio.max(1.0);
        let mut taps = Taps { pixels: Vec::new(), weights: Vec::new() };
        for target in 0..to {
            let center = (f64::from(target) + 0.5) * ratio;
            let first = (center - support - 0.5).ceil().max(0.0) as u32;
            let last = ((center + support - 0.5).floor() as u32).min(from - 1);
            let weight = |source: u32| (1.0 - ((f64::from(source) + 0.5 - center) / support).abs()).max(0.0);
            let sum: f64 = (first..=last).map(weight).sum();
            let start = taps.weights.len();
            taps.weights.extend((first..=last).map(|source| weight(source) / sum));
            taps.pixels.push((first as usize, start..taps.weights.len()));
        }
        taps
    }

    fn len(&self) -> usize {
        self.pixels.len()
    }

    fn iter(&self) -> impl Iterator<Item = Tap<'_>> {
        self.pixels.iter().map(|(first, range)| Tap { first: *first, weights: &self.weights[range.clone()] })
    }

    fn apply<T: Copy>(&self, row: &[T], read: impl Fn(T) -> Weighted) -> Vec<Weighted> {
        self.iter()
            .map(|tap| {
                let mut sum = Weighted::default();
                let sources = &row[tap.first..];
                sources.iter().zip(tap.weights).for_each(|(&source, &weight)| sum.add(read(source), weight));
                sum
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::resize;

    fn grey16(samples: &[u16], from: [u32; 2], to: [u32; 2], no_value: [u16; 2]) -> Vec<u16> {
        let data = ImageData::Grey16(samples.to_vec());
        let Some(ImageData::Grey16(resized)) = resize_without(data, from, to, no_value) else {
            panic!("a grey image stays one")
        };
        resized
    }

    #[test]
    fn what_is_no_value_is_not_mixed_in() {
        let none = 60_000;
        assert_eq!(grey16(&[100, 100, none, none], [4, 1], [2, 1], [none; 2]), [100, none]);
        assert_eq!(grey16(&[100, 200, none, none], [2, 2], [2, 1], [none; 2]), [100, 200]);
        assert_eq!(grey16(&[100, none, none, none], [2, 2], [1, 1], [none; 2]), [none]);
        assert_eq!(grey16(&[100, 200, 300, none], [2, 2], [1, 1], [none, 65_535]), [200]);
        assert_eq!(grey16(&[7, none], [2, 1], [4, 1], [none; 2]), [7, 7, none, none]);
        let bytes = resize_without(ImageData::Grey8(vec![8, 0, 9, 9]), [2, 2], [1, 2], [0, 0]);
        assert_eq!(bytes, Some(ImageData::Grey8(vec![8, 9])));
        assert_eq!(resize_without(ImageData::Grey8(vec![8, 0, 9]), [2, 2], [1, 2], [0, 0]), None);
    }

    proptest! {
        #[test]
        fn without_such_samples_it_is_the_plain_filter(
            (width, height, samples) in (2u32..60, 2u32..40).prop_flat_map(|(width, height)| {
                let n_samples = (width * height) as usize;
                (Just(width), Just(height), prop::collection::vec(0u16..60_000, n_samples))
            }),
            width_to in 1u32..100,
            height_to in 1u32..100,
        ) {
            let (from, to) = ([width, height], [width_to, height_to]);
            let found = grey16(&samples, from, to, [65_535; 2]);
            let plain = resize::resize(ImageData::Grey16(samples), from, to);
            let Some(ImageData::Grey16(plain)) = plain else { panic!("a grey image stays one") };
            for (found, plain) in found.into_iter().zip(plain) {
                prop_assert!(found.abs_diff(plain) <= 2, "{found} {plain}");
            }
        }
    }
}
