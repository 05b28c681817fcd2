//! Entropy-coded data to samples (T.87 Annex A and B).

use super::super::codestream::CodestreamError;
use super::super::wide::widest;
use super::bits::BitReader;
use super::contexts::{RegularContext, RunContext};
use super::parameters::Parameters;

/// A sample of up to 8 or up to 16 bits.
pub(super) trait Sample: Copy + Default {
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

/// Regular contexts are 1 to 364; a power of two makes it plain that none is beyond the end.
const N_CONTEXTS: usize = 512;

/// J: the bits of a run length for each run index (T.87 A.2.1).
const RUN_BITS: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// The state of one scan.
pub(super) struct Scan<'a> {
    columns: usize,
    n_components: usize,
    state: State<'a>,
}

/// What all components of a scan share.
struct State<'a> {
    reader: BitReader<'a>,
    parameters: Parameters,
    /// What a quantized error counts: 2 NEAR + 1.
    step: i32,
    /// No code of a sound scan is larger.
    mapped_max: i32,
    /// The most zeros that a code of a regular sample starts with.
    n_zeros_max: u32,
    /// The region of each gradient, from -MAXVAL to MAXVAL.
    regions: Vec<i8>,
    contexts: Box<[RegularContext; N_CONTEXTS]>,
    /// For samples that end a run: not flat, and flat.
    run_contexts: [RunContext; 2],
}

/// The line being decoded and the one above, each with a sample more on both sides.
struct Lines {
    above: Vec<i32>,
    current: Vec<i32>,
    /// For each sample, the part of the context that the line above decides.
    context_above: Vec<i32>,
    run_index: usize,
}

impl<'a> Scan<'a> {
    pub(super) fn new(
        data: &'a [u8],
        parameters: Parameters,
        columns: usize,
        n_components: usize,
    ) -> Scan<'a> {
        let state = State {
            reader: BitReader::new(data),
            parameters,
            step: 2 * parameters.near + 1,
            mapped_max: 2 * parameters.range + 2,
            n_zeros_max: parameters.code_bits_max - parameters.range_bits - 1,
            regions: (-parameters.sample_max..=parameters.sample_max)
                .map(|gradient| quantize(gradient, &parameters) as i8)
                .collect(),
            contexts: Box::new([RegularContext::new(&parameters); N_CONTEXTS]),
            run_contexts: [RunContext::new(&parameters, false), RunContext::new(&parameters, true)],
        };
        Scan { columns, n_components, state }
    }

    /// The only component of the scan is component `place` of the frame. Gives how many bytes were read, as do the others.
    pub(super) fn decode_component<S: Sample>(
        mut self,
        samples: &mut [S],
        place: usize,
    ) -> Result<usize, CodestreamError> {
        let mut lines = Lines::new(self.columns);
        for row in samples.chunks_exact_mut(self.columns * self.n_components) {
            self.state.decode_line(&mut lines)?;
            lines.finish(row, place, self.n_components);
        }
        Ok(self.state.reader.n_bytes_read())
    }

    /// All components, line by line in turn.
    pub(super) fn decode_line_interleaved<S: Sample>(
        mut self,
        samples: &mut [S],
    ) -> Result<usize, CodestreamError> {
        let mut components: Vec<Lines> = (0..self.n_components).map(|_| Lines::new(self.columns)).collect();
        for row in samples.chunks_exact_mut(self.columns * self.n_components) {
            for (place, lines) in components.iter_mut().enumerate() {
                self.state.decode_line(lines)?;
                lines.finish(row, place, self.n_components);
            }
        }
        Ok(self.state.reader.n_bytes_read())
    }

    /// All three components, sample by sample in turn.
    pub(super) fn decode_sample_interleaved<S: Sample>(
        mut self,
        samples: &mut [S],
    ) -> Result<usize, CodestreamError> {
        let mut components = [(); 3].map(|()| Lines::new(self.columns));
        let mut run_index = 0;
        for row in samples.chunks_exact_mut(self.columns * self.n_components) {
            self.state.decode_pixel_line(&mut components, &mut run_index)?;
            for (place, lines) in components.iter_mut().enumerate() {
                lines.finish(row, place, self.n_components);
            }
        }
        Ok(self.state.reader.n_bytes_read())
    }
}

impl Lines {
    /// Above the first line all samples are 0.
    fn new(columns: usize) -> Lines {
        Lines {
            above: vec![0; columns + 2],
            current: vec![0; columns + 2],
            context_above: vec![0; columns + 2],
            run_index: 0,
        }
    }

    /// The samples beyond the edges, and the contexts as far as the line above decides them (T.87 A.3 and A.4).
    #[inline(always)]
    fn begin(&mut self, parameters: &Parameters) {
        let columns = self.above.len() - 2;
        self.current[0] = self.above[1];
        self.above[columns + 1] = self.above[columns];
        let mut before = 0;
        for (context, pair) in self.context_above.iter_mut().zip(self.above.windows(2)) {
            let gradient = quantize(pair[1] - pair[0], parameters);
            *context = 81 * gradient + 9 * before;
            before = gradient;
        }
    }

