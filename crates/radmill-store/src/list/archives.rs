//! Puts the members of archives in the place of the archives.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use radmill_archive::{Contents, Fault, Format, Limits, Place, ReadAt, list, recognize};

use super::paths::os_string;
use super::{Archive, InArchive, Lack, Listing, Source, Unlisted};
use crate::remote::is_archive_by_name;

/// Files that are looked into at the same time: most wait for the disk or the network.
const N_THREADS: usize = 8;

/// Stands between the path of an archive and the names of its members.
const MARK: u8 = b'!';

/// An archive that is as it was when its members were listed.
pub struct KnownArchive {
    /// Index of the archive among the sources.
    pub source: usize,
    /// Its members, with the paths, lengths and times they had.
    pub members: Vec<Source>,
}

/// Where the members of an archive are listed: no file has this path unless somebody means to confuse.
pub fn members_of(archive: &Path) -> PathBuf {
    let mut path = archive.as_os_str().to_owned();
    path.push(OsStr::new("!"));
    path.into()
}

/// The archives that something with this path may be listed in, or may have been: none if it is a file for sure.
/// Folders may have names that look like those of archives; what is on the disk says which of these it is.
pub fn archives_of(path: &Path) -> Vec<PathBuf> {
    let mut archives = Vec::new();
    let mut before = PathBuf::new();
    for component in path.components() {
        let name = component.as_os_str().as_encoded_bytes();
        if let (Component::Normal(_), Some((&MARK, name))) = (component, name.split_last()) {
            archives.push(before.join(os_string(name)));
        }
        before.push(component);
    }
    archives
}

/// Replaces archives among the sources by their members, and sorts the sources.
///
/// Of the known ones the members are taken as they are. Of the `candidates`, by index, each is looked into; those that
/// are no archive stay. Once `interrupted` is set, no archive is read on, and the listing is worth nothing.
pub fn open_archives(
    listing: &mut Listing,
    known: Vec<KnownArchive>,
    candidates: &[usize],
    limits: &Limits,
    interrupted: &AtomicBool,
) {
    let opened = in_parallel(candidates, |&index| {
        let source = listing.sources.get(index);
        open(listing, &source, limits, interrupted).map(|(format, contents)| (index, format, contents))
    });
    if known.is_empty() && opened.is_empty() {
        return;
    }
    let mut is_archive = vec![false; listing.sources.len()];
    let mut members = Vec::new();
    for KnownArchive { source, members: known } in known {
        is_archive[source] = true;
        let archive = listing.archives.len();
        listing.archives.push(Archive::new(listing.sources.get(source), None, Some(known.len() as u64)));
        members.extend(
            known.into_iter().map(|member| Source {
                member: Some(Box::new(InArchive { archive, place: None })),
                ..member
            }),
        );
    }
    for (source, format, contents) in opened {
        is_archive[source] = true;
        let mut archive = Archive::new(listing.sources.get(source), Some(format), None);
        let contents = contents.unwrap_or_else(|fault| Contents { members: Vec::new(), fault: Some(fault) });
        match contents.fault {
            Some(fault) => listing
                .unlisted
                .push(Unlisted { relative: members_of(&archive.relative), lack: Lack::Archive(fault) }),
            None => archive.n_members = Some(contents.members.len() as u64),
        }
        members.extend(sources_of(&archive, listing.archives.len(), format, contents));
        listing.archives.push(archive);
    }
    let mut is_archive = is_archive.into_iter();
    let others = listing.sources.iter().filter(|_| !is_archive.next().unwrap_or(false));
    members.extend(others);
    sort_by_unique_paths(&mut members);
    listing.sources = members.into_iter().collect();
}

