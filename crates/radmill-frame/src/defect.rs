//! What can be wrong with pixel data and still be coped with.

/// One kind of defect of pixel data; its code is a promise, see [`PixelDefect::code`].
///
/// The samples of a frame that has one are those that the standard calls for all the same: where the right reading is
/// not certain there is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PixelDefect {
    /// The Basic Offset Table does not point at the starts of frames.
    OffsetTableWrong,
    /// The Extended Offset Table does not point at the starts of frames.
    ExtendedOffsetTableWrong,
    /// No offset table where one is needed; the codestreams told the frames apart.
    OffsetTableMissing,
    /// The frame lies in more than one fragment.
    FrameInSeveralFragments,
    /// More than one frame in a fragment.
    SeveralFramesInFragment,
    /// Fewer frames than Number of Frames says.
    FramesMissing,
    /// More frames than Number of Frames says.
    FramesExtra,
    /// Bytes after the last frame, or after a codestream, that are no padding.
    PixelTrailingBytes,
    /// Photometric Interpretation is not what the samples are.
    PhotometricWrong,
    /// The colour transform that a codestream names is not that of the header.
    ColorTransformContradicted,
    /// Bits Stored is not the precision of the codestream.
    BitsStoredContradicted,
    /// Pixel Representation is not the sign of the codestream.
    SignContradicted,
    /// High Bit is not Bits Stored − 1.
    HighBitWrong,
    /// Bits above Bits Stored were not empty.
    UnusedBitsSet,
    /// Planar Configuration is not how the samples lie.
    PlanarConfigurationWrong,
    /// An attribute of the Image Pixel module is missing and has only one sensible value.
    PixelAttributeMissing,
    /// A codestream breaks a rule of its own standard, such as to have an end marker.
    CodestreamIrregular,
    /// The pixel data are not compressed although the transfer syntax says so.
    NotCompressed,
    /// The transfer syntax promises lossless compression, and the codestream is lossy.
    LosslessClaimWrong,
}

/// Every defect with its code and what it means, in the order of the enum.
#[rustfmt::skip]
const TABLE: [(PixelDefect, &str, &str); 19] = [
    (PixelDefect::OffsetTableWrong, "offset_table_wrong", "the basic offset table does not point at the starts of frames; it was not used"),
    (PixelDefect::ExtendedOffsetTableWrong, "extended_offset_table_wrong", "(7FE0,0001) does not point at the starts of frames; it was not used"),
    (PixelDefect::OffsetTableMissing, "offset_table_missing", "there is no offset table; the codestreams told the frames apart"),
    (PixelDefect::FrameInSeveralFragments, "frame_in_several_fragments", "the frame lies in more than one fragment"),
    (PixelDefect::SeveralFramesInFragment, "several_frames_in_fragment", "a fragment holds more than one frame"),
    (PixelDefect::FramesMissing, "frames_missing", "there are fewer frames than (0028,0008) says"),
    (PixelDefect::FramesExtra, "frames_extra", "there are more frames than (0028,0008) says; they were left out"),
    (PixelDefect::PixelTrailingBytes, "pixel_trailing_bytes", "bytes after the last sample that are no padding, left out"),
    (PixelDefect::PhotometricWrong, "photometric_wrong", "(0028,0004) is not what the samples are"),
    (PixelDefect::ColorTransformContradicted, "color_transform_contradicted", "the colour transform that the codestream names is not that of the header"),
    (PixelDefect::BitsStoredContradicted, "bits_stored_contradicted", "(0028,0101) is not the precision of the codestream"),
    (PixelDefect::SignContradicted, "sign_contradicted", "(0028,0103) is not the sign of the codestream"),
    (PixelDefect::HighBitWrong, "high_bit_wrong", "(0028,0102) is not (0028,0101) minus 1"),
    (PixelDefect::UnusedBitsSet, "unused_bits_set", "bits outside the stored ones were not empty, such as an overlay; they were cleared"),
    (PixelDefect::PlanarConfigurationWrong, "planar_configuration_wrong", "(0028,0006) is not how the samples lie; the codestream tells"),
    (PixelDefect::PixelAttributeMissing, "pixel_attribute_missing", "an attribute of the Image Pixel module is missing; it has only one sensible value"),
    (PixelDefect::CodestreamIrregular, "codestream_irregular", "the codestream breaks a rule of its own standard that does not change a sample"),
    (PixelDefect::NotCompressed, "not_compressed", "the transfer syntax names a compression, but the samples lie uncompressed"),
    (PixelDefect::LosslessClaimWrong, "lossless_claim_wrong", "the transfer syntax promises lossless compression, but the codestream is lossy"),
];

impl PixelDefect {
    /// The stable code, such as `frames_missing`.
    pub fn code(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        TABLE[self as usize].2
    }
}

/// A set of defects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PixelDefects(u32);

impl PixelDefects {
    /// No defect.
    pub const NONE: PixelDefects = PixelDefects(0);

    /// Notes a defect.
    pub fn add(&mut self, defect: PixelDefect) {
        self.0 |= 1 << defect as u32;
    }

    /// Notes a defect if there is one.
    pub fn add_if(&mut self, is_there: bool, defect: PixelDefect) {
        if is_there {
            self.add(defect);
        }
    }

    /// The defects of both.
    #[must_use]
    pub fn and(self, other: PixelDefects) -> PixelDefects {
        PixelDefects(self.0 | other.0)
    }

    /// True if it was noted.
    pub fn contains(self, defect: PixelDefect) -> bool {
        self.0 & (1 << defect as u32) != 0
    }

    /// True if none was noted.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The defects in the order of their definition.
    pub fn iter(self) -> impl Iterator<Item = PixelDefect> {
        TABLE.iter().map(|row| row.0).filter(move |defect| self.contains(*defect))
    }

    /// The codes, sorted, each once.
    pub fn codes(self) -> Vec<&'static str> {
        let mut codes: Vec<&'static str> = self.iter().map(PixelDefect::code).collect();
        codes.sort_unstable();
        codes
    }

    /// What a code means, in a few words; `None` if there is no such code.
    pub fn meaning(code: &str) -> Option<&'static str> {
        TABLE.iter().find(|row| row.1 == code).map(|row| row.2)
    }
}

impl From<PixelDefect> for PixelDefects {
    fn from(defect: PixelDefect) -> PixelDefects {
        PixelDefects(1 << defect as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, (defect, code, meaning)) in TABLE.into_iter().enumerate() {
            assert_eq!(defect as usize, index, "{code}");
            assert_eq!((defect.code(), defect.meaning()), (code, meaning));
            assert_eq!(PixelDefects::meaning(code), Some(meaning));
            assert!(TABLE[..index].iter().all(|row| row.1 != code), "{code} twice");
        }
        assert_eq!(PixelDefects::meaning("fine"), None);
    }

    #[test]
    fn every_code_is_documented() {
        let page = include_str!("../../../docs/pixels.md");
        for (_, code, _) in TABLE {
            assert!(page.contains(&format!("\n| `{code}` |")), "{code}");
        }
    }

    #[test]
    fn codes_are_sorted_and_single() {
        let mut defects = PixelDefects::from(PixelDefect::OffsetTableWrong);
        defects.add(PixelDefect::HighBitWrong);
        defects.add(PixelDefect::HighBitWrong);
        defects.add_if(false, PixelDefect::NotCompressed);
        assert_eq!(defects.codes(), ["high_bit_wrong", "offset_table_wrong"]);
        assert_eq!(PixelDefects::NONE.and(defects), defects);
        assert!(PixelDefects::NONE.is_empty() && !defects.is_empty());
    }
}
