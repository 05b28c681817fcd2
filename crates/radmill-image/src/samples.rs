//! Loops over sample values that all kinds of images share.

use radmill_frame::Samples;

/// A stored value of any type that a frame may have.
pub(crate) trait Stored: Copy + PartialOrd + Into<f64> {
    /// False for infinities and what is not a number.
    fn is_finite(self) -> bool;

    /// The sum of those that are finite.
    fn sum(run: &[Self]) -> f64;

    /// The sum of those that are finite and outside of a range, and the number of those inside.
    fn sum_outside(run: &[Self], range: [Self; 2]) -> (f64, u64);

    /// The values of this type that lie in a range, ends included; `None` if there are none.
    /// Comparing in the type itself is compiled to vector instructions.
    fn range(ends: [f64; 2]) -> Option<[Self; 2]>;
}

/// Values of 16 bits that are summed in 32 bits before that may overflow.
const RUN_MAX: usize = 1 << 15;

macro_rules! impl_stored_for_integers {
    ($($integer:ty: $sum:ty),*) => {
        $(impl Stored for $integer {
            fn is_finite(self) -> bool {
                true
            }

            fn sum(run: &[$integer]) -> f64 {
                let sums = run.chunks(RUN_MAX).map(|run| run.iter().map(|&value| <$sum>::from(value)).sum::<$sum>());
                sums.map(|sum| sum as f64).sum()
            }

            fn sum_outside(run: &[$integer], [low, high]: [$integer; 2]) -> (f64, u64) {
                let (mut sum, mut n_inside) = (0.0, 0);
                for run in run.chunks(RUN_MAX) {
                    let is_inside = |value: $integer| low <= value && value <= high;
                    let outside = |value: $integer| if is_inside(value) { 0 } else { value };
                    sum += run.iter().map(|&value| <$sum>::from(outside(value))).sum::<$sum>() as f64;
                    let inside: u32 = run.iter().map(|&value| u32::from(is_inside(value))).sum();
                    n_inside += u64::from(inside);
                }
                (sum, n_inside)
            }

            fn range([low, high]: [f64; 2]) -> Option<[$integer; 2]> {
                let low = low.ceil().max(f64::from(<$integer>::MIN));
                let high = high.floor().min(f64::from(<$integer>::MAX));
                (low <= high).then_some([low as $integer, high as $integer])
            }
        })*
    };
}
impl_stored_for_integers!(u8: u32, i8: i32, u16: u32, i16: i32, u32: u64, i32: i64);

impl Stored for f32 {
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }

    fn sum(run: &[f32]) -> f64 {
        sum_floats(run, |_| true).0
    }

    fn sum_outside(run: &[f32], [low, high]: [f32; 2]) -> (f64, u64) {
        sum_floats(run, |value| !(low <= value && value <= high))
    }

    fn range(ends: [f64; 2]) -> Option<[f32; 2]> {
        let [mut first, mut last] = ends.map(|end| end as f32);
        // Rounding must not take in a value outside.
        if f64::from(first) < ends[0] {
            first = first.next_up();
        }
        if f64::from(last) > ends[1] {
            last = last.next_down();
        }
        (first <= last).then_some([first, last])
    }
}

impl Stored for f64 {
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }

    fn sum(run: &[f64]) -> f64 {
        sum_floats(run, |_| true).0
    }

    fn sum_outside(run: &[f64], [low, high]: [f64; 2]) -> (f64, u64) {
        sum_floats(run, |value| !(low <= value && value <= high))
    }

    fn range(ends: [f64; 2]) -> Option<[f64; 2]> {
        (ends[0] <= ends[1]).then_some(ends)
    }
}

/// The sum of those that are finite and count, and the number of those that do not count.
fn sum_floats<S: Stored>(run: &[S], counts: impl Fn(S) -> bool) -> (f64, u64) {
    run.iter().fold((0.0, 0), |(sum, n), &value| match counts(value) {
        true => (if value.is_finite() { sum + value.into() } else { sum }, n),
        false => (sum, n + 1),
    })
}

/// A stored value of at most 16 bits, for which a [`Table`] has room.
pub(crate) trait Narrow: Stored + Ord + Into<i32> {}

impl Narrow for u8 {}
impl Narrow for i8 {}
impl Narrow for u16 {}
impl Narrow for i16 {}

/// Runs the same generic code on whichever vector a [`Samples`] holds.
macro_rules! with_samples {
    ($samples:expr, $vector:ident => $body:expr) => {
        match $samples {
            Samples::U8($vector) => $body,
            Samples::I8($vector) => $body,
            Samples::U16($vector) => $body,
            Samples::I16($vector) => $body,
            Samples::U32($vector) => $body,
            Samples::I32($vector) => $body,
            Samples::F32($vector) => $body,
            Samples::F64($vector) => $body,
        }
    };
}
pub(crate) use with_samples;

/// Stored values that are padding (PS3.3 C.7.5.1.1.2), from the lowest to the highest.
pub(crate) type Padding = Option<[f64; 2]>;

/// True if the value is padding.
pub(crate) fn is_padding(value: f64, padding: Padding) -> bool {
    padding.is_some_and(|[low, high]| low <= value && value <= high)
}

/// Smallest and largest of some integers; 0 and 0 if there are none.
pub(crate) fn integer_extremes<S: Narrow>(samples: &[S]) -> (i32, i32) {
    let min = samples.iter().copied().min().map_or(0, Into::into);
    let max = samples.iter().copied().max().map_or(0, Into::into);
    (min, max)
}

