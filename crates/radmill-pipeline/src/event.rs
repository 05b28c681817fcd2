use serde::Serialize;

use crate::{Changes, Summary};

/// What an observer of a job is told. Holds numbers, codes and the dataset's own path: never a source path or a value.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The sources are listed and the plan is settled.
    Planned {
        /// Sources to work on.
        n_sources: u64,
        /// Their length in bytes.
        bytes: u64,
        /// Sources that an earlier, interrupted run of the same job has finished.
        n_resumed: u64,
        /// Threads at work.
        n_threads: usize,
        /// How the sources of the input stand to what finished jobs know of them.
        #[serde(flatten)]
        changes: Changes,
    },
    /// One more source is finished.
    Progress {
        /// Finished, those of earlier runs included.
        n_done: u64,
        /// Of how many.
        n_sources: u64,
        /// Bytes of finished sources.
        bytes_done: u64,
        /// Of how many.
        bytes: u64,
        /// Rejected so far, in this run.
        n_rejected: u64,
        /// Images written so far, in this run.
        n_images: u64,
        /// DICOM files written so far, in this run.
        n_dicom_files: u64,
    },
    /// All sources are mapped; segments are being merged.
    Sealing,
    /// The job is finished: the dataset has its new version, or the folder its new files.
    Finished(Box<Summary>),
    /// The job stopped and nothing was added; the last event, as `finished` is.
    Failed {
        /// Stable name of the kind of fault; the sentence for people names paths, and goes to standard error.
        reason: &'static str,
    },
}

/// Is told what happens in a job, from one thread at a time.
pub trait Observer {
    /// Something happened.
    fn on(&mut self, event: &Event);
}

impl<F: FnMut(&Event)> Observer for F {
    fn on(&mut self, event: &Event) {
        self(event);
    }
}