    /// Puts the line into the frame; it is the line above from now on.
    fn finish<S: Sample>(&mut self, row: &mut [S], place: usize, stride: usize) {
        let values = self.current[1..].iter().map(|&value| S::from_fitting(value));
        match stride {
            1 => row.iter_mut().zip(values).for_each(|(sample, value)| *sample = value),
            3 => row.as_chunks_mut::<3>().0.iter_mut().zip(values).for_each(|(pixel, value)| {
                pixel[place % 3] = value;
            }),
            _ => {
                let samples = row.iter_mut().skip(place).step_by(stride);
                samples.zip(values).for_each(|(sample, value)| *sample = value);
            }
        }
        std::mem::swap(&mut self.above, &mut self.current);
    }
}

impl State<'_> {
    /// One line of one component.
    fn decode_line(&mut self, lines: &mut Lines) -> Result<(), CodestreamError> {
        let lossless = self.is_plainly_lossless();
        widest(
            #[inline(always)]
            || {
                if lossless {
                    self.decode_line_as::<true>(lines)
                } else {
                    self.decode_line_as::<false>(lines)
                }
            },
        )
    }

    /// Errors are not quantized, and samples use all values of their bits: errors are modulo a power of two.
    fn is_plainly_lossless(&self) -> bool {
        self.parameters.near == 0 && self.parameters.range.count_ones() == 1
    }

    #[inline(always)]
    fn decode_line_as<const LOSSLESS: bool>(&mut self, lines: &mut Lines) -> Result<(), CodestreamError> {
        lines.begin(&self.parameters);
        let columns = lines.above.len() - 2;
        let (above, contexts) = (&lines.above[..columns + 2], &lines.context_above[..columns + 2]);
        let current = &mut lines.current[..columns + 2];
        let mut reader = self.reader;
        let (mut a, mut c) = (current[0], above[0]);
        let mut x = 1;
        while x <= columns {
            let b = above[x];
            let context = contexts[x] + self.region(c - a);
            if context != 0 {
                a = self.decode_regular::<LOSSLESS>(&mut reader, context, a, b, c)?;
                current[x] = a;
                c = b;
                x += 1;
                continue;
            }
            let n = decode_run_length(&mut reader, &mut lines.run_index, columns + 1 - x)?;
            current[x..x + n].fill(a);
            x += n;
            if x <= columns {
                let b = above[x];
                let is_flat = (a - b).abs() <= self.parameters.near;
                a = self.decode_run_end(&mut reader, a, b, is_flat, lines.run_index)?;
                current[x] = a;
                c = b;
                lines.run_index = lines.run_index.saturating_sub(1);
                x += 1;
            }
        }
        self.reader = reader;
        reader.check()
    }

    /// One line of all components, sample by sample. A run is one of all of them.
    fn decode_pixel_line(
        &mut self,
        components: &mut [Lines; 3],
        run_index: &mut usize,
    ) -> Result<(), CodestreamError> {
        let lossless = self.is_plainly_lossless();
        widest(
            #[inline(always)]
            || {
                if lossless {
                    self.decode_pixel_line_as::<true>(components, run_index)
                } else {
                    self.decode_pixel_line_as::<false>(components, run_index)
                }
            },
        )
    }

    #[inline(always)]
    fn decode_pixel_line_as<const LOSSLESS: bool>(
        &mut self,
        components: &mut [Lines; 3],
        run_index: &mut usize,
    ) -> Result<(), CodestreamError> {
        components.iter_mut().for_each(|lines| lines.begin(&self.parameters));
        let length = components[0].above.len();
        let mut lines = components.each_mut().map(|lines| {
            (&lines.above[..length], &lines.context_above[..length], &mut lines.current[..length])
        });
        let mut reader = self.reader;
        // Left and above left, for each component.
        let mut lefts = lines.each_ref().map(|(_, _, current)| current[0]);
        let mut corners = lines.each_ref().map(|(above, _, _)| above[0]);
        let columns = length - 2;
        let mut x = 1;
        while x <= columns {
            let contexts: [i32; 3] =
                std::array::from_fn(|i| lines[i].1[x] + self.region(corners[i] - lefts[i]));
            if contexts == [0; 3] {
                let n = decode_run_length(&mut reader, run_index, columns + 1 - x)?;
                for ((_, _, current), left) in lines.iter_mut().zip(lefts) {
                    current[x..x + n].fill(left);
                }
                x += n;
                if x > columns {
                    break;
                }
                for ((above, _, current), left) in lines.iter_mut().zip(&mut lefts) {
                    *left = self.decode_run_end(&mut reader, *left, above[x], false, *run_index)?;
                    current[x] = *left;
                }
                *run_index = run_index.saturating_sub(1);
            } else {
                for i in 0..3 {
                    let (above, _, current) = &mut lines[i];
                    lefts[i] = self.decode_regular::<LOSSLESS>(
                        &mut reader,
                        contexts[i],
                        lefts[i],
                        above[x],
                        corners[i],
                    )?;
                    current[x] = lefts[i];
                }
            }
            corners = lines.each_ref().map(|(above, _, _)| above[x]);
            x += 1;
        }
        self.reader = reader;
        reader.check()
    }

    /// The region of a difference of two samples.
    #[inline(always)]
    fn region(&self, gradient: i32) -> i32 {
        i32::from(self.regions[(gradient + self.parameters.sample_max) as usize])
    }

    /// A sample in regular mode (T.87 A.4 to A.6) from those to the left, above, and above left.
    #[inline(always)]
    fn decode_regular<const LOSSLESS: bool>(
        &mut self,
        reader: &mut BitReader<'_>,
        context: i32,
        a: i32,
        b: i32,
        c: i32,
    ) -> Result<i32, CodestreamError> {
        let parameters = &self.parameters;
        // The context of the mirrored neighbourhood is the same with all signs changed.
        let flip = context >> 31;
        let context = &mut self.contexts[((context ^ flip) - flip) as usize & (N_CONTEXTS - 1)];
        let edge = (a + b - c).clamp(a.min(b), a.max(b));
        let prediction = (edge + ((context.correction ^ flip) - flip)).clamp(0, parameters.sample_max);
        let k = context.golomb_parameter();
        let mapped = reader.golomb(k, self.n_zeros_max, parameters.range_bits);
        if mapped as u32 > self.mapped_max as u32 {
            return Err(CodestreamError::Invalid("an error is out of range"));
        }
        let near = if LOSSLESS { 0 } else { parameters.near };
        let step = if LOSSLESS { 1 } else { self.step };
        let error = context.error(mapped, k, near);
        context.update(error, step, parameters.reset);
        let error = (error ^ flip) - flip;
        if LOSSLESS {
            return Ok((prediction + error) & (parameters.range - 1));
        }
        Ok(reconstruct(prediction + error * step, near, step, parameters))
    }

    /// The sample that ends a run (T.87 A.7.2), from those to the left and above.
    #[inline(always)]
    fn decode_run_end(
        &mut self,
        reader: &mut BitReader<'_>,
        a: i32,
        b: i32,
        is_flat: bool,
        run_index: usize,
    ) -> Result<i32, CodestreamError> {
        let parameters = &self.parameters;
        let context = &mut self.run_contexts[usize::from(is_flat)];
        let k = context.golomb_parameter();
        let n_zeros_max = self.n_zeros_max.saturating_sub(RUN_BITS[run_index] + 1);
        let mapped = reader.golomb(k, n_zeros_max, parameters.range_bits);
        if mapped as u32 > self.mapped_max as u32 {
            return Err(CodestreamError::Invalid("an error is out of range"));
        }
        let error = context.error(mapped, k);
        context.update(error, mapped, parameters.reset);
        let (prediction, error) = if is_flat { (a, error) } else { (b, if a > b { -error } else { error }) };
        Ok(reconstruct(prediction + error * self.step, parameters.near, self.step, parameters))
    }
}

