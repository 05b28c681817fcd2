//! One module a command.

pub(crate) mod audit;
pub(crate) mod classify;
pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod ingest;
pub(crate) mod inspect;
pub(crate) mod key;
pub(crate) mod score;
pub(crate) mod synth;
pub(crate) mod taxonomy;
