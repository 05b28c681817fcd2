//! What identifies somebody: which attributes, in which forms their values may come back.

pub(crate) mod dates;
pub(crate) mod extract;
pub(crate) mod fold;
pub(crate) mod kind;
pub(crate) mod names;
pub(crate) mod neutral;
pub(crate) mod tags;
pub(crate) mod uids;
