//! Gives an instance its category, regions and the evidence for them.
//!
//! [`Clues`] are the header values that say something about anatomy; [`classify`] weighs them with a [`Taxonomy`]
//! and returns a [`Classification`], which is closed vocabulary: never a text from the file.

mod category;
mod classification;
mod classify;
mod clues;
mod fold;
mod taxonomy;
mod weigh;

pub use category::Category;
pub use classification::{Classification, Evidence, EvidenceSource, UncategorizedReason};
pub use classify::classify;
pub use clues::{Clues, Code};
pub use taxonomy::{Taxonomy, TaxonomyError};
