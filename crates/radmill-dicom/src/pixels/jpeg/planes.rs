//! Component planes: where blocks go, and how subsampled ones grow to the size of the frame.

use std::ops::{Add, Mul, Shr};

use super::super::codestream::CodestreamError;
use super::dct::{Block, inverse, inverse_flat};

/// A sample of up to 8 or up to 12 bits.
pub(super) trait Sample: Copy + Default {
    /// Holds sixteen samples added up.
    type Sum: Copy
        + Default
        + From<Self>
        + From<u8>
        + Add<Output = Self::Sum>
        + Mul<Output = Self::Sum>
        + Shr<u32, Output = Self::Sum>;

    /// From a value that is known to fit.
    fn from_fitting(value: i32) -> Self;

    /// From a sum that was divided until it fits.
    fn from_divided(sum: Self::Sum) -> Self;

    /// One pixel, from YCbCr to RGB; see `colour`.
    fn to_rgb(ycbcr: [Self; 3], precision: u16) -> [Self; 3];
}

impl Sample for u8 {
    type Sum = u16;

    #[inline(always)]
    fn from_fitting(value: i32) -> u8 {
        value as u8
    }

    #[inline(always)]
    fn from_divided(sum: u16) -> u8 {
        sum as u8
    }

    #[inline(always)]
    fn to_rgb(ycbcr: [u8; 3], _: u16) -> [u8; 3] {
        super::colour::to_rgb_8(ycbcr)
    }
}

impl Sample for u16 {
    type Sum = u32;

    #[inline(always)]
    fn from_fitting(value: i32) -> u16 {
        value as u16
    }

    #[inline(always)]
    fn from_divided(sum: u32) -> u16 {
        sum as u16
    }

