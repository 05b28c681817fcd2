use std::ops::Range;

use super::TaxonomyError;
use super::file::{Name, TaxonomyFile};
use crate::Category;

/// A taxonomy file with its text, for messages.
pub(super) struct Layer<'a> {
    pub(super) text: &'a str,
    pub(super) file: TaxonomyFile,
}

/// Reads a taxonomy file; what is wrong is said with line and column.
pub(super) fn read(text: &str) -> Result<Layer<'_>, TaxonomyError> {
    let file: TaxonomyFile =
        toml::from_str(text).map_err(|error| TaxonomyError::at(text, error.span(), error.message()))?;
    let layer = Layer { text, file };
    if *layer.file.format.get_ref() != 1 {
        return Err(layer.error(layer.file.format.span(), "unknown format; this version reads format 1"));
    }
    let version = layer.file.version.get_ref();
    if version.is_empty() || !version.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        let message = "version must be letters, digits, dots, hyphens and underscores";
        return Err(layer.error(layer.file.version.span(), message));
    }
    Ok(layer)
}

impl Layer<'_> {
    pub(super) fn error(&self, span: Range<usize>, message: &str) -> TaxonomyError {
        TaxonomyError::at(self.text, Some(span), message)
    }

    pub(super) fn category(&self, name: &Name) -> Result<Category, TaxonomyError> {
        category(name.get_ref()).ok_or_else(|| self.error(name.span(), "not one of the nine categories"))
    }

    pub(super) fn categories(&self, names: &[Name]) -> Result<Vec<Category>, TaxonomyError> {
        names.iter().map(|name| self.category(name)).collect()
    }
}

/// One of the nine categories by name.
pub(super) fn category(name: &str) -> Option<Category> {
    Category::from_name(name).filter(|&category| category != Category::Uncategorized)
}
