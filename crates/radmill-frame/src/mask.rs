use std::ops::Range;

use crate::{Frame, Photometric, Samples};

/// A rectangle of pixels, from the top left; it may reach beyond the image, where there is nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// First column, from 0.
    pub x: u32,
    /// First row, from 0.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// Which pixels of every frame of an instance become black. All others stay as they are, bit by bit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PixelMask {
    keep_only: Option<Vec<Rect>>,
    black: Vec<Rect>,
}

impl PixelMask {
    /// These become black.
    pub fn black(rects: Vec<Rect>) -> PixelMask {
        PixelMask { keep_only: None, black: rects }
    }

    /// Everything but these becomes black.
    pub fn keep_only(rects: Vec<Rect>) -> PixelMask {
        PixelMask { keep_only: Some(rects), black: Vec::new() }
    }

    /// What is black in one of the two is black.
    pub fn and(self, other: PixelMask) -> PixelMask {
        let (mut black, keep_only) = (
            self.black,
            match (self.keep_only, other.keep_only) {
                (Some(mine), Some(theirs)) => Some(overlaps(&mine, &theirs)),
                (mine, theirs) => mine.or(theirs),
            },
        );
        black.extend(other.black);
        PixelMask { keep_only, black }
    }

    /// True if no pixel becomes black, whatever the size of the image.
    pub fn is_empty(&self) -> bool {
        self.keep_only.is_none() && self.black.iter().all(|rect| rect.width == 0 || rect.height == 0)
    }

    /// The columns of `row` that become black, in order and apart from each other.
    pub fn black_columns(&self, row: u32, columns: u32) -> Vec<Range<u32>> {
        let mut black = spans(&self.black, row, columns);
        if let Some(keep_only) = &self.keep_only {
            let mut at = 0;
            for kept in merged(spans(keep_only, row, columns)) {
                black.push(at..kept.start);
                at = kept.end;
            }
            black.push(at..columns);
        }
        merged(black)
    }
}

impl Frame {
    /// Makes the pixels of the mask black: the lowest value, or the highest where low is white.
    /// Of a palette it is the entry `palette_black`.
    pub fn black_out(&mut self, mask: &PixelMask, palette_black: u32) {
        let black = black_sample(self.photometric, self.bits_stored, self.samples.is_signed(), palette_black);
        let n_samples = self.photometric.samples_per_pixel() as usize;
        for row in 0..self.rows {
            for span in mask.black_columns(row, self.columns) {
                let start = (row as usize * self.columns as usize + span.start as usize) * n_samples;
                let end = start + span.len() * n_samples;
                self.samples.fill_pixels(start..end, &black[..n_samples]);
            }
        }
    }
}

/// The sample values of a black pixel, as the bits that are stored; one of them counts where there is one sample.
pub fn black_sample(
    photometric: Photometric,
    bits_stored: u16,
    signed: bool,
    palette_black: u32,
) -> [i64; 3] {
    let bits = u32::from(bits_stored.clamp(1, 32));
    let lowest = if signed { -(1_i64 << (bits - 1)) } else { 0 };
    let highest = if signed { (1_i64 << (bits - 1)) - 1 } else { (1_i64 << bits) - 1 };
    match photometric {
        Photometric::Monochrome1 => [highest; 3],
        Photometric::PaletteColor => [i64::from(palette_black); 3],
        Photometric::Monochrome2 | Photometric::Rgb => [lowest; 3],
        // No colour is the middle of the range.
        _ => [0, 1 << (bits - 1), 1 << (bits - 1)],
    }
}

impl Samples {
    /// True for the types that can be negative.
    pub fn is_signed(&self) -> bool {
        matches!(self, Samples::I8(_) | Samples::I16(_) | Samples::I32(_) | Samples::F32(_) | Samples::F64(_))
    }

    /// Fills a run of whole pixels with one pixel. Floating point samples, which have no lowest value, become 0.
    fn fill_pixels(&mut self, run: Range<usize>, pixel: &[i64]) {
        fn fill<T: Copy>(samples: &mut [T], run: Range<usize>, pixel: &[i64], convert: impl Fn(i64) -> T) {
            let run = run.start.min(samples.len())..run.end.min(samples.len());
            for (sample, value) in samples[run].iter_mut().zip(pixel.iter().cycle()) {
                *sample = convert(*value);
            }
        }
        match self {
            Samples::U8(samples) => fill(samples, run, pixel, |value| value as u8),
            Samples::I8(samples) => fill(samples, run, pixel, |value| value as i8),
            Samples::U16(samples) => fill(samples, run, pixel, |value| value as u16),
            Samples::I16(samples) => fill(samples, run, pixel, |value| value as i16),
            Samples::U32(samples) => fill(samples, run, pixel, |value| value as u32),
            Samples::I32(samples) => fill(samples, run, pixel, |value| value as i32),
            Samples::F32(samples) => fill(samples, run, pixel, |_| 0.0),
            Samples::F64(samples) => fill(samples, run, pixel, |_| 0.0),
        }
    }
}

