use std::ops::Range;

use thiserror::Error;

/// What is wrong with a taxonomy file, with line and column where it can be pointed to.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct TaxonomyError(pub String);

impl TaxonomyError {
    /// An error at a byte range of the file's text.
    pub(super) fn at(text: &str, span: Option<Range<usize>>, message: &str) -> TaxonomyError {
        let before = span.and_then(|span| text.get(..span.start));
        let Some(before) = before else { return TaxonomyError(message.to_owned()) };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        TaxonomyError(format!("line {line}, column {column}: {message}"))
    }
}
