//! Coefficients, coded in one scan and in many: both must decode to the same image.

use proptest::prelude::*;
use radmill_frame::Photometric;

use super::super::codestream::{Expected, Raster};
use super::decode;
use super::test_encoder::{Bits, put_segment};

/// A scan of a progression: the band and the bits.
#[derive(Clone, Copy, Debug)]
struct Step {
    first: usize,
    last: usize,
    high: u8,
    low: u8,
}

const fn step(first: usize, last: usize, high: u8, low: u8) -> Step {
    Step { first, last, high, low }
}

/// Each makes all coefficients known.
const PROGRESSIONS: [&[Step]; 4] = [
    &[step(0, 0, 0, 0), step(1, 63, 0, 0)],
    &[step(0, 0, 0, 0), step(6, 63, 0, 0), step(1, 1, 0, 0), step(2, 5, 0, 0)],
    &[step(0, 0, 0, 1), step(1, 63, 0, 1), step(0, 0, 1, 0), step(1, 63, 1, 0)],
    &[
        step(0, 0, 0, 3),
        step(1, 5, 0, 2),
        step(6, 63, 0, 2),
        step(0, 0, 3, 2),
        step(1, 63, 2, 1),
        step(0, 0, 2, 1),
        step(0, 0, 1, 0),
        step(1, 63, 1, 0),
    ],
];

/// An image of quantized coefficients, each block in zigzag order.
#[derive(Clone, Debug)]
struct Image {
    precision: u8,
    rows: usize,
    columns: usize,
    /// Horizontal and vertical sampling factors.
    sampling: Vec<(usize, usize)>,
    restart_interval: u16,
    seed: u64,
}

impl Image {
    /// Rows and columns of blocks: those of the component, and those padded to MCUs.
    fn blocks(&self, component: usize) -> [(usize, usize); 2] {
        let horizontal_max = self.sampling.iter().map(|(h, _)| *h).max().unwrap();
        let vertical_max = self.sampling.iter().map(|(_, v)| *v).max().unwrap();
        let (horizontal, vertical) = self.sampling[component];
        let own = (
            (self.rows * vertical).div_ceil(vertical_max).div_ceil(8),
            (self.columns * horizontal).div_ceil(horizontal_max).div_ceil(8),
        );
        let padded = (
            self.rows.div_ceil(8 * vertical_max) * vertical,
            self.columns.div_ceil(8 * horizontal_max) * horizontal,
        );
        [own, padded]
    }

