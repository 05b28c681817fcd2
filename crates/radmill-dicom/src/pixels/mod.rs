//! Pixel data as they lie in the file, and their decoding, frame by frame.
//!
//! [`EncodedPixels::new`] reads the Image Pixel module (`description`) and finds out which fragments belong to which
//! frame (`fragments`); [`EncodedPixels::decode_frame`] picks the decoder by transfer syntax (`transfer_syntax`).
//! Each decoder turns bytes into words, and `stored_bits` turns words into sample values.
//!
//! Where header and codestream say different things:
//!
//! - Sizes and the number of components must agree; otherwise the frame is refused before memory is reserved.
//! - Bits: a codestream of fewer bits than Bits Stored keeps its own precision; so does one of more bits, if they are
//!   used. Of RLE and uncompressed pixels, bits above Bits Stored are cleared: they may hold an old overlay.
//! - Sign: the words are two's complement if Pixel Representation says so or if a JPEG 2000 codestream does; encoders
//!   that code signed values as unsigned bit patterns are common. Where it is not certain which bit is the sign, the
//!   frame is refused.
//! - Colour: what a codec transforms it also undoes (JPEG 2000), and YCbCr in JPEG becomes RGB, by the rule in
//!   `jpeg::colour`; the frame then says [`Photometric::Rgb`]. Uncompressed and RLE pixels keep their declared
//!   meaning, but chroma of YBR_FULL_422 is doubled to one set per pixel.
//!
//! Each of these, and whatever else was coped with, is noted in [`Frame::defects`].

mod blacked_out;
mod boundaries;
mod codestream;
mod description;
mod encoded_frame;
mod fragments;
mod in_file;
mod jpeg;
mod jpeg_2000;
mod jpeg_ls;
mod jpeg_xl;
mod lossless_claim;
mod markers;
mod native;
mod rle;
mod stored_bits;
#[cfg(test)]
mod test_streams;
#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
mod transfer_syntax;
mod wide;

use std::fmt;

use bytes::Bytes;
use radmill_frame::{DecodeError, Frame, Photometric, PixelDefect, PixelDefects, PixelDescription};

pub use self::blacked_out::{BlackedOutPixels, FrameForm};
use self::description::SampleKind;
use self::encoded_frame::{decode_encoded, decode_native_frame, frame};
use self::fragments::{Encapsulation, FrameFragments, FramePlan};
pub use self::in_file::SourceFile;
pub(crate) use self::in_file::{FramesInFile, Place};
use self::native::NativeBytes;
use self::transfer_syntax::Codec;
use crate::{DataSet, Limits};

/// The pixel data of one instance, still encoded, with what the header says about them.
/// Holds no attribute that identifies anybody.
#[derive(Clone)]
pub struct EncodedPixels {
    transfer_syntax: &'static str,
    codec: Codec,
    description: Result<PixelDescription, DecodeError>,
    payload: Payload,
    frame_fragments: FrameFragments,
    /// What concerns all frames, or why none is certain.
    defects: Result<PixelDefects, DecodeError>,
}

/// Where the encoded bytes are.
#[derive(Clone, PartialEq)]
pub(crate) enum Payload {
    /// Native Pixel Data (7FE0,0010) (PS3.5 8.1): one run of bytes, as in the file.
    /// `big_endian` is for words: an element of VR OB has none and is never big endian.
    Native { bytes: Bytes, big_endian: bool },
    /// Float Pixel Data (7FE0,0008): one run of bytes, as in the file.
    Float { bytes: Bytes, big_endian: bool },
    /// Double Float Pixel Data (7FE0,0009): one run of bytes, as in the file.
    DoubleFloat { bytes: Bytes, big_endian: bool },
    /// Encapsulated (PS3.5 A.4): offset tables, as in the file and not to be trusted, and the fragments.
    Encapsulated {
        basic_offsets: Vec<u32>,
        extended_offsets: Vec<u64>,
        extended_lengths: Vec<u64>,
        fragments: Vec<Bytes>,
    },
    /// Still in the file.
    InFile(FramesInFile),
}

