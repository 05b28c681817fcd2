//! Pixel data with some pixels made black, frame by frame, so that no more than a frame is held.

use std::borrow::Cow;

use radmill_frame::{DecodeError, Frame, Photometric, PixelDescription, PixelMask, Samples, black_sample};

use super::transfer_syntax::Codec;
use super::{EncodedPixels, Payload};

/// The pixels of an instance as they are to be written after some were made black.
///
/// Uncompressed pixel data keep every other byte. Compressed ones are decoded and written uncompressed, because
/// compressing them again could change the pixels that are to stay.
pub struct BlackedOutPixels<'a> {
    pixels: &'a EncodedPixels,
    mask: &'a PixelMask,
    palette_black: u32,
    description: &'a PixelDescription,
    form: Form,
}

/// How the frames are written.
enum Form {
    /// In the words of the source, `frame_bytes` of them a frame.
    InPlace { frame_bytes: usize, big_endian: bool },
    /// As the decoder gives them; the first frame says what all have to be.
    Decoded { like: FrameForm },
}

/// What the Image Pixel module has to say about decoded frames (PS3.3 C.7.6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameForm {
    /// Photometric Interpretation (0028,0004).
    pub photometric: Photometric,
    /// Bits Allocated (0028,0100).
    pub bits_allocated: u16,
    /// Bits Stored (0028,0101); High Bit is one less.
    pub bits_stored: u16,
    /// Pixel Representation (0028,0103) is 1.
    pub signed: bool,
}

impl EncodedPixels {
    /// These pixels with those of `mask` black; `palette_black` is the index of the darkest entry of a palette.
    /// Fails if they have to be decoded and cannot be.
    pub fn blacked_out<'a>(
        &'a self,
        mask: &'a PixelMask,
        palette_black: u32,
    ) -> Result<BlackedOutPixels<'a>, DecodeError> {
        let description = self.description()?;
        let form = match (&self.payload, self.codec) {
            (Payload::Native { big_endian, .. }, Codec::Native)
                if has_whole_words(description, *big_endian) =>
            {
                let n_samples = frame_samples(description)?;
                let sample_bytes = usize::from(description.bits_allocated / 8);
                Form::InPlace { frame_bytes: n_samples * sample_bytes, big_endian: *big_endian }
            }
            _ => Form::Decoded { like: FrameForm::of(&self.decode_frame(0)?)? },
        };
        Ok(BlackedOutPixels { pixels: self, mask, palette_black, description, form })
    }
}

