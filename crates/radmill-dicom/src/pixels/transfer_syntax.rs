//! Which decoder a transfer syntax needs: the one table.

use dicom_dictionary_std::uids;

/// The family of decoders for a transfer syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// Samples as they are.
    Native,
    /// Samples as they are, a fragment for each frame.
    EncapsulatedNative,
    /// Samples as they are, each frame deflated by itself.
    DeflatedFrames,
    /// RLE Lossless.
    Rle,
    /// JPEG: sequential and progressive DCT of 8 and 12 bits, and lossless; the codestream says which.
    Jpeg,
    /// JPEG-LS, lossless and near-lossless.
    JpegLs,
    /// JPEG 2000 Part 1, and High-Throughput JPEG 2000.
    Jpeg2000,
    /// JPEG 2000 Part 2, as far as a codestream uses no more than Part 1 has.
    Jpeg2000Part2,
    /// JPEG XL.
    JpegXl,
    /// Registered, but not decoded.
    None,
}

impl Codec {
    /// The codestream itself says how components lie, so that Planar Configuration has to be 0 (PS3.5 8.2.1 to 8.2.4).
    pub(super) fn is_interleaved(self) -> bool {
        matches!(self, Codec::Jpeg | Codec::JpegLs | Codec::Jpeg2000 | Codec::Jpeg2000Part2 | Codec::JpegXl)
    }
}

#[expect(deprecated, reason = "retired transfer syntaxes are recognised as well")]
const TABLE: &[(&str, Codec)] = &[
    (uids::IMPLICIT_VR_LITTLE_ENDIAN, Codec::Native),
    (uids::EXPLICIT_VR_LITTLE_ENDIAN, Codec::Native),
    (uids::EXPLICIT_VR_BIG_ENDIAN, Codec::Native),
    (uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, Codec::Native),
    (uids::ENCAPSULATED_UNCOMPRESSED_EXPLICIT_VR_LITTLE_ENDIAN, Codec::EncapsulatedNative),
    // Deflated Image Frame Compression (PS3.5 A.4.13), not yet in the dictionary.
    ("1.2.840.10008.1.2.8.1", Codec::DeflatedFrames),
    (uids::RLE_LOSSLESS, Codec::Rle),
    (uids::JPEG_BASELINE8_BIT, Codec::Jpeg),
    (uids::JPEG_EXTENDED12_BIT, Codec::Jpeg),
    (uids::JPEG_LOSSLESS, Codec::Jpeg),
    (uids::JPEG_LOSSLESS_SV1, Codec::Jpeg),
    (uids::JPEGLS_LOSSLESS, Codec::JpegLs),
    (uids::JPEGLS_NEAR_LOSSLESS, Codec::JpegLs),
    (uids::JPEG2000_LOSSLESS, Codec::Jpeg2000),
    (uids::JPEG2000, Codec::Jpeg2000),
    (uids::JPEG2000MC_LOSSLESS, Codec::Jpeg2000Part2),
    (uids::JPEG2000MC, Codec::Jpeg2000Part2),
    // High-Throughput JPEG 2000: lossless, lossless with an order of packets for servers, lossy.
    ("1.2.840.10008.1.2.4.201", Codec::Jpeg2000),
    ("1.2.840.10008.1.2.4.202", Codec::Jpeg2000),
    ("1.2.840.10008.1.2.4.203", Codec::Jpeg2000),
    (uids::JPEGXL_LOSSLESS, Codec::JpegXl),
    (uids::JPEGXL, Codec::JpegXl),
    // Decoders of JPEG XL do not give the pixels that decoders of the JPEG image inside give.
    (uids::JPEGXLJPEG_RECOMPRESSION, Codec::None),
    // Retired, but seen: progressive JPEG, in spectral bands, and in bits as well.
    (uids::JPEG_SPECTRAL_SELECTION_NON_HIERARCHICAL68, Codec::Jpeg),
    (uids::JPEG_FULL_PROGRESSION_NON_HIERARCHICAL1012, Codec::Jpeg),
    // Retired JPEG processes that are coded arithmetically or hierarchically: nobody seems to have written any.
    (uids::JPEG_EXTENDED35, Codec::None),
    (uids::JPEG_SPECTRAL_SELECTION_NON_HIERARCHICAL79, Codec::None),
    (uids::JPEG_FULL_PROGRESSION_NON_HIERARCHICAL1113, Codec::None),
    (uids::JPEG_LOSSLESS_NON_HIERARCHICAL15, Codec::None),
    (uids::JPEG_EXTENDED_HIERARCHICAL1618, Codec::None),
    (uids::JPEG_EXTENDED_HIERARCHICAL1719, Codec::None),
    (uids::JPEG_SPECTRAL_SELECTION_HIERARCHICAL2022, Codec::None),
    (uids::JPEG_SPECTRAL_SELECTION_HIERARCHICAL2123, Codec::None),
    (uids::JPEG_FULL_PROGRESSION_HIERARCHICAL2426, Codec::None),
    (uids::JPEG_FULL_PROGRESSION_HIERARCHICAL2527, Codec::None),
    (uids::JPEG_LOSSLESS_HIERARCHICAL28, Codec::None),
    (uids::JPEG_LOSSLESS_HIERARCHICAL29, Codec::None),
    // References to servers.
    (uids::JPIP_REFERENCED, Codec::None),
    (uids::JPIP_REFERENCED_DEFLATE, Codec::None),
    (uids::JPIPHTJ2K_REFERENCED, Codec::None),
    (uids::JPIPHTJ2K_REFERENCED_DEFLATE, Codec::None),
    // Video.
    (uids::MPEG2MPML, Codec::None),
    (uids::MPEG2MPMLF, Codec::None),
    (uids::MPEG2MPHL, Codec::None),
    (uids::MPEG2MPHLF, Codec::None),
    (uids::MPEG4HP41, Codec::None),
    (uids::MPEG4HP41F, Codec::None),
    (uids::MPEG4HP41BD, Codec::None),
    (uids::MPEG4HP41BDF, Codec::None),
    (uids::MPEG4HP422D, Codec::None),
    (uids::MPEG4HP422DF, Codec::None),
    (uids::MPEG4HP423D, Codec::None),
    (uids::MPEG4HP423DF, Codec::None),
    (uids::MPEG4HP42STEREO, Codec::None),
    (uids::MPEG4HP42STEREOF, Codec::None),
    (uids::HEVCMP51, Codec::None),
    (uids::HEVCM10P51, Codec::None),
    (uids::SMPTEST211020_UNCOMPRESSED_PROGRESSIVE_ACTIVE_VIDEO, Codec::None),
    (uids::SMPTEST211020_UNCOMPRESSED_INTERLACED_ACTIVE_VIDEO, Codec::None),
];

/// The registered UID and its decoder; an unregistered one comes back as `unregistered`, so that no text of a file
/// gets into a message.
pub(super) fn look_up(transfer_syntax: &str) -> (&'static str, Codec) {
    TABLE.iter().find(|(uid, _)| *uid == transfer_syntax).copied().unwrap_or(("unregistered", Codec::None))
}
