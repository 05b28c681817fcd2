//! The Image Pixel module (PS3.3 C.7.6.3) read into a coherent [`PixelDescription`], or the reason why it is not one.

use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_frame::{DecodeError, Photometric, PixelDefect, PixelDefects, PixelDescription};

use crate::{DataSet, Limits};

/// What kind of numbers the pixel data element holds; it decides which attributes must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleKind {
    /// Pixel Data (7FE0,0010).
    Integer,
    /// Float Pixel Data (7FE0,0008), 32 bits.
    Float,
    /// Double Float Pixel Data (7FE0,0009), 64 bits.
    DoubleFloat,
}

/// Reads the attributes from the top level of a data set and checks them against each other and the limits.
///
/// Lenient where real files are wrong and the meaning is clear all the same: an absent Number of Frames, Bits Stored,
/// High Bit or Planar Configuration takes the only sensible value, and a High Bit that leaves no room for Bits Stored
/// is ignored. Each of these is a defect. Nothing that would change a sample value is guessed.
pub(super) fn read(
    data: &DataSet,
    kind: SampleKind,
    limits: &Limits,
) -> Result<(PixelDescription, PixelDefects), DecodeError> {
    let rows = size(data, tags::ROWS, "rows")?;
    let columns = size(data, tags::COLUMNS, "columns")?;
    let n_frames = n_frames(data, limits)?;
    let (photometric, samples_per_pixel) = photometric(data)?;
    let bits = bits(data, kind, samples_per_pixel)?;
    let description = PixelDescription {
        rows,
        columns,
        n_frames,
        samples_per_pixel,
        photometric,
        bits_allocated: bits.allocated,
        bits_stored: bits.stored,
        high_bit: bits.high,
        signed: bits.signed,
        planar: samples_per_pixel > 1 && integer(data, tags::PLANAR_CONFIGURATION) == Some(1),
    };
    check_limits(&description, limits)?;
    Ok((description, defects(data, kind, samples_per_pixel, bits.stored)))
}

/// What was coped with above.
fn defects(data: &DataSet, kind: SampleKind, samples_per_pixel: u16, bits_stored: u16) -> PixelDefects {
    let is_absent = |tag| integer(data, tag).is_none();
    let mut defects = PixelDefects::NONE;
    let mut needed = vec![tags::SAMPLES_PER_PIXEL];
    if kind == SampleKind::Integer {
        needed.extend([tags::BITS_STORED, tags::HIGH_BIT, tags::PIXEL_REPRESENTATION]);
        let high_bit = integer(data, tags::HIGH_BIT);
        defects
            .add_if(high_bit.is_some_and(|bit| bit != i64::from(bits_stored) - 1), PixelDefect::HighBitWrong);
    }
    if samples_per_pixel > 1 {
        needed.push(tags::PLANAR_CONFIGURATION);
    }
    defects.add_if(needed.into_iter().any(is_absent), PixelDefect::PixelAttributeMissing);
    defects
}

/// Bytes that one sample takes once decoded.
pub(super) fn sample_bytes(bits_allocated: u16) -> u64 {
    match bits_allocated {
        0..=8 => 1,
        9..=16 => 2,
        17..=32 => 4,
        _ => 8,
    }
}

/// Samples in one decoded frame; both factors of an image are below 2³², so that nothing overflows here.
pub(super) fn frame_samples(description: &PixelDescription) -> u64 {
    (u64::from(description.rows) * u64::from(description.columns))
        .saturating_mul(u64::from(description.samples_per_pixel))
}

fn check_limits(description: &PixelDescription, limits: &Limits) -> Result<(), DecodeError> {
    let frame_bytes = frame_samples(description).saturating_mul(sample_bytes(description.bits_allocated));
    over_limit("frame_bytes_max", frame_bytes, limits.frame_bytes_max)?;
    let decoded_bytes = frame_bytes.saturating_mul(u64::from(description.n_frames));
    over_limit("decoded_bytes_max", decoded_bytes, limits.decoded_bytes_max)
}

fn over_limit(what: &'static str, declared: u64, limit: u64) -> Result<(), DecodeError> {
    if declared > limit { Err(DecodeError::OverLimit { what, declared, limit }) } else { Ok(()) }
}

fn size(data: &DataSet, tag: Tag, what: &'static str) -> Result<u32, DecodeError> {
    match integer(data, tag) {
        Some(size) if size >= 1 => u32::try_from(size).map_err(|_| DecodeError::InvalidPixelAttributes(what)),
        _ => Err(DecodeError::InvalidPixelAttributes(what)),
    }
}

