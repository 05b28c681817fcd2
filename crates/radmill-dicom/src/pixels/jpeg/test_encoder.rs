//! What encoders of test images share: marker segments and stuffed bits.

/// A marker, the length, and what the segment holds.
pub(super) fn put_segment(out: &mut Vec<u8>, marker: u8, payload: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((payload.len() as u16 + 2).to_be_bytes());
    out.extend(payload);
}

/// Bits that do not make a byte yet.
#[derive(Default)]
pub(super) struct Bits {
    buffer: u64,
    n_bits: u32,
}

impl Bits {
    /// At most 32 bits.
    pub(super) fn put(&mut self, out: &mut Vec<u8>, value: u64, n_bits: u32) {
        self.buffer = self.buffer << n_bits | value;
        self.n_bits += n_bits;
        while self.n_bits >= 8 {
            self.n_bits -= 8;
            let byte = (self.buffer >> self.n_bits) as u8;
            out.push(byte);
            if byte == 0xFF {
                out.push(0);
            }
        }
    }

    /// Fills the last byte with ones.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        let n_spare = (8 - self.n_bits) % 8;
        self.put(out, (1 << n_spare) - 1, n_spare);
    }
}