/// The columns that the rectangles have in this row, within the image.
fn spans(rects: &[Rect], row: u32, columns: u32) -> Vec<Range<u32>> {
    rects
        .iter()
        .filter(|rect| row >= rect.y && row - rect.y < rect.height)
        .map(|rect| rect.x.min(columns)..rect.x.saturating_add(rect.width).min(columns))
        .collect()
}

/// Sorted, without empty ones, those that touch joined.
fn merged(mut spans: Vec<Range<u32>>) -> Vec<Range<u32>> {
    spans.retain(|span| span.start < span.end);
    spans.sort_by_key(|span| span.start);
    let mut merged: Vec<Range<u32>> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// What lies in one of `a` and in one of `b`.
fn overlaps(a: &[Rect], b: &[Rect]) -> Vec<Rect> {
    let overlap = |a: &Rect, b: &Rect| {
        let (x, y) = (a.x.max(b.x), a.y.max(b.y));
        let right = a.x.saturating_add(a.width).min(b.x.saturating_add(b.width));
        let bottom = a.y.saturating_add(a.height).min(b.y.saturating_add(b.height));
        (x < right && y < bottom).then(|| Rect { x, y, width: right - x, height: bottom - y })
    };
    a.iter().flat_map(|a| b.iter().filter_map(|b| overlap(a, b)).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PixelDefects;

    fn rect(x: u32, y: u32, width: u32, height: u32) -> Rect {
        Rect { x, y, width, height }
    }

    /// Rows of a 6 by 3 image, `#` where it is black.
    fn picture(mask: &PixelMask) -> String {
        let samples = Samples::U8(vec![7; 18]);
        let photometric = Photometric::Monochrome2;
        let defects = PixelDefects::NONE;
        let mut frame = Frame { rows: 3, columns: 6, photometric, bits_stored: 8, samples, defects };
        frame.black_out(mask, 0);
        let Samples::U8(samples) = frame.samples else { panic!("the type stays") };
        let rows = samples.chunks(6).map(|row| row.iter().map(|s| if *s == 0 { '#' } else { '.' }).collect());
        rows.collect::<Vec<String>>().join(" ")
    }

    #[test]
    fn rectangles_and_what_is_left_of_them() {
        let check = |mask: PixelMask, expected| assert_eq!(picture(&mask), expected, "{mask:?}");
        check(PixelMask::default(), "...... ...... ......");
        check(PixelMask::black(vec![rect(1, 0, 2, 2)]), ".##... .##... ......");
        check(PixelMask::black(vec![rect(0, 0, 3, 1), rect(2, 0, 2, 1)]), "####.. ...... ......");
        check(PixelMask::black(vec![rect(4, 1, 100, u32::MAX)]), "...... ....## ....##");
        check(PixelMask::black(vec![rect(9, 0, 1, 1)]), "...... ...... ......");
        check(PixelMask::keep_only(vec![rect(1, 1, 2, 2)]), "###### #..### #..###");
        check(PixelMask::keep_only(vec![rect(0, 0, 2, 1), rect(4, 0, 2, 1)]), "..##.. ###### ######");
        check(PixelMask::keep_only(vec![]), "###### ###### ######");
        let both = PixelMask::keep_only(vec![rect(0, 0, 6, 2)]).and(PixelMask::black(vec![rect(0, 0, 1, 3)]));
        check(both, "#..... #..... ######");
        let twice =
            PixelMask::keep_only(vec![rect(0, 0, 4, 3)]).and(PixelMask::keep_only(vec![rect(2, 1, 4, 2)]));
        check(twice, "###### ##..## ##..##");
    }

    #[test]
    fn black_is_what_is_shown_black() {
        let check = |photometric, bits, signed, expected: [i64; 3]| {
            assert_eq!(black_sample(photometric, bits, signed, 3), expected, "{photometric:?}");
        };
        check(Photometric::Monochrome2, 12, false, [0; 3]);
        check(Photometric::Monochrome2, 12, true, [-2048; 3]);
        check(Photometric::Monochrome1, 12, false, [4095; 3]);
        check(Photometric::Monochrome1, 1, false, [1; 3]);
        check(Photometric::PaletteColor, 8, false, [3; 3]);
        check(Photometric::Rgb, 8, false, [0; 3]);
        check(Photometric::YbrFull, 8, false, [0, 128, 128]);
    }

    #[test]
    fn colour_pixels_stay_whole() {
        let samples = Samples::U16((1..=12).collect());
        let photometric = Photometric::YbrFull;
        let defects = PixelDefects::NONE;
        let mut frame = Frame { rows: 2, columns: 2, photometric, bits_stored: 16, samples, defects };
        frame.black_out(&PixelMask::black(vec![rect(1, 0, 1, 1)]), 0);
        let expected = vec![1, 2, 3, 0, 32768, 32768, 7, 8, 9, 10, 11, 12];
        assert_eq!(frame.samples, Samples::U16(expected));
    }
}
