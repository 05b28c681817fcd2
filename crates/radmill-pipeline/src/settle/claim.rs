//! What says that there is an instance, in a form of fixed size.

use radmill_manifest::RowKey;

use super::HeldInstance;
use super::content::{ContentDigest, Short, short};
use crate::outcome::Milled;

/// A source, a row or a file that gives an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) uid: Short,
    pub(super) source_token: Short,
    /// Of all images of the instance, or of the one image of a row.
    pub(super) content: ContentDigest,
    /// Digest of the path of the first image.
    pub(super) image: Short,
    pub(super) by: By,
}

/// Who claims an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// The source with this number, counted from 0 in the order of the listing.
    Source(u32),
    /// A row that the dataset has, of this frame.
    Row(i32),
    /// A file that the folder has.
    File,
}

impl Claim {
    pub(super) const BYTES: usize = 69;

    pub(super) fn of_source(number: u32, milled: &Milled) -> Claim {
        Claim {
            uid: short(&milled.sop_instance_uid),
            source_token: short(&milled.source_token),
            content: ContentDigest::from_text(&milled.content_digest),
            image: short(milled.image_paths.first().map_or("", String::as_str)),
            by: By::Source(number),
        }
    }

    pub(super) fn of_row(uid: Short, key: &RowKey<'_>) -> Claim {
        let mut content = ContentDigest::default();
        content.add(key.frame_index, key.image_sha256);
        Claim {
            uid,
            source_token: short(key.source_token),
            content,
            image: short(key.image_path),
            by: By::Row(key.frame_index),
        }
    }

    pub(super) fn of_file(uid: Short, instance: &HeldInstance) -> Claim {
        Claim {
            uid,
            source_token: short(&instance.source_token),
            content: ContentDigest::from_text(&instance.content_digest),
            image: Short::default(),
            by: By::File,
        }
    }

    pub(super) fn to_bytes(self) -> [u8; Claim::BYTES] {
        let (kind, number) = match self.by {
            By::Source(number) => (0, number.to_be_bytes()),
            By::Row(frame_index) => (1, frame_index.to_be_bytes()),
            By::File => (2, [0; 4]),
        };
        let mut bytes = [0; Claim::BYTES];
        let parts: [&[u8]; 6] =
            [&self.uid, &self.source_token, &self.content.0.to_be_bytes(), &self.image, &number, &[kind]];
        let mut rest = bytes.as_mut_slice();
        for part in parts {
            let (place, after) = std::mem::take(&mut rest).split_at_mut(part.len());
            place.copy_from_slice(part);
            rest = after;
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; Claim::BYTES]) -> Claim {
        let number = piece(bytes, 64);
        Claim {
            uid: piece(bytes, 0),
            source_token: piece(bytes, 16),
            content: ContentDigest(u128::from_be_bytes(piece(bytes, 32))),
            image: piece(bytes, 48),
            by: match bytes[Claim::BYTES - 1] {
                0 => By::Source(u32::from_be_bytes(number)),
                1 => By::Row(i32::from_be_bytes(number)),
                _ => By::File,
            },
        }
    }
}

/// Some of the bytes of a record.
pub(super) fn piece<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    std::array::from_fn(|index| bytes[start + index])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_reads_back() {
        for by in [By::Source(0), By::Source(u32::MAX), By::Row(-1), By::Row(70_000), By::File] {
            let claim = Claim {
                uid: short("uid"),
                source_token: short("token"),
                content: ContentDigest(u128::MAX - 3),
                image: short("image"),
                by,
            };
            assert_eq!(Claim::from_bytes(&claim.to_bytes()), claim);
        }
    }
}
