//! Lists what is in an object store.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Listing, Sources};
use crate::StoreError;
use crate::remote::{Remote, parent};

/// Lists all objects below a URL that [`open_object_store`](crate::open_object_store) takes, or the one object that it
/// names.
///
/// Fails if there is neither, or the server does not give a listing, or once `interrupted` is set.
pub fn list_url(url: &str, interrupted: &AtomicBool) -> Result<Listing, StoreError> {
    let failed = |cause| StoreError::new("list", Path::new(url), cause);
    let mut remote = Remote::open(url)?;
    let mut listing = Listing::new(url.trim_end_matches('/').into());
    listing.sources = remote.list(interrupted).map_err(failed)?;
    if listing.sources.is_empty() {
        listing.sources.extend(remote.only(interrupted).map_err(failed)?);
        listing.root = parent(url);
        remote = Remote::open(&listing.root.to_string_lossy())?;
    }
    if listing.sources.is_empty() {
        let cause = io::Error::new(io::ErrorKind::NotFound, "there is no object at or below it");
        return Err(failed(cause));
    }
    listing.remote = Some(Arc::new(remote));
    without_folders(&mut listing.sources);
    Ok(listing)
}

/// Sorts, and leaves out empty objects that some programs make to show a folder: others lie below them.
fn without_folders(sources: &mut Sources) {
    sources.sort();
    let next = sources.iter().skip(1).map(Some).chain([None]);
    let mut is_folder = sources
        .iter()
        .zip(next)
        .map(|(source, next)| {
            source.bytes == 0 && next.is_some_and(|next| next.relative.starts_with(&source.relative))
        })
        .collect::<Vec<bool>>()
        .into_iter();
    sources.retain(|_| !is_folder.next().unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::Source;

    #[test]
    fn objects_that_stand_for_folders_are_left_out() {
        let source = |(name, bytes): (&str, u64)| Source::file(name.into(), bytes, 1);
        let mut sources: Sources = [("b", 0), ("a/c", 1), ("a", 0), ("ab", 0), ("d/e", 2), ("d", 7)]
            .map(source)
            .into_iter()
            .collect();
        without_folders(&mut sources);
        let names: Vec<PathBuf> = sources.iter().map(|source| source.relative).collect();
        assert_eq!(names, ["a/c", "ab", "b", "d", "d/e"].map(PathBuf::from));
    }
}
