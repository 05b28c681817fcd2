//! Settles the instances that it is shown, all of them in memory.

use std::collections::HashMap;

use super::claim::{By, Claim};
use super::content::{ContentDigest, Short};
use super::verdict::Verdict;

/// The claim that holds each instance: the first source of the listing, unless the target had the instance before.
#[derive(Default)]
pub(super) struct Holders {
    by_uid: HashMap<Short, Holder>,
}

#[derive(Clone, Copy, Default)]
struct Holder {
    source_token: Short,
    first_image: Short,
    /// The frame of that image: not the first one of the source where only some are taken.
    first_frame: i32,
    content: ContentDigest,
    /// The target had it before this job.
    is_live: bool,
}

impl Holders {
    /// Notes what the target has. To be called before [`Holders::settle`].
    pub(super) fn add_live(&mut self, claim: &Claim) {
        let holder = self.by_uid.entry(claim.uid).or_default();
        match claim.by {
            By::Row(frame_index) => {
                if !holder.is_live || frame_index < holder.first_frame {
                    (holder.first_image, holder.first_frame) = (claim.image, frame_index);
                }
                holder.source_token = claim.source_token;
                holder.content.0 = holder.content.0.wrapping_add(claim.content.0);
            }
            By::Source(_) | By::File => *holder = Holder::of(claim),
        }
        holder.is_live = true;
    }

    /// Settles what becomes of a milled source. To be called in the order of the listing.
    pub(super) fn settle(&mut self, claim: &Claim) -> Verdict {
        let Some(holder) = self.by_uid.get(&claim.uid) else {
            self.by_uid.insert(claim.uid, Holder::of(claim));
            return Verdict::STAYS;
        };
        let has_same_token = holder.source_token == claim.source_token;
        Verdict {
            stays: false,
            is_conflict: !has_same_token && holder.content != claim.content,
            // Equal sources give equal image names: what the holder names must stay.
            keeps_files: holder.first_image == claim.image,
            // Rows of equal new sources are the same rows, of which one stays.
            drops_rows: holder.is_live || !has_same_token,
        }
    }
}

impl Holder {
    fn of(claim: &Claim) -> Holder {
        Holder {
            source_token: claim.source_token,
            first_image: claim.image,
            first_frame: 0,
            content: claim.content,
            is_live: false,
        }
    }
}
