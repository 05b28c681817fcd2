//! From a picture to stored samples, their digest, and the pixel data element.

use sha2::{Digest, Sha256};

use crate::canary::hex;
use crate::codec::{JpegColour, encode_jpeg, encode_jpeg_lossless, encode_jpeg_ls, encode_rle};
use crate::data_set::{DataSet, Value};
use crate::key::Hounsfield;
use crate::phantom::{self, Canvas, Pose, Scene};
use crate::plan::{Kind, Oddity, Pixels, Plan, Syntax};
use crate::rng::{self, Rng};

/// The stored sample values of all frames, before encoding.
pub(crate) struct Samples {
    /// Each frame: row, column, sample.
    pub(crate) frames: Vec<Vec<i32>>,
    pub(crate) per_pixel: usize,
    pub(crate) allocated: u8,
    pub(crate) stored: u8,
    pub(crate) signed: bool,
}

/// Draws the frames of a plan and turns them into samples.
pub(crate) fn samples(plan: &Plan, seed: u64) -> Samples {
    let series = format!("{} {} {}", plan.patient.index, plan.study, plan.series);
    let frames = (0..plan.n_frames).map(|frame| {
        let mut anatomy = Rng::new(seed, &format!("anatomy {series}"));
        let mut noise = Rng::new(seed, &format!("noise {series} {} {frame}", plan.number));
        let phase = match plan.n_frames {
            1 => plan.pose.phase,
            n => frame as f32 / (n - 1) as f32,
        };
        let pose = Pose { phase, ..plan.pose };
        let picture = phantom::draw(plan.scene, plan.columns, plan.rows, pose, &mut anatomy, &mut noise);
        store(plan, &picture)
    });
    let (allocated, stored, signed, per_pixel) = match plan.pixels {
        Pixels::Grey { allocated, stored, signed, .. } => (allocated, stored, signed, 1),
        Pixels::Palette => (8, 8, false, 1),
        Pixels::Rgb { .. } | Pixels::Ybr422 => (8, 8, false, 3),
    };
    Samples { frames: frames.collect(), per_pixel, allocated, stored, signed }
}

fn store(plan: &Plan, picture: &Canvas) -> Vec<i32> {
    match plan.pixels {
        Pixels::Grey { stored, signed, inverted, rescale, .. } => {
            let (low, high) = range(stored, signed);
            let is_ct = matches!(plan.kind, Kind::Ct | Kind::CtEnhanced);
            let full = high.min(1 << 14) as f32 * if plan.kind == Kind::Mr { 0.45 } else { 0.97 };
            let (slope, intercept) = rescale.unwrap_or((1.0, 0.0));
            picture
                .values
                .iter()
                .map(|&value| {
                    let value = match (is_ct, inverted) {
                        (true, _) => ((f64::from(value) - intercept) / slope) as f32,
                        (false, true) => (1.0 - value.clamp(0.0, 1.0)) * full,
                        (false, false) => value.clamp(0.0, 1.0) * full,
                    };
                    rng::round(value).clamp(low, high)
                })
                .collect()
        }
        Pixels::Palette => picture.values.iter().map(|v| rng::round(v.clamp(0.0, 1.0) * 255.0)).collect(),
        Pixels::Rgb { .. } | Pixels::Ybr422 => coloured(picture, plan.scene == Scene::Echo),
    }
}

/// Grey as RGB, a little yellow; with colour Doppler where a chamber right of the middle is dark.
fn coloured(picture: &Canvas, with_doppler: bool) -> Vec<i32> {
    let (width, height) = (picture.width as f32, picture.height as f32);
    let pixels = picture.values.iter().enumerate().flat_map(|(index, &value)| {
        let x = (index % picture.width) as f32 / width - 0.5;
        let y = (index / picture.width) as f32 / height - 0.5;
        let grey = value.clamp(0.0, 1.0);
        let flow =
            with_doppler && (0.0..0.2).contains(&x) && (-0.2..0.15).contains(&y) && grey > 0.0 && grey < 0.16;
        let rgb = match (flow, y < -0.02) {
            (true, true) => [0.85, 0.2 + grey, 0.1],
            (true, false) => [0.1, 0.25 + grey, 0.85],
            (false, _) => [grey, grey, grey * 0.97],
        };
        rgb.map(|v: f32| rng::round(v * 255.0))
    });
    pixels.collect()
}

