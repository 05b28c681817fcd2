//! Digests that settling compares.

use sha2::{Digest, Sha256};

/// Digest of a text of any length.
pub(super) type Short = [u8; 16];

pub(super) fn short(text: &str) -> Short {
    let digest = Sha256::digest(text.as_bytes());
    std::array::from_fn(|index| digest[index])
}

/// Digest of what an instance became. Of its images it is, whatever the order they are added in, the sum of a digest
/// of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ContentDigest(pub(super) u128);

impl ContentDigest {
    pub(crate) fn add(&mut self, frame_index: i32, image_sha256: &str) {
        let one = u128::from_be_bytes(short(&format!("{frame_index} {image_sha256}")));
        self.0 = self.0.wrapping_add(one);
    }

    pub(crate) fn to_text(self) -> String {
        format!("{:032x}", self.0)
    }

    pub(super) fn from_text(text: &str) -> ContentDigest {
        ContentDigest(u128::from_str_radix(text, 16).unwrap_or_else(|_| u128::from_be_bytes(short(text))))
    }
}
