//! Repairs what can be repaired without losing anything that a version names.

use std::collections::HashSet;
use std::path::PathBuf;

use radmill_store::{DatasetRoots, close_to_others, remove_folder};

use super::fault::Fault;
use super::{Unnamed, Verified};
use crate::JobError;
use crate::ledger::Ledger;

/// Removes files that no version names, and the folders of killed jobs.
pub(super) fn remove(
    roots: &DatasetRoots,
    unnamed: &Unnamed,
    verified: &mut Verified,
) -> Result<(), JobError> {
    let names: Vec<String> = unnamed.files.iter().map(|(_, name)| name.clone()).collect();
    roots.remove_all(&names)?;
    unnamed.files.iter().for_each(|(fault, _)| repaired(verified, *fault));
    if verified.not_looked_for.is_none() {
        roots.clear_staging()?;
        remove_folder(&roots.dataset.join(".unsealed"))?;
    }
    unnamed.leftovers.iter().for_each(|_| repaired(verified, Fault::Leftover));
    Ok(())
}

/// Closes what others than the owner can get at.
pub(super) fn close(open: &[PathBuf], verified: &mut Verified) -> Result<(), JobError> {
    for path in open {
        close_to_others(path)?;
        repaired(verified, Fault::OpenPrivateFolder);
    }
    Ok(())
}

/// Has the sources of lost images worked on again by the next job over their input. Gives the command of each job.
///
/// The job finds them as if they had been modified: their rows are replaced by equal ones, and their files written.
pub(super) fn ask_again(roots: &DatasetRoots, sources: &HashSet<String>) -> Result<Vec<String>, JobError> {
    let mut commands = Vec::new();
    if sources.is_empty() || !roots.private.is_dir() {
        return Ok(commands);
    }
    for ledger in Ledger::all(roots)? {
        if let Some((n_sources, way)) = ledger.ask_again(sources)? {
            let command = way.command(roots);
            commands.push(format!("{n_sources} sources are worked on again by: {command}"));
        }
    }
    Ok(commands)
}

fn repaired(verified: &mut Verified, fault: Fault) {
    if let Some(faults) = verified.faults.get_mut(&fault) {
        faults.n_repaired += 1;
    }
}
