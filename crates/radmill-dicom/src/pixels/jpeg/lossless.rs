//! Lossless JPEG (T.81 Annex H): each sample is predicted from its neighbours, and the difference is Huffman coded.

use super::super::codestream::{CodestreamError, Colour, ENDS_EARLY, Raster};
use super::super::markers::{Marker, Segments};
use super::super::stored_bits::Words;
use super::bits::BitReader;
use super::huffman::HuffmanTable;
use super::{FrameHeader, ScanHeader, Tables};

/// Decodes the scans after SOF3.
pub(super) fn decode(
    segments: Segments<'_>,
    tables: Tables,
    frame: FrameHeader,
) -> Result<Raster, CodestreamError> {
    let words = match frame.precision {
        2..=8 => Words::U8(decode_scans(segments, tables, &frame)?),
        9..=16 => Words::U16(decode_scans(segments, tables, &frame)?),
        _ => return Err(CodestreamError::Invalid("the precision of a lossless JPEG")),
    };
    Ok(Raster { words, precision: frame.precision, signed: None, colour: Colour::AsDeclared })
}

/// A sample of up to 8 or up to 16 bits.
trait Sample: Copy + Default + Into<i32> {
    /// Keeps the low bits; what does not fit is noticed elsewhere.
    fn truncate(value: i32) -> Self;
}

impl Sample for u8 {
    fn truncate(value: i32) -> u8 {
        value as u8
    }
}

impl Sample for u16 {
    fn truncate(value: i32) -> u16 {
        value as u16
    }
}

/// All scans, until each component had its one.
fn decode_scans<S: Sample>(
    mut segments: Segments<'_>,
    mut tables: Tables,
    frame: &FrameHeader,
) -> Result<Vec<S>, CodestreamError> {
    let n_components = frame.components.len();
    if n_components > 1 && frame.components.iter().any(|c| (c.horizontal, c.vertical) != (1, 1)) {
        return Err(CodestreamError::Unsupported("lossless JPEG with subsampled components"));
    }
    let mut samples = vec![S::default(); frame.rows * frame.columns * n_components];
    let mut decoded = vec![false; n_components];
    while decoded.contains(&false) {
        let (marker, payload) = segments.next()?;
        match marker {
            Marker::START_OF_SCAN => {
                let header = ScanHeader::read(payload, frame)?;
                for component in &header.components {
                    if std::mem::replace(&mut decoded[component.index], true) {
                        return Err(CodestreamError::Invalid("a component is coded twice"));
                    }
                }
                let data = segments.scan_data();
                let n_left = Scan::new(&tables, frame, &header)?.decode(data, &mut samples)?;
                segments.skip(data.len() - n_left);
            }
            Marker::END_OF_IMAGE => return Err(ENDS_EARLY),
            other => tables.read(other, payload)?,
        }
    }
    Ok(samples)
}

/// One scan: the components in it, interleaved sample by sample.
struct Scan<'a> {
    /// For each component of the scan, its place in the pixel and its table.
    components: Vec<(usize, &'a HuffmanTable)>,
    /// Samples of a pixel in the frame, those of other scans included.
    stride: usize,
    columns: usize,
    predictor: u8,
    point_transform: u32,
    /// The prediction for the first sample: half of the range.
    first_prediction: i32,
    /// The bits that a sample may have before the point transform is undone.
    mask: i32,
    /// Lines between restart markers.
    restart_lines: Option<usize>,
}

