//! Which source of an instance stays.

use std::collections::HashMap;

use radmill_manifest::RowKey;
use sha2::{Digest, Sha256};

use crate::outcome::{Milled, Outcome, Rejection, Stage};

/// The source that holds each instance, by its pseudonymous SOP Instance UID: the first of the listing, unless the
/// dataset had the instance before. Digests, so that an entry has a fixed size.
#[derive(Default)]
pub(crate) struct Holders {
    by_uid: HashMap<Short, Holder>,
}

type Short = [u8; 16];

#[derive(Clone, Copy)]
struct Holder {
    source_token: Short,
    first_image: Short,
    /// The dataset had it before this job.
    is_live: bool,
}

impl Holders {
    /// Notes a row that the dataset has already.
    pub(crate) fn add_live(&mut self, key: &RowKey<'_>) {
        if key.frame_index == 0 {
            let holder = Holder {
                source_token: short(key.source_token),
                first_image: short(key.image_path),
                is_live: true,
            };
            self.by_uid.insert(short(key.sop_instance_uid), holder);
        }
    }

    /// Settles what becomes of a milled source, and gives the images that lose their row by it.
    /// To be called in the order of the listing.
    pub(crate) fn settle(&mut self, outcome: &mut Outcome) -> Vec<String> {
        let Outcome::Milled(milled) = outcome else { return Vec::new() };
        let uid = short(&milled.sop_instance_uid);
        let Some(holder) = self.by_uid.get(&uid) else {
            self.by_uid.insert(uid, Holder::new(milled));
            return Vec::new();
        };
        let candidate = Holder::new(milled);
        let images = std::mem::take(&mut milled.image_paths);
        *outcome = if holder.source_token == candidate.source_token { Outcome::Duplicate } else { conflict() };
        // Equal sources give equal image names: what the holder names must stay.
        if holder.first_image == candidate.first_image { Vec::new() } else { images }
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
        Holder { source_token: short(&milled.source_token), first_image: short(first_image), is_live: false }
    }
}

fn conflict() -> Outcome {
    Outcome::Rejected(Rejection {
        stage: Stage::Seal,
        reason: "sop_instance_conflict".to_owned(),
        detail: "another source has the same SOP Instance UID and other bytes; the first one stays".to_owned(),
    })
}

fn short(text: &str) -> Short {
    let digest = Sha256::digest(text.as_bytes());
    std::array::from_fn(|index| digest[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milled(uid: &str, token: &str) -> Outcome {
        Outcome::Milled(Milled {
            source_token: token.to_owned(),
            sop_instance_uid: uid.to_owned(),
            category: "CHEST".to_owned(),
            image_bytes: 1,
            image_paths: vec![format!("images/{token}-0.png")],
        })
    }

    fn row<'a>(uid: &'a str, token: &'a str, image_path: &'a str) -> RowKey<'a> {
        RowKey { sop_instance_uid: uid, frame_index: 0, source_token: token, image_path, image_sha256: "" }
    }

    /// Settles sources in order; gives each outcome in short, with the number of orphaned images.
    fn check(holders: &mut Holders, sources: &[(&str, &str, &str, usize)]) {
        for (uid, token, expected, n_orphans) in sources {
            let mut outcome = milled(uid, token);
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
                ("u1", "a", "milled", 0),
                ("u2", "b", "milled", 0),
                ("u1", "a", "duplicate", 0),
                ("u1", "c", "sop_instance_conflict", 1),
                ("u1", "c", "sop_instance_conflict", 1),
                ("u2", "b", "duplicate", 0),
            ],
        );
        assert!(holders.stays(&row("u1", "a", "images/a-0.png")));
        assert!(!holders.stays(&row("u1", "c", "images/c-0.png")));
    }

    #[test]
    fn what_the_dataset_has_stays_as_it_is() {
        let mut holders = Holders::default();
        holders.add_live(&row("u1", "a", "images/a-0.png"));
        holders.add_live(&row("u2", "b", "images/older-pipeline-0.png"));
        check(
            &mut holders,
            &[
                ("u1", "a", "duplicate", 0),
                ("u1", "c", "sop_instance_conflict", 1),
                ("u2", "b", "duplicate", 1),
                ("u3", "d", "milled", 0),
            ],
        );
        assert!(!holders.stays(&row("u1", "a", "images/a-0.png")), "it has a row already");
    }
}
