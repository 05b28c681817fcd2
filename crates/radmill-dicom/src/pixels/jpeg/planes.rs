//! Component planes: where blocks go, and how subsampled ones grow to the size of the frame.

use super::super::codestream::CodestreamError;

/// A sample of up to 8 or up to 12 bits.
pub(super) trait Sample: Copy + Default + Into<i32> {
    /// From a value that is known to fit.
    fn from_fitting(value: i32) -> Self;
}

impl Sample for u8 {
    fn from_fitting(value: i32) -> u8 {
        value as u8
    }
}

impl Sample for u16 {
    fn from_fitting(value: i32) -> u16 {
        value as u16
    }
}

/// One component, padded to whole blocks.
pub(super) struct Plane<S> {
    samples: Vec<S>,
    stride: usize,
    /// Size without padding.
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// How many pixels of the frame one sample stands for.
    horizontal_step: usize,
    vertical_step: usize,
}

impl<S: Sample> Plane<S> {
    /// A plane of whole blocks for a component of `rows` by `columns`.
    pub(super) fn new(
        (rows, columns): (usize, usize),
        (block_rows, block_columns): (usize, usize),
        (vertical_step, horizontal_step): (usize, usize),
    ) -> Plane<S> {
        let stride = 8 * block_columns;
        Plane {
            samples: vec![S::default(); stride * 8 * block_rows],
            stride,
            rows,
            columns,
            horizontal_step,
            vertical_step,
        }
    }

    /// Puts a block of values, row by row, into its place.
    pub(super) fn put_block(&mut self, block_row: usize, block_column: usize, values: &[i32; 64]) {
        let start = block_row * 8 * self.stride + block_column * 8;
        let rows = self.samples.get_mut(start..).unwrap_or(&mut []).chunks_mut(self.stride);
        for (row, values) in rows.zip(values.as_chunks::<8>().0) {
            for (sample, value) in row.iter_mut().zip(values) {
                *sample = S::from_fitting(*value);
            }
        }
    }

    /// The samples of row `y` of the component, without padding; past the last row, the last row.
    fn row(&self, y: usize) -> &[S] {
        let start = y.min(self.rows - 1) * self.stride;
        &self.samples[start..start + self.columns]
    }

    /// Writes row `y` of the frame into `out`, which is as long as the frame is wide.
    ///
    /// Halved chroma is interpolated with weights of 3/4 and 1/4, sample positions being centred between pixels as
    /// JFIF says and as is customary; T.81 leaves it open. Other ratios repeat samples.
    pub(super) fn upsampled_row(&self, y: usize, out: &mut [i32]) {
        match (self.horizontal_step, self.vertical_step) {
            (1, 1) => fill(out, self.row(y).iter().map(|&s| s.into())),
            (2, 1) => interpolate(out, self.row(y).iter().map(|&s| s.into()), 1, 2, 2),
            (1, 2) => {
                let round = if y.is_multiple_of(2) { 1 } else { 2 };
                fill(out, self.two_rows(y).map(|sum| (sum + round) >> 2));
            }
            (2, 2) => interpolate(out, self.two_rows(y), 8, 7, 4),
            (horizontal, vertical) => {
                let row = self.row(y / vertical).iter();
                fill(out, row.flat_map(|&sample| std::iter::repeat_n(sample.into(), horizontal)));
            }
        }
    }

    /// Three parts of the nearer row and one of the farther, times four.
    fn two_rows(&self, y: usize) -> impl Iterator<Item = i32> {
        let near = y / 2;
        let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
        self.row(near).iter().zip(self.row(far)).map(|(&near, &far)| 3 * near.into() + far.into())
    }
}

fn fill(out: &mut [i32], values: impl Iterator<Item = i32>) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = value;
    }
}

/// Doubles a row: each sample gives two, mixed 3 to 1 with its neighbour on that side. The outermost have none.
fn interpolate(
    out: &mut [i32],
    mut values: impl Iterator<Item = i32>,
    round_left: i32,
    round_right: i32,
    shift: u32,
) {
    let Some(first) = values.next() else { return };
    let (mut before, mut this) = (first, first);
    for pair in out.chunks_mut(2) {
        let after = values.next().unwrap_or(this);
        if let Some(left) = pair.first_mut() {
            *left = (3 * this + before + round_left) >> shift;
        }
        if let Some(right) = pair.get_mut(1) {
            *right = (3 * this + after + round_right) >> shift;
        }
        (before, this) = (this, after);
    }
}

/// Pixels for each sample of a component; the ratio must be whole.
pub(super) fn step(max_factor: usize, factor: usize) -> Result<usize, CodestreamError> {
    if factor > 0 && max_factor.is_multiple_of(factor) {
        Ok(max_factor / factor)
    } else {
        Err(CodestreamError::Unsupported("JPEG with fractional subsampling"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(step: (usize, usize), rows: &[&[u8]]) -> Plane<u8> {
        let mut plane = Plane::new((rows.len(), rows[0].len()), (1, 1), step);
        let mut values = [0; 64];
        for (y, row) in rows.iter().enumerate() {
            for (x, &value) in row.iter().enumerate() {
                values[8 * y + x] = i32::from(value);
            }
        }
        plane.put_block(0, 0, &values);
        plane
    }

    #[test]
    fn chroma_grows() {
        let rows: &[&[u8]] = &[&[0, 100], &[40, 140]];
        for (step, y, expected) in [
            ((1, 1), 1, &[40, 140][..]),
            ((1, 2), 0, &[0, 25, 75, 100]),
            ((1, 2), 0, &[0, 25, 75]),
            ((2, 1), 0, &[0, 100]),
            ((2, 1), 1, &[10, 110]),
            ((2, 1), 2, &[30, 130]),
            ((2, 2), 0, &[0, 25, 75, 100]),
            ((2, 2), 3, &[40, 65, 115, 140]),
            ((4, 4), 7, &[40, 40, 40, 40, 140, 140, 140, 140]),
        ] {
            let mut out = vec![0; expected.len()];
            plane(step, rows).upsampled_row(y, &mut out);
            assert_eq!(out, expected, "{step:?} {y}");
        }
    }
}
