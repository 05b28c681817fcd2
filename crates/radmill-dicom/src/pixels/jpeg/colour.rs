//! Whether three components are YCbCr, and YCbCr to RGB.
//!
//! The rule, first match wins:
//!
//! 1. An Adobe segment (APP14) names the transform: 0 is none, anything else YCbCr.
//! 2. A JFIF segment (APP0): YCbCr, the only colour that JFIF has.
//! 3. Components called `R`, `G` and `B` are that.
//! 4. Components of different sampling are YCbCr: nobody halves green.
//! 5. Photometric Interpretation: RGB is RGB, any YBR is YCbCr.
//!
//! The codestream goes first because whoever wrote it knew; headers that say RGB above YCbCr are common. What comes out
//! is RGB in every case.

use radmill_frame::Photometric;

use super::super::markers::Marker;
use super::FrameHeader;

/// What application segments say about colour.
#[derive(Default)]
pub(super) struct Hints {
    adobe_transform: Option<u8>,
    is_jfif: bool,
}

impl Hints {
    /// Takes an APP0 or APP14 segment.
    pub(super) fn read(&mut self, marker: Marker, payload: &[u8]) {
        match marker {
            Marker::APP0 if payload.starts_with(b"JFIF\0") => self.is_jfif = true,
            // Version, two flags of two bytes each, then the transform.
            Marker::APP14 if payload.starts_with(b"Adobe") => self.adobe_transform = payload.get(11).copied(),
            _ => {}
        }
    }
}

/// Decides by the rule above.
pub(super) fn is_ycbcr(frame: &FrameHeader, hints: &Hints, declared: Photometric) -> bool {
    if let Some(transform) = hints.adobe_transform {
        return transform != 0;
    }
    if hints.is_jfif {
        return true;
    }
    if frame.components.iter().map(|c| c.id).eq(*b"RGB") {
        return false;
    }
    let mut sampling = frame.components.iter().map(|c| (c.horizontal, c.vertical));
    let first = sampling.next();
    if sampling.any(|other| Some(other) != first) {
        return true;
    }
    declared != Photometric::Rgb
}

/// Full-range YCbCr of ITU-R BT.601, as JFIF and PS3.3 C.7.6.3.1.2 have it, in place; rounded to the nearest.
pub(super) fn to_rgb(ys: &mut [i32], cbs: &mut [i32], crs: &mut [i32], precision: u16) {
    const HALF: i32 = 1 << 15;
    let (centre, max) = (1 << (precision - 1), (1 << precision) - 1);
    for ((y, cb), cr) in ys.iter_mut().zip(cbs).zip(crs) {
        // 1.402, 0.344136, 0.714136 and 1.772 times 2^16.
        let (blueness, redness) = (*cb - centre, *cr - centre);
        let red = *y + ((91_881 * redness + HALF) >> 16);
        let green = *y + ((HALF - 22_554 * blueness - 46_802 * redness) >> 16);
        let blue = *y + ((116_130 * blueness + HALF) >> 16);
        (*y, *cb, *cr) = (red.clamp(0, max), green.clamp(0, max), blue.clamp(0, max));
    }
}

#[cfg(test)]
mod tests {
    use super::super::FrameComponent;
    use super::*;

    fn frame(ids: [u8; 3], factors: [usize; 3]) -> FrameHeader {
        let components = std::array::from_fn::<_, 3, _>(|i| FrameComponent {
            id: ids[i],
            horizontal: factors[i],
            vertical: 1,
            quantization_index: 0,
        });
        FrameHeader { precision: 8, rows: 1, columns: 1, components: components.to_vec() }
    }

    #[test]
    fn the_first_match_wins() {
        use Photometric::{Rgb, YbrFull};
        let plain = frame([1, 2, 3], [1, 1, 1]);
        let named = frame(*b"RGB", [1, 1, 1]);
        let halved = frame([0, 1, 2], [2, 1, 1]);
        let hints = |adobe_transform, is_jfif| Hints { adobe_transform, is_jfif };
        for (frame, hints, declared, expected) in [
            (&plain, hints(Some(0), true), YbrFull, false),
            (&plain, hints(Some(1), false), Rgb, true),
            (&named, hints(None, true), Rgb, true),
            (&named, hints(None, false), YbrFull, false),
            (&halved, hints(None, false), Rgb, true),
            (&plain, hints(None, false), Rgb, false),
            (&plain, hints(None, false), YbrFull, true),
        ] {
            assert_eq!(is_ycbcr(frame, &hints, declared), expected);
        }
    }

    #[test]
    fn primary_colours() {
        for (ycbcr, rgb) in [
            ([128, 128, 128], [128, 128, 128]),
            ([76, 85, 255], [254, 0, 0]),
            ([150, 44, 21], [0, 255, 1]),
            ([29, 255, 107], [0, 0, 254]),
        ] {
            let [mut y, mut cb, mut cr] = ycbcr.map(|value| [value]);
            to_rgb(&mut y, &mut cb, &mut cr, 8);
            assert_eq!([y[0], cb[0], cr[0]], rgb, "{ycbcr:?}");
        }
    }
}
