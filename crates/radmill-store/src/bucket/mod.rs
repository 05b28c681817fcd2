//! A dataset root in an object store.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use object_store::path::Path as ObjectPath;
use object_store::{
    Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutPayload, WriteMultipart,
};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::{StoreError, for_each_file_below, publish_deferred};

mod open;

pub(crate) use open::in_words;
pub use open::{is_url, open_object_store};

/// Uploads at a time. A small file is one request and mostly waits for the answer.
const N_UPLOADS_MAX: usize = 16;

/// A longer file is sent in parts of this length, of which [`N_PARTS_MAX`] are on their way at a time. With all uploads
/// that is what they hold in memory at most: 16 × 3 × 8 MiB.
const PART_BYTES: usize = 8 << 20;
const N_PARTS_MAX: usize = 2;

/// The part of a bucket below one URL, with `/` between the parts of a name.
///
/// An object is there whole or not at all. What is uploaded is on the disks of the provider when the call returns.
#[derive(Debug)]
pub struct Bucket {
    url: PathBuf,
    store: Arc<dyn ObjectStore>,
    prefix: ObjectPath,
    runtime: Runtime,
    /// Held by one call at a time that does more than read, so that nothing is removed while it is being uploaded.
    alone: Mutex<()>,
}

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name, without what the listing was asked for.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

impl Bucket {
    /// The part of a bucket that [`open_object_store`] finds. Asks nothing of the server yet.
    pub fn open(url: &str) -> Result<Bucket, StoreError> {
        let (store, prefix) = open_object_store(url)?;
        let url = PathBuf::from(url.trim_end_matches('/'));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|cause| StoreError::new("open", &url, cause))?;
        Ok(Bucket { url, store, prefix, runtime, alone: Mutex::new(()) })
    }

    /// As the user wrote it, without a slash at the end.
    pub fn url(&self) -> &Path {
        &self.url
    }

    /// The objects directly in a folder, and the names of the folders in it; nothing if there is no such folder.
    pub fn list(&self, folder: &str) -> Result<(Vec<Object>, Vec<String>), StoreError> {
        let path = self.object(folder)?;
        let listed = self.wait(self.store.list_with_delimiter(Some(&path)));
        let listed = listed.map_err(|error| self.failed("list", folder, error))?;
        let name = |path: &ObjectPath| path.filename().map(str::to_owned);
        let object = |object: &object_store::ObjectMeta| {
            Some(Object { name: name(&object.location)?, bytes: object.size })
        };
        let objects = listed.objects.iter().filter_map(object).collect();
        Ok((objects, listed.common_prefixes.iter().filter_map(name).collect()))
    }

    /// Visits every object below a folder, as `under` with a slash and its name there says; in the order of the provider.
    pub fn for_each_below(
        &self,
        under: &str,
        visit: &mut dyn FnMut(Object) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let path = self.object(under)?;
        self.wait(async {
            let mut listed = self.store.list(Some(&path));
            while let Some(object) = listed.next().await {
                let object = object.map_err(|error| self.failed("list", under, error))?;
                // A folder as some programs make them, which is no object below it.
                let Some(parts) = object.location.prefix_match(&path) else { continue };
                let name = parts.map(|part| part.as_ref().to_owned()).collect::<Vec<_>>().join("/");
                if !name.is_empty() {
                    visit(Object { name, bytes: object.size })?;
                }
            }
            Ok(())
        })
    }

    /// A whole object; `None` if there is none of that name.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let path = self.object(name)?;
        match self.wait(async { self.store.get(&path).await?.bytes().await }) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed("read", name, error)),
        }
    }

    /// Reads `bytes` of an object from `offset` on, and gives the length of the object. Fails as a file would: with
    /// `NotFound` if there is none, with `UnexpectedEof` if it ends before. Several threads may read at a time.
    pub fn read_part(&self, name: &str, offset: u64, bytes: u64) -> io::Result<(Vec<u8>, u64)> {
        let path = self.object(name).map_err(io::Error::other)?;
        let Some(end) = offset.checked_add(bytes) else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        self.runtime.block_on(async {
            let range = GetOptions { range: Some(GetRange::Bounded(offset..end)), ..GetOptions::default() };
            let got = match self.store.get_opts(&path, range).await {
                Err(Error::NotFound { .. }) => return Err(io::ErrorKind::NotFound.into()),
                // Providers say in different words that a range lies behind the end, or is empty.
                Err(error) => {
                    let length = self.store.head(&path).await.map_err(in_words)?.size;
                    let is_behind = length < end || bytes == 0;
                    return Err(if is_behind {
                        io::ErrorKind::UnexpectedEof.into()
                    } else {
                        in_words(error)
                    });
                }
                Ok(got) => got,
            };
            let length = got.meta.size;
            if length < end {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok((got.bytes().await.map_err(in_words)?.into(), length))
        })
    }

    /// Makes an object of a small file, unless there is another one of that name: then false, and nothing changes.
    pub fn create(&self, name: &str, file: &Path) -> Result<bool, StoreError> {
        let path = self.object(name)?;
        let bytes = fs::read(file).map_err(|cause| StoreError::new("read", file, cause))?;
        let payload = PutPayload::from(bytes.clone());
        match self.wait(self.store.put_opts(&path, payload, PutMode::Create.into())) {
            Ok(_) => Ok(true),
            // A repeated request may meet what the first one has made, whose answer was lost.
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                Ok(self.read(name)? == Some(bytes))
            }
            Err(error) => Err(self.failed("create", name, error)),
        }
    }

    /// Uploads these files, given by their path below `folder`, which are the names of the objects below `under`.
    pub fn upload(&self, folder: &Path, under: &str, files: &[PathBuf]) -> Result<(), StoreError> {
        self.upload_with(folder, under, files, |_| Ok(()))
    }

    /// Uploads all files below `folder`, and removes each once it is uploaded.
    pub fn send(&self, folder: &Path) -> Result<(), StoreError> {
        let mut files = Vec::new();
        for_each_file_below(folder, &mut |path| {
            files.push(path.to_owned());
            Ok(())
        })?;
        files.sort_unstable();
        self.upload_with(folder, "", &files, |file| fs::remove_file(file))
    }

    /// Removes an object; one that is not there is no error.
    pub fn remove(&self, name: &str) -> Result<(), StoreError> {
        let path = self.object(name)?;
        match self.wait(self.store.delete(&path)) {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed("remove", name, error)),
        }
    }

    /// Downloads an object, however large, to a file that has no name until it is whole; false if there is none.
    pub fn download(&self, name: &str, file: &Path, staging: &Path) -> Result<bool, StoreError> {
        let path = self.object(name)?;
        let found = match self.wait(self.store.get(&path)) {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(self.failed("read", name, error)),
        };
        let mut bytes = found.into_stream();
        publish_deferred(file, staging, |out| {
            while let Some(part) = self.wait(bytes.next()) {
                out.write_all(&part.map_err(in_words)?)?;
            }
            Ok(())
        })?;
        Ok(true)
    }

    /// Removes these objects; one that is not there is no error.
    pub fn remove_all(&self, names: &[String]) -> Result<(), StoreError> {
        let paths = names.iter().map(|name| self.object(name)).collect::<Result<Vec<_>, _>>()?;
        self.wait(async {
            let mut removed = self.store.delete_stream(stream::iter(paths.into_iter().map(Ok)).boxed());
            while let Some(result) = removed.next().await {
                match result {
                    Ok(_) | Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(self.failed("remove objects of", "", error)),
                }
            }
            Ok(())
        })
    }

    fn upload_with(
        &self,
        folder: &Path,
        under: &str,
        files: &[PathBuf],
        then: fn(&Path) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let mut uploads = Vec::with_capacity(files.len());
        for file in files {
            let name = file.to_str().unwrap_or_default().replace('\\', "/");
            let name = if under.is_empty() { name } else { format!("{under}/{name}") };
            uploads.push((folder.join(file), self.object(&name)?, name));
        }
        self.wait(async {
            let mut running = JoinSet::new();
            for (file, path, name) in uploads {
                if running.len() >= N_UPLOADS_MAX {
                    self.next_ended(&mut running).await?;
                }
                let store = Arc::clone(&self.store);
                running.spawn(async move {
                    let sent = match upload_one(store.as_ref(), &path, &file).await {
                        Ok(()) => then(&file).map_err(in_file),
                        // Whoever shares the folder has uploaded it, or has taken it back.
                        Err(_) if !file.exists() => Ok(()),
                        Err(error) => Err(error),
                    };
                    (name, sent)
                });
            }
            while !running.is_empty() {
                self.next_ended(&mut running).await?;
            }
            Ok(())
        })
    }

    async fn next_ended(
        &self,
        running: &mut JoinSet<(String, object_store::Result<()>)>,
    ) -> Result<(), StoreError> {
        match running.join_next().await {
            Some(Ok((name, Err(error)))) => Err(self.failed("upload", &name, error)),
            Some(Err(error)) => Err(StoreError::new("upload to", &self.url, io::Error::other(error))),
            Some(Ok((_, Ok(())))) | None => Ok(()),
        }
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let _alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        self.runtime.block_on(work)
    }

    fn object(&self, name: &str) -> Result<ObjectPath, StoreError> {
        let path = [self.prefix.as_ref(), name].join("/");
        ObjectPath::parse(path.trim_matches('/'))
            .map_err(|cause| StoreError::new("name an object", &self.url, io::Error::other(cause)))
    }

    fn failed(&self, action: &'static str, name: &str, error: Error) -> StoreError {
        StoreError::new(action, &self.url.join(name), in_words(error))
    }
}

