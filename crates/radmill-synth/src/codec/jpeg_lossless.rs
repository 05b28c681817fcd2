use super::huffman::{BitWriter, Huffman, magnitude_bits, put_magnitude};
use super::{frame_header, segment};

/// JPEG lossless, process 14 with selection value 1: each sample is predicted by its left neighbour (T.81 Annex H).
///
/// `samples` are `rows * columns` values below 2^`bits`; signed values have to be given as their `bits` lowest bits.
pub(crate) fn encode_jpeg_lossless(samples: &[u16], rows: usize, columns: usize, bits: u8) -> Vec<u8> {
    let differences: Vec<i32> = (0..rows * columns)
        .map(|index| {
            let predicted = match (index / columns, index % columns) {
                (0, 0) => 1 << (bits - 1),
                (_, 0) => samples[index - columns],
                _ => samples[index - 1],
            };
            // Modulo 2^16, as signed; -32768 is written as +32768, category 16 (H.1.2.2).
            match i32::from(samples[index].wrapping_sub(predicted) as i16) {
                -32768 => 32768,
                difference => difference,
            }
        })
        .collect();
    let mut frequencies = [0; 256];
    for &difference in &differences {
        frequencies[usize::from(magnitude_bits(difference))] += 1;
    }
    let code = Huffman::new(&frequencies);

    let mut out = vec![0xff, 0xd8];
    out.extend(frame_header(0xc3, bits, rows, columns, 1, 0x11));
    code.write_table(&mut out, 0x00);
    segment(&mut out, 0xda, &[1, 1, 0x00, 1, 0, 0]);
    let mut scan = BitWriter::default();
    for difference in differences {
        let n = magnitude_bits(difference);
        code.write(&mut scan, n);
        if n < 16 {
            put_magnitude(&mut scan, difference, n);
        }
    }
    out.extend(scan.finish());
    out.extend([0xff, 0xd9]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn check(name: &str, bits: u8, make: impl Fn(&mut Rng, usize, usize) -> u16) {
        let (rows, columns) = (37, 41);
        let mut rng = Rng::new(3, name);
        let samples: Vec<u16> = (0..rows * columns)
            .map(|index| make(&mut rng, index % columns, index / columns) & ((1_u32 << bits) - 1) as u16)
            .collect();
        let encoded = encode_jpeg_lossless(&samples, rows, columns, bits);
        let mut decoder = jpeg_decoder::Decoder::new(&encoded[..]);
        let decoded: Vec<u16> = match bits {
            0..=8 => decoder.decode().unwrap().into_iter().map(u16::from).collect(),
            _ => decoder.decode().unwrap().as_chunks().0.iter().map(|b| u16::from_ne_bytes(*b)).collect(),
        };
        assert!(decoded == samples, "{name} at {bits} bits");
    }

    #[test]
    fn another_decoder_gives_the_samples_back() {
        for bits in [8, 12, 16] {
            check("flat", bits, |_, _, _| 17);
            check("ramp", bits, |_, x, y| (x * 31 + y * 7) as u16);
            check("noise", bits, |rng, _, _| rng.next_u64() as u16);
            check("extremes", bits, |rng, _, _| if rng.below(2) == 0 { 0 } else { 0xffff });
        }
    }
}
