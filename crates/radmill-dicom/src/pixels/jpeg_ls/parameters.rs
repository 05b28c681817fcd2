//! Coding parameters of a scan and their default values (T.87 C.2.4.1.1 and A.2.1).

use super::super::codestream::CodestreamError;
use super::super::markers::be_u16;

/// What an LSE segment sets; 0 is the default value.
#[derive(Clone, Copy, Default)]
pub(super) struct Presets {
    sample_max: i32,
    thresholds: [i32; 3],
    reset: i32,
}

impl Presets {
    pub(super) fn read(&mut self, payload: &[u8]) -> Result<(), CodestreamError> {
        let at = |index: usize| be_u16(payload, 2 * index).map(i32::from);
        *self = Presets { sample_max: at(0)?, thresholds: [at(1)?, at(2)?, at(3)?], reset: at(4)? };
        Ok(())
    }
}

/// The parameters of one scan.
#[derive(Clone, Copy)]
pub(super) struct Parameters {
    /// MAXVAL.
    pub(super) sample_max: i32,
    /// NEAR.
    pub(super) near: i32,
    /// T1, T2, T3.
    pub(super) thresholds: [i32; 3],
    /// RESET.
    pub(super) reset: i32,
    /// RANGE: how many values a quantized error can have.
    pub(super) range: i32,
    /// qbpp: the bits to tell them apart.
    pub(super) range_bits: u32,
    /// LIMIT: the longest code, in bits.
    pub(super) code_bits_max: u32,
}

impl Parameters {
    pub(super) fn new(precision: u16, near: i32, presets: Presets) -> Result<Parameters, CodestreamError> {
        let precision_max = (1 << precision) - 1;
        let sample_max = if presets.sample_max == 0 { precision_max } else { presets.sample_max };
        if sample_max > precision_max || near > 255.min(sample_max / 2) {
            return Err(CodestreamError::Invalid("the coding parameters of a JPEG-LS scan"));
        }
        let defaults = default_thresholds(sample_max, near);
        let thresholds = std::array::from_fn(|i| match presets.thresholds[i] {
            0 => defaults[i],
            threshold => threshold,
        });
        let reset = if presets.reset == 0 { 64 } else { presets.reset };
        let [t1, t2, t3] = thresholds;
        let ascending = near < t1 && t1 <= t2 && t2 <= t3 && t3 <= sample_max;
        if !ascending || !(3..=sample_max.max(255)).contains(&reset) {
            return Err(CodestreamError::Invalid("the coding parameters of a JPEG-LS scan"));
        }
        let range = (sample_max + 2 * near) / (2 * near + 1) + 1;
        let sample_bits = bits_for(sample_max + 1).max(2);
        Ok(Parameters {
            sample_max,
            near,
            thresholds,
            reset,
            range,
            range_bits: bits_for(range),
            code_bits_max: 2 * (sample_bits + sample_bits.max(8)),
        })
    }
}

/// Bits to tell `n_values` apart.
fn bits_for(n_values: i32) -> u32 {
    i32::BITS - (n_values - 1).leading_zeros()
}

fn default_thresholds(sample_max: i32, near: i32) -> [i32; 3] {
    // The values for 8 bits: T1, T2 and T3 grow or shrink with the range, and with NEAR.
    let scaled: [i32; 3] = if sample_max >= 128 {
        let factor = (sample_max.min(4095) + 128) / 256;
        [factor + 2 + 3 * near, factor * 4 + 3 + 5 * near, factor * 17 + 4 + 7 * near]
    } else {
        let factor = 256 / (sample_max + 1);
        [2.max(3 / factor + 3 * near), 3.max(7 / factor + 5 * near), 4.max(21 / factor + 7 * near)]
    };
    let mut least = near + 1;
    scaled.map(|threshold| {
        least = if (least..=sample_max).contains(&threshold) { threshold } else { least };
        least
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_those_of_the_standard() {
        // T.87 table C.3 and values that encoders write into LSE.
        for (precision, near, thresholds, limit) in [
            (8, 0, [3, 7, 21], 32),
            (12, 0, [18, 67, 276], 48),
            (16, 0, [18, 67, 276], 64),
            (10, 0, [6, 19, 72], 40),
            (16, 4, [30, 87, 304], 64),
            (7, 0, [2, 3, 10], 30),
        ] {
            let parameters = Parameters::new(precision, near, Presets::default()).unwrap();
            assert_eq!(
                (parameters.thresholds, parameters.code_bits_max),
                (thresholds, limit),
                "{precision} {near}"
            );
        }
        let parameters = Parameters::new(8, 2, Presets::default()).unwrap();
        assert_eq!((parameters.range, parameters.range_bits), (52, 6));
    }

    #[test]
    fn senseless_parameters_are_refused() {
        let presets = |sample_max, thresholds, reset| Presets { sample_max, thresholds, reset };
        for bad in [
            presets(256, [0, 0, 0], 0),
            presets(0, [9, 7, 21], 0),
            presets(0, [3, 7, 256], 0),
            presets(0, [0, 0, 0], 2),
        ] {
            assert!(Parameters::new(8, 0, bad).is_err());
        }
        assert!(Parameters::new(8, 128, Presets::default()).is_err());
    }
}