/// Number of Frames; absent, empty and 0 mean that the instance has one.
fn n_frames(data: &DataSet, limits: &Limits) -> Result<u32, DecodeError> {
    let absent = data
        .get(tags::NUMBER_OF_FRAMES)
        .is_none_or(|element| element.bytes().iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0));
    if absent {
        return Ok(1);
    }
    match integer(data, tags::NUMBER_OF_FRAMES) {
        Some(0) => Ok(1),
        Some(n) if n > 0 => {
            over_limit("frames_max", n.unsigned_abs(), u64::from(limits.frames_max))?;
            u32::try_from(n).map_err(|_| DecodeError::InvalidPixelAttributes("number of frames"))
        }
        _ => Err(DecodeError::InvalidPixelAttributes("number of frames")),
    }
}

/// Photometric Interpretation and Samples per Pixel, which have to agree.
fn photometric(data: &DataSet) -> Result<(Photometric, u16), DecodeError> {
    let term = data
        .text(tags::PHOTOMETRIC_INTERPRETATION)
        .ok_or(DecodeError::InvalidPixelAttributes("photometric interpretation"))?;
    let photometric = Photometric::from_term(&term)
        .ok_or(DecodeError::UnsupportedPixelFormat("photometric interpretation"))?;
    let expected = photometric.samples_per_pixel();
    match integer(data, tags::SAMPLES_PER_PIXEL) {
        None => Ok((photometric, expected)),
        Some(samples) if samples == i64::from(expected) => Ok((photometric, expected)),
        Some(_) => Err(DecodeError::InvalidPixelAttributes(
            "samples per pixel and photometric interpretation contradict each other",
        )),
    }
}

struct Bits {
    allocated: u16,
    stored: u16,
    high: u16,
    signed: bool,
}

fn bits(data: &DataSet, kind: SampleKind, samples_per_pixel: u16) -> Result<Bits, DecodeError> {
    match kind {
        SampleKind::Integer => integer_bits(data, samples_per_pixel),
        // The element alone says what a sample is; the other attributes are not in the module (PS3.3 C.7.6.24).
        SampleKind::Float => Ok(Bits { allocated: 32, stored: 32, high: 31, signed: false }),
        SampleKind::DoubleFloat => Ok(Bits { allocated: 64, stored: 64, high: 63, signed: false }),
    }
}

fn integer_bits(data: &DataSet, samples_per_pixel: u16) -> Result<Bits, DecodeError> {
    let allocated = match integer(data, tags::BITS_ALLOCATED) {
        Some(bits @ (1 | 8 | 12 | 16 | 32)) => bits as u16,
        Some(bits) if bits > 0 => return Err(DecodeError::UnsupportedPixelFormat("bits allocated")),
        _ => return Err(DecodeError::InvalidPixelAttributes("bits allocated")),
    };
    let stored = match integer(data, tags::BITS_STORED) {
        None => allocated,
        Some(bits) if (1..=i64::from(allocated)).contains(&bits) => bits as u16,
        Some(_) => return Err(DecodeError::InvalidPixelAttributes("bits stored")),
    };
    let high = match integer(data, tags::HIGH_BIT) {
        Some(bit) if (i64::from(stored) - 1..i64::from(allocated)).contains(&bit) => bit as u16,
        _ => stored - 1,
    };
    let signed = match integer(data, tags::PIXEL_REPRESENTATION) {
        Some(0) => false,
        Some(1) => true,
        // Colour and single bits are unsigned in every image IOD; for grey values the sign matters and is not guessed.
        None if samples_per_pixel == 3 || allocated == 1 => false,
        _ => return Err(DecodeError::InvalidPixelAttributes("pixel representation")),
    };
    Ok(Bits { allocated, stored, high, signed })
}

