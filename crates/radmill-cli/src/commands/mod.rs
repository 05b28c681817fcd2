//! One module a command, its arguments included.

pub(crate) mod audit;
pub(crate) mod classify;
pub(crate) mod completions;
pub(crate) mod contact_sheet;
pub(crate) mod crosswalk;
mod dataset;
pub(crate) mod decode;
pub(crate) mod deidentify;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod ingest;
pub(crate) mod inspect;
mod job;
pub(crate) mod key;
pub(crate) mod parts;
pub(crate) mod policy;
pub(crate) mod quarantine;
pub(crate) mod score;
pub(crate) mod status;
pub(crate) mod synth;
pub(crate) mod taxonomy;
pub(crate) mod token;
pub(crate) mod verify;
pub(crate) mod versions;
pub(crate) mod withdraw;
