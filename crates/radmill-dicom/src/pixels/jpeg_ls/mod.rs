//! JPEG-LS, lossless and near-lossless (ITU-T T.87), without restart markers and mapping tables.

mod bits;
mod contexts;
mod parameters;
mod scan;

use radmill_frame::PixelDefects;

use self::parameters::{Parameters, Presets};
use self::scan::Scan;
use super::codestream::{CodestreamError, Colour, ENDS_EARLY, Expected, Raster};
use super::markers::{Marker, Segments, be_u16};
use super::stored_bits::Words;

/// Decodes one frame.
pub(super) fn decode(codestream: &[u8], expected: Expected) -> Result<Raster, CodestreamError> {
    let mut segments = Segments::new(codestream)?;
    let mut presets = Presets::default();
    loop {
        let (marker, payload) = segments.next()?;
        match marker {
            Marker::START_OF_FRAME_JPEG_LS => {
                let frame = FrameHeader::read(payload, expected)?;
                let words = match frame.precision {
                    2..=8 => Words::U8(decode_scans(segments, &frame, presets)?),
                    _ => Words::U16(decode_scans(segments, &frame, presets)?),
                };
                return Ok(Raster {
                    words,
                    precision: frame.precision,
                    signed: None,
                    colour: Colour::AsDeclared,
                    defects: PixelDefects::NONE,
                });
            }
            Marker::START_OF_SCAN | Marker::END_OF_IMAGE => {
                return Err(CodestreamError::Invalid("a scan comes before the frame header"));
            }
            marker if marker.starts_frame() => {
                return Err(CodestreamError::Unsupported("JPEG in a JPEG-LS syntax"));
            }
            other => read_segment(other, payload, &mut presets)?,
        }
    }
}

/// SOF55 (T.87 C.2.2), checked against the header of the instance.
struct FrameHeader {
    precision: u16,
    rows: usize,
    columns: usize,
    component_ids: Vec<u8>,
}

impl FrameHeader {
    fn read(payload: &[u8], expected: Expected) -> Result<FrameHeader, CodestreamError> {
        let precision = u16::from(*payload.first().ok_or(ENDS_EARLY)?);
        let (rows, columns) = (be_u16(payload, 1)?, be_u16(payload, 3)?);
        let n_components = *payload.get(5).ok_or(ENDS_EARLY)?;
        expected.check(u32::from(rows), u32::from(columns), u32::from(n_components))?;
        if !(2..=16).contains(&precision) {
            return Err(CodestreamError::Invalid("the precision of a JPEG-LS frame"));
        }
        let specifications = payload.get(6..6 + 3 * usize::from(n_components)).ok_or(ENDS_EARLY)?;
        let specifications = specifications.as_chunks::<3>().0;
        if n_components > 1 && specifications.iter().any(|[_, sampling, _]| *sampling != 0x11) {
            return Err(CodestreamError::Unsupported("JPEG-LS with subsampled components"));
        }
        Ok(FrameHeader {
            precision,
            rows: usize::from(rows),
            columns: usize::from(columns),
            component_ids: specifications.iter().map(|[id, ..]| *id).collect(),
        })
    }
}

/// How the components of a scan alternate (T.87 C.2.3).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Interleave {
    /// One component in the scan.
    None,
    /// A line of each component in turn.
    Line,
    /// A sample of each component in turn.
    Sample,
}

/// SOS (T.87 C.2.3).
struct ScanHeader {
    component_indexes: Vec<usize>,
    near: i32,
    interleave: Interleave,
}

impl ScanHeader {
    fn read(payload: &[u8], frame: &FrameHeader) -> Result<ScanHeader, CodestreamError> {
        let n_components = usize::from(*payload.first().ok_or(ENDS_EARLY)?);
        let specifications = payload.get(1..1 + 2 * n_components).ok_or(ENDS_EARLY)?;
        let rest = payload.get(1 + 2 * n_components..4 + 2 * n_components).ok_or(ENDS_EARLY)?;
        let mut component_indexes = Vec::with_capacity(n_components);
        for [id, mapping_table] in specifications.as_chunks::<2>().0 {
            if *mapping_table != 0 {
                return Err(CodestreamError::Unsupported("JPEG-LS with mapping tables"));
            }
            let index = frame.component_ids.iter().position(|known| known == id);
            component_indexes.push(
                index.ok_or(CodestreamError::Invalid("a scan names a component that the frame has not"))?,
            );
        }
        if rest[2] != 0 {
            return Err(CodestreamError::Unsupported("JPEG-LS with a point transform"));
        }
        let interleave = match (rest[1], n_components) {
            (_, 0) => return Err(CodestreamError::Invalid("a scan without components")),
            // With one component there is nothing to interleave, whatever the header says.
            (0..=2, 1) => Interleave::None,
            (1, n) if n == frame.component_ids.len() => Interleave::Line,
            (2, 3) if frame.component_ids.len() == 3 => Interleave::Sample,
            _ => return Err(CodestreamError::Invalid("the interleave mode of a scan")),
        };
        Ok(ScanHeader { component_indexes, near: i32::from(rest[0]), interleave })
    }
}

/// All scans, until each component had its one.
fn decode_scans<S: scan::Sample>(
    mut segments: Segments<'_>,
    frame: &FrameHeader,
    mut presets: Presets,
) -> Result<Vec<S>, CodestreamError> {
    let n_components = frame.component_ids.len();
    let mut samples = vec![S::default(); frame.rows * frame.columns * n_components];
    let mut decoded = vec![false; n_components];
    while decoded.contains(&false) {
        let (marker, payload) = segments.next()?;
        match marker {
            Marker::START_OF_SCAN => {
                let header = ScanHeader::read(payload, frame)?;
                for index in &header.component_indexes {
                    if std::mem::replace(&mut decoded[*index], true) {
                        return Err(CodestreamError::Invalid("a component is coded twice"));
                    }
                }
                let parameters = Parameters::new(frame.precision, header.near, presets)?;
                let data = segments.scan_data();
                let scan = Scan::new(data, parameters, frame.columns, n_components);
                let n_read = match header.interleave {
                    Interleave::None => scan.decode_component(&mut samples, header.component_indexes[0])?,
                    Interleave::Line => scan.decode_line_interleaved(&mut samples)?,
                    Interleave::Sample => scan.decode_sample_interleaved(&mut samples)?,
                };
                segments.skip(n_read);
            }
            Marker::END_OF_IMAGE => return Err(ENDS_EARLY),
            other => read_segment(other, payload, &mut presets)?,
        }
    }
    Ok(samples)
}

/// Segments that may come before and between scans.
fn read_segment(marker: Marker, payload: &[u8], presets: &mut Presets) -> Result<(), CodestreamError> {
    match marker {
        // Kind 1 are coding parameters; 2 and 3 are mapping tables, which are refused where a scan uses them.
        Marker::JPEG_LS_PARAMETERS => match payload.first() {
            Some(1) => presets.read(&payload[1..]),
            Some(2 | 3) => Ok(()),
            _ => Err(CodestreamError::Unsupported("JPEG-LS with oversize dimensions")),
        },
        Marker::RESTART_INTERVAL if payload.iter().any(|&byte| byte != 0) => {
            Err(CodestreamError::Unsupported("JPEG-LS with restart markers"))
        }
        // The colour transforms of Hewlett-Packard, which are not in the standard.
        Marker::APP8
            if payload.starts_with(b"mrfx") && payload.get(4).is_some_and(|&transform| transform != 0) =>
        {
            Err(CodestreamError::Unsupported("JPEG-LS with a colour transform"))
        }
        _ => Ok(()),
    }
}
