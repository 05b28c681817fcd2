//! Archives among the sources: which of them have to be opened, and what becomes of what cannot be read in them.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::AtomicBool;

use radmill_archive::{Fault, Limits};
use radmill_store::{
    Archive, KnownArchive, Lack, Listing, ReadFault, Source, Sources, archives_of, members_of, open_archives,
};

use crate::ledger::{Header, Joined, Ledger, WholeArchive, clipped, join};
use crate::outcome::{Rejection, Setback, Stage};
use crate::segment::path_text;
use crate::{JobError, LimitsSection};

/// What an archive may declare.
pub(crate) fn archive_limits(limits: &LimitsSection) -> Limits {
    Limits { members_max: limits.archive_members_max, expansion_max: limits.archive_expansion_max }
}

/// Replaces archives among the sources by their members, and sorts the sources.
///
/// Files that are as the ledger knows them are not opened, and archives neither: the ledger has their members.
pub(crate) fn open_known_archives(
    listing: &mut Listing,
    ledger: &Ledger,
    before: Option<&Header>,
    limits: &Limits,
    interrupted: &AtomicBool,
) -> Result<(), JobError> {
    listing.sources.sort();
    let mut whole = unchanged(&listing.sources, before);
    let mut is_known = vec![false; listing.sources.len()];
    join(&listing.sources, ledger, &mut |joined| match joined {
        Joined::New(_) => {}
        Joined::Known(index, source, entry) => {
            is_known[index] = entry.is_of(source.bytes, source.modified_ns);
        }
        Joined::Vanished(entry) => {
            if whole.is_empty() {
                return;
            }
            let path = entry.path();
            let archive = archives_of(&path).into_iter().find(|archive| whole.contains_key(archive));
            if let Some((_, known)) = archive.and_then(|archive| whole.get_mut(&archive)) {
                known.members.push(Source::file(path, entry.bytes, time_known(entry.modified_ns)));
            }
        }
    })?;
    // Of who has withdrawn the ledger keeps nothing: such an archive is listed again.
    let is_complete = |(n_members, known): &(u64, KnownArchive)| known.members.len() as u64 == *n_members;
    let mut known: Vec<KnownArchive> =
        whole.into_values().filter(is_complete).map(|(_, known)| known).collect();
    known.sort_by_key(|known| known.source);
    known.iter().for_each(|known| is_known[known.source] = true);
    let unknown: Vec<usize> = (0..is_known.len()).filter(|&index| !is_known[index]).collect();
    open_archives(listing, known, &unknown, limits, interrupted);
    Ok(())
}

/// The archives that are as the last job found them, by path, with the number of their members.
fn unchanged(sources: &Sources, before: Option<&Header>) -> HashMap<PathBuf, (u64, KnownArchive)> {
    let archives = before.map_or(&[][..], |before| &before.archives);
    let mut unchanged = HashMap::new();
    for archive in archives {
        let path = Path::new(&archive.source);
        let Some(index) = sources.find(path) else { continue };
        let source = sources.get(index);
        if (archive.bytes, archive.modified_ns) == (source.bytes, clipped(source.modified_ns)) {
            let known = KnownArchive { source: index, members: Vec::new() };
            unchanged.insert(path.to_owned(), (archive.n_members, known));
        }
    }
    unchanged
}

/// An entry without a time is one that is to be looked at again, and must not look like itself.
fn time_known(modified_ns: u64) -> u128 {
    u128::from(modified_ns).max(1)
}

/// The archives that the next job need not open if they stay as they are: those of this listing, and of earlier ones.
pub(crate) fn next_archives(before: Option<&Header>, listed: &[Archive]) -> Vec<WholeArchive> {
    let mut archives: HashMap<String, WholeArchive> = HashMap::new();
    for archive in before.map_or(&[][..], |before| &before.archives) {
        archives.insert(archive.source.clone(), archive.clone());
    }
    for archive in listed {
        let source = path_text(&archive.relative);
        // What is not UTF-8 could not be found again by its text.
        match (archive.n_members, archive.relative.to_str()) {
            (Some(n_members), Some(_)) => {
                let (bytes, modified_ns) = (archive.bytes, clipped(archive.modified_ns));
                archives.insert(source.clone(), WholeArchive { source, bytes, modified_ns, n_members });
            }
            _ => drop(archives.remove(&source)),
        }
    }
    let mut archives: Vec<WholeArchive> = archives.into_values().collect();
    archives.sort_by(|a, b| a.source.cmp(&b.source));
    archives
}

/// The file that something is read from that was listed with this path: an archive, if it is a member of one.
pub(crate) fn file_of(path: PathBuf) -> PathBuf {
    let Some(archive) = archives_of(&path).into_iter().find(|archive| archive.is_file()) else { return path };
    // A folder may have the name that members are listed under. Their own names may lead anywhere.
    let below = path.strip_prefix(members_of(&archive));
    let leads_up = below.is_ok_and(|below| below.components().any(|part| part == Component::ParentDir));
    if leads_up || !path.exists() { archive } else { path }
}

/// Why something that was found is no source; `None` if nothing was lost.
pub(crate) fn rejection_of_unlisted(lack: &Lack) -> Option<Rejection> {
    let (reason, detail) = match lack {
        Lack::SpecialFile => return None,
        Lack::Unreadable(why) => ("unreadable", why.clone()),
        Lack::Archive(fault) => (reason(*fault)?, format!("the archive: {fault}")),
    };
    Some(Rejection { stage: Stage::Read, reason: reason.to_owned(), detail })
}

/// What becomes of a source that could not be read.
pub(crate) fn setback(fault: ReadFault, bytes_max: u64) -> Setback {
    match fault {
        ReadFault::TooLong => {
            Setback::reject(Stage::Read, "over_limit", format!("the file is longer than {bytes_max} bytes"))
        }
        ReadFault::Unreadable(kind) => Setback::reject(Stage::Read, "unreadable", kind),
        ReadFault::Archive(fault) => match reason(fault) {
            Some(reason) => Setback::reject(Stage::Read, reason, fault),
            None => Setback::Skip("special_file"),
        },
    }
}

/// Reason code of a fault; `None` if nothing was lost.
fn reason(fault: Fault) -> Option<&'static str> {
    match fault {
        Fault::Damaged(_) => Some("archive_damaged"),
        Fault::OverLimit(_) => Some("over_limit"),
        Fault::Encrypted => Some("archive_encrypted"),
        Fault::Unsupported(_) => Some("archive_unsupported"),
        Fault::Nested => Some("archive_nested"),
        Fault::Unreadable(_) => Some("unreadable"),
        Fault::SpecialFile => None,
    }
}
