//! Sequential DCT, Huffman coded: baseline and extended, 8 and 12 bits (T.81 Annex F).

use radmill_frame::{Photometric, PixelDefects};

use super::super::codestream::{CodestreamError, Colour, ENDS_EARLY, Raster};
use super::super::markers::{Marker, Segments};
use super::super::stored_bits::Words;
use super::super::wide::widest;
use super::assemble::assemble;
use super::bits::BitReader;
use super::blocks::{BlockTables, decode_block};
use super::colour::{self, Hints};
use super::planes::{Plane, Sample, step};
use super::{FrameHeader, ScanHeader, Tables};

/// Decodes the scans after SOF0 or SOF1.
pub(super) fn decode(
    segments: Segments<'_>,
    tables: Tables,
    mut frame: FrameHeader,
    hints: Hints,
    declared: Photometric,
) -> Result<Raster, CodestreamError> {
    if let [only] = &mut frame.components[..] {
        // Sampling factors compare components; with one there is nothing to compare (T.81 A.2.2).
        (only.horizontal, only.vertical) = (1, 1);
    }
    let words = match frame.precision {
        8 => Words::U8(decode_frame(segments, tables, &frame, hints, declared)?),
        12 => Words::U16(decode_frame(segments, tables, &frame, hints, declared)?),
        _ => return Err(CodestreamError::Invalid("the precision of a DCT-based JPEG")),
    };
    let colour = if frame.components.len() == 3 { Colour::Rgb } else { Colour::AsDeclared };
    Ok(Raster { words, precision: frame.precision, signed: None, colour, defects: PixelDefects::NONE })
}

fn decode_frame<S: Sample>(
    mut segments: Segments<'_>,
    mut tables: Tables,
    frame: &FrameHeader,
    mut hints: Hints,
    declared: Photometric,
) -> Result<Vec<S>, CodestreamError> {
    let geometry = Geometry::new(frame);
    let mut planes = geometry.planes(frame)?;
    let mut decoded = vec![false; planes.len()];
    while decoded.contains(&false) {
        let (marker, payload) = segments.next()?;
        match marker {
            Marker::START_OF_SCAN => {
                // Ss, Se, Ah and Al have no meaning here; known encoders of 12-bit images write Se = 0.
                let header = ScanHeader::read(payload, frame)?;
                for component in &header.components {
                    if std::mem::replace(&mut decoded[component.index], true) {
                        return Err(CodestreamError::Invalid("a component is coded twice"));
                    }
                }
                let data = segments.scan_data();
                let n_left = widest(
                    #[inline(always)]
                    || decode_scan(data, &geometry, &tables, frame, &header, &mut planes),
                )?;
                segments.skip(data.len() - n_left);
            }
            Marker::END_OF_IMAGE => return Err(ENDS_EARLY),
            Marker::APP0 | Marker::APP14 => hints.read(marker, payload),
            other => tables.read(other, payload)?,
        }
    }
    let is_ycbcr = planes.len() == 3 && colour::is_ycbcr(frame, &hints, declared);
    Ok(assemble(frame, planes, is_ycbcr))
}

/// MCUs of the frame (T.81 A.2).
struct Geometry {
    horizontal_max: usize,
    vertical_max: usize,
    mcu_rows: usize,
    mcu_columns: usize,
}

impl Geometry {
    fn new(frame: &FrameHeader) -> Geometry {
        let horizontal_max = frame.components.iter().map(|c| c.horizontal).max().unwrap_or(1);
        let vertical_max = frame.components.iter().map(|c| c.vertical).max().unwrap_or(1);
        Geometry {
            horizontal_max,
            vertical_max,
            mcu_rows: frame.rows.div_ceil(8 * vertical_max),
            mcu_columns: frame.columns.div_ceil(8 * horizontal_max),
        }
    }

    /// Empty planes; their size follows from rows and columns, which were checked.
    fn planes<S: Sample>(&self, frame: &FrameHeader) -> Result<Vec<Plane<S>>, CodestreamError> {
        let mut planes = Vec::with_capacity(frame.components.len());
        for component in &frame.components {
            let size = (
                (frame.rows * component.vertical).div_ceil(self.vertical_max),
                (frame.columns * component.horizontal).div_ceil(self.horizontal_max),
            );
            let blocks = (self.mcu_rows * component.vertical, self.mcu_columns * component.horizontal);
            let steps = (
                step(self.vertical_max, component.vertical)?,
                step(self.horizontal_max, component.horizontal)?,
            );
            planes.push(Plane::new(size, blocks, steps));
        }
        Ok(planes)
    }
}

/// A component of a scan: its plane, its tables and its blocks in an MCU.
struct Coded<'a> {
    plane_index: usize,
    tables: BlockTables<'a>,
    block_rows: usize,
    block_columns: usize,
    dc: i32,
}

/// Decodes one scan; gives how many bytes of the data are left.
#[inline(always)]
fn decode_scan<S: Sample>(
    data: &[u8],
    geometry: &Geometry,
    tables: &Tables,
    frame: &FrameHeader,
    header: &ScanHeader,
    planes: &mut [Plane<S>],
) -> Result<usize, CodestreamError> {
    let mut coded = coded_components(tables, frame, header)?;
    let (mcu_rows, mcu_columns) = match &mut coded[..] {
        // A component alone in its scan is not padded to MCUs (T.81 A.2.2).
        [only] => {
            (only.block_rows, only.block_columns) = (1, 1);
            let plane = &planes[only.plane_index];
            (plane.rows.div_ceil(8), plane.columns.div_ceil(8))
        }
        _ => (geometry.mcu_rows, geometry.mcu_columns),
    };
    let mut reader = BitReader::new(data);
    let mut block = [0; 64];
    let mut n_until_restart = tables.restart_interval;
    for mcu_row in 0..mcu_rows {
        for mcu_column in 0..mcu_columns {
            if tables.restart_interval > 0 {
                if n_until_restart == 0 {
                    reader.restart()?;
                    coded.iter_mut().for_each(|component| component.dc = 0);
                    n_until_restart = tables.restart_interval;
                }
                n_until_restart -= 1;
            }
            for component in &mut coded {
                for block_row in 0..component.block_rows {
                    for block_column in 0..component.block_columns {
                        let plane = &mut planes[component.plane_index];
                        let row = mcu_row * component.block_rows + block_row;
                        let column = mcu_column * component.block_columns + block_column;
                        let is_flat =
                            decode_block(&mut reader, component.tables, &mut component.dc, &mut block)?;
                        plane.put_coefficients(row, column, &block, is_flat, frame.precision);
                    }
                }
            }
        }
        reader.check()?;
    }
    Ok(reader.n_bytes_left())
}

fn coded_components<'a>(
    tables: &'a Tables,
    frame: &FrameHeader,
    header: &ScanHeader,
) -> Result<Vec<Coded<'a>>, CodestreamError> {
    let missing = CodestreamError::Invalid("a table is missing");
    let mut coded = Vec::with_capacity(header.components.len());
    for scan_component in &header.components {
        let component = frame.components[scan_component.index];
        coded.push(Coded {
            plane_index: scan_component.index,
            tables: BlockTables {
                dc: tables.dc.get(scan_component.dc_index).and_then(Option::as_ref).ok_or(missing)?,
                ac: tables.ac.get(scan_component.ac_index).and_then(Option::as_ref).ok_or(missing)?,
                quantization: tables
                    .quantization
                    .get(component.quantization_index)
                    .and_then(Option::as_ref)
                    .ok_or(missing)?,
            },
            block_rows: component.vertical,
            block_columns: component.horizontal,
            dc: 0,
        });
    }
    Ok(coded)
}
