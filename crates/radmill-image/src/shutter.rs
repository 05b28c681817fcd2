//! Display shutters (PS3.3 C.7.6.11): what lies outside is not shown. They say how an image is displayed, so they are
//! painted where the output is for display, and values stay as they are.

use std::ops::Range;

use dicom_dictionary_std::tags;

use crate::ImageData;
use crate::source::AttributeSource;

/// The shutters of a frame; all of them hold at the same time.
#[derive(Clone, Debug, PartialEq)]
pub struct Shutter {
    /// One of each kind at most.
    pub shapes: Vec<ShutterShape>,
    /// Shutter Presentation Value (0018,1622): what is painted, from 0, black, to 65,535, white; 0 if not given.
    pub presentation_value: u16,
}

/// A shape inside which pixels are shown, in pixels: columns and rows count from 1 at the centre of the first pixel.
#[derive(Clone, Debug, PartialEq)]
pub enum ShutterShape {
    /// From the left to the right edge and from the upper to the lower one; pixels on the edges are shown.
    Rectangular {
        /// Left and right.
        columns: [f64; 2],
        /// Upper and lower.
        rows: [f64; 2],
    },
    /// Pixels up to the radius from the centre are shown.
    Circular {
        /// Row and column.
        center: [f64; 2],
        /// In pixels along a row.
        radius: f64,
    },
    /// Pixels inside the closed line, by the even-odd rule, are shown.
    Polygonal {
        /// Row and column of each.
        vertices: Vec<[f64; 2]>,
    },
}

impl ShutterShape {
    /// Stable code for the row.
    pub fn code(&self) -> &'static str {
        match self {
            ShutterShape::Rectangular { .. } => "rectangular",
            ShutterShape::Circular { .. } => "circular",
            ShutterShape::Polygonal { .. } => "polygonal",
        }
    }

    /// The columns that are shown in a row, from 0, in order; the row counts from 1. `aspect`: height over width of a
    /// pixel.
    fn shown(&self, row: f64, width: u32, aspect: f64) -> Vec<Range<u32>> {
        let between = |left: f64, right: f64| {
            // Column 1 is index 0; `as` saturates.
            let (start, end) = ((left.ceil() - 1.0).max(0.0) as u32, right.floor().max(0.0) as u32);
            start.min(width)..end.min(width)
        };
        let spans = match self {
            ShutterShape::Rectangular { columns, rows } if rows[0] <= row && row <= rows[1] => {
                vec![between(columns[0], columns[1])]
            }
            ShutterShape::Rectangular { .. } => Vec::new(),
            ShutterShape::Circular { center, radius } => {
                let below = (row - center[0]) * aspect;
                match radius * radius - below * below {
                    square @ 0.0.. => vec![between(center[1] - square.sqrt(), center[1] + square.sqrt())],
                    _ => Vec::new(),
                }
            }
            ShutterShape::Polygonal { vertices } => {
                let crossings = crossings(vertices, row);
                crossings.as_chunks::<2>().0.iter().map(|[left, right]| between(*left, *right)).collect()
            }
        };
        spans.into_iter().filter(|span| span.start < span.end).collect()
    }
}

/// Where the closed line crosses a row, from left to right: an even number of columns.
fn crossings(vertices: &[[f64; 2]], row: f64) -> Vec<f64> {
    let next = vertices.iter().cycle().skip(1);
    let mut columns: Vec<f64> = vertices
        .iter()
        .zip(next)
        // Half open, so that a vertex on the row counts once where the line goes through, and twice or not at a tip.
        .filter(|(from, to)| (from[0] <= row) != (to[0] <= row))
        .map(|(from, to)| from[1] + (row - from[0]) / (to[0] - from[0]) * (to[1] - from[1]))
        .collect();
    columns.sort_by(f64::total_cmp);
    columns
}

impl Shutter {
    /// Paints what is not shown of an image for display that has the size of its source.
    pub(crate) fn paint(&self, data: &mut ImageData, [width, height]: [u32; 2], aspect: f64) {
        let white_16 = u32::from(self.presentation_value);
        let value_8 = ((white_16 * 255 + 32_767) / 65_535) as u8;
        let width_samples = width as usize;
        for row in 0..height {
            let start = row as usize * width_samples;
            for span in self.hidden(f64::from(row) + 1.0, width, aspect) {
                let run = start + span.start as usize..start + span.end as usize;
                match data {
                    ImageData::Grey8(samples) => samples[run].fill(value_8),
                    ImageData::Grey16(samples) => samples[run].fill(self.presentation_value),
                    ImageData::Rgb8(samples) => samples[run.start * 3..run.end * 3].fill(value_8),
                }
            }
        }
    }