/// Lowest and highest value of so many bits.
fn range(stored: u8, signed: bool) -> (i32, i32) {
    if signed { (-(1 << (stored - 1)), (1 << (stored - 1)) - 1) } else { (0, (1 << stored) - 1) }
}

impl Samples {
    /// SHA-256 as the answer key defines it.
    pub(crate) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for frame in &self.frames {
            hash.update(self.little_endian(frame));
        }
        hex(&hash.finalize())
    }

    /// The samples in the integer type of Bits Allocated.
    fn little_endian(&self, frame: &[i32]) -> Vec<u8> {
        match self.allocated {
            8 => frame.iter().map(|&value| value as u8).collect(),
            _ => frame.iter().flat_map(|&value| (value as u16).to_le_bytes()).collect(),
        }
    }

    /// Strokes for the letters of a text, one a bit, in the upper fifth of every frame.
    pub(crate) fn burn(&mut self, plan: &Plan, text: &str) {
        let strokes = text.bytes().enumerate().flat_map(|(at, letter)| {
            (0..6).filter(move |bit| letter >> bit & 1 == 1).map(move |bit| 4 + at * 8 + bit)
        });
        let columns: Vec<usize> = strokes.filter(|&x| x < plan.columns).collect();
        for frame in &mut self.frames {
            for y in plan.rows / 20..plan.rows / 8 {
                for x in &columns {
                    let at = (y * plan.columns + x) * self.per_pixel;
                    frame[at..at + self.per_pixel].fill(255);
                }
            }
        }
    }

    /// True values at the corners of the inner half, and in the middle.
    pub(crate) fn hounsfield(&self, plan: &Plan) -> Vec<Hounsfield> {
        let Pixels::Grey { rescale: Some((slope, intercept)), .. } = plan.pixels else { return Vec::new() };
        if plan.kind.modality() != "CT" {
            return Vec::new();
        }
        let last = self.frames.len() - 1;
        [(0, 2, 2), (0, 1, 1), (0, 1, 3), (last, 3, 2), (last, 2, 3)]
            .into_iter()
            .map(|(frame, row_quarter, column_quarter)| {
                let (row, column) = (plan.rows * row_quarter / 4, plan.columns * column_quarter / 4);
                let stored = self.frames[frame][row * plan.columns + column];
                Hounsfield {
                    frame: frame as u32,
                    row: row as u32,
                    column: column as u32,
                    stored,
                    hu: f64::from(stored) * slope + intercept,
                }
            })
            .collect()
    }

    /// Puts Pixel Data (7FE0,0010) in.
    pub(crate) fn put(&self, plan: &Plan, data: &mut DataSet) {
        let tag = (0x7fe0, 0x0010);
        if let Some(streams) = self.encapsulated(plan) {
            let fragments = fragments(streams, plan.has(Oddity::SplitFragments));
            data.put(tag, b"OB", Value::Fragments(fragments));
            return;
        }
        let planar = matches!(plan.pixels, Pixels::Rgb { planar: true });
        let mut bytes = Vec::new();
        for frame in &self.frames {
            if planar {
                for sample in 0..3 {
                    bytes.extend(frame.iter().skip(sample).step_by(3).map(|&value| value as u8));
                }
            } else if plan.has(Oddity::OverlayInPixels) {
                let with_overlay = frame.iter().enumerate().map(|(index, &value)| {
                    let (x, y) = (index % plan.columns, index / plan.columns);
                    value | if x / 8 == 2 && y / 4 % 2 == 0 { 0x8000 } else { 0 }
                });
                bytes.extend(self.little_endian(&with_overlay.collect::<Vec<i32>>()));
            } else {
                bytes.extend(self.little_endian(&self.cleared(frame)));
            }
        }
        let vr = if self.allocated == 8 { b"OB" } else { b"OW" };
        data.bytes(tag, vr, bytes);
    }

    /// Bits above Bits Stored cleared in negative samples, as many devices write them (PS3.5 8.1.1 leaves it open).
    fn cleared(&self, frame: &[i32]) -> Vec<i32> {
        frame.iter().map(|&value| value & ((1 << self.stored) - 1)).collect()
    }

    /// One stream for each frame, or nothing if the transfer syntax stores pixels as they are.
    fn encapsulated(&self, plan: &Plan) -> Option<Vec<Vec<u8>>> {
        let (rows, columns) = (plan.rows, plan.columns);
        let codes =
            |frame: &[i32]| self.cleared(frame).into_iter().map(|value| value as u16).collect::<Vec<u16>>();
        let jpeg = |frame: &[i32]| {
            let colour = if self.per_pixel == 3 { JpegColour::Ybr422 } else { JpegColour::Grey };
            let (bits, step) = if self.stored > 8 { (12, 2) } else { (8, 4) };
            encode_jpeg(&codes(frame), rows, columns, bits, colour, step)
        };
        let encode: &dyn Fn(&Vec<i32>) -> Vec<u8> = match plan.syntax {
            Syntax::ImplicitLittle | Syntax::ExplicitLittle | Syntax::ExplicitBig | Syntax::Deflated => {
                return None;
            }
            Syntax::Rle => &|frame| {
                let bytes = self.little_endian(&self.cleared(frame));
                encode_rle(&bytes, columns, self.per_pixel, usize::from(self.allocated / 8))
            },
            Syntax::JpegBaseline | Syntax::JpegExtended => &|frame| jpeg(frame),
            Syntax::JpegLossless => &|frame| encode_jpeg_lossless(&codes(frame), rows, columns, self.stored),
            Syntax::JpegLs => &|frame| encode_jpeg_ls(&codes(frame), rows, columns, self.stored),
        };
        Some(self.frames.iter().map(encode).collect())
    }
}

