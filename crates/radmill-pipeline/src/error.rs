use std::path::PathBuf;

use radmill_manifest::ManifestError;
use radmill_store::StoreError;
use thiserror::Error;

/// Why a whole job stopped. One bad file never does that.
///
/// Holds paths that the user named; for the terminal, not for anything shareable.
#[derive(Debug, Error)]
pub enum JobError {
    /// The pipeline file, or a file that it names, is wrong.
    #[error("the pipeline file {path} cannot be used: {what}")]
    Pipeline {
        /// The file.
        path: String,
        /// Line, column and what is wrong.
        what: String,
    },
    /// There is no usable site key.
    #[error("{0}")]
    Key(String),
    /// The input cannot be listed.
    #[error("{0}")]
    Source(StoreError),
    /// The input cannot serve for what was asked.
    #[error("{0}")]
    Input(String),
    /// No job has written to the dataset from here: there is no private root.
    #[error("{} does not exist: what a job replaced lies there, beside its output", path.display())]
    NoPrivateRoot {
        /// Where it would be.
        path: PathBuf,
    },
    /// The output folder cannot serve as a dataset.
    #[error("{0}")]
    Target(String),
    /// Something below one of the two roots cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The table cannot be read or committed.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Another job is writing to the dataset.
    #[error("another job is writing to this dataset, or this part of it; wait for it to end")]
    Busy,
    /// More sources failed than the pipeline file allows.
    #[error(
        "{n_rejected} of the first {n_done} sources were rejected, more than job.rejected_share_max allows; \
         nothing was added"
    )]
    TooManyRejected {
        /// Rejected so far.
        n_rejected: u64,
        /// Looked at so far.
        n_done: u64,
    },
    /// Parts of the job have not been mapped.
    #[error(
        "{n_missing} of {n_segments} segments of this job are not mapped; run `radmill map --part K/N` with the same \
         input and settings for every K from 1 to N (what is mapped is not done again), then seal"
    )]
    Unmapped {
        /// Segments that are not there.
        n_missing: usize,
        /// Segments of the job.
        n_segments: usize,
    },
    /// The user asked to stop.
    #[error("interrupted; run the same command again to go on where it stopped")]
    Interrupted,
    /// The books do not balance: a fault of radmill.
    #[error("internal error: {0}")]
    Internal(String),
}

impl JobError {
    /// Stable name of the kind of fault, for programs.
    pub fn name(&self) -> &'static str {
        match self {
            JobError::Pipeline { .. } => "pipeline",
            JobError::Key(_) => "key",
            JobError::Source(_) | JobError::Input(_) | JobError::NoPrivateRoot { .. } => "source",
            JobError::Target(_) | JobError::Store(_) | JobError::Manifest(_) => "target",
            JobError::TooManyRejected { .. } => "too_many_rejected",
            JobError::Busy => "busy",
            JobError::Unmapped { .. } => "unmapped",
            JobError::Interrupted => "interrupted",
            JobError::Internal(_) => "internal",
        }
    }
}