    #[inline(always)]
    fn to_rgb(ycbcr: [u16; 3], precision: u16) -> [u16; 3] {
        super::colour::to_rgb_16(ycbcr, precision)
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

    /// Transforms a block of coefficients and puts the values into their place.
    #[inline(always)]
    pub(super) fn put_coefficients(
        &mut self,
        block_row: usize,
        block_column: usize,
        block: &Block,
        is_flat: bool,
        precision: u16,
    ) {
        if is_flat {
            let value = S::from_fitting(inverse_flat(block[0], precision));
            self.block_rows(block_row, block_column).for_each(|row| *row = [value; 8]);
        } else {
            self.put_block(block_row, block_column, &inverse(block, precision));
        }
    }

    /// Puts a block of values, row by row, into its place.
    #[inline(always)]
    fn put_block(&mut self, block_row: usize, block_column: usize, values: &[i32; 64]) {
        for (row, values) in self.block_rows(block_row, block_column).zip(values.as_chunks::<8>().0) {
            *row = values.map(S::from_fitting);
        }
    }

    #[inline(always)]
    fn block_rows(&mut self, block_row: usize, block_column: usize) -> impl Iterator<Item = &mut [S; 8]> {
        let start = block_row * 8 * self.stride + block_column * 8;
        let rows = self.samples.get_mut(start..).unwrap_or(&mut []).chunks_mut(self.stride);
        rows.take(8).filter_map(|row| row.first_chunk_mut::<8>())
    }

    /// The samples without padding, if none has to be doubled.
    pub(super) fn into_samples(mut self) -> Vec<S> {
        if self.columns < self.stride {
            for y in 1..self.rows {
                let start = y * self.stride;
                self.samples.copy_within(start..start + self.columns, y * self.columns);
            }
        }
        self.samples.truncate(self.rows * self.columns);
        self.samples
    }

    /// The samples of row `y` of the component, without padding; past the last row, the last row.
    #[inline(always)]
    fn row(&self, y: usize) -> &[S] {
        let start = y.min(self.rows - 1) * self.stride;
        &self.samples[start..start + self.columns]
    }

    /// Row `y` of the frame, which is `columns` wide.
    ///
    /// Halved chroma is interpolated with weights of 3/4 and 1/4, sample positions being centred between pixels as
    /// JFIF says and as is customary; T.81 leaves it open. Other ratios repeat samples.
    #[inline(always)]
    pub(super) fn upsampled_row<'a>(&'a self, y: usize, columns: usize, room: &'a mut Room<S>) -> &'a [S] {
        let Room { grown, sums } = room;
        grown.resize(columns, S::default());
        match (self.horizontal_step, self.vertical_step) {
            (1, 1) => return self.row(y),
            (2, 1) => {
                fill(sums, self.row(y).iter().map(|&sample| sample.into()));
                interpolate(grown, sums, 1, 2, 2);
            }
            (1, 2) => {
                let round: S::Sum = if y.is_multiple_of(2) { 1 } else { 2 }.into();
                let rounded = self.two_rows(y).map(|sum| S::from_divided((sum + round) >> 2));
                grown.iter_mut().zip(rounded).for_each(|(grown, sample)| *grown = sample);
            }
            (2, 2) => {
                fill(sums, self.two_rows(y));
                interpolate(grown, sums, 8, 7, 4);
            }
            (horizontal, vertical) => {
                for (run, &sample) in grown.chunks_mut(horizontal).zip(self.row(y / vertical)) {
                    run.fill(sample);
                }
            }
        }
        grown
    }

    /// Three parts of the nearer row and one of the farther, times four.
    #[inline(always)]
    fn two_rows(&self, y: usize) -> impl Iterator<Item = S::Sum> {
        let near = y / 2;
        let far = if y.is_multiple_of(2) { near.saturating_sub(1) } else { near + 1 };
        let pairs = self.row(near).iter().zip(self.row(far));
        pairs.map(|(&near, &far)| S::Sum::from(near) * 3_u8.into() + far.into())
    }
}

/// Memory for a grown row; none of it outlives the next row.
#[derive(Default)]
pub(super) struct Room<S: Sample> {
    grown: Vec<S>,
    sums: Vec<S::Sum>,
}

#[inline(always)]
fn fill<T: Copy>(out: &mut Vec<T>, values: impl Iterator<Item = T>) {
    out.clear();
    out.extend(values);
}

/// Doubles a row: each value gives two, mixed 3 to 1 with its neighbour on that side. The outermost have none.
#[inline(always)]
fn interpolate<S: Sample>(out: &mut [S], values: &[S::Sum], round_left: u8, round_right: u8, shift: u32) {
    let mixed = |near: S::Sum, far: S::Sum, round: u8| {
        S::from_divided((near * 3_u8.into() + far + round.into()) >> shift)
    };
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return };
    let [second, next_to_last] = [values.get(1), values.iter().rev().nth(1)].map(Option::<&_>::copied);
    if let Some(out) = out.first_mut() {
        *out = mixed(first, first, round_left);
    }
    if let Some(out) = out.get_mut(1) {
        *out = mixed(first, second.unwrap_or(first), round_right);
    }
    let neighbours = values.iter().zip(values.get(1..).unwrap_or(&[])).zip(values.get(2..).unwrap_or(&[]));
    let pairs = out.get_mut(2..).unwrap_or(&mut []).as_chunks_mut::<2>().0;
    for (pair, ((&before, &this), &after)) in pairs.iter_mut().zip(neighbours) {
        *pair = [mixed(this, before, round_left), mixed(this, after, round_right)];
    }
    if let Some(before) = next_to_last {
        if let Some(out) = out.get_mut(2 * values.len() - 2) {
            *out = mixed(last, before, round_left);
        }
        if let Some(out) = out.get_mut(2 * values.len() - 1) {
            *out = mixed(last, last, round_right);
        }
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
            let mut room = Room::default();
            let plane = plane(step, rows);
            assert_eq!(plane.upsampled_row(y, expected.len(), &mut room), expected, "{step:?} {y}");
        }
    }
}
