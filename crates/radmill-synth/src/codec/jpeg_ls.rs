use super::{frame_header, segment};

/// JPEG-LS lossless, one component (T.87 Annex A), default parameters.
///
/// `samples` are `rows * columns` values below 2^`bits`; signed values have to be given as their `bits` lowest bits.
pub(crate) fn encode_jpeg_ls(samples: &[u16], rows: usize, columns: usize, bits: u8) -> Vec<u8> {
    let mut out = vec![0xff, 0xd8];
    out.extend(frame_header(0xf7, bits, rows, columns, 1, 0x11));
    segment(&mut out, 0xda, &[1, 1, 0, 0, 0, 0]);
    let mut coder = Coder::new(bits);
    let width = columns as i32;
    // The line above the first is zero; each line starts with the sample above its first as left neighbour.
    let mut above = vec![0_i32; columns];
    let mut above_left = 0;
    for line in samples.chunks(columns) {
        let line: Vec<i32> = line.iter().map(|&sample| i32::from(sample)).collect();
        coder.line(&line, &above, above_left, width);
        above_left = above[0];
        above = line;
    }
    out.extend(coder.bits.finish());
    out.extend([0xff, 0xd9]);
    out
}

/// Number of contexts of the regular mode, and after them the two of the run interruption.
const N_CONTEXTS: usize = 365;
/// Order of the run-length code for each run index (T.87 A.2.1).
const RUN_ORDER: [u32; 32] =
    [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15];

struct Context {
    a: i32,
    b: i32,
    c: i32,
    n: i32,
    /// Negative errors after run interruptions.
    nn: i32,
}

struct Coder {
    bits: StuffedBits,
    max: i32,
    thresholds: [i32; 3],
    /// Bits of a mapped error, and the longest code.
    qbpp: u32,
    limit: u32,
    contexts: Vec<Context>,
    run_index: usize,
}

impl Coder {
    fn new(bits: u8) -> Coder {
        let bits = u32::from(bits);
        let max = (1 << bits) - 1;
        // Default thresholds (T.87 C.2.4.1.1.1) for a range of at least 128.
        let factor = (max.min(4095) + 128) / 256;
        let thresholds = [factor + 2, 4 * factor + 3, 17 * factor + 4];
        let a = ((max + 1 + 32) / 64).max(2);
        let contexts = (0..N_CONTEXTS + 2).map(|_| Context { a, b: 0, c: 0, n: 1, nn: 0 }).collect();
        let limit = 2 * (bits + bits.max(8));
        Coder { bits: StuffedBits::default(), max, thresholds, qbpp: bits, limit, contexts, run_index: 0 }
    }

    fn line(&mut self, line: &[i32], above: &[i32], above_left: i32, width: i32) {
        let mut x = 0;
        while x < width {
            let at = x as usize;
            let left = if at == 0 { above[0] } else { line[at - 1] };
            let up = above[at];
            let up_left = if at == 0 { above_left } else { above[at - 1] };
            let up_right = if x + 1 == width { up } else { above[at + 1] };
            let gradients = [up_right - up, up - up_left, up_left - left].map(|d| self.quantize(d));
            if gradients == [0, 0, 0] {
                x += self.run(&line[at..], &above[at..], left);
            } else {
                self.regular(gradients, line[at], left, up, up_left);
                x += 1;
            }
        }
    }

    fn quantize(&self, gradient: i32) -> i32 {
        let size = gradient.abs();
        let region = match size {
            0 => 0,
            _ if size < self.thresholds[0] => 1,
            _ if size < self.thresholds[1] => 2,
            _ if size < self.thresholds[2] => 3,
            _ => 4,
        };
        region * gradient.signum()
    }

    fn regular(&mut self, gradients: [i32; 3], sample: i32, left: i32, up: i32, up_left: i32) {
        let index = (gradients[0] * 9 + gradients[1]) * 9 + gradients[2];
        let sign = index.signum();
        let (low, high) = (left.min(up), left.max(up));
        let predicted = match up_left {
            _ if up_left >= high => low,
            _ if up_left <= low => high,
            _ => left + up - up_left,
        };
        let max = self.max;
        let context = &mut self.contexts[index.unsigned_abs() as usize];
        let predicted = (predicted + sign * context.c).clamp(0, max);
        let error = modulo((sample - predicted) * sign, max + 1);
        let mut k = 0;
        while (context.n << k) < context.a {
            k += 1;
        }
        let mapped = if k == 0 && 2 * context.b <= -context.n {
            if error >= 0 { 2 * error + 1 } else { -2 * (error + 1) }
        } else if error >= 0 {
            2 * error
        } else {
            -2 * error - 1
        };
        context.update(error);
        self.golomb(mapped as u32, k, self.limit);
    }

