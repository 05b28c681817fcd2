//! One module for each form in which something is written.

pub(crate) mod dicom;
pub(crate) mod image;
pub(crate) mod json;
pub(crate) mod name;
pub(crate) mod other;
pub(crate) mod parquet;