    /// The coefficients of a block, by chance but always the same: most of them 0, few large.
    fn coefficients(&self, component: usize, row: usize, column: usize) -> [i32; 64] {
        let mut state = self.seed ^ (component as u64) << 40 ^ (row as u64) << 20 ^ column as u64;
        let mut random = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB) >> 33
        };
        let n_in_16 = random() % 17;
        std::array::from_fn(|index| {
            let magnitude = 1 << (random() % if index == 0 { 9 } else { 6 });
            let value = (random() % (2 * magnitude)) as i32 - magnitude as i32;
            if index > 0 && random() % 16 >= n_in_16 { 0 } else { value }
        })
    }

    fn start(&self, start_of_frame: u8) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        put_segment(&mut out, 0xDB, &[&[0][..], &[1; 64]].concat());
        // The symbols below 128 have codes of eight bits, the others of nine.
        let counts: [u8; 16] = std::array::from_fn(|i| if i == 7 || i == 8 { 128 } else { 0 });
        let symbols: Vec<u8> = (0..=255).collect();
        // DC symbols are below 17: a table of five bits a symbol.
        let dc_counts: [u8; 16] = std::array::from_fn(|i| if i == 4 { 17 } else { 0 });
        put_segment(&mut out, 0xC4, &[&[0x00], &dc_counts[..], &symbols[..17]].concat());
        put_segment(&mut out, 0xC4, &[&[0x10], &counts[..], &symbols].concat());
        put_segment(&mut out, 0xDD, &self.restart_interval.to_be_bytes());
        let [rows, columns] = [self.rows as u16, self.columns as u16].map(u16::to_be_bytes);
        let mut header = [&[self.precision], &rows[..], &columns, &[self.sampling.len() as u8]].concat();
        for (id, (horizontal, vertical)) in (1..).zip(&self.sampling) {
            header.extend([id, (horizontal << 4 | vertical) as u8, 0]);
        }
        put_segment(&mut out, start_of_frame, &header);
        out
    }

    /// A scan of one component, or of all of them interleaved.
    fn put_scan(&self, out: &mut Vec<u8>, components: &[usize], step: Step, sequential: bool) {
        let mut header = vec![components.len() as u8];
        header.extend(components.iter().flat_map(|&component| [component as u8 + 1, 0]));
        header.extend([step.first as u8, step.last as u8, step.high << 4 | step.low]);
        put_segment(out, 0xDA, &header);
        let mut scan = Scan { step, sequential, ..Scan::default() };
        for (n_mcus, mcu) in self.mcus(components).into_iter().enumerate() {
            if self.restart_interval > 0 && n_mcus > 0 && n_mcus % usize::from(self.restart_interval) == 0 {
                scan.flush(out);
                out.extend([0xFF, 0xD0 + (n_mcus / usize::from(self.restart_interval) + 7) as u8 % 8]);
            }
            for (component, row, column) in mcu {
                scan.put_block(out, component, &self.coefficients(component, row, column));
            }
        }
        scan.flush(out);
    }

    /// The blocks of a scan, MCU by MCU.
    fn mcus(&self, components: &[usize]) -> Vec<Vec<(usize, usize, usize)>> {
        if let [only] = *components {
            let [(rows, columns), _] = self.blocks(only);
            return (0..rows)
                .flat_map(|row| (0..columns).map(move |column| vec![(only, row, column)]))
                .collect();
        }
        let (horizontal, vertical) = self.sampling[components[0]];
        let [_, (rows, columns)] = self.blocks(components[0]);
        let mut mcus = Vec::new();
        for mcu_row in 0..rows / vertical {
            for mcu_column in 0..columns / horizontal {
                let mut mcu = Vec::new();
                for &component in components {
                    let (horizontal, vertical) = self.sampling[component];
                    for row in 0..vertical {
                        for column in 0..horizontal {
                            mcu.push((component, mcu_row * vertical + row, mcu_column * horizontal + column));
                        }
                    }
                }
                mcus.push(mcu);
            }
        }
        mcus
    }

    fn sequential(&self) -> Vec<u8> {
        let mut out = self.start(0xC1);
        let all: Vec<usize> = (0..self.sampling.len()).collect();
        self.put_scan(&mut out, &all, step(0, 63, 0, 0), true);
        out.extend([0xFF, 0xD9]);
        out
    }

    fn progressive(&self, progression: &[Step]) -> Vec<u8> {
        let mut out = self.start(0xC2);
        let all: Vec<usize> = (0..self.sampling.len()).collect();
        for step in progression {
            if step.first == 0 {
                self.put_scan(&mut out, &all, *step, false);
            } else {
                all.iter().for_each(|&only| self.put_scan(&mut out, &[only], *step, false));
            }
        }
        out.extend([0xFF, 0xD9]);
        out
    }

    fn decode(&self, codestream: &[u8]) -> Raster {
        let expected = Expected {
            rows: self.rows as u32,
            columns: self.columns as u32,
            n_components: self.sampling.len() as u16,
        };
        decode(codestream, expected, Photometric::YbrFull).unwrap()
    }
}

/// The state of an encoder within a scan.
#[derive(Default)]
struct Scan {
    bits: Bits,
    step: Step,
    sequential: bool,
    dc: [i32; 3],
    /// Blocks that ended, and the bits that belong to them.
    n_ended: u32,
    late_bits: Vec<bool>,
}

