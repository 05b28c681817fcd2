//! JPEG (ITU-T T.81), Huffman coded: sequential and progressive DCT of 8 and 12 bits, and lossless of 2 to 16 bits.
//!
//! Written here and not taken from elsewhere because DICOM needs 12-bit DCT and fast lossless decoding, with every
//! size checked against the header first; the codestream says which it is, whatever the transfer syntax.

mod bits;
mod blocks;
mod colour;
mod colour_check;
mod dct;
mod dct_image;
mod huffman;
mod lossless;
mod planes;
mod progressive;
mod scan_layout;
mod sequential;
#[cfg(test)]
mod test_encoder;
#[cfg(test)]
mod tests;

use radmill_frame::Photometric;

pub(super) use self::colour_check::contradicts_colour;
use self::dct_image::Process;
use self::huffman::{HuffmanTable, SymbolKind};
use super::codestream::{CodestreamError, ENDS_EARLY, Expected, Raster};
use super::markers::{Marker, Segments, be_u16};

/// Decodes one frame. `declared` decides about colour where the codestream leaves it open.
pub(super) fn decode(
    codestream: &[u8],
    expected: Expected,
    declared: Photometric,
) -> Result<Raster, CodestreamError> {
    let mut segments = Segments::new(codestream)?;
    let mut tables = Tables::default();
    let mut hints = colour::Hints::default();
    loop {
        let (marker, payload) = segments.next()?;
        match marker {
            Marker::START_OF_FRAME_BASELINE | Marker::START_OF_FRAME_EXTENDED => {
                let frame = FrameHeader::read(payload, expected)?;
                return dct_image::decode(Process::Sequential, segments, tables, frame, hints, declared);
            }
            Marker::START_OF_FRAME_LOSSLESS => {
                let frame = FrameHeader::read(payload, expected)?;
                return lossless::decode(segments, tables, frame);
            }
            Marker::START_OF_FRAME_PROGRESSIVE => {
                let frame = FrameHeader::read(payload, expected)?;
                return dct_image::decode(Process::Progressive, segments, tables, frame, hints, declared);
            }
            Marker::START_OF_FRAME_JPEG_LS => {
                return Err(CodestreamError::Unsupported("JPEG-LS in a JPEG syntax"));
            }
            marker if marker.starts_frame() => {
                return Err(CodestreamError::Unsupported("hierarchical or arithmetic-coded JPEG"));
            }
            Marker::START_OF_SCAN | Marker::END_OF_IMAGE => {
                return Err(CodestreamError::Invalid("a scan comes before the frame header"));
            }
            Marker::APP0 | Marker::APP14 => hints.read(marker, payload),
            other => tables.read(other, payload)?,
        }
    }
}

/// What stays in force from one marker segment to the next.
#[derive(Default)]
struct Tables {
    dc: [Option<HuffmanTable>; 4],
    ac: [Option<HuffmanTable>; 4],
    /// Quantization steps in zigzag order.
    quantization: [Option<[u16; 64]>; 4],
    /// MCUs between restart markers; 0 is none.
    restart_interval: u32,
}

impl Tables {
    /// Takes a table or the restart interval; other segments have nothing that is needed.
    fn read(&mut self, marker: Marker, payload: &[u8]) -> Result<(), CodestreamError> {
        match marker {
            Marker::HUFFMAN_TABLES => self.read_huffman(payload),
            Marker::QUANTIZATION_TABLES => self.read_quantization(payload),
            Marker::RESTART_INTERVAL => {
                self.restart_interval = u32::from(be_u16(payload, 0)?);
                Ok(())
            }
            Marker::NUMBER_OF_LINES => Err(CodestreamError::Unsupported("JPEG with a DNL segment")),
            _ => Ok(()),
        }
    }

    fn read_huffman(&mut self, mut payload: &[u8]) -> Result<(), CodestreamError> {
        while let Some((&class_and_index, rest)) = payload.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>().ok_or(ENDS_EARLY)?;
            let n_values = counts.iter().map(|&n| usize::from(n)).sum();
            let (values, rest) = rest.split_at_checked(n_values).ok_or(ENDS_EARLY)?;
            payload = rest;
            let (class, kind) = match class_and_index >> 4 {
                0 => (&mut self.dc, SymbolKind::Difference),
                1 => (&mut self.ac, SymbolKind::Coefficient),
                _ => return Err(CodestreamError::Invalid("the class of a Huffman table")),
            };
            let slot = class
                .get_mut(usize::from(class_and_index & 15))
                .ok_or(CodestreamError::Invalid("the number of a Huffman table"))?;
            *slot = Some(HuffmanTable::new(counts, values, kind)?);
        }
        Ok(())
    }

    fn read_quantization(&mut self, mut payload: &[u8]) -> Result<(), CodestreamError> {
        while let Some((&precision_and_index, rest)) = payload.split_first() {
            let slot = self
                .quantization
                .get_mut(usize::from(precision_and_index & 15))
                .ok_or(CodestreamError::Invalid("the number of a quantization table"))?;
            let (table, rest) = match precision_and_index >> 4 {
                0 => {
                    let (steps, rest) = rest.split_first_chunk::<64>().ok_or(ENDS_EARLY)?;
                    (steps.map(u16::from), rest)
                }
                1 => {
                    let (steps, rest) = rest.split_first_chunk::<128>().ok_or(ENDS_EARLY)?;
                    let mut table = [0; 64];
                    for (step, bytes) in table.iter_mut().zip(steps.as_chunks::<2>().0) {
                        *step = u16::from_be_bytes(*bytes);
                    }
                    (table, rest)
                }
                _ => return Err(CodestreamError::Invalid("the precision of a quantization table")),
            };
            *slot = Some(table);
            payload = rest;
        }
        Ok(())
    }
}

