use std::io;

use arrow_schema::ArrowError;
use deltalake_core::DeltaTableError;
use parquet::errors::ParquetError;
use thiserror::Error;

/// Why segments, shards or the table could not be written or read. It concerns the whole job, never one record.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// A file could not be read or written; disk full is one of the causes.
    #[error("could not {action}")]
    Io {
        /// What was tried, in fixed words.
        action: &'static str,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A Parquet file could not be read or written.
    #[error("could not {action}")]
    Parquet {
        /// What was tried, in fixed words.
        action: &'static str,
        /// The cause.
        #[source]
        source: ParquetError,
    },
    /// Arrow arrays could not be put together.
    #[error("could not {action}")]
    Arrow {
        /// What was tried, in fixed words.
        action: &'static str,
        /// The cause.
        #[source]
        source: ArrowError,
    },
    /// The log of the table could not be read or written.
    #[error("could not {action}")]
    Log {
        /// What was tried, in fixed words.
        action: &'static str,
        /// The cause.
        #[source]
        source: Box<DeltaTableError>,
    },
    /// A file or table has another layout than this version of radmill writes.
    #[error("{what}")]
    Layout {
        /// What differs, in fixed words.
        what: &'static str,
    },
    /// There is no such version, or no more.
    #[error(
        "the dataset has no version {version} (the newest is {newest}); `radmill versions` lists what it has"
    )]
    NoVersion {
        /// The version that was asked for.
        version: u64,
        /// The newest version.
        newest: u64,
    },
    /// Somebody else committed a version since this table was read; the caller refreshes, checks again and repeats.
    #[error("the table has got another version since it was read")]
    TableMoved,
}

/// Adds what was tried to an error.
pub(crate) trait During<T> {
    fn during(self, action: &'static str) -> Result<T, ManifestError>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, action: &'static str) -> Result<T, ManifestError> {
        self.map_err(|source| ManifestError::Io { action, source })
    }
}

impl<T> During<T> for Result<T, ParquetError> {
    fn during(self, action: &'static str) -> Result<T, ManifestError> {
        self.map_err(|source| ManifestError::Parquet { action, source })
    }
}

impl<T> During<T> for Result<T, ArrowError> {
    fn during(self, action: &'static str) -> Result<T, ManifestError> {
        self.map_err(|source| ManifestError::Arrow { action, source })
    }
}

impl<T> During<T> for Result<T, DeltaTableError> {
    fn during(self, action: &'static str) -> Result<T, ManifestError> {
        self.map_err(|source| ManifestError::Log { action, source: Box::new(source) })
    }
}
