//! Huffman-coded blocks of DCT coefficients (T.81 F.2.2).

use super::super::codestream::CodestreamError;
use super::bits::BitReader;
use super::dct::{Block, inverse, inverse_flat};
use super::huffman::HuffmanTable;

/// Where the coefficients of a block go, row by row, in the order in which they come (T.81 figure A.6).
#[rustfmt::skip]
const ZIGZAG: [u8; 64] = [
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
    pub(super) precision: u16,
}

/// Decodes one block into sample values, row by row. `dc` is the DC coefficient of the block before.
pub(super) fn decode_block(
    reader: &mut BitReader<'_>,
    tables: BlockTables<'_>,
    dc: &mut i32,
) -> Result<[i32; 64], CodestreamError> {
    let quantization = tables.quantization;
    reader.refill();
    let n_bits = reader.symbol(tables.dc)?;
    if n_bits > 16 {
        return Err(CodestreamError::Invalid("a DC difference of more than 16 bits"));
    }
    *dc = dc.wrapping_add(reader.extended(u32::from(n_bits)));
    let mut block: Block = [0; 64];
    block[0] = dc.wrapping_mul(i32::from(quantization[0]));
    let mut is_flat = true;
    let mut next = 1;
    while next < 64 {
        reader.refill();
        let symbol = reader.symbol(tables.ac)?;
        let (n_zeros, n_bits) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if n_bits == 0 {
            if n_zeros < 15 {
                break;
            }
            next += 16;
            continue;
        }
        next += n_zeros;
        let (Some(&place), Some(&step)) = (ZIGZAG.get(next), quantization.get(next)) else {
            return Err(CodestreamError::Invalid("a block has more than 64 coefficients"));
        };
        block[usize::from(place & 63)] = reader.extended(n_bits).wrapping_mul(i32::from(step));
        is_flat = false;
        next += 1;
    }
    Ok(if is_flat {
        [inverse_flat(block[0], tables.precision); 64]
    } else {
        inverse(&block, tables.precision)
    })
}
