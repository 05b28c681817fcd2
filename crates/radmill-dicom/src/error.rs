use thiserror::Error;

/// Why bytes did not become a [`ParsedInstance`](crate::ParsedInstance). Never holds a value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Nothing in the content says that this is DICOM; the source is skipped, not rejected.
    #[error("the content is not DICOM")]
    NotDicom,
    /// A DICOMDIR: an index of other files, not an instance; skipped, not rejected.
    #[error("a DICOMDIR lists other files and is not an instance")]
    Directory,
    /// The file ends inside an element.
    #[error("the file ends inside the element at byte {offset}")]
    Truncated {
        /// Where the element starts, counted from the start of the file (of the inflated data set if deflated).
        offset: u64,
    },
    /// The structure of the data set cannot be followed.
    #[error("the data set is malformed at byte {offset}: {what}")]
    Malformed {
        /// Where it was noticed.
        offset: u64,
        /// What is wrong, in fixed words.
        what: &'static str,
    },
    /// The Transfer Syntax UID names a data set encoding that is not known.
    #[error("the data set encoding of the transfer syntax is not supported")]
    UnsupportedEncoding,
    /// A declared size is over one of the [`Limits`](crate::Limits).
    #[error("{what} is {declared}, over the limit of {limit}")]
    OverLimit {
        /// Which limit, such as `element_bytes_max`.
        what: &'static str,
        /// The size that the file declares or reaches.
        declared: u64,
        /// The limit in force.
        limit: u64,
    },
}

impl ParseError {
    /// Stable reason code for the quarantine.
    pub fn reason(&self) -> &'static str {
        match self {
            ParseError::NotDicom => "not_dicom",
            ParseError::Directory => "dicomdir",
            ParseError::Truncated { .. } => "truncated_file",
            ParseError::Malformed { .. } => "malformed_dataset",
            ParseError::UnsupportedEncoding => "unsupported_encoding",
            ParseError::OverLimit { .. } => "over_limit",
        }
    }
}
