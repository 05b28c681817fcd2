//! A PNG encoder for images of scanners (ISO/IEC 15948): as fast as a filter, a count and a table can be.
//!
//! Rows go through in strips that stay in the cache. A strip gets the filter that makes the least of its rows, and is
//! one block of deflate with codes of its own.

mod deflate;
mod filter;
mod huffman;

use std::io::{self, Write};

use deflate::Deflater;
use filter::{Filter, TRIED};

/// Filtered bytes of a strip, about: enough for its codes to pay, few enough to stay in the cache of a core.
const STRIP_BYTES: usize = 64 << 10;
/// One row in so many is tried with each filter.
const TRIED_ROW_EVERY: usize = 8;
/// Longest IDAT chunk: any reader copes with this.
const CHUNK_BYTES_MAX: usize = 1 << 30;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// What IHDR says.
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 8 or 16.
    pub(super) bit_depth: u8,
    /// 0 grey, 2 RGB.
    pub(super) color_type: u8,
}

impl Header {
    fn pixel_bytes(self) -> usize {
        usize::from(self.bit_depth / 8) * if self.color_type == 2 { 3 } else { 1 }
    }
}

/// Gives the rows of an image as PNG stores them: samples of 16 bits high byte first.
pub(super) trait Rows {
    /// Appends the row `index`, counted from 0.
    fn append(&self, index: usize, out: &mut Vec<u8>);
}

/// Writes a PNG of rows that are as long as the header says.
///
/// Holds the compressed image, and a strip.
pub(super) fn write<W: Write>(header: Header, rows: &impl Rows, mut out: W) -> io::Result<()> {
    out.write_all(&SIGNATURE)?;
    let [width, height] = [header.width, header.height].map(u32::to_be_bytes);
    let rest = [header.bit_depth, header.color_type, 0, 0, 0];
    chunk(*b"IHDR", &[width.as_slice(), &height, &rest].concat(), &mut out)?;
    for part in compress(header, rows).chunks(CHUNK_BYTES_MAX) {
        chunk(*b"IDAT", part, &mut out)?;
    }
    chunk(*b"IEND", &[], &mut out)
}

fn chunk<W: Write>(kind: [u8; 4], data: &[u8], out: &mut W) -> io::Result<()> {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&kind);
    crc.update(data);
    let length = u32::try_from(data.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(&kind)?;
    out.write_all(data)?;
    out.write_all(&crc.finalize().to_be_bytes())
}

/// The image as a zlib stream (RFC 1950).
fn compress(header: Header, rows: &impl Rows) -> Vec<u8> {
    let (n_rows, pixel_bytes) = (header.height as usize, header.pixel_bytes());
    let row_bytes = header.width as usize * pixel_bytes;
    let strip_rows = (STRIP_BYTES / (row_bytes + 1)).max(1);
    let mut adler = simd_adler32::Adler32::new();
    let mut deflater = Deflater::new(vec![0x78, 0x01]);
    // The row above the strip, and the strip.
    let mut source = vec![0; row_bytes];
    let (mut filtered, mut trial) = (Vec::new(), Vec::new());
    for first in (0..n_rows).step_by(strip_rows) {
        let end = (first + strip_rows).min(n_rows);
        for index in first..end {
            rows.append(index, &mut source);
        }
        let filter = choose(&source, row_bytes, pixel_bytes, &mut trial);
        filtered.clear();
        for (above, row) in pairs(&source, row_bytes) {
            filter.append(row, above, pixel_bytes, &mut filtered);
        }
        adler.write(&filtered);
        deflater.block(&filtered, end == n_rows);
        source.drain(..source.len() - row_bytes);
    }
    let mut compressed = deflater.finish();
    compressed.extend_from_slice(&adler.finish().to_be_bytes());
    compressed
}

/// Each row of a strip with the one above it, which the strip begins with.
fn pairs(strip: &[u8], row_bytes: usize) -> impl Iterator<Item = (&[u8], &[u8])> {
    strip.chunks_exact(row_bytes).zip(strip[row_bytes..].chunks_exact(row_bytes))
}

/// The filter whose differences are the smallest, taken together, over some rows of the strip.
fn choose(strip: &[u8], row_bytes: usize, pixel_bytes: usize, trial: &mut Vec<u8>) -> Filter {
    let mut cost = |filter: &Filter| -> u64 {
        let mut sum = 0;
        // Not the first row: on top of an image it has nothing above.
        let n_rows = strip.len() / row_bytes - 1;
        for (above, row) in pairs(strip, row_bytes).skip((n_rows - 1).min(1)).step_by(TRIED_ROW_EVERY) {
            trial.clear();
            filter.append(row, above, pixel_bytes, trial);
            sum += magnitudes(&trial[1..]);
        }
        sum
    };
    let costs = TRIED.map(|filter| (filter, cost(&filter)));
    costs.into_iter().min_by_key(|(_, cost)| *cost).map_or(Filter::Sub, |(filter, _)| filter)
}

/// Sum of the differences as numbers from −128 to 127 without their sign.
fn magnitudes(bytes: &[u8]) -> u64 {
    let sum = |part: &[u8]| part.iter().map(|byte| u32::from(byte.cast_signed().unsigned_abs())).sum::<u32>();
    bytes.chunks(1 << 16).map(|part| u64::from(sum(part))).sum()
}
