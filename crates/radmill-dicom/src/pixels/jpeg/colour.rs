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

/// Full-range YCbCr of ITU-R BT.601, as JFIF and PS3.3 C.7.6.3.1.2 have it, for up to 12 bits; rounded to the nearest.
#[inline(always)]
pub(super) fn to_rgb_16([y, cb, cr]: [u16; 3], precision: u16) -> [u16; 3] {
    const HALF: i32 = 1 << 15;
    let (centre, max) = (1 << (precision - 1), (1 << precision) - 1);
    // 1.402, 0.344136, 0.714136 and 1.772 times 2^16.
    let (y, blueness, redness) = (i32::from(y), i32::from(cb) - centre, i32::from(cr) - centre);
    let red = y + ((91_881 * redness + HALF) >> 16);
    let green = y + ((HALF - 22_554 * blueness - 46_802 * redness) >> 16);
    let blue = y + ((116_130 * blueness + HALF) >> 16);
    [red, green, blue].map(|value| value.clamp(0, max) as u16)
}

/// The same for 8 bits, in numbers of 16 bits where they do, so that twice as many fit into a vector: the factors are
/// split into a whole part and a rest below one half.
#[inline(always)]
pub(super) fn to_rgb_8([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    // Upper half of the product; taken of twice the value, it keeps one bit for rounding.
    let upper = |value: i16, factor: i16| ((i32::from(value) * i32::from(factor)) >> 16) as i16;
    let (y, blueness, redness) = (i16::from(y), i16::from(cb) - 128, i16::from(cr) - 128);
    let red = y + redness + ((upper(2 * redness, 26_345) + 1) >> 1);
    let mixed = i32::from(blueness) * -22_554 + i32::from(redness) * 18_734 + (1 << 15);
    let green = y - redness + (mixed >> 16) as i16;
    let blue = y + 2 * blueness + ((upper(2 * blueness, -14_942) + 1) >> 1);
    [red, green, blue].map(|value| value.clamp(0, 255) as u8)
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
            assert_eq!(to_rgb_16(ycbcr, 8), rgb, "{ycbcr:?}");
        }
    }

    #[test]
    fn the_short_way_is_the_same() {
        for cb in 0..=255_u8 {
            for cr in 0..=255 {
                for y in [0, 1, 77, 128, 254, 255] {
                    let expected = to_rgb_16([y, cb, cr].map(u16::from), 8);
                    assert_eq!(to_rgb_8([y, cb, cr]).map(u16::from), expected, "{y} {cb} {cr}");
                }
            }
        }
    }
}