/// Uploads a file. One that is not finished leaves nothing that a listing shows.
async fn upload_one(store: &dyn ObjectStore, path: &ObjectPath, file: &Path) -> object_store::Result<()> {
    let mut opened = File::open(file).map_err(in_file)?;
    let length = opened.metadata().map_err(in_file)?.len();
    if length <= PART_BYTES as u64 {
        let mut bytes = Vec::new();
        opened.read_to_end(&mut bytes).map_err(in_file)?;
        return store.put(path, bytes.into()).await.map(drop);
    }
    let mut parts = WriteMultipart::new_with_chunk_size(store.put_multipart(path).await?, PART_BYTES);
    let mut part = vec![0; PART_BYTES];
    loop {
        let read = opened.read(&mut part).map_err(in_file);
        let n = match (read, parts.wait_for_capacity(N_PARTS_MAX).await) {
            (Ok(n), Ok(())) => n,
            (Err(error), _) | (_, Err(error)) => {
                // The first fault is the one to report; the provider may be told to drop unfinished uploads.
                let _ = parts.abort().await;
                return Err(error);
            }
        };
        if n == 0 {
            return parts.finish().await.map(drop);
        }
        parts.write(&part[..n]);
    }
}

fn in_file(cause: io::Error) -> Error {
    Error::Generic { store: "a file on its way to the bucket", source: Box::new(cause) }
}
