use std::path::PathBuf;

use radmill_store::StoreError;
use thiserror::Error;

/// Why a table could not be classified. Holds paths for the terminal, never a value of a row.
#[derive(Debug, Error)]
pub enum ClassifyError {
    /// The input cannot be read as what it should be.
    #[error("cannot read {}: {why}", path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// What is wrong, in fixed words.
        why: &'static str,
    },
    /// The input cannot be opened or listed.
    #[error(transparent)]
    Source(StoreError),
    /// The output cannot be written.
    #[error(transparent)]
    Target(StoreError),
    /// The output's name does not say in which form.
    #[error("the name of the output ends in .csv or .parquet")]
    OutputName,
}
