//! Train, validation and test: the pipeline file's shares, and which rows are withheld so that splits share nothing.
//!
//! A row's split follows from the hash of its patient alone, so that it is the same in every job. What the hash cannot
//! know is settled when rows are merged: a patient whose categories have different shares, and images that resemble
//! those of another patient. Then one of the two rows stays out of its split. What the table has stays as it is.

mod clashes;
mod near;
mod section;

pub(crate) use clashes::{ClashSearch, Clashes};
pub use section::{CategoryShares, SplitsSection};
