//! What identifies by its form, for those who have no sources to compare with.

pub(crate) mod dicom;
pub(crate) mod text;
