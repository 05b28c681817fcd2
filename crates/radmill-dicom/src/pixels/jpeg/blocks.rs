//! Huffman-coded blocks of DCT coefficients (T.81 F.2.2).

use super::super::codestream::CodestreamError;
use super::bits::BitReader;
use super::dct::Block;
use super::huffman::{HuffmanTable, Pair};

/// Where the coefficients of a block go, row by row, in the order in which they come (T.81 figure A.6).
#[rustfmt::skip]
pub(super) const ZIGZAG: [u8; 64] = [
     0,  1,  8, 16,  9,  2,  3, 10,
    17, 24, 32, 25, 18, 11,  4,  5,
    12, 19, 26, 33, 40, 48, 41, 34,
    27, 20, 13,  6,  7, 14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36,
    29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46,
    53, 60, 61, 54, 47, 55, 62, 63,
];

/// The tables of one component.
#[derive(Clone, Copy)]
pub(super) struct BlockTables<'a> {
    pub(super) dc: &'a HuffmanTable,
    pub(super) ac: &'a HuffmanTable,
    /// In zigzag order.
    pub(super) quantization: &'a [u16; 64],
}

/// Decodes and dequantizes the coefficients of one block; true if there is none but the first.
/// `dc` is the DC coefficient of the block before.
#[inline(always)]
pub(super) fn decode_block(
    reader: &mut BitReader<'_>,
    tables: BlockTables<'_>,
    dc: &mut i32,
    block: &mut Block,
) -> Result<bool, CodestreamError> {
    let quantization = tables.quantization;
    *dc = dc.wrapping_add(dc_difference(reader, tables.dc)?);
    *block = [0; 64];
    block[0] = dc.wrapping_mul(i32::from(quantization[0]));
    let mut next = 1;
    while next < 64 {
        reader.refill();
        let (n_zeros, value) = match reader.pair(tables.ac) {
            Some(pair) => (pair.n_zeros(), pair.value()),
            None => long_coefficient(reader, tables.ac)?,
        };
        next += n_zeros;
        let (Some(&place), Some(&step)) = (ZIGZAG.get(next), quantization.get(next)) else {
            if value == 0 {
                // The end of the block, or zeros past it.
                break;
            }
            return Err(CodestreamError::Invalid("a block has more than 64 coefficients"));
        };
        block[usize::from(place & 63)] = value.wrapping_mul(i32::from(step));
        next += 1;
    }
    // What the loop leaves behind if the first symbol was the end.
    Ok(next == 1 + Pair::END_OF_BLOCK)
}

/// A difference of DC coefficients (T.81 F.2.2.1).
#[inline(always)]
pub(super) fn dc_difference(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
) -> Result<i32, CodestreamError> {
    reader.refill();
    if let Some(pair) = reader.pair(table) {
        return Ok(pair.value());
    }
    let n_bits = reader.symbol(table)?;
    if n_bits > 16 {
        return Err(CodestreamError::Invalid("a DC difference of more than 16 bits"));
    }
    Ok(reader.extended(u32::from(n_bits)))
}

/// Zeros and a value that together were too long to be looked up.
#[inline(always)]
fn long_coefficient(
    reader: &mut BitReader<'_>,
    table: &HuffmanTable,
) -> Result<(usize, i32), CodestreamError> {
    let symbol = reader.symbol(table)?;
    Ok(match (usize::from(symbol >> 4), u32::from(symbol & 15)) {
        (15, 0) => (15, 0),
        (_, 0) => (Pair::END_OF_BLOCK, 0),
        (n_zeros, n_bits) => (n_zeros, reader.extended(n_bits)),
    })
}
