//! Frames that stay in their file until they are wanted.

use std::fmt;
use std::io;
use std::sync::Arc;

use radmill_frame::{DecodeError, PixelDefects, PixelDescription};

use super::fragments::FramePlan;
use super::native;
use super::transfer_syntax::Codec;

/// A file that is read piece by piece.
pub trait SourceFile: Send + Sync {
    /// Its length.
    fn bytes(&self) -> u64;

    /// Fills the buffer with what is there from `offset` on. Fails if the file ends before.
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

/// The pixel data of a file, each frame of which lies in one piece.
#[derive(Clone)]
pub(crate) struct FramesInFile {
    pub(crate) file: Arc<dyn SourceFile>,
    pub(crate) place: Place,
}

/// Where the frames are.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Little-endian Pixel Data (7FE0,0010): one run of bytes.
    Native { offset: u64, length: u64 },
    /// Encapsulated: the offset tables, and where each fragment starts and how long it is.
    Encapsulated {
        basic_offsets: Vec<u32>,
        extended_offsets: Vec<u64>,
        extended_lengths: Vec<u64>,
        fragments: Vec<(u64, u32)>,
    },
}

impl FramesInFile {
    /// How many frames there are, and what is wrong with the tables. `None` if a frame may lie in several pieces, or if
    /// anything is not as the header says: then the pixel data are to be read whole.
    pub(super) fn frames_there(
        &self,
        description: &PixelDescription,
        codec: Codec,
    ) -> Option<(u32, PixelDefects)> {
        match &self.place {
            Place::Native { length, .. } => {
                let has_whole_words = matches!(description.bits_allocated, 8 | 16 | 32);
                let there = native::frames_there(description, *length).ok()?;
                let is_plain = codec == Codec::Native
                    && has_whole_words
                    && there == (description.n_frames, PixelDefects::NONE);
                is_plain.then_some(there)
            }
            Place::Encapsulated { basic_offsets, extended_offsets, fragments, .. } => {
                if matches!(codec, Codec::Native | Codec::None | Codec::Jpeg2000Part2) {
                    return None;
                }
                let lengths = fragments.iter().map(|&(_, length)| u64::from(length));
                FramePlan::one_each(description.n_frames, lengths, basic_offsets, extended_offsets)
            }
        }
    }

    /// The encoded bytes of a frame.
    pub(super) fn frame(
        &self,
        description: &PixelDescription,
        frame_index: u32,
    ) -> Result<Vec<u8>, DecodeError> {
        let unreadable = DecodeError::Unreadable { frame_index };
        let (offset, length) = match &self.place {
            Place::Native { offset, .. } => {
                let length = native::frame_length(description);
                (offset.saturating_add(length.saturating_mul(u64::from(frame_index))), length)
            }
            Place::Encapsulated { fragments, .. } => {
                let &(offset, length) = fragments.get(frame_index as usize).ok_or(unreadable.clone())?;
                (offset, u64::from(length))
            }
        };
        self.read(offset, length).map_err(|_| unreadable)
    }

    /// A run of bytes of the file.
    pub(crate) fn read(&self, offset: u64, length: u64) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok(bytes)
    }

    /// Length of all frames.
    pub(super) fn n_bytes(&self) -> u64 {
        match &self.place {
            Place::Native { length, .. } => *length,
            Place::Encapsulated { fragments, .. } => fragments.iter().map(|&(_, n)| u64::from(n)).sum(),
        }
    }
}

/// The same file, not another one with the same bytes.
impl PartialEq for FramesInFile {
    fn eq(&self, other: &FramesInFile) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && self.place == other.place
    }
}

impl fmt::Debug for FramesInFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FramesInFile({} bytes)", self.n_bytes())
    }
}
