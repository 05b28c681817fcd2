//! Files of source records, one JSON object a line: in segments and in the quarantine.

use std::io::{self, Write};
use std::path::Path;

use radmill_store::publish;

use crate::JobError;
use crate::outcome::SourceRecord;

/// Takes the records of a file that is being published.
pub(crate) struct RecordSink<'a> {
    out: &'a mut dyn Write,
}

impl RecordSink<'_> {
    pub(crate) fn write(&mut self, record: &SourceRecord) -> Result<(), JobError> {
        serde_json::to_writer(&mut self.out, record)
            .map_err(io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"))
            .map_err(|error| JobError::Target(format!("cannot write records: {}", error.kind())))
    }
}

/// Publishes what `produce` writes, whole or not at all; holds no more than a buffer of it.
pub(crate) fn publish_records(
    path: &Path,
    produce: impl FnOnce(&mut RecordSink<'_>) -> Result<(), JobError>,
) -> Result<(), JobError> {
    let mut fault = None;
    let published = publish(path, |file| {
        let mut out = io::BufWriter::new(file);
        if let Err(error) = produce(&mut RecordSink { out: &mut out }) {
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
