//! Tables written by `xtask`.

pub(crate) mod expectations;