    /// The columns of a row that are not shown.
    fn hidden(&self, row: f64, width: u32, aspect: f64) -> Vec<Range<u32>> {
        let mut hidden = Vec::new();
        for shape in &self.shapes {
            let mut at = 0;
            for span in shape.shown(row, width, aspect) {
                if at < span.start {
                    hidden.push(at..span.start);
                }
                at = at.max(span.end);
            }
            hidden.push(at..width);
        }
        hidden
    }
}

/// More vertices than a drawn shutter has are not looked at: each costs time in every row.
const N_VERTICES_MAX: usize = 1024;

/// What was read, and whether a shutter was there that makes no sense.
pub(crate) struct ShutterRead {
    pub(crate) shutter: Option<Shutter>,
    pub(crate) defect: Option<&'static str>,
}

/// Frame Display Shutter of the functional groups, else the top level. Shapes that make no sense are passed over with a
/// defect: they decide how an image is shown, not what it is.
pub(crate) fn read<S: AttributeSource>(data: S, frame_index: u32) -> ShutterRead {
    let of_frame = data.functional_group(frame_index, tags::FRAME_DISPLAY_SHUTTER_SEQUENCE);
    let level = of_frame.unwrap_or(data);
    let (mut shapes, mut defect): (Vec<ShutterShape>, _) = (Vec::new(), None);
    for term in level.texts(tags::SHUTTER_SHAPE) {
        match read_shape(level, &term) {
            Some(shape) if shapes.iter().all(|known| known.code() != shape.code()) => shapes.push(shape),
            Some(_) => {}
            None => defect = Some("display_shutter_invalid"),
        }
    }
    let value = level.number(tags::SHUTTER_PRESENTATION_VALUE).unwrap_or(0.0);
    let shutter = Shutter { shapes, presentation_value: value as u16 };
    ShutterRead { shutter: Some(shutter).filter(|shutter| !shutter.shapes.is_empty()), defect }
}

