//! The inverse discrete cosine transform of a block of 8 by 8 (T.81 A.3.3), in integers.
//!
//! The factorization of Loeffler, Ligtenberg and Moschytz with constants of 13 bits, columns before rows, rounded after
//! each pass: what the most widely used decoders compute, so that lossy images come out as others see them.
//! Arithmetic wraps: coefficients of damaged data may be of any size, those of sound data are small.

use std::array;
use std::num::Wrapping;

/// Lanes of the transform: one for each column, then one for each row.
type Lane = [Wrapping<i32>; 8];

/// Dequantized coefficients, row by row; the horizontal frequency grows along a row.
pub(super) type Block = [i32; 64];

const CONSTANT_BITS: usize = 13;

/// Extra bits that are kept between the passes: as many as 32 bits leave room for.
#[inline(always)]
fn kept_bits(precision: u16) -> usize {
    if precision <= 8 { 2 } else { 1 }
}

/// Sample values, row by row, level-shifted and clamped to the range of `precision` bits.
#[inline(always)]
pub(super) fn inverse(block: &Block, precision: u16) -> [i32; 64] {
    let kept = kept_bits(precision);
    let mut lanes: [Lane; 8] = array::from_fn(|v| array::from_fn(|u| Wrapping(block[8 * v + u])));
    transform(&mut lanes, CONSTANT_BITS - kept);
    let mut lanes = transposed(&lanes);
    transform(&mut lanes, CONSTANT_BITS + kept + 3);
    let (half, max) = (1 << (precision - 1), (1 << precision) - 1);
    array::from_fn(|i| (lanes[i % 8][i / 8] + Wrapping(half)).0.clamp(0, max))
}

/// The value of all samples of a block that has nothing but its first coefficient.
#[inline(always)]
pub(super) fn inverse_flat(first: i32, precision: u16) -> i32 {
    let kept = kept_bits(precision);
    let rounded = ((Wrapping(first) << kept) + Wrapping(1 << (kept + 2))) >> (kept + 3);
    (rounded + Wrapping(1 << (precision - 1))).0.clamp(0, (1 << precision) - 1)
}

#[inline(always)]
fn transposed(lanes: &[Lane; 8]) -> [Lane; 8] {
    array::from_fn(|i| array::from_fn(|j| lanes[j][i]))
}

/// One dimension, for eight lanes at once.
#[inline(always)]
#[expect(
    clippy::needless_range_loop,
    reason = "a lane goes through all eight rows; the loop becomes vector code"
)]
fn transform(lanes: &mut [Lane; 8], descale_bits: usize) {
    // cos and sin of multiples of pi/16 and their sums, times 2^13.
    const C_0_298: Wrapping<i32> = Wrapping(2446);
    const C_0_390: Wrapping<i32> = Wrapping(3196);
    const C_0_541: Wrapping<i32> = Wrapping(4433);
    const C_0_765: Wrapping<i32> = Wrapping(6270);
    const C_0_899: Wrapping<i32> = Wrapping(7373);
    const C_1_175: Wrapping<i32> = Wrapping(9633);
    const C_1_501: Wrapping<i32> = Wrapping(12299);
    const C_1_847: Wrapping<i32> = Wrapping(15137);
    const C_1_961: Wrapping<i32> = Wrapping(16069);
    const C_2_053: Wrapping<i32> = Wrapping(16819);
    const C_2_562: Wrapping<i32> = Wrapping(20995);
    const C_3_072: Wrapping<i32> = Wrapping(25172);

    let round = Wrapping(1 << (descale_bits - 1));
    for lane in 0..8 {
        let [c0, c1, c2, c3, c4, c5, c6, c7] = array::from_fn(|i| lanes[i][lane]);

        let rotation = (c2 + c6) * C_0_541;
        let (low, high) = (rotation + c2 * C_0_765, rotation - c6 * C_1_847);
        let (sum, difference) = ((c0 + c4) << CONSTANT_BITS, (c0 - c4) << CONSTANT_BITS);
        let even = [sum + low, difference + high, difference - high, sum - low];

        let all = (c1 + c3 + c5 + c7) * C_1_175;
        let (outer, inner) = ((c1 + c7) * -C_0_899, (c3 + c5) * -C_2_562);
        let (z3, z4) = (all - (c3 + c7) * C_1_961, all - (c1 + c5) * C_0_390);
        let odd = [
            c1 * C_1_501 + outer + z4,
            c3 * C_3_072 + inner + z3,
            c5 * C_2_053 + inner + z4,
            c7 * C_0_298 + outer + z3,
        ];

        for i in 0..4 {
            lanes[i][lane] = (even[i] + odd[i] + round) >> descale_bits;
            lanes[7 - i][lane] = (even[i] - odd[i] + round) >> descale_bits;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    /// The definition of T.81 A.3.3.
    fn exact(block: &Block, precision: u16) -> [f64; 64] {
        let scale = |k: usize| if k == 0 { 0.5_f64.sqrt() } else { 1.0 };
        array::from_fn(|i| {
            let (x, y) = ((i % 8) as f64, (i / 8) as f64);
            let mut sum = 0.0;
            for v in 0..8 {
                for u in 0..8 {
                    sum += scale(u)
                        * scale(v)
                        * f64::from(block[8 * v + u])
                        * ((2.0 * x + 1.0) * u as f64 * PI / 16.0).cos()
                        * ((2.0 * y + 1.0) * v as f64 * PI / 16.0).cos();
                }
            }
            (sum / 4.0 + f64::from(1 << (precision - 1))).clamp(0.0, f64::from((1 << precision) - 1))
        })
    }

    #[test]
    fn close_to_the_definition() {
        let mut state = 1_u32;
        for precision in [8, 12] {
            for n_coefficients in [1, 2, 6, 64] {
                for _ in 0..50 {
                    let mut block = [0; 64];
                    for coefficient in block.iter_mut().take(n_coefficients) {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        *coefficient = (state >> 16) as i32 % 200 - 100;
                    }
                    block[0] *= 8;
                    for (found, wanted) in inverse(&block, precision).iter().zip(exact(&block, precision)) {
                        assert!((f64::from(*found) - wanted).abs() < 1.0, "{found} {wanted}");
                    }
                }
            }
        }
    }

    #[test]
    fn flat_blocks_take_the_short_way() {
        for precision in [8, 12] {
            for first in [0, 1, 3, 4, -4, -5, 1000, -1000, 40000, -40000, i32::MAX, i32::MIN] {
                let mut block = [0; 64];
                block[0] = first;
                if first.abs_diff(0) < 1 << 17 {
                    assert_eq!(inverse(&block, precision), [inverse_flat(first, precision); 64], "{first}");
                } else {
                    inverse(&block, precision);
                    inverse_flat(first, precision);
                }
            }
        }
    }
}