/// Finds where the members of known archives lie that are still among the sources; see [`open_archives`] for
/// `interrupted`.
pub fn place_members(listing: &mut Listing, limits: &Limits, interrupted: &AtomicBool) {
    let mut unplaced: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, source) in listing.sources.iter().enumerate() {
        if let Some(InArchive { archive, place: None }) = source.member.as_deref() {
            unplaced.entry(*archive).or_default().push(index);
        }
    }
    let mut archives: Vec<usize> = unplaced.keys().copied().collect();
    archives.sort_unstable();
    let found = in_parallel(&archives, |&index| {
        let archive = &listing.archives[index];
        let file = Source::file(archive.relative.clone(), archive.bytes, archive.modified_ns);
        let (format, contents) = open(listing, &file, limits, interrupted)?;
        Some((index, format, sources_of(archive, index, format, contents.unwrap_or_default())))
    });
    let mut placed: HashMap<usize, Source> = HashMap::new();
    for (index, format, members) in found {
        listing.archives[index].format = Some(format);
        let mut by_path: HashMap<PathBuf, Source> =
            members.into_iter().map(|member| (member.relative.clone(), member)).collect();
        for &source in &unplaced[&index] {
            if let Some(member) = by_path.remove(&listing.sources.get(source).relative) {
                placed.insert(source, member);
            }
        }
    }
    if !placed.is_empty() {
        let sources = listing.sources.iter().enumerate();
        listing.sources = sources.map(|(index, source)| placed.remove(&index).unwrap_or(source)).collect();
    }
}

impl Archive {
    fn new(source: Source, format: Option<Format>, n_members: Option<u64>) -> Archive {
        let Source { relative, bytes, modified_ns, .. } = source;
        Archive { relative, bytes, modified_ns, format, n_members }
    }
}

/// What is in a file, if it is an archive. What cannot be opened is none: reading it will say why.
fn open(
    listing: &Listing,
    source: &Source,
    limits: &Limits,
    interrupted: &AtomicBool,
) -> Option<(Format, Result<Contents, Fault>)> {
    if interrupted.load(Ordering::Relaxed) {
        return None;
    }
    if listing.remote.is_some() && !is_archive_by_name(&source.relative) {
        return None;
    }
    let archive = listing.open_listed(&source.relative, source.bytes, source.modified_ns).ok()?;
    let archive = Interruptible { archive: &archive, interrupted };
    let format = recognize(&archive).ok()??;
    Some((format, list(format, &archive, limits)))
}

/// An archive that cannot be read any more once somebody has asked to stop.
struct Interruptible<'a> {
    archive: &'a dyn ReadAt,
    interrupted: &'a AtomicBool,
}

impl ReadAt for Interruptible<'_> {
    fn bytes(&self) -> u64 {
        self.archive.bytes()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if self.interrupted.load(Ordering::Relaxed) {
            // `Interrupted` would be tried again by who reads.
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.archive.read_at(buffer, offset)
    }
}

/// The members of an archive as sources, sorted, each with a path of its own.
///
/// Where they can only be read in the order of the archive, their number comes before their name, so that they are
/// sorted, and worked on, in this order.
fn sources_of(archive: &Archive, index: usize, format: Format, contents: Contents) -> Vec<Source> {
    let is_stream = matches!(format, Format::TarGzip | Format::TarZstd);
    let folder = members_of(&archive.relative);
    let mut sources = Vec::with_capacity(contents.members.len());
    for (number, member) in contents.members.into_iter().enumerate() {
        let mut path = folder.clone().into_os_string();
        path.push("/");
        if is_stream {
            path.push(format!("{number:08}/"));
        }
        path.push(os_string(&member.name));
        let modified_ns = match member.place {
            // Never 0, which stands for what is not known.
            Place::Zip { crc, .. } => u128::from(crc) + 1,
            _ => archive.modified_ns,
        };
        let place = Some(member.place);
        sources.push(Source {
            relative: path.into(),
            bytes: member.bytes,
            modified_ns,
            member: Some(Box::new(InArchive { archive: index, place })),
        });
    }
    sort_by_unique_paths(&mut sources);
    sources
}

