//! Which source of an instance stays.

use std::collections::HashMap;

use radmill_manifest::RowKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::outcome::{Milled, Outcome, Rejection, Stage};

/// The source that holds each instance, by its pseudonymous SOP Instance UID: the first of the listing, unless the
/// dataset had the instance before. Digests, so that an entry has a fixed size.
#[derive(Default)]
pub(crate) struct Holders {
    by_uid: HashMap<Short, Holder>,
}

type Short = [u8; 16];

/// An instance that a folder of DICOM files has: a line of `instances/PLAN.jsonl` in the private root.
#[derive(Serialize, Deserialize)]
pub(crate) struct HeldInstance {
    sop_instance_uid: String,
    pub(crate) source_token: String,
    content_digest: String,
}

impl HeldInstance {
    pub(crate) fn sop_instance_uid(&self) -> &str {
        &self.sop_instance_uid
    }
}

impl From<Milled> for HeldInstance {
    fn from(milled: Milled) -> HeldInstance {
        let Milled { sop_instance_uid, source_token, content_digest, .. } = milled;
        HeldInstance { sop_instance_uid, source_token, content_digest }
    }
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
    /// Notes a row that the dataset has already.
    pub(crate) fn add_live(&mut self, key: &RowKey<'_>) {
        let holder = self.by_uid.entry(short(key.sop_instance_uid)).or_default();
        if !holder.is_live || key.frame_index < holder.first_frame {
            holder.first_image = short(key.image_path);
            holder.first_frame = key.frame_index;
        }
        holder.is_live = true;
        holder.source_token = short(key.source_token);
        holder.content.add(key.frame_index, key.image_sha256);
    }

    /// Notes an instance that the folder has already.
    pub(crate) fn add_held(&mut self, instance: &HeldInstance) {
        let holder = Holder {
            source_token: short(&instance.source_token),
            content: ContentDigest::from_text(&instance.content_digest),
            is_live: true,
            ..Holder::default()
        };
        self.by_uid.insert(short(&instance.sop_instance_uid), holder);
    }

    /// Settles what becomes of a milled source, and gives the files that lose their row by it.
    /// To be called in the order of the listing.
    pub(crate) fn settle(&mut self, outcome: &mut Outcome) -> Vec<String> {
        let Outcome::Milled(milled) = outcome else { return Vec::new() };
        let uid = short(&milled.sop_instance_uid);
        let Some(holder) = self.by_uid.get(&uid) else {
            self.by_uid.insert(uid, Holder::new(milled));
            return Vec::new();
        };
        let candidate = Holder::new(milled);
        let files = milled.take_row_files();
        let is_same = holder.source_token == candidate.source_token || holder.content == candidate.content;
        *outcome = if is_same { Outcome::Duplicate } else { conflict() };
        // Equal sources give equal image names: what the holder names must stay.
        if holder.first_image == candidate.first_image { Vec::new() } else { files }
    }

    /// True if the row belongs to the source that holds its instance, and is new.
    pub(crate) fn stays(&self, key: &RowKey<'_>) -> bool {
        let holder = self.by_uid.get(&short(key.sop_instance_uid));
        holder.is_some_and(|holder| !holder.is_live && holder.source_token == short(key.source_token))
    }
}

impl Holder {
    fn new(milled: &Milled) -> Holder {
        let first_image = milled.image_paths.first().map_or("", String::as_str);
        Holder {
            source_token: short(&milled.source_token),
            first_image: short(first_image),
            first_frame: 0,
            content: ContentDigest::from_text(&milled.content_digest),
            is_live: false,
        }
    }
}

/// Digest of what an instance became. Of its images it is, whatever the order they are added in, the sum of a digest
/// of each.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ContentDigest(u128);

impl ContentDigest {
    pub(crate) fn add(&mut self, frame_index: i32, image_sha256: &str) {
        let one = u128::from_be_bytes(short(&format!("{frame_index} {image_sha256}")));
        self.0 = self.0.wrapping_add(one);
    }

    pub(crate) fn to_text(self) -> String {
        format!("{:032x}", self.0)
    }

    fn from_text(text: &str) -> ContentDigest {
        ContentDigest(u128::from_str_radix(text, 16).unwrap_or_else(|_| u128::from_be_bytes(short(text))))
    }
}

/// What becomes of a source whose instance another source gives in another form.
pub(crate) fn conflict() -> Outcome {
    Outcome::Rejected(Rejection {
        stage: Stage::Seal,
        reason: "sop_instance_conflict".to_owned(),
        detail: "another source has the same SOP Instance UID and other content; the first one stays"
            .to_owned(),
    })
}

fn short(text: &str) -> Short {
    let digest = Sha256::digest(text.as_bytes());
    std::array::from_fn(|index| digest[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milled(uid: &str, token: &str, pixels: &str) -> Outcome {
        let mut images = ContentDigest::default();
        images.add(0, pixels);
        Outcome::Milled(Milled {
            source_token: token.to_owned(),
            sop_instance_uid: uid.to_owned(),
            content_digest: images.to_text(),
            category: Some("CHEST".to_owned()),
            image_bytes: 1,
            image_paths: vec![format!("images/{token}-0.png")],
            dicom: None,
        })
    }

    fn row<'a>(uid: &'a str, token: &'a str, pixels: &'a str, image_path: &'a str) -> RowKey<'a> {
        RowKey {
            patient_id: None,
            sop_instance_uid: uid,
            frame_index: 0,
            source_token: token,
            image_path,
            image_sha256: pixels,
        }
    }

    /// Settles sources in order; gives each outcome in short, with the number of orphaned images.
    fn check(holders: &mut Holders, sources: &[(&str, &str, &str, &str, usize)]) {
        for (uid, token, pixels, expected, n_orphans) in sources {
            let mut outcome = milled(uid, token, pixels);
            let orphans = holders.settle(&mut outcome);
            let name = match &outcome {
                Outcome::Milled(_) => "milled",
                Outcome::Duplicate => "duplicate",
                Outcome::Rejected(rejection) => &rejection.reason,
                Outcome::Skipped { .. } => "skipped",
            };
            assert_eq!((name, orphans.len()), (*expected, *n_orphans), "{uid} {token}");
        }
    }

    #[test]
    fn the_first_source_of_an_instance_stays() {
        let mut holders = Holders::default();
        check(
            &mut holders,
            &[
                ("u1", "a", "p", "milled", 0),
                ("u2", "b", "p", "milled", 0),
                ("u1", "a", "p", "duplicate", 0),
                ("u1", "re-encoded", "p", "duplicate", 1),
                ("u1", "c", "q", "sop_instance_conflict", 1),
                ("u1", "c", "q", "sop_instance_conflict", 1),
                ("u2", "b", "p", "duplicate", 0),
            ],
        );
        assert!(holders.stays(&row("u1", "a", "p", "images/a-0.png")));
        assert!(!holders.stays(&row("u1", "c", "q", "images/c-0.png")));
    }

    #[test]
    fn what_the_dataset_has_stays_as_it_is() {
        let mut holders = Holders::default();
        holders.add_live(&row("u1", "a", "p", "images/a-0.png"));
        holders.add_live(&row("u2", "b", "other size", "images/older-pipeline-0.png"));
        check(
            &mut holders,
            &[
                ("u1", "a", "p", "duplicate", 0),
                ("u1", "c", "q", "sop_instance_conflict", 1),
                ("u2", "b", "p", "duplicate", 1),
                ("u3", "d", "p", "milled", 0),
            ],
        );
        assert!(!holders.stays(&row("u1", "a", "p", "images/a-0.png")), "it has a row already");
    }
}