impl<'a> Scan<'a> {
    fn new(
        tables: &'a Tables,
        frame: &FrameHeader,
        header: &ScanHeader,
    ) -> Result<Scan<'a>, CodestreamError> {
        let mut components = Vec::with_capacity(header.components.len());
        for component in &header.components {
            let table = tables.dc.get(component.dc_index).and_then(Option::as_ref);
            components.push((
                component.index,
                table.ok_or(CodestreamError::Invalid("a Huffman table is missing"))?,
            ));
        }
        let point_transform = u32::from(header.approximation_low);
        let n_bits = u32::from(frame.precision)
            .checked_sub(point_transform)
            .filter(|n_bits| *n_bits > 0)
            .ok_or(CodestreamError::Invalid("the point transform of a scan"))?;
        let interval = tables.restart_interval as usize;
        if !interval.is_multiple_of(frame.columns) {
            return Err(CodestreamError::Invalid("a restart interval is not a multiple of the columns"));
        }
        Ok(Scan {
            components,
            stride: frame.components.len(),
            columns: frame.columns,
            predictor: header.selection_start,
            point_transform,
            first_prediction: 1 << (n_bits - 1),
            mask: (1 << n_bits) - 1,
            restart_lines: Some(interval / frame.columns).filter(|lines| *lines > 0),
        })
    }

    /// Decodes all lines; gives how many bytes of the data are left.
    fn decode<S: Sample>(&self, data: &[u8], samples: &mut [S]) -> Result<usize, CodestreamError> {
        // The prediction from left (a), above (b) and above left (c) (T.81 table H.1).
        match self.predictor {
            1 => self.decode_lines(data, samples, |a, _, _| a),
            2 => self.decode_lines(data, samples, |_, b, _| b),
            3 => self.decode_lines(data, samples, |_, _, c| c),
            4 => self.decode_lines(data, samples, |a, b, c| a + b - c),
            5 => self.decode_lines(data, samples, |a, b, c| a + ((b - c) >> 1)),
            6 => self.decode_lines(data, samples, |a, b, c| b + ((a - c) >> 1)),
            7 => self.decode_lines(data, samples, |a, b, _| (a + b) >> 1),
            _ => Err(CodestreamError::Invalid("the predictor of a lossless scan")),
        }
    }

    fn decode_lines<S: Sample>(
        &self,
        data: &[u8],
        samples: &mut [S],
        predict: impl Fn(i32, i32, i32) -> i32 + Copy,
    ) -> Result<usize, CodestreamError> {
        let mut reader = BitReader::new(data);
        let line_length = self.columns * self.stride;
        let mut above: &mut [S] = &mut [];
        for (index, line) in samples.chunks_exact_mut(line_length).enumerate() {
            if index > 0 && self.restart_lines.is_some_and(|lines| index.is_multiple_of(lines)) {
                reader.restart()?;
                above = &mut [];
            }
            let seen = match (&self.components[..], self.stride) {
                ([(_, table)], 1) => self.decode_plain_line(&mut reader, table, above, line, predict)?,
                _ => self.decode_interleaved_line(&mut reader, above, line, predict)?,
            };
            reader.check()?;
            if seen & !self.mask != 0 {
                return Err(CodestreamError::Invalid("a sample is outside of the precision"));
            }
            above = line;
        }
        for sample in samples.iter_mut().filter(|_| self.point_transform > 0) {
            *sample = S::truncate((*sample).into() << self.point_transform);
        }
        Ok(reader.n_bytes_left())
    }

    /// A line of the only component. Gives all bits that were set in any sample.
    #[inline(always)]
    fn decode_plain_line<S: Sample>(
        &self,
        reader: &mut BitReader<'_>,
        table: &HuffmanTable,
        above: &[S],
        line: &mut [S],
        predict: impl Fn(i32, i32, i32) -> i32,
    ) -> Result<i32, CodestreamError> {
        let mut seen = 0;
        let mut left = above.first().map_or(self.first_prediction, |&b| b.into());
        let mut put = |sample: &mut S, value: i32| {
            *sample = S::truncate(value);
            seen |= value;
            value
        };
        let (first, rest) = line.split_first_mut().ok_or(ENDS_EARLY)?;
        left = put(first, (left + difference(reader, table)?) & 0xFFFF);
        if above.len() <= rest.len() {
            // The first line, or the first one after a restart, knows only what is to the left.
            for sample in rest {
                left = put(sample, (left + difference(reader, table)?) & 0xFFFF);
            }
            return Ok(seen);
        }
        let mut above_left: i32 = above[0].into();
        for (sample, &b) in rest.iter_mut().zip(&above[1..]) {
            let b = b.into();
            let prediction = predict(left, b, above_left);
            left = put(sample, (prediction + difference(reader, table)?) & 0xFFFF);
            above_left = b;
        }
        Ok(seen)
    }

    /// A line of several components, or of one among others. Gives all bits that were set in any sample.
    fn decode_interleaved_line<S: Sample>(
        &self,
        reader: &mut BitReader<'_>,
        above: &[S],
        line: &mut [S],
        predict: impl Fn(i32, i32, i32) -> i32,
    ) -> Result<i32, CodestreamError> {
        let mut seen = 0;
        for start in (0..line.len()).step_by(self.stride) {
            for &(place, table) in &self.components {
                let at = start + place;
                let left = at.checked_sub(self.stride);
                let prediction = match (left, above.get(at)) {
                    (None, None) => self.first_prediction,
                    (None, Some(&b)) => b.into(),
                    (Some(left), None) => line[left].into(),
                    (Some(left), Some(&b)) => predict(line[left].into(), b.into(), above[left].into()),
                };
                let value = (prediction + difference(reader, table)?) & 0xFFFF;
                seen |= value;
                line[at] = S::truncate(value);
            }
        }
        Ok(seen)
    }
}

/// A difference modulo 2¹⁶ (T.81 H.1.2.2).
#[inline(always)]
fn difference(reader: &mut BitReader<'_>, table: &HuffmanTable) -> Result<i32, CodestreamError> {
    reader.refill();
    match reader.symbol(table)? {
        n_bits @ 0..=15 => Ok(reader.extended(u32::from(n_bits))),
        16 => Ok(32768),
        _ => Err(CodestreamError::Invalid("a difference of more than 16 bits")),
    }
}
