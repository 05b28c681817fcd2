//! Reads the sources of a listing, from the disk, from an object store or from archives, on several threads.

mod ahead;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use radmill_archive::{Fault, Member, MemberStream, Place, ReadAt, read_member, recognize};

use ahead::Ahead;

use crate::list::{CHANGED, InArchive, ListedFile};
use crate::{Archive, Listing, Source, read_source};

/// Why a source could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadFault {
    /// It is longer than is allowed.
    TooLong,
    /// The system says why.
    Unreadable(io::ErrorKind),
    /// It is in an archive that says why.
    Archive(Fault),
}

/// Reads sources, each once.
///
/// Members of compressed tar archives come in order, whoever asks: each waits for its turn.
pub struct SourceReader<'a> {
    listing: &'a Listing,
    streams: HashMap<usize, Stream>,
    /// Of a listing of an object store.
    ahead: Option<Ahead<'a>>,
}

/// A source that is read in pieces.
pub struct OpenSource(ListedFile);

impl OpenSource {
    /// Length in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    /// Fills the buffer from `offset` on.
    pub fn read_exact_at(&self, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
        while !buffer.is_empty() {
            match self.0.read_at(buffer, offset)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => {
                    buffer = &mut buffer[n..];
                    offset += n as u64;
                }
            }
        }
        Ok(())
    }
}

/// The right to read one source now. Given up when it is dropped; others may wait for that.
pub struct Turn<'a> {
    reader: &'a SourceReader<'a>,
    index: usize,
    source: Source,
    stream: Option<&'a Stream>,
}

/// A compressed tar archive.
struct Stream {
    state: Mutex<StreamState>,
    moved: Condvar,
}

struct StreamState {
    /// Offsets of the members that have not been read, in order.
    waiting: VecDeque<u64>,
    /// The stream, once somebody has begun to read it, or why it cannot be.
    open: Option<Result<MemberStream, ReadFault>>,
}

