//! Planes to samples side by side, at full size and as RGB.

use super::super::wide::widest;
use super::FrameHeader;
use super::planes::{Plane, Room, Sample};

/// Consumes the planes of one or three components.
pub(super) fn assemble<S: Sample>(frame: &FrameHeader, planes: Vec<Plane<S>>, is_ycbcr: bool) -> Vec<S> {
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
