//! Writes the ledger of a job: beside its segments before the job is done, in place afterwards.

use std::iter::Peekable;
use std::path::{Path, PathBuf};

use radmill_store::rename_published;

use super::entry::Entry;
use super::{Header, Ledger};
use crate::JobError;
use crate::records::LineSink;

/// The next ledger while it is written: what is known already, with the outcomes of this job in its place.
pub(crate) struct Pending<'a, 'b> {
    sink: &'a mut LineSink<'b>,
    known: Peekable<Box<dyn Iterator<Item = Result<Entry, JobError>>>>,
}

impl<'a, 'b> Pending<'a, 'b> {
    /// Begins with the header and the entries that `ledger` has.
    pub(crate) fn begin(
        sink: &'a mut LineSink<'b>,
        ledger: &Ledger,
        header: &Header,
    ) -> Result<Pending<'a, 'b>, JobError> {
        sink.write(header)?;
        let known: Box<dyn Iterator<Item = _>> = Box::new(ledger.entries()?);
        Ok(Pending { sink, known: known.peekable() })
    }

    /// Adds the entry of a source that was worked on. To be called in the order of the listing.
    pub(crate) fn add(&mut self, entry: &Entry) -> Result<(), JobError> {
        self.leave_out(&entry.path())?;
        self.sink.write(entry)
    }

    /// Goes past a source: what was known of it before is over. To be called in the order of the listing.
    pub(crate) fn leave_out(&mut self, path: &Path) -> Result<(), JobError> {
        self.copy_while(|known| known.path().as_path() < path)?;
        self.known.next_if(|known| known.as_ref().is_ok_and(|known| known.path() == path));
        Ok(())
    }

    /// Adds what is known of the sources after the last one.
    pub(crate) fn finish(mut self) -> Result<(), JobError> {
        self.copy_while(|_| true)
    }

    fn copy_while(&mut self, is_wanted: impl Fn(&Entry) -> bool) -> Result<(), JobError> {
        while let Some(known) = self.known.next_if(|known| known.as_ref().map_or(true, &is_wanted)) {
            self.sink.write(&known?)?;
        }
        Ok(())
    }
}

/// Where the next ledger of a job waits until the job is done.
pub(crate) fn pending_path(segments: &Path) -> PathBuf {
    segments.join("ledger.jsonl")
}

/// Puts the next ledger of a finished job in place; nothing happens if that was done before.
pub(crate) fn put_in_place(segments: &Path, ledger: &Ledger) -> Result<(), JobError> {
    rename_published(&pending_path(segments), &ledger.path)?;
    Ok(())
}