impl BlackedOutPixels<'_> {
    /// What the Image Pixel module and the transfer syntax (Explicit VR Little Endian) have to say about the written
    /// pixels; `None` if all stays as it was.
    pub fn new_form(&self) -> Option<FrameForm> {
        match self.form {
            Form::InPlace { .. } => None,
            Form::Decoded { like } => Some(like),
        }
    }

    /// True if the words are wider than a byte.
    pub(crate) fn is_wide(&self) -> bool {
        self.new_form().map_or(self.description.bits_allocated, |form| form.bits_allocated) > 8
    }

    /// The pixels before they were made black.
    pub(crate) fn source(&self) -> &EncodedPixels {
        self.pixels
    }

    /// Length of the value field in bytes, without padding.
    pub(crate) fn n_bytes(&self) -> Result<u64, DecodeError> {
        match (&self.form, &self.pixels.payload) {
            (Form::InPlace { .. }, Payload::Native { bytes, .. }) => Ok(bytes.len() as u64),
            (Form::Decoded { like }, _) => {
                let frame = frame_samples(self.description)? as u64 * u64::from(like.bits_allocated / 8);
                Ok(frame * u64::from(self.description.n_frames))
            }
            _ => Err(DecodeError::UnsupportedPixelFormat("pixel data that are not what they were")),
        }
    }

    /// The value field in pieces: a frame each, and what may follow the last one.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Result<Cow<'_, [u8]>, DecodeError>> {
        let n_frames = self.description.n_frames;
        (0..=n_frames).map(move |index| self.piece(index))
    }

    fn piece(&self, index: u32) -> Result<Cow<'_, [u8]>, DecodeError> {
        match (&self.form, &self.pixels.payload) {
            (&Form::InPlace { frame_bytes, big_endian }, Payload::Native { bytes, .. }) => {
                let start = frame_bytes.saturating_mul(index as usize).min(bytes.len());
                if index == self.description.n_frames {
                    return Ok(Cow::Borrowed(&bytes[start..]));
                }
                let end = start.saturating_add(frame_bytes).min(bytes.len());
                let mut frame = bytes[start..end].to_vec();
                self.black_out_words(&mut frame, big_endian);
                Ok(Cow::Owned(frame))
            }
            (Form::Decoded { .. }, _) if index == self.description.n_frames => Ok(Cow::Borrowed(&[])),
            (Form::Decoded { like }, _) => {
                let mut frame = self.pixels.decode_frame(index)?;
                if FrameForm::of(&frame)? != *like {
                    return Err(DecodeError::UnsupportedPixelFormat("frames of different kinds"));
                }
                frame.black_out(self.mask, self.palette_black);
                Ok(Cow::Owned(frame.samples.to_le_bytes()))
            }
            _ => Err(DecodeError::UnsupportedPixelFormat("pixel data that are not what they were")),
        }
    }

    /// Whole words become black, bits above Bits Stored included: an overlay may lie in them.
    fn black_out_words(&self, frame: &mut [u8], big_endian: bool) {
        let description = self.description;
        let n_samples = usize::from(description.samples_per_pixel);
        let word_bytes = usize::from(description.bits_allocated / 8);
        let (rows, columns) = (description.rows as usize, description.columns as usize);
        let shift = (description.high_bit + 1).saturating_sub(description.bits_stored);
        let black = black_sample(
            description.photometric,
            description.bits_stored,
            description.signed,
            self.palette_black,
        );
        let words = black.map(|sample| {
            let mask = (1_u64 << description.bits_stored.min(32)) - 1;
            let word = ((sample as u64 & mask) << shift).to_le_bytes();
            let mut word = word[..word_bytes].to_vec();
            if big_endian {
                word.reverse();
            }
            word
        });
        for row in 0..rows {
            for span in self.mask.black_columns(row as u32, columns as u32) {
                for (sample, word) in words.iter().enumerate().take(n_samples) {
                    for column in span.start as usize..span.end as usize {
                        let pixel = row * columns + column;
                        let at = if description.planar {
                            sample * rows * columns + pixel
                        } else {
                            pixel * n_samples + sample
                        };
                        // Pixel data may be cut short.
                        if let Some(place) = frame.get_mut(at * word_bytes..(at + 1) * word_bytes) {
                            place.copy_from_slice(word);
                        }
                    }
                }
            }
        }
    }
}

impl FrameForm {
    fn of(frame: &Frame) -> Result<FrameForm, DecodeError> {
        let bits_allocated = match &frame.samples {
            Samples::U8(_) | Samples::I8(_) => 8,
            Samples::U16(_) | Samples::I16(_) => 16,
            Samples::U32(_) | Samples::I32(_) => 32,
            Samples::F32(_) | Samples::F64(_) => {
                return Err(DecodeError::UnsupportedPixelFormat("floating point pixels to be made black"));
            }
        };
        Ok(FrameForm {
            photometric: frame.photometric,
            bits_allocated,
            bits_stored: frame.bits_stored,
            signed: frame.samples.is_signed(),
        })
    }
}

/// Samples of whole bytes, each pixel with all of its own.
fn has_whole_words(description: &PixelDescription, big_endian: bool) -> bool {
    let whole = matches!(
        description.photometric,
        Photometric::Monochrome1
            | Photometric::Monochrome2
            | Photometric::PaletteColor
            | Photometric::Rgb
            | Photometric::YbrFull
    );
    // Two samples of 8 bits lie swapped in a big-endian word.
    whole && matches!((description.bits_allocated, big_endian), (8, false) | (16 | 32, _))
}

fn frame_samples(description: &PixelDescription) -> Result<usize, DecodeError> {
    let n = super::description::frame_samples(description);
    usize::try_from(n).map_err(|_| DecodeError::UnsupportedPixelFormat("a frame too large for this machine"))
}
