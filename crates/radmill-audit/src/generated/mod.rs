//! Tables of the standard.

pub(crate) mod removed;
