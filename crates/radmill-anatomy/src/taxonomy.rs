use thiserror::Error;

/// Categories, regions, codes, terms and precedence: data, versioned, replaceable.
#[derive(Clone, Debug)]
pub struct Taxonomy {}

/// What is wrong with a taxonomy file.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct TaxonomyError(pub String);

impl Taxonomy {
    /// The taxonomy that ships with radmill.
    pub fn builtin() -> Taxonomy {
        Taxonomy {}
    }

    /// Reads a taxonomy file (TOML); wrong keys are errors with line and column.
    pub fn parse(text: &str) -> Result<Taxonomy, TaxonomyError> {
        let _ = text;
        Err(TaxonomyError(String::new()))
    }

    /// Version of the taxonomy, such as `2026.1`.
    pub fn version(&self) -> &str {
        ""
    }
}
