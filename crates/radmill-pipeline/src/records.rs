//! Files of one JSON object a line: records of sources in segments and in the quarantine, and the like.
//! For the private root only.

use std::io::{self, Write};
use std::path::Path;

use radmill_store::publish_secret;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::JobError;

/// Takes the lines of a file that is being published.
pub(crate) struct LineSink<'a> {
    out: &'a mut dyn Write,
}

impl LineSink<'_> {
    pub(crate) fn write(&mut self, line: &impl Serialize) -> Result<(), JobError> {
        serde_json::to_writer(&mut self.out, line)
            .map_err(io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"))
            .map_err(|error| JobError::Target(format!("cannot write records: {}", error.kind())))
    }
}

/// Publishes what `produce` writes, whole or not at all; holds no more than a buffer of it.
pub(crate) fn publish_lines(
    path: &Path,
    produce: impl FnOnce(&mut LineSink<'_>) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let mut fault = None;
    let published = publish_secret(path, |file| {
        let mut out = io::BufWriter::new(file);
        if let Err(error) = produce(&mut LineSink { out: &mut out }) {
            fault = Some(error);
            return Err(io::ErrorKind::Other.into());
        }
        out.flush()
    });
    match fault {
        Some(error) => Err(error),
        None => Ok(published.map(drop)?),
    }
}

/// Reads such a file line by line; holds one of them.
pub(crate) fn read_lines<T: DeserializeOwned>(
    path: &Path,
) -> Result<impl Iterator<Item = Result<T, JobError>> + use<T>, JobError> {
    read_lines_after(path, 0)
}

/// The same without the first lines, which are of another type.
pub(crate) fn read_lines_after<T: DeserializeOwned>(
    path: &Path,
    n_before: usize,
) -> Result<impl Iterator<Item = Result<T, JobError>> + use<T>, JobError> {
    let lines = radmill_store::read_lines(path)?.skip(n_before);
    let path = path.to_owned();
    Ok(lines.map(move |line| {
        serde_json::from_str(&line?)
            .map_err(|error| JobError::Internal(format!("{} is damaged: {error}", path.display())))
    }))
}
