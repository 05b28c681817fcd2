use std::io;
use std::path::PathBuf;

/// Why an audit could not be made. No message holds a value of an attribute.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The folder to be looked at is absent or cannot be listed.
    #[error("cannot list the dataset: {}", .0.kind())]
    Dataset(#[source] io::Error),
    /// The sources are absent or cannot be listed.
    #[error("cannot list the input: {}", .0.kind())]
    Source(#[source] io::Error),
    /// The crosswalk cannot be used.
    #[error("the crosswalk {} {problem}", path.display())]
    Crosswalk {
        /// The file that was named.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// More values than can be searched at once.
    #[error("too many sources for one audit; audit parts of the input")]
    TooMany,
    /// The caller wanted to stop.
    #[error("interrupted")]
    Interrupted,
    /// The threads cannot be started.
    #[error("cannot start {0} threads")]
    Threads(usize),
}
