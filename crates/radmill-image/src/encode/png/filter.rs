//! The filters of PNG (ISO/IEC 15948, 9.2): each row as differences from its neighbours, which compress better.
//!
//! The loops look at source bytes alone, never at what they wrote, so that the compiler makes vector instructions of
//! them.

/// A filter type that is tried. `None` is only for what has no neighbours, and `Average` never won by enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Sub,
    Up,
    Paeth,
}

pub(super) const TRIED: [Filter; 3] = [Filter::Sub, Filter::Up, Filter::Paeth];

impl Filter {
    /// The byte that stands before each row.
    fn code(self) -> u8 {
        match self {
            Filter::Sub => 1,
            Filter::Up => 2,
            Filter::Paeth => 4,
        }
    }

    /// Appends the filtered `row`, its filter type first. `above` is the row above, zeros above the first one; both
    /// are as long. A pixel has `pixel_bytes` bytes, no more than the row.
    pub(super) fn append(self, row: &[u8], above: &[u8], pixel_bytes: usize, out: &mut Vec<u8>) {
        out.push(self.code());
        let start = out.len();
        out.resize(start + row.len(), 0);
        let out = &mut out[start..];
        let (first, rest) = out.split_at_mut(pixel_bytes);
        let first_above = &above[..pixel_bytes];
        let left = &row[..row.len() - pixel_bytes];
        let above_left = &above[..left.len()];
        let above_rest = &above[pixel_bytes..];
        let here = &row[pixel_bytes..];
        match self {
            Filter::Sub => {
                first.copy_from_slice(&row[..pixel_bytes]);
                subtract(rest, here, left);
            }
            Filter::Up => {
                subtract(first, &row[..pixel_bytes], first_above);
                subtract(rest, here, above_rest);
            }
            Filter::Paeth => {
                // Left and above left are zero, so the one above is what is predicted.
                subtract(first, &row[..pixel_bytes], first_above);
                let neighbours = left.iter().zip(above_rest).zip(above_left);
                for ((out, x), ((&a, &b), &c)) in rest.iter_mut().zip(here).zip(neighbours) {
                    *out = x.wrapping_sub(paeth(a, b, c));
                }
            }
        }
    }
}

fn subtract(out: &mut [u8], minuends: &[u8], subtrahends: &[u8]) {
    for ((out, a), b) in out.iter_mut().zip(minuends).zip(subtrahends) {
        *out = a.wrapping_sub(*b);
    }
}

/// The predictor of Paeth in bytes alone: the same as that of the standard, which a test shows for all inputs.
///
/// The estimate left + above − above left is as far from above left as the two other distances together if both
/// neighbours lie on one side of it, and then never the nearest; else as far as the two differ.
fn paeth(left: u8, above: u8, above_left: u8) -> u8 {
    // Saturating differences, one of which is 0, keep the vectors at bytes; `abs_diff` makes them four times as wide.
    let [above_under, above_over] = [above_left.saturating_sub(above), above.saturating_sub(above_left)];
    let [left_under, left_over] = [above_left.saturating_sub(left), left.saturating_sub(above_left)];
    let to_left = above_under | above_over;
    let to_above = left_under | left_over;
    let same_side = (left_under == 0) == (above_under == 0);
    let difference = to_left.saturating_sub(to_above) | to_above.saturating_sub(to_left);
    let to_above_left = if same_side { u8::MAX } else { difference };
    let or_above_left = if to_above <= to_above_left { above } else { above_left };
    if to_left <= to_above.min(to_above_left) { left } else { or_above_left }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As ISO/IEC 15948, 9.4 writes it.
    fn paeth_of_the_standard(a: u8, b: u8, c: u8) -> u8 {
        let [wide_a, wide_b, wide_c] = [a, b, c].map(i32::from);
        let p = wide_a + wide_b - wide_c;
        let (pa, pb, pc) = ((p - wide_a).abs(), (p - wide_b).abs(), (p - wide_c).abs());
        if pa <= pb && pa <= pc {
            a
        } else if pb <= pc {
            b
        } else {
            c
        }
    }

    #[test]
    fn paeth_is_that_of_the_standard() {
        for a in 0..=u8::MAX {
            for b in 0..=u8::MAX {
                for c in 0..=u8::MAX {
                    assert_eq!(paeth(a, b, c), paeth_of_the_standard(a, b, c), "{a} {b} {c}");
                }
            }
        }
    }

    #[test]
    fn rows_are_differences() {
        let (above, row) = ([1, 2, 3, 4], [10, 20, 13, 26]);
        for (filter, expected) in [
            (Filter::Sub, [1, 10, 20, 3, 6]),
            (Filter::Up, [2, 9, 18, 10, 22]),
            (Filter::Paeth, [4, 9, 18, 3, 6]),
        ] {
            let mut out = Vec::new();
            filter.append(&row, &above, 2, &mut out);
            assert_eq!(out, expected, "{filter:?}");
        }
    }
}
