//! Loops over sample values that all kinds of images share.

use radmill_frame::Samples;

/// A stored value of any type that a frame may have.
pub(crate) trait Stored: Copy + PartialOrd + Into<f64> {
    /// False for infinities and what is not a number.
    fn is_finite(self) -> bool;

    /// The sum of those that are finite.
    fn sum(run: &[Self]) -> f64;
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
        })*
    };
}
impl_stored_for_integers!(u8: u32, i8: i32, u16: u32, i16: i32, u32: u64, i32: i64);

impl Stored for f32 {
    fn is_finite(self) -> bool {
        f32::is_finite(self)
    }

    fn sum(run: &[f32]) -> f64 {
        sum_one_by_one(run, |value| value)
    }
}

impl Stored for f64 {
    fn is_finite(self) -> bool {
        f64::is_finite(self)
    }

    fn sum(run: &[f64]) -> f64 {
        sum_one_by_one(run, |value| value)
    }
}

/// The sum of what the finite ones of some values become.
pub(crate) fn sum_one_by_one<S: Stored>(run: &[S], becomes: impl Fn(f64) -> f64) -> f64 {
    run.iter().map(|&value| if value.is_finite() { becomes(value.into()) } else { 0.0 }).sum()
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
    fn outside_padding<S: Stored>(samples: &[S], padding: Padding) -> Option<[f64; 2]> {
        of(samples, |sample| sample.is_finite() && !is_padding(sample.into(), padding))
    }
    match padding {
        // A loop of its own, which is compiled to vector instructions for integers.
        None => with_samples!(samples, vector => of(vector, Stored::is_finite)),
        Some(_) => with_samples!(samples, vector => outside_padding(vector, padding)),
    }
}

/// How many samples are padding.
pub(crate) fn count_padding(samples: &Samples, padding: Padding) -> u64 {
    let Some([low, high]) = padding else { return 0 };
    fn of<S: Stored>(samples: &[S], [low, high]: [f64; 2]) -> u64 {
        samples.iter().map(|&sample| u64::from(low <= sample.into() && sample.into() <= high)).sum()
    }
    with_samples!(samples, vector => of(vector, [low, high]))
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
