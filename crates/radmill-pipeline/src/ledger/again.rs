//! Has sources worked on again by the next job, because what was made of them is lost.

use std::collections::HashSet;
use std::path::Path;

use radmill_store::DatasetRoots;

use super::entry::Became;
use super::{Ledger, UsedPipeline, Way};
use crate::JobError;
use crate::input::is_lists;
use crate::records::publish_lines;

impl Ledger {
    /// Marks the milled sources with these tokens as modified. Gives their number and where they came from; `None`, and
    /// nothing is written, if there are none.
    ///
    /// A job after this is another one than the job before, although nothing that it lists has changed.
    pub(crate) fn ask_again(&self, tokens: &HashSet<String>) -> Result<Option<(u64, Way)>, JobError> {
        let Some(mut header) = self.header()? else { return Ok(None) };
        let is_asked_for = |entry: &super::Entry| {
            entry.outcome == Became::Milled
                && entry.token.as_ref().is_some_and(|token| tokens.contains(token))
        };
        let mut n_sources = 0;
        for entry in self.entries()? {
            n_sources += u64::from(is_asked_for(&entry?));
        }
        if n_sources == 0 {
            return Ok(None);
        }
        header.generation += 1;
        publish_lines(&self.path, |out| {
            out.write(&header)?;
            for entry in self.entries()? {
                let mut entry = entry?;
                if is_asked_for(&entry) {
                    entry.modified_ns = 0;
                }
                out.write(&entry)?;
            }
            Ok(())
        })?;
        Ok(Some((n_sources, header.way)))
    }
}

impl Way {
    /// The command that goes over the input in the same way.
    pub(crate) fn command(&self, roots: &DatasetRoots) -> String {
        let pipeline = match &self.pipeline {
            UsedPipeline::Default => String::new(),
            UsedPipeline::Profile(name) => format!(" --profile {name}"),
            UsedPipeline::File(path) => format!(" --pipeline {path}"),
        };
        let input = if is_lists(Path::new(&self.input)) { "--list FILE" } else { self.input.as_str() };
        let private = roots.bucket.as_ref().map(|_| format!(" --private {}", roots.private.display()));
        let private = private.unwrap_or_default();
        format!("radmill ingest {input} --out {}{private}{pipeline}", roots.shown().display())
    }
}