/// Smallest and largest value among those that are finite and no padding; `None` if there is none.
pub(crate) fn value_extremes(samples: &Samples, padding: Padding) -> Option<[f64; 2]> {
    fn of<S: Stored>(samples: &[S], is_value: impl Fn(S) -> bool) -> Option<[f64; 2]> {
        let first = samples.iter().copied().find(|&sample| is_value(sample))?;
        let (mut min, mut max) = (first, first);
        for &sample in samples {
            // Replaced and not skipped: the loop then has no branches, which padding would make hard to predict.
            let value = if is_value(sample) { sample } else { first };
            min = if value < min { value } else { min };
            max = if value > max { value } else { max };
        }
        Some([min.into(), max.into()])
    }
    fn outside<S: Stored>(samples: &[S], padding: Padding) -> Option<[f64; 2]> {
        match padding.and_then(S::range) {
            // A loop of its own, which is quicker.
            None => of(samples, S::is_finite),
            Some([low, high]) => {
                of(samples, |sample| sample.is_finite() && !(low <= sample && sample <= high))
            }
        }
    }
    with_samples!(samples, vector => outside(vector, padding))
}

/// How many samples are padding.
pub(crate) fn count_padding(samples: &Samples, padding: Padding) -> u64 {
    fn of<S: Stored>(samples: &[S], padding: [f64; 2]) -> u64 {
        S::range(padding).map_or(0, |range| S::sum_outside(samples, range).1)
    }
    padding.map_or(0, |padding| with_samples!(samples, vector => of(vector, padding)))
}

/// What each stored value of at most 16 bits becomes, computed once per frame instead of once per pixel.
pub(crate) struct Table<T>(Box<[T; 65_536]>);

impl<T: Copy + Default> Table<T> {
    /// A table for the values from `min` to `max`; it is only filled for these.
    pub(crate) fn new((min, max): (i32, i32), mut result: impl FnMut(f64) -> T) -> Table<T> {
        let entries = vec![T::default(); 65_536].into_boxed_slice();
        let Ok(mut entries) = <Box<[T; 65_536]>>::try_from(entries) else {
            unreachable!("the length is the same")
        };
        for value in min..=max {
            entries[pattern(value)] = result(f64::from(value));
        }
        Table(entries)
    }

    /// What the value becomes.
    #[inline]
    pub(crate) fn get<S: Narrow>(&self, value: S) -> T {
        self.0[pattern(value.into())]
    }
}

/// The low 16 bits: different for any two values of one type of at most 16 bits, and a safe index without a check.
#[inline]
fn pattern(value: i32) -> usize {
    usize::from(value as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_hold_every_value_of_every_narrow_type() {
        let signed = Table::new((-32_768, 32_767), |value| value as i16);
        let unsigned = Table::new((0, 65_535), |value| value as u16);
        assert!((i16::MIN..=i16::MAX).all(|value| signed.get(value) == value));
        assert!((u16::MIN..=u16::MAX).all(|value| unsigned.get(value) == value));
        assert!((i8::MIN..=i8::MAX).all(|value| signed.get(value) == i16::from(value)));
        assert!((u8::MIN..=u8::MAX).all(|value| unsigned.get(value) == u16::from(value)));
    }

    #[test]
    fn ranges_hold_what_lies_between_their_ends() {
        assert_eq!(u8::range([-5.0, 300.0]), Some([0, 255]));
        assert_eq!(i16::range([-2000.5, -1000.5]), Some([-2000, -1001]));
        assert_eq!(u16::range([-7.0, -1.0]), None);
        assert_eq!(u32::range([0.2, 0.8]), None);
        assert_eq!(f32::range([0.1, 0.5]), Some([0.1f32, 0.5]));
        assert_eq!(f32::range([0.3, 0.3]), None);
        assert_eq!(f64::range([-1.0, 1.0]), Some([-1.0, 1.0]));
        assert_eq!(i16::sum_outside(&[-2000, 5, -7, 9], [-2000, -5]), (14.0, 2));
        assert_eq!(f32::sum_outside(&[f32::NAN, 1.5, 3.0], [2.0, 4.0]), (1.5, 1));
        let padding = Some([3.0, 4.0]);
        assert_eq!(count_padding(&Samples::U16(vec![2, 3, 4, 5, 3]), padding), 3);
    }

    #[test]
    fn extremes_leave_out_padding_and_what_is_not_finite() {
        for (samples, padding, expected) in [
            (Samples::U8(vec![3, 1, 2]), None, Some([1.0, 3.0])),
            (Samples::I16(vec![-2000, -5, 7]), Some([-2000.0, -2000.0]), Some([-5.0, 7.0])),
            (Samples::U16(vec![0, 1, 2, 9]), Some([0.0, 1.0]), Some([2.0, 9.0])),
            (Samples::F32(vec![f32::NAN, 1.5, f32::INFINITY]), None, Some([1.5, 1.5])),
            (Samples::F64(vec![f64::NAN]), None, None),
            (Samples::U8(vec![0]), Some([0.0, 0.0]), None),
            (Samples::I32(Vec::new()), None, None),
        ] {
            assert_eq!(value_extremes(&samples, padding), expected, "{samples:?}");
        }
    }
}
