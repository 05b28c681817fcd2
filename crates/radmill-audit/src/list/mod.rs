//! What lies below a root: files, and the members of archives.

mod archive;
mod spool;

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use radmill_archive::{FileAt, Member, Place, read_member, recognize};
use rayon::prelude::*;
use walkdir::WalkDir;

use spool::{Piece, Spool};

/// Longest member of an archive that is read; each thread holds one.
const MEMBER_BYTES_MAX: u64 = 4 << 30;

/// A file below a root, or a member of an archive there.
pub(crate) struct Listed {
    /// The names below the root, folders first, and then those within the archive.
    pub(crate) relative: Vec<String>,
    place: At,
}

/// Where the bytes are.
enum At {
    File(PathBuf),
    /// In an archive whose members can be read in any order.
    Member(Arc<Path>, Member),
    /// Unpacked from an archive that can only be read in its order.
    Unpacked(Piece),
    /// In an archive, or in the part of one, that cannot be read.
    Nowhere,
}

impl Listed {
    /// Opens it for reading from the beginning on.
    pub(crate) fn open(&self) -> io::Result<Box<dyn Read>> {
        Ok(match &self.place {
            At::File(path) => Box::new(File::open(path)?),
            At::Member(archive, member) => {
                let archive = FileAt::new(File::open(archive)?)?;
                let bytes = read_member(&archive, member, MEMBER_BYTES_MAX);
                Box::new(Cursor::new(bytes.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?))
            }
            At::Unpacked(piece) => Box::new(piece.clone()),
            At::Nowhere => return Err(io::ErrorKind::InvalidData.into()),
        })
    }

    /// All its bytes.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether it is an archive within an archive, which nobody looks into.
    pub(crate) fn is_nested_archive(&self) -> bool {
        let is_member = matches!(self.place, At::Member(..) | At::Unpacked(_));
        is_member && self.read().is_ok_and(|bytes| !matches!(recognize(&bytes), Ok(None)))
    }

    /// The file, if it is one of its own.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.place {
            At::File(path) => Some(path),
            _ => None,
        }
    }

    /// The last of its names.
    pub(crate) fn name(&self) -> &str {
        self.relative.last().map_or("", String::as_str)
    }

    /// What a table calls the image in it: path of the file, and where in it the image begins.
    pub(crate) fn image_place(&self, root: &Path) -> (String, u64) {
        match &self.place {
            At::Member(archive, Member { place: Place::Plain { offset }, .. }) => {
                (names_below(root, archive).join("/"), *offset)
            }
            _ => (self.relative.join("/"), 0),
        }
    }
}

/// All files below a folder, sorted, or the one file. The members of an archive follow it.
///
/// Links to files are followed, links to folders are not: they could lead out of the dataset or around in a circle.
pub(crate) fn files(root: &Path) -> Result<Vec<Listed>, io::Error> {
    let metadata = std::fs::metadata(root)?;
    if metadata.is_file() {
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned());
        return Ok(with_members(vec![(root.to_owned(), name.into_iter().collect())]));
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(root).sort_by_file_name() {
        let entry = entry?;
        let is_file = entry.file_type().is_file()
            || (entry.path_is_symlink()
                && std::fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file()));
        if is_file {
            let relative = names_below(root, entry.path());
            files.push((entry.into_path(), relative));
        }
    }
    Ok(with_members(files))
}

fn names_below(root: &Path, path: &Path) -> Vec<String> {
    let relative = path.strip_prefix(root).unwrap_or(path);
    relative.iter().map(|name| name.to_string_lossy().into_owned()).collect()
}

fn with_members(files: Vec<(PathBuf, Vec<String>)>) -> Vec<Listed> {
    let spool = Spool::default();
    let listed: Vec<Vec<Listed>> = files
        .into_par_iter()
        .map(|(path, relative)| {
            let members = archive::members(&path, &relative, &spool);
            let file = Listed { relative, place: At::File(path) };
            std::iter::once(file).chain(members).collect()
        })
        .collect();
    listed.into_iter().flatten().collect()
}
