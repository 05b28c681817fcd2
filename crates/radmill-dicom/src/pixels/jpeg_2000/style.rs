//! COD and COC (T.800 A.6.1): how components were coded, and how much memory that asks for.

use super::super::codestream::{CodestreamError, ENDS_EARLY};
use super::size::ImageSize;

/// Irreversible wavelets are computed in 32-bit floating point, which holds no more bits.
const IRREVERSIBLE_PRECISION_MAX: u16 = 16;

/// Code-blocks that are allowed whatever the codestream holds, and per byte of it beyond: a code-block costs OpenJPEG
/// some 500 bytes, and a bit or less if it is empty.
const CODE_BLOCKS_FREE: u64 = 1 << 17;
const CODE_BLOCKS_PER_BYTE: u64 = 8;

/// Codeblock styles of Part 1, and of Part 15 for a codestream that is High-Throughput throughout.
const BLOCK_STYLES: u8 = 0x7F;

/// Checks COD, and gives whether components are transformed together, and the number of decompositions.
pub(super) fn check_cod(
    payload: &[u8],
    size: ImageSize,
    n_bytes: usize,
) -> Result<(bool, u8), CodestreamError> {
    let &[flags, _, layers_high, layers_low, transform, ref rest @ ..] = payload else {
        return Err(ENDS_EARLY);
    };
    // Precincts, SOP, EPH; the others are of Part 2.
    if flags & !7 != 0 {
        return Err(CodestreamError::Unsupported("coding styles of JPEG 2000 Part 2"));
    }
    let transforms_colour = match (transform, size.n_components) {
        (0, _) => false,
        (1, 3) => true,
        (1, _) => return Err(CodestreamError::Invalid("a colour transform without colour")),
        _ => return Err(CodestreamError::Unsupported("a multiple component transform of JPEG 2000 Part 2")),
    };
    let n_layers = u64::from(u16::from_be_bytes([layers_high, layers_low]));
    if n_layers == 0 {
        return Err(CodestreamError::Invalid("the number of layers"));
    }
    let style = CodingStyle { has_precincts: flags & 1 != 0, rest };
    Ok((transforms_colour, style.check(n_layers, size, n_bytes)?))
}

/// Checks COC, and gives the number of decompositions; the number of layers is that of COD.
pub(super) fn check_coc(payload: &[u8], size: ImageSize, n_bytes: usize) -> Result<u8, CodestreamError> {
    // There are fewer than 257 components, so that their index takes a byte.
    let &[_, flags, ref rest @ ..] = payload else { return Err(ENDS_EARLY) };
    if flags & !1 != 0 {
        return Err(CodestreamError::Unsupported("coding styles of JPEG 2000 Part 2"));
    }
    CodingStyle { has_precincts: flags & 1 != 0, rest }.check(1, size, n_bytes)
}

/// The part that COD and COC share: number of decompositions, code-blocks, wavelet, precincts.
struct CodingStyle<'a> {
    has_precincts: bool,
    rest: &'a [u8],
}

impl CodingStyle<'_> {
    fn check(&self, n_layers: u64, size: ImageSize, n_bytes: usize) -> Result<u8, CodestreamError> {
        let &[n_decompositions, block_width, block_height, block_style, wavelet, ..] = self.rest else {
            return Err(ENDS_EARLY);
        };
        if n_decompositions > 32 {
            return Err(CodestreamError::Invalid("the number of decompositions"));
        }
        // Exponents less 2; a block is at most 1024 long and holds at most 4096 samples.
        if block_width > 8 || block_height > 8 || block_width + block_height > 8 {
            return Err(CodestreamError::Invalid("the size of code-blocks"));
        }
        if block_style & !BLOCK_STYLES != 0 || wavelet > 1 {
            return Err(CodestreamError::Unsupported(
                "code-blocks or wavelets that are not of JPEG 2000 Part 1",
            ));
        }
        if wavelet == 0 && size.precision > IRREVERSIBLE_PRECISION_MAX {
            return Err(CodestreamError::Unsupported("irreversible JPEG 2000 of more than 16 bits"));
        }
        let counts = self.counts(n_decompositions, (block_width + 2, block_height + 2), size);
        // A packet takes at least a byte, so that there cannot be more of them than bytes.
        // The counts may be one too high in each direction, hence the factor.
        let n_packets = counts.precincts.saturating_mul(n_layers);
        if n_packets / 4 > n_bytes as u64 + 1024 {
            return Err(CodestreamError::Invalid("it is too short for its number of packets"));
        }
        if counts.code_blocks / 4 > CODE_BLOCKS_FREE + CODE_BLOCKS_PER_BYTE * n_bytes as u64 {
            return Err(CodestreamError::Invalid("it is too short for its number of code-blocks"));
        }
        Ok(n_decompositions)
    }

    /// At most how many precincts and code-blocks there are, in all tiles and components.
    fn counts(&self, n_decompositions: u8, block_exponents: (u8, u8), size: ImageSize) -> Counts {
        let mut counts = Counts { precincts: 0, code_blocks: 0 };
        for resolution in 0..=n_decompositions {
            let exponents = match self.rest.get(5 + usize::from(resolution)) {
                Some(exponents) if self.has_precincts => (*exponents & 15, *exponents >> 4),
                _ => (15, 15),
            };
            let reduction = n_decompositions - resolution;
            let n_in_tile = |(horizontal, vertical): (u8, u8)| {
                n_along(size.tile_columns, reduction, horizontal).saturating_mul(n_along(
                    size.tile_rows,
                    reduction,
                    vertical,
                ))
            };
            // Code-blocks are of bands, which are half a resolution; their sizes are those of precincts at most.
            let in_resolution = |block: u8, precinct: u8| (block + 1).min(precinct);
            let blocks = (
                in_resolution(block_exponents.0, exponents.0),
                in_resolution(block_exponents.1, exponents.1),
            );
            counts.precincts = counts.precincts.saturating_add(n_in_tile(exponents));
            counts.code_blocks = counts.code_blocks.saturating_add(n_in_tile(blocks).saturating_mul(3));
        }
        let factor = u64::from(size.n_tiles) * u64::from(size.n_components);
        counts.precincts = counts.precincts.saturating_mul(factor);
        counts.code_blocks = counts.code_blocks.saturating_mul(factor);
        counts
    }
}

struct Counts {
    precincts: u64,
    code_blocks: u64,
}

/// How many pieces of `2^exponent` a length has after halving it a few times, and one for where it starts.
fn n_along(length: u32, reduction: u8, exponent: u8) -> u64 {
    (u64::from(length) >> reduction.min(63) >> exponent) + 1
}
