//! How far the map is.

use std::ops::Range;

use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::{Event, JobError};

pub(super) struct Progress {
    n_sources: u64,
    n_resumed: u64,
    n_done: u64,
    n_done_now: u64,
    bytes: u64,
    bytes_done: u64,
    n_rejected: u64,
    n_images: u64,
    n_dicom_files: u64,
}

impl Progress {
    pub(super) fn new(plan: &Plan, segments: &[Range<usize>], own: &[usize], open: &[usize]) -> Progress {
        let sources = &plan.listing.sources;
        let n_of = |indices: &[usize]| indices.iter().map(|&index| segments[index].len() as u64).sum::<u64>();
        let bytes_of = |indices: &[usize]| {
            let sources = indices.iter().flat_map(|&index| sources.range(segments[index].clone()));
            sources.map(|source| source.bytes).sum::<u64>()
        };
        let (n_sources, bytes) = (n_of(own), bytes_of(own));
        let n_resumed = n_sources - n_of(open);
        Progress {
            n_sources,
            n_resumed,
            n_done: n_resumed,
            n_done_now: 0,
            bytes,
            bytes_done: bytes - bytes_of(open),
            n_rejected: 0,
            n_images: 0,
            n_dicom_files: 0,
        }
    }

    pub(super) fn planned(&self, plan: &Plan) -> Event {
        let Progress { n_sources, bytes, n_resumed, .. } = *self;
        let (n_threads, changes) = (plan.n_threads, plan.selection.changes);
        Event::Planned { n_sources, bytes, n_resumed, n_threads, changes }
    }

    pub(super) fn one_more(&mut self, bytes: u64, outcome: &Outcome) -> Event {
        self.n_done += 1;
        self.n_done_now += 1;
        self.bytes_done += bytes;
        match outcome {
            Outcome::Rejected(_) => self.n_rejected += 1,
            Outcome::Milled(milled) => {
                self.n_images += milled.image_paths.len() as u64;
                self.n_dicom_files += u64::from(milled.dicom.is_some());
            }
            Outcome::Duplicate | Outcome::Skipped { .. } => {}
        }
        Event::Progress {
            n_done: self.n_done,
            n_sources: self.n_sources,
            bytes_done: self.bytes_done,
            bytes: self.bytes,
            n_rejected: self.n_rejected,
            n_images: self.n_images,
            n_dicom_files: self.n_dicom_files,
        }
    }

    pub(super) fn check_rejected(&self, plan: &Plan) -> Result<(), JobError> {
        let job = &plan.file.job;
        let share = self.n_rejected as f64 / self.n_done_now as f64;
        if self.n_done_now >= job.rejected_check_after && share > job.rejected_share_max {
            return Err(JobError::TooManyRejected { n_rejected: self.n_rejected, n_done: self.n_done_now });
        }
        Ok(())
    }
}
