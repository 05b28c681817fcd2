use super::huffman::{BitWriter, Huffman, magnitude_bits, put_magnitude};
use super::{frame_header, segment};
use crate::rng::{cos, round};

/// What the samples are, and how the components are stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum JpegColour {
    /// One component.
    Grey,
    /// RGB samples, stored as YCbCr with the chroma halved horizontally.
    Ybr422,
}

/// JPEG with the DCT: baseline if `bits` is 8, extended sequential if it is 12 (T.81 Annex F).
///
/// `samples` are interleaved and below 2^`bits`; `step` scales the quantisation, 1 being the finest.
pub(crate) fn encode_jpeg(
    samples: &[u16],
    rows: usize,
    columns: usize,
    bits: u8,
    colour: JpegColour,
    step: u16,
) -> Vec<u8> {
    let centre = f32::from(1_u16 << (bits - 1));
    let planes = planes(samples, columns, colour, centre);
    let transform = Transform::new(step);
    // Blocks in the order in which the scan holds them, each with its component.
    let wide = if colour == JpegColour::Ybr422 { 2 } else { 1 };
    let mut blocks = Vec::new();
    for block_y in 0..rows.div_ceil(8) {
        for mcu in 0..columns.div_ceil(8 * wide) {
            for part in 0..wide {
                blocks.push((0, transform.block(&planes[0], rows, mcu * wide + part, block_y)));
            }
            for (component, plane) in planes.iter().enumerate().skip(1) {
                blocks.push((component, transform.block(plane, rows, mcu, block_y)));
            }
        }
    }
    let mut count = Counter::default();
    walk(&blocks, |class, table, symbol, _, _| count.0[class][table][usize::from(symbol)] += 1);
    let code = count.0.map(|tables| tables.map(|frequencies| Huffman::new(&frequencies)));

    let n = planes.len() as u8;
    let mut out = vec![0xff, 0xd8];
    for table in 0..n.min(2) {
        let mut body = vec![table];
        body.extend(ZIGZAG.map(|index| transform.quantiser[usize::from(index)] as u8));
        segment(&mut out, 0xdb, &body);
    }
    let marker = if bits == 8 { 0xc0 } else { 0xc1 };
    out.extend(frame_header(marker, bits, rows, columns, n, if wide == 2 { 0x21 } else { 0x11 }));
    for table in 0..n.min(2) {
        code[0][usize::from(table)].write_table(&mut out, table);
        code[1][usize::from(table)].write_table(&mut out, 0x10 | table);
    }
    let mut scan_header = vec![n];
    for component in 1..=n {
        scan_header.extend([component, if component == 1 { 0x00 } else { 0x11 }]);
    }
    scan_header.extend([0, 63, 0]);
    segment(&mut out, 0xda, &scan_header);
    let mut scan = BitWriter::default();
    walk(&blocks, |class, table, symbol, value, n| {
        code[class][table].write(&mut scan, symbol);
        put_magnitude(&mut scan, value, n);
    });
    out.extend(scan.finish());
    out.extend([0xff, 0xd9]);
    out
}

/// Frequencies by class (DC, AC) and table (first component, others).
struct Counter([[[u32; 256]; 2]; 2]);

impl Default for Counter {
    fn default() -> Self {
        Counter([[[0; 256]; 2]; 2])
    }
}

struct Plane {
    width: usize,
    values: Vec<f32>,
}