impl Default for Step {
    fn default() -> Step {
        step(0, 0, 0, 0)
    }
}

impl Scan {
    fn put_block(&mut self, out: &mut Vec<u8>, component: usize, block: &[i32; 64]) {
        let Step { first, high, low, .. } = self.step;
        if first == 0 && high == 0 {
            let dc = block[0] >> low;
            let difference = dc - std::mem::replace(&mut self.dc[component], dc);
            let n_bits = 32 - difference.unsigned_abs().leading_zeros();
            self.bits.put(out, u64::from(n_bits), 5);
            self.put_value(out, difference, n_bits);
        } else if first == 0 {
            self.bits.put(out, (block[0] >> low & 1) as u64, 1);
        }
        match (self.sequential, first, high) {
            (true, ..) => self.put_first_bits(out, block, 1),
            (false, 0, _) => {}
            (false, _, 0) => self.put_first_bits(out, block, first),
            _ => self.put_next_bit(out, block),
        }
    }

    fn put_first_bits(&mut self, out: &mut Vec<u8>, block: &[i32; 64], first: usize) {
        let mut n_zeros = 0;
        for coefficient in &block[first..=self.step.last] {
            // Rounded to 0, other than that of DC coefficients.
            let value = coefficient / (1 << self.step.low);
            if value == 0 {
                n_zeros += 1;
                continue;
            }
            self.put_ended(out);
            while n_zeros > 15 {
                self.put_symbol(out, 0xF0);
                n_zeros -= 16;
            }
            let n_bits = 32 - value.unsigned_abs().leading_zeros();
            self.put_symbol(out, (n_zeros << 4 | n_bits) as u8);
            self.put_value(out, value, n_bits);
            n_zeros = 0;
        }
        if n_zeros > 0 {
            self.n_ended += 1;
            if self.sequential {
                self.put_ended(out);
            }
        }
    }

    fn put_next_bit(&mut self, out: &mut Vec<u8>, block: &[i32; 64]) {
        let band = self.step.first..=self.step.last;
        let bits_of = |index: usize| block[index].unsigned_abs() >> self.step.low;
        let last_new = band.clone().rev().find(|&index| bits_of(index) == 1).unwrap_or(0);
        let (mut n_zeros, mut late) = (0, Vec::new());
        for index in band {
            let value = block[index].unsigned_abs() >> self.step.low;
            if value == 0 {
                n_zeros += 1;
                continue;
            }
            while n_zeros > 15 && index <= last_new {
                self.put_ended(out);
                self.put_symbol(out, 0xF0);
                self.put_late(out, &mut late);
                n_zeros -= 16;
            }
            if value > 1 {
                late.push(value & 1 == 1);
                continue;
            }
            self.put_ended(out);
            self.put_symbol(out, n_zeros << 4 | 1);
            self.bits.put(out, u64::from(block[index] > 0), 1);
            self.put_late(out, &mut late);
            n_zeros = 0;
        }
        if n_zeros > 0 || !late.is_empty() {
            self.n_ended += 1;
            self.late_bits.append(&mut late);
        }
    }

    /// The run of blocks that ended, and their bits.
    fn put_ended(&mut self, out: &mut Vec<u8>) {
        if self.n_ended > 0 {
            let n_bits = self.n_ended.ilog2();
            self.put_symbol(out, (n_bits << 4) as u8);
            self.bits.put(out, u64::from(self.n_ended & ((1 << n_bits) - 1)), n_bits);
            self.n_ended = 0;
        }
        let mut late = std::mem::take(&mut self.late_bits);
        self.put_late(out, &mut late);
    }

    fn put_late(&mut self, out: &mut Vec<u8>, late: &mut Vec<bool>) {
        for bit in late.drain(..) {
            self.bits.put(out, u64::from(bit), 1);
        }
    }

