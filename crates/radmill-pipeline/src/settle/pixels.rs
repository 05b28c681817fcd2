//! Which instances have the images of another instance, under another SOP Instance UID.
//!
//! Images that show nothing are equal without meaning anything, and are not compared. Neither are images that other
//! settings made of equal pixels, because these are other images.

use std::collections::{HashMap, HashSet};

use radmill_manifest::RowKey;
use radmill_store::ScratchRecords;

use super::claim::piece;
use super::content::{ContentDigest, Short};
use super::verdict::Verdicts;
use crate::JobError;
use crate::outcome::Milled;

/// The images of an instance, in a form of fixed size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PixelClaim {
    pub(super) content: ContentDigest,
    /// The source with this number, counted from 0 in the order of the listing; `None` for what the dataset has.
    pub(super) by: Option<u32>,
}

impl PixelClaim {
    pub(super) const BYTES: usize = 21;

    /// `None` if there is nothing to compare.
    pub(super) fn of_source(number: u32, milled: &Milled) -> Option<PixelClaim> {
        let is_compared = !milled.image_paths.is_empty() && !milled.is_blank;
        let content = ContentDigest::from_text(&milled.content_digest);
        is_compared.then_some(PixelClaim { content, by: Some(number) })
    }

    pub(super) fn content(&self) -> Short {
        self.content.0.to_be_bytes()
    }

    pub(super) fn to_bytes(self) -> [u8; PixelClaim::BYTES] {
        let mut bytes = [0; PixelClaim::BYTES];
        bytes[..16].copy_from_slice(&self.content());
        bytes[16..20].copy_from_slice(&self.by.unwrap_or(0).to_be_bytes());
        bytes[20] = u8::from(self.by.is_some());
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; PixelClaim::BYTES]) -> PixelClaim {
        let number = u32::from_be_bytes(piece(bytes, 16));
        PixelClaim {
            content: ContentDigest(u128::from_be_bytes(piece(bytes, 0))),
            by: (bytes[20] == 1).then_some(number),
        }
    }
}

/// Notes the sources that stay and whose images the dataset, or a source before them, has under another UID. What
/// stays has a UID of its own, so that equal images are those of another instance.
pub(super) fn compare_part(
    claims: &mut ScratchRecords<{ PixelClaim::BYTES }>,
    part: usize,
    verdicts: &mut Verdicts,
) -> Result<(), JobError> {
    let mut seen = HashSet::new();
    for record in claims.read(part)? {
        let claim = PixelClaim::from_bytes(&record?);
        if claim.by.is_none() {
            seen.insert(claim.content.0);
        }
    }
    for record in claims.read(part)? {
        let claim = PixelClaim::from_bytes(&record?);
        if let Some(number) = claim.by
            && verdicts.keeps_source(number)
            && !seen.insert(claim.content.0)
        {
            verdicts.set_same_pixels(number);
        }
    }
    Ok(())
}

/// Sums up the images of each instance of the table. Its rows follow each other, but for what one file ends with and
/// another begins with: that waits until all files have been gone through.
#[derive(Default)]
pub(super) struct LiveImages {
    last: Option<Instance>,
    at_edges: HashMap<Short, ContentDigest>,
}

struct Instance {
    uid: Short,
    content: ContentDigest,
    is_first_of_file: bool,
}

impl LiveImages {
    pub(super) fn begin_file(&mut self) {
        if let Some(last) = self.last.take() {
            self.add_at_edge(&last);
        }
    }

    /// Adds a row, and gives the images of the instance before it if that is complete.
    pub(super) fn add(&mut self, uid: Short, key: &RowKey<'_>) -> Option<ContentDigest> {
        if let Some(last) = self.last.as_mut().filter(|last| last.uid == uid) {
            last.content.add(key.frame_index, key.image_sha256);
            return None;
        }
        let mut content = ContentDigest::default();
        content.add(key.frame_index, key.image_sha256);
        let before = self.last.replace(Instance { uid, content, is_first_of_file: self.last.is_none() })?;
        if before.is_first_of_file {
            self.add_at_edge(&before);
            return None;
        }
        Some(before.content)
    }

    /// Gives the images of all instances that are not complete yet.
    pub(super) fn finish(mut self) -> impl Iterator<Item = ContentDigest> {
        self.begin_file();
        self.at_edges.into_values()
    }

    fn add_at_edge(&mut self, instance: &Instance) {
        let sum = self.at_edges.entry(instance.uid).or_default();
        sum.0 = sum.0.wrapping_add(instance.content.0);
    }
}