/// The Basic Offset Table and the fragments; with `split` the table is empty and each stream is cut in two.
fn fragments(streams: Vec<Vec<u8>>, split: bool) -> Vec<Vec<u8>> {
    let mut table = Vec::new();
    let mut offset = 0_u32;
    for stream in &streams {
        table.extend(offset.to_le_bytes());
        offset += 8 + stream.len().next_multiple_of(2) as u32;
    }
    if !split {
        return std::iter::once(table).chain(streams).collect();
    }
    let halves = streams.into_iter().flat_map(|mut stream| {
        let second = stream.split_off((stream.len() / 2).next_multiple_of(2).min(stream.len()));
        [stream, second]
    });
    std::iter::once(Vec::new()).chain(halves).collect()
}

/// Image Pixel module and what goes with it (PS3.3 C.7.6.3).
pub(crate) fn describe(plan: &Plan, samples: &Samples, data: &mut DataSet) {
    let photometric = match plan.pixels {
        Pixels::Grey { inverted: true, .. } => "MONOCHROME1",
        Pixels::Grey { .. } => "MONOCHROME2",
        Pixels::Rgb { .. } => "RGB",
        Pixels::Ybr422 => "YBR_FULL_422",
        Pixels::Palette => "PALETTE COLOR",
    };
    data.us((0x0028, 0x0002), &[samples.per_pixel as u16]);
    data.text((0x0028, 0x0004), b"CS", photometric);
    if samples.per_pixel == 3 {
        data.us((0x0028, 0x0006), &[u16::from(plan.pixels == Pixels::Rgb { planar: true })]);
    }
    if plan.n_frames > 1 || plan.kind.is_enhanced() || matches!(plan.kind, Kind::Nm | Kind::UsCine) {
        data.text((0x0028, 0x0008), b"IS", plan.n_frames.to_string());
    }
    data.us((0x0028, 0x0010), &[plan.rows as u16]);
    data.us((0x0028, 0x0011), &[plan.columns as u16]);
    data.us((0x0028, 0x0100), &[u16::from(samples.allocated)]);
    data.us((0x0028, 0x0101), &[u16::from(samples.stored)]);
    data.us((0x0028, 0x0102), &[u16::from(samples.stored) - 1]);
    data.us((0x0028, 0x0103), &[u16::from(samples.signed)]);
    if plan.pixels == Pixels::Palette {
        palette(data);
    }
    if plan.syntax.is_lossy() {
        data.text((0x0028, 0x2110), b"CS", "01");
        data.text((0x0028, 0x2112), b"DS", "9.5");
        data.text((0x0028, 0x2114), b"CS", "ISO_10918_1");
    }
}

/// From black over blue and red to white.
fn palette(data: &mut DataSet) {
    let ramp = |from: i32, to: i32| {
        (0..256_i32)
            .flat_map(|i| (((i - from) * 65535 / (to - from)).clamp(0, 65535) as u16).to_le_bytes())
            .collect::<Vec<u8>>()
    };
    for (channel, (from, to)) in [(60, 200), (120, 255), (0, 110)].into_iter().enumerate() {
        data.us((0x0028, 0x1101 + channel as u16), &[256, 0, 16]);
        data.bytes((0x0028, 0x1201 + channel as u16), b"OW", ramp(from, to));
    }
}