/// Sorts by path. Where several have the same one, all but the first get a number that makes it another.
fn sort_by_unique_paths(sources: &mut [Source]) {
    sources.sort_by(|a, b| a.relative.cmp(&b.relative));
    if sources.windows(2).all(|pair| pair[0].relative != pair[1].relative) {
        return;
    }
    let mut taken: HashSet<PathBuf> = sources.iter().map(|source| source.relative.clone()).collect();
    let (mut first, mut number) = (0, 1);
    for index in 1..sources.len() {
        if sources[index].relative != sources[first].relative {
            (first, number) = (index, 1);
            continue;
        }
        // Names with numbers may be there already. Each is met once, however many there are.
        sources[index].relative = loop {
            number += 1;
            let mut path = sources[first].relative.clone().into_os_string();
            path.push(format!("!{number}"));
            let path = PathBuf::from(path);
            if taken.insert(path.clone()) {
                break path;
            }
        };
    }
    sources.sort_by(|a, b| a.relative.cmp(&b.relative));
}

/// What `look` gives for each, in their order; without those it gives nothing for.
fn in_parallel<T: Sync, R: Send>(items: &[T], look: impl Fn(&T) -> Option<R> + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let run = || {
        while let Some((index, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|index| Some((index, items.get(index)?)))
        {
            if let Some(result) = look(item) {
                found.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..N_THREADS.min(items.len()) {
            scope.spawn(run);
        }
        run();
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable_by_key(|(index, _)| *index);
    found.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_becomes_one_of_its_own() {
        let check = |names: &[&str], expected: &[&str]| {
            let mut sources: Vec<Source> =
                names.iter().map(|name| Source::file(PathBuf::from(name), 0, 0)).collect();
            sort_by_unique_paths(&mut sources);
            let paths: Vec<String> =
                sources.iter().map(|source| source.relative.to_string_lossy().into_owned()).collect();
            assert_eq!(paths, expected);
        };
        check(&["b", "a"], &["a", "b"]);
        check(&["a", "b", "a", "b", "a"], &["a", "a!2", "a!3", "b", "b!2"]);
        check(&["a", "a", "a!2", "a!2", "a!3"], &["a", "a!2", "a!2!2", "a!3", "a!4"]);
        check(&["x/./a", "x//a", "x/a"], &["x/./a", "x/./a!2", "x/./a!3"]);
        // Names that each stand in the way of the next.
        let chain: Vec<String> = (0..2000).map(|length| format!("a{}", "!2".repeat(length))).collect();
        let mut names: Vec<&str> = chain.iter().map(String::as_str).collect();
        names.push("a");
        let mut expected = names.clone();
        expected[2000] = "a!3";
        expected.sort_unstable();
        check(&names, &expected);
    }

    #[test]
    fn an_interrupt_ends_the_reading_of_archives() {
        let folder = tempfile::tempdir().unwrap();
        let mut zip = b"PK\x05\x06".to_vec();
        zip.extend([0; 18]);
        std::fs::write(folder.path().join("a.zip"), &zip).unwrap();
        let limits = Limits { members_max: 10, expansion_max: 10 };
        for (is_interrupted, n_archives) in [(false, 1), (true, 0)] {
            let mut listing = crate::list_sources(folder.path()).unwrap();
            open_archives(&mut listing, Vec::new(), &[0], &limits, &AtomicBool::new(is_interrupted));
            assert_eq!(listing.archives.len(), n_archives);
        }

        // In the middle of one as well, and not to be tried again.
        let interrupted = AtomicBool::new(false);
        let archive = Interruptible { archive: &zip, interrupted: &interrupted };
        assert_eq!(archive.read_at(&mut [0; 4], 0).unwrap(), 4);
        interrupted.store(true, Ordering::Relaxed);
        let error = archive.read_at(&mut [0; 4], 4).unwrap_err();
        assert_ne!(error.kind(), io::ErrorKind::Interrupted);
    }

    #[test]
    fn folders_may_look_like_archives() {
        let check = |path: &str, expected: &[&str]| {
            assert_eq!(archives_of(Path::new(path)), expected.iter().map(PathBuf::from).collect::<Vec<_>>());
        };
        check("a/b", &[]);
        check("a/b.zip!/x/../y", &["a/b.zip"]);
        check("/a!/b.zip!/!/c", &["/a", "/a!/b.zip", "/a!/b.zip!"]);
    }
}
