//! What the decoder learns while it goes: the variables A, B, C, N and Nn of T.87 A.2.1, and how they move (A.6).

use super::parameters::Parameters;

/// The statistics of one of the 365 regular contexts.
#[derive(Clone, Copy)]
pub(super) struct RegularContext {
    /// A: sum of the sizes of errors.
    size: i32,
    /// B: sum of errors, kept near 0 by `correction`.
    bias: i32,
    /// C: what is added to the prediction.
    pub(super) correction: i32,
    /// N: how many errors.
    count: i32,
}

impl RegularContext {
    pub(super) fn new(parameters: &Parameters) -> RegularContext {
        RegularContext { size: initial_size(parameters), bias: 0, correction: 0, count: 1 }
    }

    #[inline(always)]
    pub(super) fn golomb_parameter(&self) -> u32 {
        golomb_parameter(self.size, self.count)
    }

    /// From the code to the error: even codes are positive, odd ones negative, unless the bias says the opposite
    /// (T.87 A.5.2).
    #[inline(always)]
    pub(super) fn error(&self, mapped: i32, k: u32, near: i32) -> i32 {
        let error = (mapped >> 1) ^ -(mapped & 1);
        if near == 0 && k == 0 && 2 * self.bias <= -self.count { !error } else { error }
    }

    /// Takes in an error.
    #[inline(always)]
    pub(super) fn update(&mut self, error: i32, step: i32, reset: i32) {
        self.size = self.size.saturating_add(error.abs());
        self.bias += error * step;
        if self.count == reset {
            self.size >>= 1;
            self.bias >>= 1;
            self.count >>= 1;
        }
        self.count += 1;
        // What the bias does next cannot be foretold, so that branches would cost more than both ways together. A bias
        // between the bounds stays as it is.
        let (is_low, is_high) = (i32::from(self.bias <= -self.count), i32::from(self.bias > 0));
        let moved = self.bias + (self.count & -is_low) - (self.count & -is_high);
        self.bias = moved.clamp(1 - self.count, 0);
        self.correction = (self.correction - is_low + is_high).clamp(-128, 127);
    }
}

/// The statistics of the sample that ends a run.
#[derive(Clone, Copy)]
pub(super) struct RunContext {
    size: i32,
    count: i32,
    /// Nn: how many errors were negative.
    n_negative: i32,
    /// RItype: the sample above equals that to the left.
    is_flat: bool,
}

impl RunContext {
    pub(super) fn new(parameters: &Parameters, is_flat: bool) -> RunContext {
        RunContext { size: initial_size(parameters), count: 1, n_negative: 0, is_flat }
    }

    #[inline(always)]
    pub(super) fn golomb_parameter(&self) -> u32 {
        let extra = if self.is_flat { self.count >> 1 } else { 0 };
        golomb_parameter(self.size.saturating_add(extra), self.count)
    }

    /// From the code to the error (T.87 A.7.2).
    #[inline(always)]
    pub(super) fn error(&self, mapped: i32, k: u32) -> i32 {
        let value = mapped + i32::from(self.is_flat);
        let is_odd = value & 1 == 1;
        let size = (value + 1) >> 1;
        let negative_is_odd = k != 0 || 2 * self.n_negative >= self.count;
        if negative_is_odd == is_odd { -size } else { size }
    }

    /// Takes in an error and the code it came from.
    #[inline(always)]
    pub(super) fn update(&mut self, error: i32, mapped: i32, reset: i32) {
        if error < 0 {
            self.n_negative += 1;
        }
        self.size = self.size.saturating_add((mapped + 1 - i32::from(self.is_flat)) >> 1);
        if self.count == reset {
            self.size >>= 1;
            self.count >>= 1;
            self.n_negative >>= 1;
        }
        self.count += 1;
    }
}

fn initial_size(parameters: &Parameters) -> i32 {
    ((parameters.range + 32) / 64).max(2)
}

/// The least k with `count << k >= size`; count is at least 1.
#[inline(always)]
fn golomb_parameter(size: i32, count: i32) -> u32 {
    let (count, size) = (count.cast_unsigned(), size.cast_unsigned());
    let k = count.leading_zeros().saturating_sub(size.leading_zeros());
    // Shifted, the highest bit of the count is where that of the size is, or it was not shifted.
    k + u32::from(count << k < size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_golomb_parameter_is_the_least() {
        for count in [1, 2, 3, 7, 8, 63, 64] {
            for size in [0, 1, 2, 3, 4, 5, 8, 9, 63, 64, 65, 1000, 4_000_000, i32::MAX] {
                let mut k = 0;
                while i64::from(count) << k < i64::from(size) {
                    k += 1;
                }
                assert_eq!(golomb_parameter(size, count), k, "{size} {count}");
            }
        }
    }
}