fn read_shape<S: AttributeSource>(level: S, term: &str) -> Option<ShutterShape> {
    match term {
        "RECTANGULAR" => {
            let left = level.number(tags::SHUTTER_LEFT_VERTICAL_EDGE)?;
            let right = level.number(tags::SHUTTER_RIGHT_VERTICAL_EDGE)?;
            let upper = level.number(tags::SHUTTER_UPPER_HORIZONTAL_EDGE)?;
            let lower = level.number(tags::SHUTTER_LOWER_HORIZONTAL_EDGE)?;
            let is_area = left < right && upper < lower;
            is_area.then_some(ShutterShape::Rectangular { columns: [left, right], rows: [upper, lower] })
        }
        "CIRCULAR" => {
            let &[row, column] = level.numbers(tags::CENTER_OF_CIRCULAR_SHUTTER).as_slice() else {
                return None;
            };
            let radius = level.number(tags::RADIUS_OF_CIRCULAR_SHUTTER).filter(|&radius| radius > 0.0)?;
            Some(ShutterShape::Circular { center: [row, column], radius })
        }
        "POLYGONAL" => {
            let numbers = level.numbers(tags::VERTICES_OF_THE_POLYGONAL_SHUTTER);
            let vertices = numbers.as_chunks::<2>().0.to_vec();
            let is_area = (3..=N_VERTICES_MAX).contains(&vertices.len());
            is_area.then_some(ShutterShape::Polygonal { vertices })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::fake::FakeDataSet;

    /// Rows of an image, `#` where the shutter is.
    fn picture(shapes: Vec<ShutterShape>, size: [u32; 2], aspect: f64) -> String {
        let mut data = ImageData::Grey8(vec![9; (size[0] * size[1]) as usize]);
        Shutter { shapes, presentation_value: 0 }.paint(&mut data, size, aspect);
        let ImageData::Grey8(samples) = data else { panic!("the type stays") };
        let row = |row: &[u8]| row.iter().map(|&sample| if sample == 0 { '#' } else { '.' }).collect();
        samples.chunks(size[0] as usize).map(row).collect::<Vec<String>>().join(" ")
    }

    #[test]
    fn shapes() {
        let rectangular = ShutterShape::Rectangular { columns: [2.0, 4.0], rows: [2.0, 3.0] };
        assert_eq!(picture(vec![rectangular.clone()], [5, 4], 1.0), "##### #...# #...# #####");
        let wide = ShutterShape::Rectangular { columns: [-5.0, 99.0], rows: [0.0, 2.0] };
        assert_eq!(picture(vec![wide], [5, 3], 1.0), "..... ..... #####");
        let circular = ShutterShape::Circular { center: [3.0, 3.0], radius: 2.0 };
        let round = "##.## #...# ..... #...# ##.##";
        assert_eq!(picture(vec![circular.clone()], [5, 5], 1.0), round);
        assert_eq!(picture(vec![circular.clone()], [5, 5], 2.0), "##### ##.## ..... ##.## #####");
        let polygonal = ShutterShape::Polygonal { vertices: vec![[0.5, 0.5], [0.5, 5.5], [5.5, 0.5]] };
        assert_eq!(picture(vec![polygonal], [5, 5], 1.0), "..... ....# ...## ..### .####");
        let both = vec![rectangular, circular];
        assert_eq!(picture(both, [5, 5], 1.0), "##### #...# #...# ##### #####");
        let nowhere = ShutterShape::Circular { center: [1e300, 1e300], radius: 1e300 };
        assert_eq!(picture(vec![nowhere], [2, 1], 1e300), "##");
    }

    #[test]
    fn the_presentation_value_is_scaled() {
        let shapes = vec![ShutterShape::Circular { center: [100.0, 100.0], radius: 1.0 }];
        let shutter = Shutter { shapes, presentation_value: 0x8000 };
        let painted = |mut data| {
            shutter.paint(&mut data, [1, 1], 1.0);
            data
        };
        assert_eq!(painted(ImageData::Grey8(vec![1])), ImageData::Grey8(vec![128]));
        assert_eq!(painted(ImageData::Grey16(vec![1])), ImageData::Grey16(vec![0x8000]));
        assert_eq!(painted(ImageData::Rgb8(vec![1, 2, 3])), ImageData::Rgb8(vec![128; 3]));
    }

    #[test]
    fn attributes_are_read() {
        let rectangular = FakeDataSet::default()
            .text(tags::SHUTTER_SHAPE, "RECTANGULAR\\CIRCULAR")
            .numbers(tags::SHUTTER_LEFT_VERTICAL_EDGE, &[2.0])
            .numbers(tags::SHUTTER_RIGHT_VERTICAL_EDGE, &[9.0])
            .numbers(tags::SHUTTER_UPPER_HORIZONTAL_EDGE, &[1.0])
            .numbers(tags::SHUTTER_LOWER_HORIZONTAL_EDGE, &[7.0])
            .numbers(tags::SHUTTER_PRESENTATION_VALUE, &[65_535.0]);
        let found = read(&rectangular, 0);
        let shape = ShutterShape::Rectangular { columns: [2.0, 9.0], rows: [1.0, 7.0] };
        assert_eq!(found.shutter, Some(Shutter { shapes: vec![shape], presentation_value: 65_535 }));
        assert_eq!(found.defect, Some("display_shutter_invalid"));

        let circle = FakeDataSet::default()
            .text(tags::SHUTTER_SHAPE, "CIRCULAR")
            .numbers(tags::CENTER_OF_CIRCULAR_SHUTTER, &[5.0, 6.0])
            .numbers(tags::RADIUS_OF_CIRCULAR_SHUTTER, &[4.0]);
        let group = FakeDataSet::default().items(tags::FRAME_DISPLAY_SHUTTER_SEQUENCE, vec![circle]);
        let enhanced = rectangular.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![group]);
        let codes = read(&enhanced, 0).shutter.map(|shutter| shutter.shapes[0].code());
        assert_eq!(codes, Some("circular"));

        let polygon = |vertices: &[f64]| {
            FakeDataSet::default()
                .text(tags::SHUTTER_SHAPE, "POLYGONAL")
                .numbers(tags::VERTICES_OF_THE_POLYGONAL_SHUTTER, vertices)
        };
        assert!(read(&polygon(&[1.0, 1.0, 1.0, 9.0, 9.0, 9.0]), 0).shutter.is_some());
        assert!(read(&polygon(&[1.0, 1.0, 1.0, 9.0]), 0).shutter.is_none());
        assert!(read(&polygon(&[1.0; 4096]), 0).shutter.is_none());
        let nothing = read(&FakeDataSet::default(), 0);
        assert_eq!((nothing.shutter, nothing.defect), (None, None));
    }
}
