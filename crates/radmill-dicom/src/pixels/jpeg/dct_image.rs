//! Images of DCT coefficients, sequential and progressive: planes are decoded, then put side by side at full size and
//! turned into RGB.

use radmill_frame::{Photometric, PixelDefects};

use super::super::codestream::{CodestreamError, Colour, Raster};
use super::super::markers::Segments;
use super::super::stored_bits::Words;
use super::super::wide::widest;
use super::colour::{self, Hints};
use super::planes::{Plane, Room, Sample};
use super::scan_layout::Geometry;
use super::{FrameHeader, Tables, progressive, sequential};

/// How the coefficients are spread over scans.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    /// All of a component in one scan (T.81 Annex F).
    Sequential,
    /// In bands and bit planes (T.81 Annex G).
    Progressive,
}

/// Decodes the scans after the frame header.
pub(super) fn decode(
    process: Process,
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
        8 => Words::U8(decode_frame(process, segments, tables, &frame, hints, declared)?),
        12 => Words::U16(decode_frame(process, segments, tables, &frame, hints, declared)?),
        _ => return Err(CodestreamError::Invalid("the precision of a DCT-based JPEG")),
    };
    let colour = if frame.components.len() == 3 { Colour::Rgb } else { Colour::AsDeclared };
    Ok(Raster { words, precision: frame.precision, signed: None, colour, defects: PixelDefects::NONE })
}

fn decode_frame<S: Sample>(
    process: Process,
    segments: Segments<'_>,
    tables: Tables,
    frame: &FrameHeader,
    mut hints: Hints,
    declared: Photometric,
) -> Result<Vec<S>, CodestreamError> {
    let geometry = Geometry::new(frame);
    let mut planes = geometry.planes(frame)?;
    match process {
        Process::Sequential => {
            sequential::decode_scans(segments, tables, frame, &geometry, &mut hints, &mut planes)?;
        }
        Process::Progressive => {
            progressive::decode_scans(segments, tables, frame, &geometry, &mut hints, &mut planes)?;
        }
    }
    let is_ycbcr = planes.len() == 3 && colour::is_ycbcr(frame, &hints, declared);
    Ok(assemble(frame, planes, is_ycbcr))
}

/// Consumes the planes of one or three components.
fn assemble<S: Sample>(frame: &FrameHeader, planes: Vec<Plane<S>>, is_ycbcr: bool) -> Vec<S> {
    match <[Plane<S>; 1]>::try_from(planes) {
        Ok([only]) => only.into_samples(),
        Err(planes) => widest(
            #[inline(always)]
            || interleave(frame, &planes, is_ycbcr),
        ),
    }
}

#[inline(always)]
fn interleave<S: Sample>(frame: &FrameHeader, planes: &[Plane<S>], is_ycbcr: bool) -> Vec<S> {
    let [first, second, third] = planes else { return Vec::new() };
    let columns = frame.columns;
    let mut samples = vec![S::default(); frame.rows * columns * 3];
    let mut rooms = [(); 3].map(|()| Room::default());
    let mut converted = [(); 3].map(|()| vec![S::default(); columns]);
    for (y, out) in samples.chunks_exact_mut(3 * columns).enumerate() {
        let [room_first, room_second, room_third] = &mut rooms;
        let mut rows = [
            first.upsampled_row(y, columns, room_first),
            second.upsampled_row(y, columns, room_second),
            third.upsampled_row(y, columns, room_third),
        ];
        if is_ycbcr {
            to_rgb(rows, &mut converted, frame.precision);
            rows = [&converted[0], &converted[1], &converted[2]];
        }
        let [a, b, c] = rows;
        let pixels = out.as_chunks_mut::<3>().0;
        for (pixel, ((&a, &b), &c)) in pixels.iter_mut().zip(a.iter().zip(b).zip(c)) {
            *pixel = [a, b, c];
        }
    }
    samples
}

#[inline(always)]
fn to_rgb<S: Sample>([ys, cbs, crs]: [&[S]; 3], [reds, greens, blues]: &mut [Vec<S>; 3], precision: u16) {
    let out = reds.iter_mut().zip(greens).zip(blues);
    for (((red, green), blue), ((&y, &cb), &cr)) in out.zip(ys.iter().zip(cbs).zip(crs)) {
        [*red, *green, *blue] = S::to_rgb([y, cb, cr], precision);
    }
}
