use dicom_core::Tag;
use serde::Serialize;

use crate::identity::kind::Kind;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// An identifying value, or what cannot be anything else by its form.
    Leak,
    /// May identify somebody; a person has to look.
    Suspicious,
    /// Identifying, and kept under an option of PS3.15 that the object itself declares.
    Declared,
}

/// Where in an output something was found. Holds names of columns and tags, never a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// `dicom`, `parquet`, `json`, `png`, `jpeg`, `bytes` or `name`.
    pub format: &'static str,
    /// The tag with the sequences around it, the column, the chunk, or the like.
    pub at: String,
}

impl Place {
    pub(crate) fn new(format: &'static str, at: impl Into<String>) -> Place {
        Place { format, at: at.into() }
    }
}

/// One thing found in one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) severity: Severity,
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// What it looks like or what is wrong; or how the value of a source was found.
    pub(crate) about: &'static str,
    /// The attribute and the number of the source whose value it is.
    pub(crate) origin: Option<(Tag, u32)>,
}

/// A name from a file (column, key, chunk) that is put into a report only if it cannot be a value.
pub(crate) fn safe_name(name: &str) -> String {
    let is_name = name.len() <= 64
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.')
        && name.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= 3)
        || FIXED_NAMES.contains(&name);
    if is_name { name.to_owned() } else { "*".to_owned() }
}

/// Names with capitals or other signs that formats prescribe.
const FIXED_NAMES: &[&str] = &[
    "ARROW:schema",
    "Title",
    "Author",
    "Description",
    "Copyright",
    "Creation Time",
    "Software",
    "Disclaimer",
    "Warning",
    "Source",
    "Comment",
    "XML:com.adobe.xmp",
    "partitionValues",
    "modificationTime",
    "dataChange",
    "minValues",
    "maxValues",
    "nullCount",
    "numRecords",
    "commitInfo",
    "metaData",
    "schemaString",
    "partitionColumns",
    "createdTime",
    "operationParameters",
    "engineInfo",
    "clientVersion",
    "minReaderVersion",
    "minWriterVersion",
    "appId",
    "txn",
    "lastUpdated",
    "operationMetrics",
    "readVersion",
    "isolationLevel",
    "isBlindAppend",
    "txnId",
    "userMetadata",
];