/// The integer, also where the VR was lost (UN) or is a wrong one: these attributes are US or IS, nothing else.
fn integer(data: &DataSet, tag: Tag) -> Option<i64> {
    if let Some(value) = data.integer(tag) {
        return Some(value);
    }
    let element = data.get(tag)?;
    match (element.vr, element.bytes()) {
        (VR::UN | VR::OB | VR::OW, [low, high]) => Some(i64::from(u16::from_le_bytes([*low, *high]))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::test_support::{attributes, limits};

    type Change<'a> = &'a [(Tag, Option<&'a str>)];

    fn read_changed(changes: Change<'_>) -> Result<PixelDescription, DecodeError> {
        read(&attributes(changes), SampleKind::Integer, &limits()).map(|(description, _)| description)
    }

    #[test]
    fn what_was_coped_with_is_said() {
        let missing = &["pixel_attribute_missing"][..];
        let rgb = [(tags::SAMPLES_PER_PIXEL, Some("3")), (tags::PHOTOMETRIC_INTERPRETATION, Some("RGB"))];
        let cases: &[(Change<'_>, &[&str])] = &[
            (&[], &[]),
            (&[(tags::NUMBER_OF_FRAMES, None)], &[]),
            (&[(tags::BITS_STORED, None), (tags::HIGH_BIT, Some("15"))], missing),
            (&[(tags::HIGH_BIT, None)], missing),
            (&[(tags::HIGH_BIT, Some("15"))], &["high_bit_wrong"]),
            (&[(tags::HIGH_BIT, Some("99"))], &["high_bit_wrong"]),
            (&[(tags::SAMPLES_PER_PIXEL, None)], missing),
            (&rgb, missing),
        ];
        for (changes, codes) in cases {
            let (_, defects) = read(&attributes(changes), SampleKind::Integer, &limits()).unwrap();
            assert_eq!(defects.codes(), *codes, "{changes:?}");
        }
        let (_, defects) =
            read(&attributes(&[(tags::HIGH_BIT, None)]), SampleKind::Float, &limits()).unwrap();
        assert!(defects.is_empty());
    }

    #[test]
    fn what_is_clear_is_taken() {
        let base = read_changed(&[]).unwrap();
        assert_eq!((base.rows, base.columns, base.n_frames, base.bits_stored), (4, 6, 1, 12));
        type Look = fn(&PixelDescription) -> i64;
        let cases: &[(Change<'_>, Look, i64)] = &[
            (&[(tags::NUMBER_OF_FRAMES, Some("3 "))], |d| d.n_frames.into(), 3),
            (&[(tags::NUMBER_OF_FRAMES, Some("0"))], |d| d.n_frames.into(), 1),
            (&[(tags::NUMBER_OF_FRAMES, Some(" "))], |d| d.n_frames.into(), 1),
            (&[(tags::BITS_STORED, None), (tags::HIGH_BIT, None)], |d| d.bits_stored.into(), 16),
            (&[(tags::HIGH_BIT, Some("15"))], |d| d.high_bit.into(), 15),
            (&[(tags::HIGH_BIT, Some("7"))], |d| d.high_bit.into(), 11),
            (&[(tags::HIGH_BIT, Some("99"))], |d| d.high_bit.into(), 11),
            (&[(tags::SAMPLES_PER_PIXEL, None)], |d| d.samples_per_pixel.into(), 1),
            (&[(tags::PIXEL_REPRESENTATION, Some("1"))], |d| d.signed.into(), 1),
        ];
        for (changes, look, expected) in cases {
            let description = read_changed(changes).unwrap();
            assert_eq!(look(&description), *expected, "{changes:?}");
        }
    }

    #[test]
    fn what_is_not_clear_is_refused() {
        let cases: &[(Change<'_>, &str)] = &[
            (&[(tags::ROWS, None)], "invalid_pixel_attributes"),
            (&[(tags::COLUMNS, Some("0"))], "invalid_pixel_attributes"),
            (&[(tags::NUMBER_OF_FRAMES, Some("1A"))], "invalid_pixel_attributes"),
            (&[(tags::NUMBER_OF_FRAMES, Some("-1"))], "invalid_pixel_attributes"),
            (&[(tags::NUMBER_OF_FRAMES, Some("999999999"))], "over_limit"),
            (&[(tags::PHOTOMETRIC_INTERPRETATION, None)], "invalid_pixel_attributes"),
            (&[(tags::PHOTOMETRIC_INTERPRETATION, Some("CMYK"))], "unsupported_pixel_format"),
            (&[(tags::PHOTOMETRIC_INTERPRETATION, Some("RGB"))], "invalid_pixel_attributes"),
            (&[(tags::BITS_ALLOCATED, None)], "invalid_pixel_attributes"),
            (&[(tags::BITS_ALLOCATED, Some("24"))], "unsupported_pixel_format"),
            (&[(tags::BITS_STORED, Some("17"))], "invalid_pixel_attributes"),
            (&[(tags::BITS_STORED, Some("0"))], "invalid_pixel_attributes"),
            (&[(tags::PIXEL_REPRESENTATION, None)], "invalid_pixel_attributes"),
            (&[(tags::ROWS, Some("65535")), (tags::COLUMNS, Some("65535"))], "over_limit"),
        ];
        for (changes, reason) in cases {
            assert_eq!(read_changed(changes).unwrap_err().reason(), *reason, "{changes:?}");
        }
    }
}