fn planes(samples: &[u16], columns: usize, colour: JpegColour, centre: f32) -> Vec<Plane> {
    if colour == JpegColour::Grey {
        return vec![Plane {
            width: columns,
            values: samples.iter().map(|&v| f32::from(v) - centre).collect(),
        }];
    }
    let rgb: Vec<[f32; 3]> = samples.chunks(3).map(|p| [0, 1, 2].map(|i| f32::from(p[i]))).collect();
    let luma = rgb.iter().map(|[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b - centre).collect();
    let half = |weights: [f32; 3]| {
        let values = rgb
            .chunks(columns)
            .flat_map(|row| row.chunks(2))
            .map(|pair| {
                let sum: f32 =
                    pair.iter().map(|p| p[0] * weights[0] + p[1] * weights[1] + p[2] * weights[2]).sum();
                sum / pair.len() as f32
            })
            .collect();
        Plane { width: columns.div_ceil(2), values }
    };
    vec![
        Plane { width: columns, values: luma },
        half([-0.168_736, -0.331_264, 0.5]),
        half([0.5, -0.418_688, -0.081_312]),
    ]
}

/// Calls `emit` with class, table, symbol, value and number of value bits for everything a scan holds.
fn walk(blocks: &[(usize, [i32; 64])], mut emit: impl FnMut(usize, usize, u8, i32, u8)) {
    let mut previous = [0; 3];
    for (component, block) in blocks {
        let table = usize::from(*component > 0);
        let difference = block[0] - previous[*component];
        previous[*component] = block[0];
        let n = magnitude_bits(difference);
        emit(0, table, n, difference, n);
        let mut zeros = 0_u8;
        for &value in &block[1..] {
            if value == 0 {
                zeros += 1;
                continue;
            }
            while zeros > 15 {
                emit(1, table, 0xf0, 0, 0);
                zeros -= 16;
            }
            let n = magnitude_bits(value);
            emit(1, table, (zeros << 4) | n, value, n);
            zeros = 0;
        }
        if zeros > 0 {
            emit(1, table, 0x00, 0, 0);
        }
    }
}

struct Transform {
    basis: [[f32; 8]; 8],
    quantiser: [u16; 64],
}

impl Transform {
    fn new(step: u16) -> Transform {
        let mut basis = [[0.0; 8]; 8];
        for (frequency, row) in basis.iter_mut().enumerate() {
            for (x, value) in row.iter_mut().enumerate() {
                let angle = std::f32::consts::PI * (2 * x + 1) as f32 * frequency as f32 / 16.0;
                *value = if frequency == 0 { 0.353_553_4 } else { 0.5 * cos(angle) };
            }
        }
        // Coarser for higher frequencies, a plain slope.
        let quantiser = std::array::from_fn(|i| (step * (2 + i as u16 / 8 + i as u16 % 8) / 2).clamp(1, 255));
        Transform { basis, quantiser }
    }

    /// The quantised coefficients of one block in zigzag order; beyond the edges the last sample is repeated.
    fn block(&self, plane: &Plane, rows: usize, block_x: usize, block_y: usize) -> [i32; 64] {
        let mut half = [[0.0; 8]; 8];
        for (y, line) in half.iter_mut().enumerate() {
            let start = (block_y * 8 + y).min(rows - 1) * plane.width;
            let samples: [f32; 8] =
                std::array::from_fn(|x| plane.values[start + (block_x * 8 + x).min(plane.width - 1)]);
            for (u, value) in line.iter_mut().enumerate() {
                *value = (0..8).map(|x| self.basis[u][x] * samples[x]).sum();
            }
        }
        ZIGZAG.map(|index| {
            let (v, u) = (usize::from(index) / 8, usize::from(index) % 8);
            let value: f32 = (0..8).map(|y| self.basis[v][y] * half[y][u]).sum();
            round(value / f32::from(self.quantiser[usize::from(index)]))
        })
    }
}

/// Index in the block for each position of the scan (T.81 Figure A.6).
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
    14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
    46, 53, 60, 61, 54, 47, 55, 62, 63,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_decoder_comes_close() {
        for (rows, columns) in [(8, 8), (37, 41), (64, 50)] {
            for colour in [JpegColour::Grey, JpegColour::Ybr422] {
                let n = if colour == JpegColour::Grey { 1 } else { 3 };
                let samples: Vec<u16> = (0..rows * columns * n)
                    .map(|i| (i / n % columns + i / n / columns * 2 + i % n * 30) as u16)
                    .collect();
                let encoded = encode_jpeg(&samples, rows, columns, 8, colour, 1);
                let decoded = jpeg_decoder::Decoder::new(&encoded[..]).decode().unwrap();
                assert_eq!(decoded.len(), samples.len());
                let worst =
                    decoded.iter().zip(&samples).map(|(a, b)| i32::from(*a).abs_diff(i32::from(*b))).max();
                assert!(worst <= Some(6), "{rows} x {columns}: {worst:?}");
            }
        }
    }
}