impl EncodedPixels {
    /// Pixel data found by the reader; `data` is the top level of the data set.
    /// Attributes that make no sense are kept as the error that [`EncodedPixels::description`] gives.
    /// `is_cut` says that the file ends inside of the pixel data.
    pub(crate) fn new(
        data: &DataSet,
        transfer_syntax: &str,
        payload: Payload,
        is_cut: bool,
        limits: &Limits,
    ) -> EncodedPixels {
        let kind = match &payload {
            Payload::Native { .. } | Payload::Encapsulated { .. } | Payload::InFile(_) => SampleKind::Integer,
            Payload::Float { .. } => SampleKind::Float,
            Payload::DoubleFloat { .. } => SampleKind::DoubleFloat,
        };
        let (transfer_syntax, codec) = transfer_syntax::look_up(transfer_syntax);
        let mut frame_fragments = FrameFragments::Unknown("the pixel data are not encapsulated");
        let mut defects = Ok(PixelDefects::NONE);
        let description = description::read(data, kind, limits).map(|(mut description, of_attributes)| {
            let there = match &payload {
                // Its fragments mean nothing to us.
                _ if codec == Codec::None => Ok((description.n_frames, PixelDefects::NONE)),
                Payload::Encapsulated { .. } => {
                    let plan = FramePlan::new(encapsulation(&payload, codec, description.n_frames, is_cut));
                    frame_fragments = plan.frames;
                    Ok((plan.n_frames, plan.defects))
                }
                Payload::InFile(frames) => frames
                    .frames_there(&description, codec)
                    .ok_or(DecodeError::UnsupportedPixelFormat("frames that do not lie in one piece")),
                Payload::Native { bytes, .. } if codec != Codec::Native => {
                    not_compressed(&description, bytes.len() as u64)
                }
                Payload::Native { bytes, .. }
                | Payload::Float { bytes, .. }
                | Payload::DoubleFloat { bytes, .. } => {
                    native::frames_there(&description, bytes.len() as u64)
                }
            };
            defects = there.map(|(n_frames, of_frames)| {
                description.n_frames = n_frames;
                let mut defects = of_attributes.and(of_frames);
                let is_wrong = description.planar
                    && codec.is_interleaved()
                    && !defects.contains(PixelDefect::NotCompressed);
                defects.add_if(is_wrong, PixelDefect::PlanarConfigurationWrong);
                defects
            });
            description
        });
        EncodedPixels { transfer_syntax, codec, description, payload, frame_fragments, defects }
    }

    /// What the Image Pixel module says, checked to be coherent and within the limits.
    /// Number of Frames is of those that are there: where the file has fewer than it declares, the frames have the
    /// defect [`PixelDefect::FramesMissing`].
    pub fn description(&self) -> Result<&PixelDescription, DecodeError> {
        self.description.as_ref().map_err(Clone::clone)
    }

    /// True if all is known of the frames, and nothing is certain not to be decoded.
    pub(crate) fn is_sound(&self) -> bool {
        self.description.is_ok() && self.defects.is_ok() && self.codec != Codec::None
    }

    /// True if both hold the same bytes in the same fragments.
    pub fn encoded_eq(&self, other: &EncodedPixels) -> bool {
        self.payload == other.payload
    }

    /// Where the encoded bytes are.
    pub(crate) fn payload(&self) -> &Payload {
        &self.payload
    }

    /// True if words of the pixel data are swapped, or would be if they were words (PS3.5 7.3).
    pub(crate) fn is_in_big_endian_file(&self) -> bool {
        self.transfer_syntax == "1.2.840.10008.1.2.2"
    }

    /// Decodes one frame, counted from 0: exactly as the standard says, or an error, never a guess.
    /// What was wrong and coped with is in [`Frame::defects`].
    pub fn decode_frame(&self, frame_index: u32) -> Result<Frame, DecodeError> {
        let description = self.description()?;
        let defects = self.defects.clone()?;
        let mut frame = self.decode(description, frame_index)?;
        frame.defects = frame.defects.and(defects);
        Ok(frame)
    }

