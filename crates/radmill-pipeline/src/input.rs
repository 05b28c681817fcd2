use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use radmill_store::{DatasetRoots, Listing, is_url, list_paths, list_sources_until, list_url};

use crate::JobError;
use crate::paths::lies_within;

/// What the ledger calls the input of jobs that work on lists. No folder has this name, because theirs are absolute.
const LISTS: &str = "-";

/// Where the sources of a job come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A folder or a file, or what is in an object store by its URL.
    Path(PathBuf),
    /// Files and folders, by absolute path.
    List(Vec<PathBuf>),
}

impl Input {
    /// Lists the sources. Fails if there is no such folder; what is missing of a list is accounted for.
    /// Fails as well once `interrupted` is set.
    pub(crate) fn list(&self, interrupted: &AtomicBool) -> Result<Listing, JobError> {
        let listed = match self {
            Input::Path(path) => match url(path) {
                Some(url) => list_url(url, interrupted),
                None => list_sources_until(path, interrupted),
            }
            .map_err(JobError::Source),
            Input::List(paths) => Ok(list_paths(paths.clone(), interrupted)),
        };
        // What an interrupted listing says, a fault included, is worth nothing.
        if interrupted.load(Ordering::Relaxed) { Err(JobError::Interrupted) } else { listed }
    }

    /// The input as the ledger knows it. All lists are one input there, in which a source is known by its absolute
    /// path: it is the same source in whatever list it stands.
    pub(crate) fn known_as(&self) -> PathBuf {
        match self {
            Input::Path(path) => match url(path) {
                Some(url) => url.trim_end_matches('/').into(),
                None => path.canonicalize().unwrap_or_else(|_| path.clone()),
            },
            Input::List(_) => PathBuf::from(LISTS),
        }
    }

    /// A dataset within its own input, or the other way round, would feed on itself.
    pub(crate) fn check_apart(&self, listing: &Listing, roots: &DatasetRoots) -> Result<(), JobError> {
        let is_apart = match self {
            Input::Path(path) if url(path).is_some() => {
                let bucket = roots.bucket.as_ref();
                bucket.is_none_or(|bucket| !path.starts_with(bucket.url()) && !bucket.url().starts_with(path))
            }
            Input::Path(path) => [&roots.dataset, &roots.private]
                .into_iter()
                .all(|root| !lies_within(root, path) && !lies_within(path, root)),
            Input::List(_) => folders(listing).all(|folder| !is_of(&folder, roots)),
        };
        if is_apart {
            return Ok(());
        }
        Err(JobError::Target("the dataset and the input must not lie within each other".to_owned()))
    }
}

/// The URL that a path is.
fn url(path: &Path) -> Option<&str> {
    path.to_str().filter(|_| is_url(path))
}

/// True if this is how a ledger calls lists.
pub(crate) fn is_lists(known_as: &Path) -> bool {
    known_as == Path::new(LISTS)
}

/// The folders that files lie in; each at least once.
fn folders(listing: &Listing) -> impl Iterator<Item = PathBuf> {
    let mut last = None;
    let parents = listing.sources.iter().filter_map(|source| Some(source.relative.parent()?.to_owned()));
    parents
        .filter(move |parent| last.replace(parent.clone()).as_ref() != Some(parent))
        .map(|parent| listing.root.join(parent))
}

fn is_of(folder: &Path, roots: &DatasetRoots) -> bool {
    lies_within(folder, &roots.dataset) || lies_within(folder, &roots.private)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_never_lies_within_its_input() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input");
        std::fs::create_dir_all(path.join("below")).unwrap();
        std::fs::write(path.join("below/file"), "x").unwrap();
        let inputs = [Input::Path(path.clone()), Input::List(vec![path.join("below/file")])];
        for (dataset, is_fine) in
            [("input/below", [false; 2]), ("input", [false; 2]), ("out", [true; 2]), ("", [false; 2])]
        {
            let roots = DatasetRoots::new(&folder.path().join(dataset)).unwrap();
            for (input, is_fine) in inputs.iter().zip(is_fine) {
                let listing = input.list(&AtomicBool::new(false)).unwrap();
                assert_eq!(input.check_apart(&listing, &roots).is_ok(), is_fine, "{dataset} {input:?}");
            }
        }
    }
}
