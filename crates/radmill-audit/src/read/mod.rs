//! Reading DICOM, independently of `radmill-dicom`: a fault of that reader must not hide a leak from this one.

pub(crate) mod charset;
pub(crate) mod strings;
pub(crate) mod tag;
pub(crate) mod vr;
pub(crate) mod walk;