    fn decode(&self, description: &PixelDescription, frame_index: u32) -> Result<Frame, DecodeError> {
        if frame_index >= description.n_frames {
            return Err(DecodeError::InvalidPixelAttributes("the frame is past number of frames"));
        }
        let as_declared = |samples| {
            frame(description, description.photometric, description.bits_stored, samples, PixelDefects::NONE)
        };
        match (&self.payload, self.codec) {
            (_, Codec::None) => Err(DecodeError::UnsupportedTransferSyntax(self.transfer_syntax.to_owned())),
            // In another syntax, only what `not_compressed` lets pass.
            (Payload::Native { bytes, big_endian }, _) => {
                let source = NativeBytes { bytes, big_endian: *big_endian };
                let (samples, photometric, defects) = native::decode(source, description, frame_index)?;
                Ok(frame(description, photometric, description.bits_stored, samples, defects))
            }
            (Payload::InFile(frames), codec) => {
                let encoded = frames.frame(description, frame_index)?;
                if codec == Codec::Native {
                    return decode_native_frame(&encoded, description, frame_index);
                }
                self.decode_compressed(&encoded, description, frame_index)
            }
            (Payload::Float { bytes, big_endian }, Codec::Native) => {
                let source = NativeBytes { bytes, big_endian: *big_endian };
                let samples = native::decode_floats(source, description, frame_index)?;
                Ok(as_declared(samples))
            }
            (Payload::DoubleFloat { bytes, big_endian }, Codec::Native) => {
                let source = NativeBytes { bytes, big_endian: *big_endian };
                let samples = native::decode_doubles(source, description, frame_index)?;
                Ok(as_declared(samples))
            }
            (Payload::Encapsulated { fragments, .. }, Codec::Jpeg2000Part2)
                if !jpeg_2000::is_of_part_1(fragments, description.samples_per_pixel) =>
            {
                Err(DecodeError::UnsupportedTransferSyntax(self.transfer_syntax.to_owned()))
            }
            (Payload::Encapsulated { fragments, .. }, _) => {
                let encoded = self
                    .frame_fragments
                    .frame(frame_index, fragments)
                    .map_err(|what| DecodeError::InvalidCodestream { frame_index, what: what.to_owned() })?;
                self.decode_compressed(&encoded, description, frame_index)
            }
            _ => Err(DecodeError::UnsupportedPixelFormat(
                "native pixel data in an encapsulated transfer syntax",
            )),
        }
    }

    /// The codestream of one frame.
    fn decode_compressed(
        &self,
        encoded: &[u8],
        description: &PixelDescription,
        frame_index: u32,
    ) -> Result<Frame, DecodeError> {
        let mut frame = decode_encoded(self.codec, encoded, description, frame_index)?;
        let is_lossy = lossless_claim::is_wrong(self.transfer_syntax, encoded);
        frame.defects.add_if(is_lossy, PixelDefect::LosslessClaimWrong);
        Ok(frame)
    }
}

/// Native pixel data in a transfer syntax that compresses: samples that somebody has decompressed without saying so, if
/// they have exactly the length of all frames. Of YCbCr nobody knows whether it was converted.
fn not_compressed(description: &PixelDescription, n_bytes: u64) -> Result<(u32, PixelDefects), DecodeError> {
    let is_plain = matches!(
        description.photometric,
        Photometric::Monochrome1 | Photometric::Monochrome2 | Photometric::PaletteColor | Photometric::Rgb
    );
    match native::frames_there(description, n_bytes) {
        Ok((n_frames, PixelDefects::NONE)) if is_plain => Ok((n_frames, PixelDefect::NotCompressed.into())),
        _ => Err(DecodeError::UnsupportedPixelFormat("native pixel data in an encapsulated transfer syntax")),
    }
}

/// What decides which fragments make up a frame.
fn encapsulation(payload: &Payload, codec: Codec, n_frames: u32, is_cut: bool) -> Encapsulation<'_> {
    let (basic_offsets, extended_offsets, fragments) = match payload {
        Payload::Encapsulated { basic_offsets, extended_offsets, fragments, .. } => {
            (&basic_offsets[..], &extended_offsets[..], &fragments[..])
        }
        _ => (&[][..], &[][..], &[][..]),
    };
    let has_single_fragments =
        matches!(codec, Codec::Rle | Codec::EncapsulatedNative | Codec::DeflatedFrames);
    Encapsulation { n_frames, basic_offsets, extended_offsets, fragments, is_cut, has_single_fragments }
}

/// Sizes only.
impl fmt::Debug for EncodedPixels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_bytes: usize = match &self.payload {
            Payload::Native { bytes, .. }
            | Payload::Float { bytes, .. }
            | Payload::DoubleFloat { bytes, .. } => bytes.len(),
            Payload::Encapsulated { fragments, .. } => fragments.iter().map(Bytes::len).sum(),
            Payload::InFile(frames) => usize::try_from(frames.n_bytes()).unwrap_or(usize::MAX),
        };
        write!(f, "EncodedPixels({}, {n_bytes} bytes)", self.transfer_syntax)
    }
}