    fn put_symbol(&mut self, out: &mut Vec<u8>, symbol: u8) {
        match symbol {
            0..128 => self.bits.put(out, u64::from(symbol), 8),
            _ => self.bits.put(out, 256 + u64::from(symbol - 128), 9),
        }
    }

    fn put_value(&mut self, out: &mut Vec<u8>, value: i32, n_bits: u32) {
        let value = if value < 0 { value - 1 } else { value };
        self.bits.put(out, value as u64 & ((1 << n_bits) - 1), n_bits);
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        self.put_ended(out);
        self.bits.flush(out);
        self.dc = [0; 3];
    }
}

fn image() -> impl Strategy<Value = Image> {
    let sampling = prop::sample::select(vec![
        vec![(1, 1)],
        vec![(1, 1), (1, 1), (1, 1)],
        vec![(2, 1), (1, 1), (1, 1)],
        vec![(2, 2), (1, 1), (1, 1)],
        vec![(1, 2), (1, 1), (1, 2)],
    ]);
    (prop::sample::select(vec![8_u8, 12]), 1..40_usize, 1..40_usize, sampling, 0..4_u16, any::<u64>())
        .prop_map(|(precision, rows, columns, sampling, restart_interval, seed)| Image {
            precision,
            rows,
            columns,
            sampling,
            restart_interval,
            seed,
        })
}

proptest! {
    /// Spectral selection and successive approximation, every arrangement of scans, with and without restarts.
    #[test]
    fn progressive_is_sequential_in_another_order(image in image()) {
        let expected = image.decode(&image.sequential());
        for progression in PROGRESSIONS {
            prop_assert_eq!(&image.decode(&image.progressive(progression)), &expected);
        }
    }

    #[test]
    fn damage_does_no_harm(
        image in image(),
        progression in prop::sample::select(PROGRESSIONS.to_vec()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut codestream = image.progressive(progression);
        for (at, value) in damage {
            let at = at.index(codestream.len());
            codestream[at] = value;
        }
        let expected = Expected {
            rows: image.rows as u32,
            columns: image.columns as u32,
            n_components: image.sampling.len() as u16,
        };
        let _ = decode(&codestream, expected, Photometric::YbrFull);
    }
}

/// A scan that does not go on where the one before it stopped would add up to another image.
#[test]
fn progressions_that_skip_are_refused() {
    let image =
        Image { precision: 8, rows: 8, columns: 8, sampling: vec![(1, 1)], restart_interval: 0, seed: 1 };
    let expected = Expected { rows: 8, columns: 8, n_components: 1 };
    for progression in [
        &[step(1, 63, 0, 0)][..],
        &[step(0, 0, 0, 0), step(0, 0, 0, 0)],
        &[step(0, 0, 1, 0)],
        &[step(0, 0, 0, 2), step(0, 0, 1, 0)],
        &[step(0, 0, 0, 0), step(1, 5, 0, 1), step(1, 63, 1, 0)],
        &[step(0, 5, 0, 0)],
    ] {
        let codestream = image.progressive(progression);
        assert!(decode(&codestream, expected, Photometric::Monochrome2).is_err(), "{progression:?}");
    }
}

/// Without EOI there may have been more; with every bit known there was not.
#[test]
fn the_end_may_be_missing_if_nothing_else_is() {
    let image =
        Image { precision: 8, rows: 8, columns: 8, sampling: vec![(1, 1)], restart_interval: 0, seed: 7 };
    let expected = Expected { rows: 8, columns: 8, n_components: 1 };
    for (progression, is_complete) in [(PROGRESSIONS[3], true), (&PROGRESSIONS[3][..7], false)] {
        let mut codestream = image.progressive(progression);
        codestream.truncate(codestream.len() - 2);
        assert_eq!(decode(&codestream, expected, Photometric::Monochrome2).is_ok(), is_complete);
    }
}
