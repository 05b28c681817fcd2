//! Sources in an object store.

mod archive;

use std::future::pending;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{AbortHandle, abortable};
use object_store::path::Path as ObjectPath;
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt};
use tokio::runtime::{Builder, Handle};
use tokio::time::timeout;

pub(crate) use archive::{RemoteArchive, is_archive_by_name};

use crate::bucket::{in_words, open_object_store};
use crate::{Source, Sources, StoreError};

/// The objects below one URL. Many threads may read at the same time.
#[derive(Debug)]
pub(crate) struct Remote {
    store: Arc<dyn ObjectStore>,
    prefix: ObjectPath,
    requests: Requests,
}

/// An object that is on its way.
pub(crate) type Coming = tokio::task::JoinHandle<io::Result<Vec<u8>>>;

impl Remote {
    /// Asks nothing of the server yet.
    pub(crate) fn open(url: &str) -> Result<Remote, StoreError> {
        let (store, prefix) = open_object_store(url)?;
        let requests = Requests::new().map_err(|cause| StoreError::new("open", Path::new(url), cause))?;
        Ok(Remote { store, prefix, requests })
    }

    /// All objects below the URL as sources, in the order of the provider, a page at a time.
    pub(crate) fn list(&self, interrupted: &AtomicBool) -> io::Result<Sources> {
        self.requests.wait(async {
            let mut sources = Sources::default();
            let mut listed = self.store.list(Some(&self.prefix));
            while let Some(object) = unless(interrupted, listed.next()).await? {
                let object = object.map_err(in_words)?;
                let below = object.location.prefix_match(&self.prefix);
                let name: Vec<String> =
                    below.into_iter().flatten().map(|part| part.as_ref().to_owned()).collect();
                if !name.is_empty() {
                    sources.push(source(name.join("/").into(), &object));
                }
            }
            Ok(sources)
        })
    }

    /// The object at the URL itself, by its name; `None` if there is none.
    pub(crate) fn only(&self, interrupted: &AtomicBool) -> io::Result<Option<Source>> {
        let Some(name) = self.prefix.filename() else { return Ok(None) };
        match self.requests.wait(unless(interrupted, self.store.head(&self.prefix)))? {
            Ok(object) => Ok(Some(source(name.into(), &object))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(in_words(error)),
        }
    }

    /// Begins to read an object; more than `bytes_max` is refused. The result waits in memory.
    pub(crate) fn begin(&self, name: &Path, bytes_max: u64) -> io::Result<Coming> {
        let (store, path) = (Arc::clone(&self.store), self.object(name)?);
        Ok(self.requests.handle.spawn(async move {
            let found = store.get(&path).await.map_err(in_words)?;
            if found.meta.size > bytes_max {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
            Ok(found.bytes().await.map_err(in_words)?.into())
        }))
    }

    /// Waits for an object.
    pub(crate) fn end(&self, coming: Coming) -> io::Result<Vec<u8>> {
        self.requests.handle.block_on(coming).map_err(io::Error::other)?
    }

    /// Some bytes of an object, and the number that changes when its bytes do.
    fn range(&self, name: &Path, start: u64, end: u64) -> io::Result<(Vec<u8>, u128)> {
        let path = self.object(name)?;
        self.requests.wait(async {
            let options = GetOptions { range: Some(GetRange::Bounded(start..end)), ..GetOptions::default() };
            let found = self.store.get_opts(&path, options).await.map_err(in_words)?;
            let state = state(&found.meta);
            Ok((found.bytes().await.map_err(in_words)?.into(), state))
        })
    }

    fn object(&self, name: &Path) -> io::Result<ObjectPath> {
        // It was a text when it was listed.
        let name = name.to_str().ok_or(io::ErrorKind::NotFound)?;
        let path = [self.prefix.as_ref(), name].join("/");
        ObjectPath::parse(path.trim_matches('/')).map_err(io::Error::other)
    }
}

/// What `work` gives, unless `interrupted` is set before: a request may be repeated for minutes.
async fn unless<T>(interrupted: &AtomicBool, work: impl Future<Output = T>) -> io::Result<T> {
    let mut work = pin!(work);
    while !interrupted.load(Ordering::Relaxed) {
        // An interrupt does not wake anybody: look again now and then.
        if let Ok(done) = timeout(Duration::from_millis(200), &mut work).await {
            return Ok(done);
        }
    }
    Err(io::ErrorKind::Interrupted.into())
}

/// What is before the last part of a URL.
pub(crate) fn parent(url: &str) -> PathBuf {
    url.trim_end_matches('/').rsplit_once('/').map_or_else(PathBuf::new, |(parent, _)| parent.into())
}

fn source(relative: PathBuf, object: &ObjectMeta) -> Source {
    Source::file(relative, object.size, state(object))
}

/// A number that changes when the bytes of an object do, never 0: from its entity tag, else its time of modification.
///
/// FNV-1a of 64 bits: the ledger knows it for years, so it has to be the same in every version.
fn state(object: &ObjectMeta) -> u128 {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    let number = match &object.e_tag {
        // Listings of Azure leave out the quotes that answers have.
        Some(tag) => tag
            .trim_matches('"')
            .bytes()
            .fold(START, |number, byte| (number ^ u64::from(byte)).wrapping_mul(PRIME)),
        None => object.last_modified.timestamp_nanos_opt().and_then(|time| time.try_into().ok()).unwrap_or(0),
    };
    // The ledger keeps 63 bits of it.
    u128::from(number >> 1).max(1)
}

/// A thread that carries out requests, whoever waits for them.
#[derive(Debug)]
struct Requests {
    handle: Handle,
    stop: AbortHandle,
    thread: Option<JoinHandle<()>>,
}

impl Requests {
    fn new() -> io::Result<Requests> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (until_stopped, stop) = abortable(pending::<()>());
        let run = move || {
            let _stopped = runtime.block_on(until_stopped);
        };
        let thread = thread::Builder::new().name("requests".to_owned()).spawn(run)?;
        Ok(Requests { handle, stop, thread: Some(thread) })
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.handle.block_on(work)
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.stop.abort();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_of_an_object() {
        assert_eq!(parent("s3://bucket/a/b.dcm"), Path::new("s3://bucket/a"));
        assert_eq!(parent("s3://bucket/b.dcm/"), Path::new("s3://bucket"));
    }

    #[test]
    fn another_tag_is_another_state() {
        let object = |tag: Option<&str>| ObjectMeta {
            location: ObjectPath::from("a"),
            last_modified: Default::default(),
            size: 1,
            e_tag: tag.map(str::to_owned),
            version: None,
        };
        assert_eq!(state(&object(Some("a"))), state(&object(Some("\"a\""))));
        assert_ne!(state(&object(Some("\"a\""))), state(&object(Some("\"b\""))));
        // 1970 is no time.
        assert_eq!(state(&object(None)), 1);
        assert_eq!(state(&object(Some("\"a\""))), 0x57b1_ee26_4300_f646);
    }
}
