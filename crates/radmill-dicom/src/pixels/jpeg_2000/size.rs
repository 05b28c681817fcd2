//! SIZ (T.800 A.5.1): how large the image and its tiles are.

use super::super::codestream::{CodestreamError, ENDS_EARLY, Expected};
use super::super::markers::be_u16;

/// What is decoded exactly in 32-bit integers, with room for the bits that the reversible transforms add.
const PRECISION_MAX: u16 = 24;

/// Fewer tiles than this are allowed for any image; of more, each must hold some pixels. A tile costs OpenJPEG some
/// 10 KB, so that tiles never cost much more than the frame.
const TILES_FREE: u64 = 1024;
const PIXELS_PER_TILE_MIN: u64 = 1024;

/// SIZ as far as it matters here: all components are alike and none is subsampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ImageSize {
    pub(super) precision: u16,
    pub(super) signed: bool,
    pub(super) rows: u32,
    pub(super) columns: u32,
    /// 1 or 3, once held against the header.
    pub(super) n_components: u16,
    /// Size of a tile, no larger than the image.
    pub(super) tile_rows: u32,
    pub(super) tile_columns: u32,
    pub(super) n_tiles: u32,
}

impl ImageSize {
    /// Reads SIZ, which follows SOC, and holds it against the header of the instance.
    pub(super) fn read(codestream: &[u8], expected: Expected) -> Result<ImageSize, CodestreamError> {
        let size = ImageSize::read_alone(codestream)?;
        expected.check(size.rows, size.columns, u32::from(size.n_components))?;
        Ok(size)
    }

    /// Reads SIZ by itself.
    pub(super) fn read_alone(codestream: &[u8]) -> Result<ImageSize, CodestreamError> {
        let n_components = n_components(codestream)?;
        let horizontal = Axis::read(codestream, 0)?;
        let vertical = Axis::read(codestream, 4)?;
        let (rows, columns) = (vertical.length, horizontal.length);
        let components =
            codestream.get(42..42 + 3 * usize::from(n_components)).ok_or(ENDS_EARLY)?.as_chunks::<3>().0;
        let [depth, ..] = *components.first().ok_or(ENDS_EARLY)?;
        if components.iter().any(|component| *component != [depth, 1, 1]) {
            return Err(CodestreamError::Unsupported(
                "JPEG 2000 with components of different size or precision",
            ));
        }
        let precision = u16::from(depth & 0x7F) + 1;
        if precision > PRECISION_MAX {
            return Err(CodestreamError::Unsupported("JPEG 2000 of more than 24 bits"));
        }
        let n_tiles = u64::from(horizontal.n_tiles) * u64::from(vertical.n_tiles);
        let n_pixels = u64::from(rows) * u64::from(columns);
        if n_tiles > 65_535 || n_tiles > TILES_FREE.max(n_pixels / PIXELS_PER_TILE_MIN) {
            return Err(CodestreamError::Invalid("the number of tiles"));
        }
        Ok(ImageSize {
            precision,
            signed: depth & 0x80 != 0,
            rows,
            columns,
            n_components,
            tile_rows: vertical.tile_length,
            tile_columns: horizontal.tile_length,
            n_tiles: n_tiles as u32,
        })
    }
}

/// Csiz, checked against the length of the segment.
pub(super) fn n_components(codestream: &[u8]) -> Result<u16, CodestreamError> {
    let n_components = be_u16(codestream, 40)?;
    if u32::from(be_u16(codestream, 4)?) != 38 + 3 * u32::from(n_components) {
        return Err(CodestreamError::Invalid("the length of SIZ"));
    }
    Ok(n_components)
}

/// Image and tiles in one direction of the reference grid.
struct Axis {
    length: u32,
    tile_length: u32,
    n_tiles: u32,
}

impl Axis {
    /// Sizes stand in pairs, horizontal before vertical, hence the offset of 0 or 4.
    fn read(codestream: &[u8], offset: usize) -> Result<Axis, CodestreamError> {
        let number = |at: usize| {
            let four = codestream.get(at + offset..).and_then(<[u8]>::first_chunk::<4>).ok_or(ENDS_EARLY)?;
            Ok(u32::from_be_bytes(*four))
        };
        let (end, start, tile, tile_start) = (number(8)?, number(16)?, number(24)?, number(32)?);
        let length = end.checked_sub(start).ok_or(CodestreamError::Invalid("the image area of SIZ"))?;
        // The first tile starts at or before the image and holds some of it (T.800 B.3).
        let is_tiled =
            tile > 0 && tile_start <= start && u64::from(tile_start) + u64::from(tile) > u64::from(start);
        if !is_tiled {
            return Err(CodestreamError::Invalid("the tiles of SIZ"));
        }
        Ok(Axis { length, tile_length: tile.min(length), n_tiles: (end - tile_start).div_ceil(tile) })
    }
}