/// A scan needs a table that did not come.
const MISSING_TABLE: CodestreamError = CodestreamError::Invalid("a table is missing");

/// The table that a header names by its number.
fn table<T>(tables: &[Option<T>], index: usize) -> Result<&T, CodestreamError> {
    tables.get(index).and_then(Option::as_ref).ok_or(MISSING_TABLE)
}

/// SOF (T.81 B.2.2), checked against the header of the instance.
struct FrameHeader {
    precision: u16,
    rows: usize,
    columns: usize,
    components: Vec<FrameComponent>,
}

#[derive(Clone, Copy)]
struct FrameComponent {
    id: u8,
    /// Horizontal and vertical sampling factors, 1 to 4.
    horizontal: usize,
    vertical: usize,
    quantization_index: usize,
}

impl FrameHeader {
    fn read(payload: &[u8], expected: Expected) -> Result<FrameHeader, CodestreamError> {
        let precision = u16::from(*payload.first().ok_or(ENDS_EARLY)?);
        let (rows, columns) = (be_u16(payload, 1)?, be_u16(payload, 3)?);
        let n_components = *payload.get(5).ok_or(ENDS_EARLY)?;
        if rows == 0 {
            return Err(CodestreamError::Unsupported("JPEG with a DNL segment"));
        }
        expected.check(u32::from(rows), u32::from(columns), u32::from(n_components))?;
        let specifications = payload.get(6..6 + 3 * usize::from(n_components)).ok_or(ENDS_EARLY)?;
        let mut components = Vec::with_capacity(usize::from(n_components));
        for [id, sampling, quantization_index] in specifications.as_chunks::<3>().0 {
            let component = FrameComponent {
                id: *id,
                horizontal: usize::from(sampling >> 4),
                vertical: usize::from(sampling & 15),
                quantization_index: usize::from(*quantization_index),
            };
            if !(1..=4).contains(&component.horizontal) || !(1..=4).contains(&component.vertical) {
                return Err(CodestreamError::Invalid("a sampling factor"));
            }
            components.push(component);
        }
        Ok(FrameHeader { precision, rows: usize::from(rows), columns: usize::from(columns), components })
    }
}

/// SOS (T.81 B.2.3).
struct ScanHeader {
    components: Vec<ScanComponent>,
    /// Ss: the first coefficient of a progressive scan, the predictor of a lossless scan.
    selection_start: u8,
    /// Se: the last coefficient of a progressive scan.
    selection_end: u8,
    /// Ah: the bit that the scan before went down to, 0 if there is none.
    approximation_high: u8,
    /// Al: the bit that a progressive scan goes down to, the point transform of a lossless scan.
    approximation_low: u8,
}

#[derive(Clone, Copy)]
struct ScanComponent {
    /// Which component of the frame.
    index: usize,
    dc_index: usize,
    ac_index: usize,
}

impl ScanHeader {
    fn read(payload: &[u8], frame: &FrameHeader) -> Result<ScanHeader, CodestreamError> {
        let n_components = usize::from(*payload.first().ok_or(ENDS_EARLY)?);
        if n_components == 0 || n_components > frame.components.len() {
            return Err(CodestreamError::Invalid("the number of components in a scan"));
        }
        let specifications = payload.get(1..1 + 2 * n_components).ok_or(ENDS_EARLY)?;
        let rest = payload.get(1 + 2 * n_components..4 + 2 * n_components).ok_or(ENDS_EARLY)?;
        let mut components: Vec<ScanComponent> = Vec::with_capacity(n_components);
        for [id, tables] in specifications.as_chunks::<2>().0 {
            let index = frame
                .components
                .iter()
                .enumerate()
                .position(|(index, c)| c.id == *id && components.iter().all(|earlier| earlier.index != index))
                .ok_or(CodestreamError::Invalid("a scan names a component that the frame has not"))?;
            components.push(ScanComponent {
                index,
                dc_index: usize::from(tables >> 4),
                ac_index: usize::from(tables & 15),
            });
        }
        Ok(ScanHeader {
            components,
            selection_start: rest[0],
            selection_end: rest[1],
            approximation_high: rest[2] >> 4,
            approximation_low: rest[2] & 15,
        })
    }
}