/// How many samples repeat the one before; `n_left` at most (T.87 A.7.1).
#[inline(always)]
fn decode_run_length(
    reader: &mut BitReader<'_>,
    run_index: &mut usize,
    n_left: usize,
) -> Result<usize, CodestreamError> {
    let mut n = 0;
    while reader.bit() {
        let whole = 1 << RUN_BITS[*run_index];
        if whole > n_left - n {
            return Ok(n_left);
        }
        n += whole;
        *run_index = (*run_index + 1).min(RUN_BITS.len() - 1);
        if n == n_left {
            return Ok(n);
        }
    }
    n += reader.number(RUN_BITS[*run_index]) as usize;
    if n > n_left { Err(CodestreamError::Invalid("a run is longer than its line")) } else { Ok(n) }
}

/// A gradient as one of nine regions, -4 to 4 (T.87 A.3.3).
#[inline(always)]
fn quantize(gradient: i32, parameters: &Parameters) -> i32 {
    let [t1, t2, t3] = parameters.thresholds;
    let size = gradient.abs();
    let region = i32::from(size > parameters.near)
        + i32::from(size >= t1)
        + i32::from(size >= t2)
        + i32::from(size >= t3);
    let sign = gradient >> 31;
    (region ^ sign) - sign
}

/// Errors are coded modulo RANGE; the sample is the one within the range of samples (T.87 A.4.5 and A.5).
#[inline(always)]
fn reconstruct(value: i32, near: i32, step: i32, parameters: &Parameters) -> i32 {
    let turn = parameters.range * step;
    let value = if value < -near {
        value + turn
    } else if value > parameters.sample_max + near {
        value - turn
    } else {
        value
    };
    value.clamp(0, parameters.sample_max)
}
