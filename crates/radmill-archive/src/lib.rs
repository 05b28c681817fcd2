//! Lists and reads the members of zip and tar archives, without unpacking them.
//!
//! [`recognize`] says by its first bytes whether something is an archive, [`list`] what its members are and where each
//! lies, and [`read_member`] gives the bytes of one. Members of compressed tar archives have no place that could be
//! gone to: they come in order through a [`MemberStream`].
//!
//! Nothing that an archive says is believed. Memory is reserved for what is really there, an archive that expands to
//! many times its length or whose members overlap is refused whole, and names are bytes that lead nowhere.
//! No file is opened: an archive is anything that can [`ReadAt`].
//!
//! ```
//! # let mut zip = Vec::new();
//! # zip.extend(b"PK\x05\x06");
//! # zip.extend([0; 18]);
//! let limits = radmill_archive::Limits { members_max: 1_000_000, expansion_max: 200 };
//! let format = radmill_archive::recognize(&zip)?.expect("this is an archive");
//! let contents = radmill_archive::list(format, &zip, &limits).expect("this is a whole one");
//! assert!(contents.members.is_empty() && contents.fault.is_none());
//! # Ok::<(), std::io::Error>(())
//! ```

mod at;
mod fault;
mod recognize;
mod stream;
mod tar;
mod zip;

pub use at::{FileAt, ReadAt, read_file_at};
pub use fault::Fault;
pub use recognize::recognize;
pub use stream::MemberStream;

/// A kind of archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Zip, with its directory at the end.
    Zip,
    /// Tar: v7, ustar, GNU or pax.
    Tar,
    /// Tar within gzip.
    TarGzip,
    /// Tar within Zstandard.
    TarZstd,
}

/// What an archive may declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most members, folders and the like included.
    pub members_max: u64,
    /// How many times its own length an archive may expand to. One that expands to less than [`HARMLESS_BYTES`] is let
    /// through whatever its length.
    pub expansion_max: u64,
}

/// What an archive may always expand to: too little to harm anybody.
pub const HARMLESS_BYTES: u64 = 256 << 20;

/// What an archive holds.
#[derive(Debug, Default)]
pub struct Contents {
    /// Its files, in the order of the archive. Folders are left out.
    pub members: Vec<Member>,
    /// Why there may be more members than these.
    pub fault: Option<Fault>,
}

/// One file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name, as the archive has it: any bytes, and never to be used as a path.
    pub name: Vec<u8>,
    /// Declared length in bytes, uncompressed.
    pub bytes: u64,
    /// Where it lies.
    pub place: Place,
}

/// Where a member lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// As it is, at this offset of the archive.
    Plain {
        /// Offset of its first byte.
        offset: u64,
    },
    /// Behind a local header of a zip archive.
    Zip {
        /// Offset of that header.
        header: u64,
        /// Length of what is stored.
        stored_bytes: u64,
        /// Compression method.
        method: u16,
        /// CRC-32 of the uncompressed bytes.
        crc: u32,
    },
    /// At this offset of the uncompressed stream.
    Stream {
        /// Offset of its first byte.
        offset: u64,
    },
    /// Nowhere that could be read.
    Nowhere(Fault),
}

/// What is in an archive of this format.
///
/// Fails if nothing of it is to be read. If only its end is missing, the members before that are given.
pub fn list(format: Format, archive: &dyn ReadAt, limits: &Limits) -> Result<Contents, Fault> {
    match format {
        Format::Zip => zip::list(archive, limits),
        Format::Tar => tar::list(&mut tar::Seeking::new(archive), archive.bytes(), limits),
        Format::TarGzip | Format::TarZstd => {
            let bytes_max = limits.expansion_max.saturating_mul(archive.bytes()).max(HARMLESS_BYTES);
            let stream = stream::decompressed(format, at::Window::whole(archive))?;
            tar::list(&mut tar::Skipping::new(stream, bytes_max), archive.bytes(), limits)
        }
    }
}

/// The bytes of a member of a zip or uncompressed tar archive, if they are not more than `bytes_max`.
pub fn read_member(archive: &dyn ReadAt, member: &Member, bytes_max: u64) -> Result<Vec<u8>, Fault> {
    if member.bytes > bytes_max {
        return Err(Fault::OverLimit("the member is longer than a file may be"));
    }
    match member.place {
        Place::Plain { offset } => tar::read(archive, offset, member.bytes),
        Place::Zip { header, stored_bytes, method, crc } => {
            zip::Stored { header, stored_bytes, method, crc }.read(archive, member.bytes)
        }
        Place::Stream { .. } => Err(Fault::Damaged("the member has to be read in its order")),
        Place::Nowhere(fault) => Err(fault),
    }
}
