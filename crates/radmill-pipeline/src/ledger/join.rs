//! Goes over a listing and a ledger side by side; holds one entry at a time.

use std::cmp::Ordering;

use radmill_store::{Source, Sources};

use super::Ledger;
use super::entry::Entry;
use crate::JobError;

/// A source of the listing, of the ledger, or of both.
pub(crate) enum Joined {
    /// The listing has it, with this index, and no finished job knows it.
    New(usize),
    /// Both have it.
    Known(usize, Source, Entry),
    /// The ledger has it and the listing has not.
    Vanished(Entry),
}

/// Calls `visit` for each source once, in the order of the listing, which is sorted by path.
pub(crate) fn join(
    sources: &Sources,
    ledger: &Ledger,
    visit: &mut dyn FnMut(Joined),
) -> Result<(), JobError> {
    let mut entries = ledger.entries()?;
    let mut listed = sources.iter().enumerate().peekable();
    while let Some(entry) = entries.next().transpose()? {
        let path = entry.path();
        while let Some((index, _)) = listed.next_if(|(_, source)| source.relative < path) {
            visit(Joined::New(index));
        }
        match listed.next_if(|(_, source)| source.relative.cmp(&path) == Ordering::Equal) {
            Some((index, source)) => visit(Joined::Known(index, source, entry)),
            None => visit(Joined::Vanished(entry)),
        }
    }
    listed.for_each(|(index, _)| visit(Joined::New(index)));
    Ok(())
}
