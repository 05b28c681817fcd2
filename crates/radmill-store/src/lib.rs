//! Lists and reads sources, publishes finished files atomically.
//!
//! The disk is touched here and nowhere else in the line: [`list_sources`], [`list_paths`] and [`read_source`] on the way in,
//! [`DatasetRoots`] and [`publish`] on the way out.
//! Sources may be in an object store too ([`list_url`]). A dataset root there is a [`Bucket`]: what is published is sent there from a folder on disk.

mod bucket;
mod contents;
mod error;
mod inspect;
mod list;
mod publish;
mod read;
mod reader;
mod remote;
mod roots;
mod scratch;

pub use bucket::{Bucket, Object, is_url, open_object_store};
pub use error::StoreError;
pub use inspect::{close_to_others, open_to_others, read_part};
pub use list::{
    Archive, KnownArchive, Lack, Listing, Source, Sources, SourcesIter, Unlisted, archives_of, list_paths,
    list_sources, list_sources_until, list_url, members_of, open_archives, paths_in_list, place_members,
};
pub use publish::{
    flush_published, publish, publish_deferred, publish_deferred_as, publish_secret, remove_published,
    rename_published,
};
pub use read::{files_in, folders_in, for_each_file_below, read_lines, read_range, read_source};
pub use reader::{OpenSource, ReadFault, SourceReader, Turn};
pub use roots::{DatasetRoots, RootsLock, create_secret_file, read_small_file, remove_folder};
pub use scratch::ScratchRecords;
