//! Which source of an instance stays: the first of the listing, unless the target had the instance before.
//!
//! All that claims an instance of the job is written down in records of fixed size, spread over files by the digest of
//! the instance. Then each file is settled by itself, in memory. So what is held does not grow with the rows of the
//! dataset, and with the sources of the job only by a byte each, and ten for those that lose.

mod claim;
mod content;
mod filter;
mod holders;
mod pixels;
mod verdict;

#[cfg(test)]
mod tests;

use std::path::Path;

use radmill_manifest::RowKey;
use radmill_store::{ScratchRecords, StoreError};
use serde::{Deserialize, Serialize};

use self::claim::{By, Claim};
pub(crate) use self::content::ContentDigest;
use self::content::short;
use self::filter::Filter;
use self::holders::Holders;
use self::pixels::{LiveImages, PixelClaim};
pub(crate) use self::verdict::Verdicts;
use self::verdict::{dropped, part_of};
use crate::JobError;
use crate::outcome::{Milled, Outcome, Rejection, Stage};

/// Sources of which one file of claims should have no more: their holders take about 30 MB.
const PART_SOURCES: usize = 1 << 18;

/// So many files of claims are made at most.
const PARTS_MAX: usize = 64;

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

/// Gathers what claims the instances of a job: first its sources, in the order of the listing, then what the target
/// has.
pub(crate) struct Settling {
    claims: ScratchRecords<{ Claim::BYTES }>,
    pixels: ScratchRecords<{ PixelClaim::BYTES }>,
    n_sources: usize,
    /// Tells most instances of the target that the job has nothing to do with.
    filter: Filter,
    /// The same of their images.
    pixel_filter: Filter,
    live_images: LiveImages,
    /// What went wrong first.
    fault: Option<StoreError>,
}

impl Settling {
    /// `folder` takes the claims meanwhile, in folders of its own; it is in the private root.
    pub(crate) fn begin(folder: &Path, n_sources: usize) -> Result<Settling, JobError> {
        Settling::with_parts(folder, n_sources, n_sources.div_ceil(PART_SOURCES).clamp(1, PARTS_MAX))
    }

    fn with_parts(folder: &Path, n_sources: usize, n_parts: usize) -> Result<Settling, JobError> {
        if u32::try_from(n_sources).is_err() {
            return Err(JobError::Internal(
                "a job of more than four billion sources; divide the input".to_owned(),
            ));
        }
        Ok(Settling {
            claims: ScratchRecords::create(&folder.join("settling"), n_parts)?,
            pixels: ScratchRecords::create(&folder.join("settling-pixels"), n_parts)?,
            n_sources,
            filter: Filter::new(n_sources),
            pixel_filter: Filter::new(n_sources),
            live_images: LiveImages::default(),
            fault: None,
        })
    }

    /// Notes what was made of the source with this number, counted from 0 in the order of the listing.
    pub(crate) fn add_source(&mut self, number: usize, outcome: &Outcome) {
        let Outcome::Milled(milled) = outcome else { return };
        let number = u32::try_from(number).expect("the number of sources was checked");
        let claim = Claim::of_source(number, milled);
        self.filter.add(&claim.uid);
        self.add(claim);
        if let Some(images) = PixelClaim::of_source(number, milled) {
            self.pixel_filter.add(&images.content());
            self.add_pixels(images);
        }
    }

    /// The rows that follow are of another file of the table.
    pub(crate) fn begin_live_file(&mut self) {
        self.live_images.begin_file();
    }

    /// Notes a row that the dataset has already. To be called file by file, in the order of the rows.
    pub(crate) fn add_live(&mut self, key: &RowKey<'_>) {
        let uid = short(key.sop_instance_uid);
        if let Some(images) = self.live_images.add(uid, key) {
            self.add_live_images(images);
        }
        if self.filter.may_have(&uid) {
            self.add(Claim::of_row(uid, key));
        }
    }

    /// Notes an instance that the folder has already.
    pub(crate) fn add_held(&mut self, instance: &HeldInstance) {
        let uid = short(&instance.sop_instance_uid);
        if self.filter.may_have(&uid) {
            self.add(Claim::of_file(uid, instance));
        }
    }

    fn add_live_images(&mut self, content: ContentDigest) {
        let claim = PixelClaim { content, by: None };
        if self.pixel_filter.may_have(&claim.content()) {
            self.add_pixels(claim);
        }
    }

    fn add_pixels(&mut self, claim: PixelClaim) {
        if self.fault.is_none() {
            let part = part_of(&claim.content(), self.pixels.n_files());
            self.fault = self.pixels.write(part, &claim.to_bytes()).err();
        }
    }

    /// A fault waits for [`Settling::settle`], so that whoever reads rows need not know of files.
    fn add(&mut self, claim: Claim) {
        if self.fault.is_none() {
            let part = part_of(&claim.uid, self.claims.n_files());
            self.fault = self.claims.write(part, &claim.to_bytes()).err();
        }
    }

    /// Settles all claims.
    pub(crate) fn settle(mut self) -> Result<Verdicts, JobError> {
        for images in std::mem::take(&mut self.live_images).finish() {
            self.add_live_images(images);
        }
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        let mut verdicts = Verdicts::new(self.n_sources);
        for part in 0..self.claims.n_files() {
            settle_part(&mut self.claims, part, &mut verdicts)?;
        }
        for part in 0..self.pixels.n_files() {
            pixels::compare_part(&mut self.pixels, part, &mut verdicts)?;
        }
        Ok(verdicts)
    }
}

fn settle_part(
    claims: &mut ScratchRecords<{ Claim::BYTES }>,
    part: usize,
    verdicts: &mut Verdicts,
) -> Result<(), JobError> {
    let mut holders = Holders::default();
    for record in claims.read(part)? {
        let claim = Claim::from_bytes(&record?);
        if !matches!(claim.by, By::Source(_)) {
            holders.add_live(&claim);
        }
    }
    let mut left_out = Vec::new();
    for record in claims.read(part)? {
        let claim = Claim::from_bytes(&record?);
        if let By::Source(number) = claim.by {
            let verdict = holders.settle(&claim);
            if !verdict.stays {
                verdicts.set(number, verdict);
            }
            if verdict.drops_rows {
                left_out.push(dropped(&claim.uid, &claim.source_token));
            }
        }
    }
    verdicts.add_dropped(left_out);
    Ok(())
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
