//! Random numbers and the few functions of analysis that the phantoms need.
//!
//! Both are written with additions, multiplications, divisions and square roots only, which IEEE 754 defines to the
//! last bit: the same seed gives the same bytes on every machine, whatever its mathematical library.

/// SplitMix64: small, quick, and good enough for noise and for tokens.
#[derive(Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A stream of its own for each label under the same seed.
    pub(crate) fn new(seed: u64, label: &str) -> Rng {
        // FNV-1a spreads the label; the first draw mixes it with the seed.
        let hash = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let mut rng = Rng(hash ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        rng.next_u64();
        rng
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `n`, which is at least 1.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }

    /// One of the values, which are not empty.
    pub(crate) fn pick<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }

    /// Uniform in `low..high`.
    pub(crate) fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * ((self.next_u64() >> 40) as f32 / (1 << 24) as f32)
    }

    /// About normal with mean 0 and variance 1: the sum of four uniform numbers, never beyond 3.5.
    pub(crate) fn normal(&mut self) -> f32 {
        let bits = self.next_u64();
        let sum = (bits & 0xffff) + ((bits >> 16) & 0xffff) + ((bits >> 32) & 0xffff) + (bits >> 48);
        (sum as f32 / 65536.0 - 2.0) * 1.732_050_8
    }
}

/// Sine, to about seven decimals.
pub(crate) fn sin(x: f32) -> f32 {
    use std::f64::consts::PI;
    let turns = (f64::from(x) / (2.0 * PI)).round();
    let mut x = f64::from(x) - turns * 2.0 * PI;
    if x > PI / 2.0 {
        x = PI - x;
    } else if x < -PI / 2.0 {
        x = -PI - x;
    }
    let square = x * x;
    let (mut term, mut sum) = (x, x);
    for n in 1..8 {
        term *= -square / f64::from((2 * n) * (2 * n + 1));
        sum += term;
    }
    sum as f32
}

/// Cosine, to about seven decimals.
pub(crate) fn cos(x: f32) -> f32 {
    sin(x + std::f32::consts::FRAC_PI_2)
}

/// The nearest whole number, halves away from zero; as `f32::round`, but without a call for each pixel.
pub(crate) fn round(x: f32) -> i32 {
    let whole = x as i32;
    let rest = x - whole as f32;
    whole + i32::from(rest >= 0.5) - i32::from(rest <= -0.5)
}

/// The exponential function, to about four digits.
pub(crate) fn exp(x: f32) -> f32 {
    let mut value = 1.0 + f64::from(x.clamp(-80.0, 80.0)) / 16384.0;
    for _ in 0..14 {
        value *= value;
    }
    value as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_agree_with_the_library() {
        for step in -400..400_i16 {
            let x = f32::from(step) / 37.0;
            assert!((sin(x) - x.sin()).abs() < 2e-6, "sin {x}");
            assert!((cos(x) - x.cos()).abs() < 2e-6, "cos {x}");
            assert!((exp(x) / x.exp() - 1.0).abs() < 5e-3, "exp {x}");
        }
    }

    #[test]
    fn round_agrees_with_the_library() {
        for step in -4000..4000_i16 {
            let x = f32::from(step) / 8.0;
            assert_eq!(round(x), x.round() as i32, "{x}");
        }
        for x in [0.499_999_97, -0.499_999_97, 65_535.5, -32_768.5, 8_388_607.5] {
            assert_eq!(round(x), x.round() as i32, "{x}");
        }
    }

    #[test]
    fn streams_differ_by_seed_and_label() {
        let first = |seed, label| Rng::new(seed, label).next_u64();
        assert_eq!(first(1, "a"), first(1, "a"));
        assert_ne!(first(1, "a"), first(2, "a"));
        assert_ne!(first(1, "a"), first(1, "b"));
    }

    #[test]
    fn normal_has_mean_zero_and_variance_one() {
        let mut rng = Rng::new(7, "normal");
        let draws: Vec<f32> = (0..20_000).map(|_| rng.normal()).collect();
        let mean = draws.iter().sum::<f32>() / 20_000.0;
        let variance = draws.iter().map(|x| x * x).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.04, "{mean} {variance}");
    }
}