impl<'a> SourceReader<'a> {
    /// Reads the sources with these indices; `order` is that of asking for their turns.
    pub fn new(listing: &'a Listing, order: impl Iterator<Item = usize> + Clone) -> SourceReader<'a> {
        let mut waiting: HashMap<usize, VecDeque<u64>> = HashMap::new();
        if !listing.archives.is_empty() {
            let members = order.clone().filter_map(|index| in_stream(&listing.sources.get(index)));
            members.for_each(|(archive, offset)| waiting.entry(archive).or_default().push_back(offset));
        }
        let remote = listing.remote.as_deref();
        let ahead = remote.map(|remote| Ahead::new(remote, &listing.sources, order));
        let stream = |waiting| Stream {
            state: Mutex::new(StreamState { waiting, open: None }),
            moved: Condvar::new(),
        };
        let streams = waiting.into_iter().map(|(archive, waiting)| (archive, stream(waiting))).collect();
        SourceReader { listing, streams, ahead }
    }

    /// Waits until the source with this index can be read; `None` if that was stopped.
    ///
    /// Turns of one archive that come before this one have to be taken by others, and given up.
    pub fn turn(&'a self, index: usize, is_stopped: impl Fn() -> bool) -> Option<Turn<'a>> {
        let source = self.listing.sources.get(index);
        let stream =
            in_stream(&source).and_then(|(archive, offset)| Some((self.streams.get(&archive)?, offset)));
        if let Some((stream, offset)) = stream {
            let mut state = stream.lock();
            while state.waiting.front() != Some(&offset) {
                if is_stopped() {
                    return None;
                }
                // An interrupt does not wake anybody: look again now and then.
                let patience = Duration::from_millis(200);
                let woken = stream.moved.wait_timeout(state, patience);
                state = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        Some(Turn { reader: self, index, source, stream: stream.map(|(stream, _)| stream) })
    }
}

impl Turn<'_> {
    /// The source.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Opens the source, to be read in pieces: a file on the disk that is as it was listed.
    pub fn open(&self) -> Option<OpenSource> {
        let listing = self.reader.listing;
        if listing.remote.is_some() || !self.source.is_file() {
            return None;
        }
        let Source { relative, bytes, modified_ns, .. } = &self.source;
        listing.open_listed(relative, *bytes, *modified_ns).ok().map(OpenSource)
    }

    /// Reads the source, and refuses one that is longer than `bytes_max`.
    pub fn read(self, bytes_max: u64) -> Result<Vec<u8>, ReadFault> {
        let listing = self.reader.listing;
        if self.source.bytes > bytes_max {
            return Err(ReadFault::TooLong);
        }
        let Some(InArchive { archive, place }) = self.source.member.as_deref() else {
            return self.read_file(bytes_max);
        };
        let archive = &listing.archives[*archive];
        let member = match (place, self.stream) {
            (Some(Place::Stream { offset }), Some(stream)) => self.read_stream(archive, stream, *offset)?,
            (Some(place), _) => self.read_place(archive, place, bytes_max)?,
            (None, _) => return Err(ReadFault::Unreadable(io::ErrorKind::NotFound)),
        };
        // Archives are not opened within each other: that would have no end.
        match recognize(&member) {
            Ok(None) => Ok(member),
            Ok(Some(_)) | Err(_) => Err(ReadFault::Archive(Fault::Nested)),
        }
    }

    fn read_file(&self, bytes_max: u64) -> Result<Vec<u8>, ReadFault> {
        let Some(ahead) = &self.reader.ahead else {
            let path = self.reader.listing.root.join(&self.source.relative);
            return read_source(&path, self.source.bytes, bytes_max).map_err(|error| fault(&error));
        };
        let bytes = ahead.read(self.index, &self.source, bytes_max).map_err(|error| fault(&error))?;
        // Of an object that is no archive by its name nobody has looked whether it is one.
        match recognize(&bytes) {
            Ok(None) => Ok(bytes),
            Ok(Some(_)) | Err(_) => Err(ReadFault::Archive(Fault::Unsupported(
                "in a bucket, names of archives end in .zip, .tar, .tar.gz, .tgz or .tar.zst",
            ))),
        }
    }

    fn read_place(&self, archive: &Archive, place: &Place, bytes_max: u64) -> Result<Vec<u8>, ReadFault> {
        if let Place::Nowhere(fault) = place {
            return Err(ReadFault::Archive(*fault));
        }
        let file = self.open_archive(archive)?;
        let member = Member { name: Vec::new(), bytes: self.source.bytes, place: place.clone() };
        read_member(&file, &member, bytes_max).map_err(of_archive)
    }

    fn read_stream(&self, archive: &Archive, stream: &Stream, offset: u64) -> Result<Vec<u8>, ReadFault> {
        let mut state = stream.lock();
        let open = state.open.get_or_insert_with(|| {
            let format = archive.format.ok_or(ReadFault::Unreadable(io::ErrorKind::NotFound))?;
            MemberStream::new(format, self.open_archive(archive)?.into_reader()).map_err(of_archive)
        });
        match open {
            Ok(stream) => stream.read(offset, self.source.bytes).map_err(of_archive),
            Err(fault) => Err(*fault),
        }
    }

    fn open_archive(&self, archive: &Archive) -> Result<ListedFile, ReadFault> {
        let opened = self.reader.listing.open_listed(&archive.relative, archive.bytes, archive.modified_ns);
        opened.map_err(|error| match error.kind() {
            CHANGED => ReadFault::Archive(Fault::Damaged("the archive has changed since it was listed")),
            _ => fault(&error),
        })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if let Some(stream) = self.stream {
            let mut state = stream.lock();
            state.waiting.pop_front();
            if state.waiting.is_empty() {
                // Nobody reads on: there may be more archives than files that can be open at the same time.
                state.open = None;
            }
            drop(state);
            stream.moved.notify_all();
        }
    }
}

impl Stream {
    /// A panic in between costs the rest of the archive, not the job: what cannot go on says so.
    fn lock(&self) -> MutexGuard<'_, StreamState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The archive and the offset of a source that can only be read in order.
fn in_stream(source: &Source) -> Option<(usize, u64)> {
    match source.member.as_deref()? {
        InArchive { archive, place: Some(Place::Stream { offset }) } => Some((*archive, *offset)),
        _ => None,
    }
}

fn fault(error: &io::Error) -> ReadFault {
    match error.kind() {
        io::ErrorKind::FileTooLarge => ReadFault::TooLong,
        kind => ReadFault::Unreadable(kind),
    }
}

fn of_archive(fault: Fault) -> ReadFault {
    match fault {
        Fault::Unreadable(kind) => ReadFault::Unreadable(kind),
        fault => ReadFault::Archive(fault),
    }
}