    /// A run of samples equal to the left one, and the sample that ends it; returns how many samples that was.
    fn run(&mut self, line: &[i32], above: &[i32], left: i32) -> i32 {
        let length = line.iter().take_while(|&&sample| sample == left).count();
        let mut rest = length;
        while rest >= 1 << RUN_ORDER[self.run_index] {
            self.bits.put(1, 1);
            rest -= 1 << RUN_ORDER[self.run_index];
            self.run_index = (self.run_index + 1).min(31);
        }
        if length == line.len() {
            if rest > 0 {
                self.bits.put(1, 1);
            }
            return length as i32;
        }
        let order = RUN_ORDER[self.run_index];
        self.bits.put(rest as u32, order + 1);
        self.interrupt(line[length], left, above[length]);
        self.run_index = self.run_index.saturating_sub(1);
        length as i32 + 1
    }

    fn interrupt(&mut self, sample: i32, left: i32, up: i32) {
        let same = left == up;
        let sign = if !same && left > up { -1 } else { 1 };
        let predicted = if same { left } else { up };
        let error = modulo((sample - predicted) * sign, self.max + 1);
        let limit = self.limit - RUN_ORDER[self.run_index] - 1;
        let context = &mut self.contexts[N_CONTEXTS + usize::from(same)];
        let total = context.a + if same { context.n >> 1 } else { 0 };
        let mut k = 0;
        while (context.n << k) < total {
            k += 1;
        }
        let map = (k == 0 && error > 0 && 2 * context.nn < context.n)
            || (error < 0 && 2 * context.nn >= context.n)
            || (error < 0 && k != 0);
        let mapped = 2 * error.abs() - i32::from(same) - i32::from(map);
        if error < 0 {
            context.nn += 1;
        }
        context.a += (mapped + 1 - i32::from(same)) >> 1;
        if context.n == 64 {
            context.a >>= 1;
            context.n >>= 1;
            context.nn >>= 1;
        }
        context.n += 1;
        self.golomb(mapped as u32, k, limit);
    }

    /// Golomb code of order `k`, limited in length (T.87 A.5.3).
    fn golomb(&mut self, value: u32, k: u32, limit: u32) {
        let high = value >> k;
        if high < limit - self.qbpp - 1 {
            self.bits.zeros(high);
            self.bits.put(1, 1);
            self.bits.put(value & ((1 << k) - 1), k);
        } else {
            self.bits.zeros(limit - self.qbpp - 1);
            self.bits.put(1, 1);
            self.bits.put(value - 1, self.qbpp);
        }
    }
}

impl Context {
    fn update(&mut self, error: i32) {
        self.b += error;
        self.a += error.abs();
        if self.n == 64 {
            self.a >>= 1;
            self.b >>= 1;
            self.n >>= 1;
        }
        self.n += 1;
        if self.b <= -self.n {
            self.b = (self.b + self.n).max(1 - self.n);
            self.c = (self.c - 1).max(-128);
        } else if self.b > 0 {
            self.b = (self.b - self.n).min(0);
            self.c = (self.c + 1).min(127);
        }
    }
}

/// Into `-range/2 ..= (range-1)/2` (T.87 A.4.5).
fn modulo(error: i32, range: i32) -> i32 {
    let error = if error < 0 { error + range } else { error };
    if error >= (range + 1) / 2 { error - range } else { error }
}

/// Bits into bytes; after an FF byte the next one starts with a zero bit (T.87 A.1).
#[derive(Default)]
struct StuffedBits {
    bytes: Vec<u8>,
    held: u32,
    n_held: u32,
}

impl StuffedBits {
    /// The `n` lowest bits of `value`, `n` at most 32.
    fn put(&mut self, value: u32, n: u32) {
        let mut left = n;
        while left > 0 {
            let now = left.min(8 - self.n_held);
            left -= now;
            let part = (value >> left) & ((1 << now) - 1);
            self.held = (self.held << now) | part;
            self.n_held += now;
            if self.n_held == 8 {
                self.bytes.push(self.held as u8);
                self.n_held = u32::from(self.held == 0xff);
                self.held = 0;
            }
        }
    }

    fn zeros(&mut self, n: u32) {
        for _ in 0..n / 16 {
            self.put(0, 16);
        }
        self.put(0, n % 16);
    }

    fn finish(mut self) -> Vec<u8> {
        // After an FF byte the stuffed bit alone makes one more byte.
        if self.n_held > 0 {
            self.put(0, 8 - self.n_held);
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        // T.87 Annex H.3: image and code stream.
        let image = [0, 0, 90, 74, 68, 50, 43, 205, 64, 145, 145, 145, 100, 145, 145, 145];
        let expected = [
            0xff, 0xd8, 0xff, 0xf7, 0x00, 0x0b, 0x08, 0x00, 0x04, 0x00, 0x04, 0x01, 0x01, 0x11, 0x00, 0xff,
            0xda, 0x00, 0x08, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x00, 0x6c, 0x80, 0x20, 0x8e,
            0x01, 0xc0, 0x00, 0x00, 0x57, 0x40, 0x00, 0x00, 0x6e, 0xe6, 0x00, 0x00, 0x01, 0xbc, 0x18, 0x00,
            0x00, 0x05, 0xd8, 0x00, 0x00, 0x91, 0x60, 0xff, 0xd9,
        ];
        assert_eq!(encode_jpeg_ls(&image, 4, 4, 8), expected);
    }
}
