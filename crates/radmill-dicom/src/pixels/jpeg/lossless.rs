//! Lossless JPEG (T.81 Annex H): each sample is predicted from its neighbours, and the difference is Huffman coded.

use radmill_frame::PixelDefects;

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
    Ok(Raster {
        words,
        precision: frame.precision,
        signed: None,
        colour: Colour::AsDeclared,
        defects: PixelDefects::NONE,
    })
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
        if self.point_transform > 0 {
            for &(place, _) in &self.components {
                for sample in samples.iter_mut().skip(place).step_by(self.stride) {
                    *sample = S::truncate((*sample).into() << self.point_transform);
                }
            }
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
    if let Some(pair) = reader.pair(table) {
        return Ok(pair.value());
    }
    match reader.symbol(table)? {
        n_bits @ 0..=15 => Ok(reader.extended(u32::from(n_bits))),
        16 => Ok(32768),
        _ => Err(CodestreamError::Invalid("a difference of more than 16 bits")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use radmill_frame::Photometric;

    use super::super::super::codestream::Expected;
    use super::super::decode;
    use super::super::test_encoder::{Bits, put_segment};
    use super::*;

    /// What an encoder is told.
    #[derive(Clone, Debug)]
    struct Job {
        precision: u8,
        predictor: u8,
        point_transform: u8,
        columns: usize,
        n_components: usize,
        restart_lines: usize,
        separate_scans: bool,
        samples: Vec<u16>,
    }

    impl Job {
        fn rows(&self) -> usize {
            self.samples.len() / self.columns / self.n_components
        }

        fn encode(&self) -> Vec<u8> {
            let [rows, columns] = [self.rows() as u16, self.columns as u16].map(u16::to_be_bytes);
            let n = self.n_components as u8;
            let mut out = vec![0xFF, 0xD8];
            // Every number of bits has a code of five bits: its own number.
            let mut table = vec![0; 17];
            table[5] = 17;
            table.extend(0..17);
            put_segment(&mut out, 0xC4, &table);
            let components: Vec<u8> = (1..=n).flat_map(|id| [id, 0x11, 0]).collect();
            put_segment(
                &mut out,
                0xC3,
                &[&[self.precision], &rows[..], &columns[..], &[n], &components].concat(),
            );
            let interval = (self.restart_lines * self.columns) as u16;
            put_segment(&mut out, 0xDD, &interval.to_be_bytes());
            let scans: Vec<Vec<usize>> = if self.separate_scans {
                (0..self.n_components).map(|place| vec![place]).collect()
            } else {
                vec![(0..self.n_components).collect()]
            };
            for places in scans {
                let ids: Vec<u8> = places.iter().flat_map(|&place| [place as u8 + 1, 0]).collect();
                let header =
                    [&[places.len() as u8], &ids[..], &[self.predictor, 0, self.point_transform]].concat();
                put_segment(&mut out, 0xDA, &header);
                self.put_scan(&mut out, &places);
            }
            out.extend([0xFF, 0xD9]);
            out
        }

        fn put_scan(&self, out: &mut Vec<u8>, places: &[usize]) {
            let mut bits = Bits::default();
            let mut n_restarts = 0;
            for y in 0..self.rows() {
                let restarts = self.restart_lines > 0 && y % self.restart_lines == 0;
                if restarts && y > 0 {
                    bits.flush(out);
                    out.extend([0xFF, 0xD0 + n_restarts % 8]);
                    n_restarts += 1;
                }
                for x in 0..self.columns {
                    for &place in places {
                        let prediction = self.prediction(x, y, place, y == 0 || restarts);
                        put_difference(
                            &mut bits,
                            out,
                            self.at(x, y, place).wrapping_sub(prediction as u16) as i16,
                        );
                    }
                }
            }
            bits.flush(out);
        }

        fn at(&self, x: usize, y: usize, place: usize) -> u16 {
            self.samples[(y * self.columns + x) * self.n_components + place] >> self.point_transform
        }

        fn prediction(&self, x: usize, y: usize, place: usize, is_first_line: bool) -> i32 {
            let at = |x: usize, y: usize| i32::from(self.at(x, y, place));
            match (x, is_first_line) {
                (0, true) => 1 << (self.precision - self.point_transform - 1),
                (0, false) => at(0, y - 1),
                (_, true) => at(x - 1, y),
                _ => {
                    let (a, b, c) = (at(x - 1, y), at(x, y - 1), at(x - 1, y - 1));
                    [0, a, b, c, a + b - c, a + ((b - c) >> 1), b + ((a - c) >> 1), (a + b) >> 1]
                        [usize::from(self.predictor)]
                }
            }
        }
    }

    fn put_difference(bits: &mut Bits, out: &mut Vec<u8>, difference: i16) {
        if difference == i16::MIN {
            return bits.put(out, 16, 5);
        }
        let n_bits = 16 - difference.unsigned_abs().leading_zeros();
        bits.put(out, u64::from(n_bits), 5);
        let value = if difference < 0 { i32::from(difference) - 1 } else { i32::from(difference) };
        bits.put(out, value as u64 & ((1 << n_bits) - 1), n_bits);
    }

    fn job() -> impl Strategy<Value = Job> {
        let shape = (1..9_usize, 1..7_usize, prop::sample::select(vec![1_usize, 3]));
        let coding = (2..=16_u8, 1..=7_u8, 0..3_u8, 0..3_usize, any::<bool>());
        (shape, coding).prop_flat_map(|((columns, rows, n_components), coding)| {
            let (precision, predictor, point_transform, restart_lines, separate_scans) = coding;
            let point_transform = point_transform.min(precision - 1);
            let max = (u32::from(u16::MAX) >> (16 - precision)) as u16;
            let kept = max >> point_transform << point_transform;
            prop::collection::vec(
                (0..=max).prop_map(move |sample| sample & kept),
                columns * rows * n_components,
            )
            .prop_map(move |samples| Job {
                precision,
                predictor,
                point_transform,
                columns,
                n_components,
                restart_lines,
                separate_scans,
                samples,
            })
        })
    }

    proptest! {
        /// Every predictor, precision, point transform, restart interval and arrangement of scans.
        #[test]
        fn what_was_encoded_is_decoded(job in job()) {
            let expected = Expected {
                rows: job.rows() as u32,
                columns: job.columns as u32,
                n_components: job.n_components as u16,
            };
            let raster = decode(&job.encode(), expected, Photometric::Rgb).unwrap();
            let samples: Vec<u16> = match raster.words {
                Words::U8(words) => words.into_iter().map(u16::from).collect(),
                Words::U16(words) => words,
                Words::U32(_) => panic!("words of 32 bits"),
            };
            prop_assert_eq!(samples, job.samples);
        }

        #[test]
        fn damage_does_no_harm(job in job(), at in any::<prop::sample::Index>(), value in any::<u8>()) {
            let mut encoded = job.encode();
            let at = at.index(encoded.len());
            encoded[at] = value;
            let expected = Expected {
                rows: job.rows() as u32,
                columns: job.columns as u32,
                n_components: job.n_components as u16,
            };
            let _ = decode(&encoded, expected, Photometric::Rgb);
        }
    }
}
