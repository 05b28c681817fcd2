use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file or folder could not be used. Holds a path: for the terminal and the private root only.
#[derive(Debug, Error)]
#[error("cannot {action} {}: {}", path.display(), plain(cause))]
pub struct StoreError {
    /// What was tried, such as `create`.
    pub action: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What the system said; part of the message.
    pub cause: io::Error,
}

impl StoreError {
    pub(crate) fn new(action: &'static str, path: &Path, cause: io::Error) -> StoreError {
        StoreError { action, path: path.to_owned(), cause }
    }
}

/// The system's words without the number that the standard library appends.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}
