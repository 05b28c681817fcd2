use std::fmt;
use std::io;

/// Why an archive, or a member of one, is not read. Fixed words: no name and nothing else from the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The archive is truncated, contradicts itself, or its checksums do not fit.
    Damaged(&'static str),
    /// It holds more than the limits allow.
    OverLimit(&'static str),
    /// The member is encrypted.
    Encrypted,
    /// The member is stored in a way that is not supported.
    Unsupported(&'static str),
    /// The member is a link, pipe or device: nothing is lost.
    SpecialFile,
    /// The member is an archive itself.
    Nested,
    /// The archive could not be read.
    Unreadable(io::ErrorKind),
}

impl Fault {
    /// The fault that a decoder, or what it reads from, gives.
    pub(crate) fn of_stream(error: &io::Error) -> Fault {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::Damaged("it ends too early"),
            io::ErrorKind::FileTooLarge => {
                Fault::OverLimit("it expands to more times its length than is allowed")
            }
            // What decoders say of bytes that they cannot follow.
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::Other => {
                Fault::Damaged("its compressed data cannot be followed")
            }
            kind => Fault::Unreadable(kind),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Damaged(what) | Fault::OverLimit(what) | Fault::Unsupported(what) => out.write_str(what),
            Fault::Encrypted => out.write_str("the member is encrypted"),
            Fault::SpecialFile => out.write_str("a link, pipe or device"),
            Fault::Nested => out.write_str("the member is an archive itself; unpack the outer one"),
            Fault::Unreadable(kind) => write!(out, "{kind}"),
        }
    }
}
