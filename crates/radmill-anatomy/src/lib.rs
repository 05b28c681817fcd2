//! Gives an instance its category, regions and the evidence for them.
//!
//! [`Clues`] are the header values that say something about anatomy; [`classify`] weighs them with a [`Taxonomy`]
//! and returns a [`Classification`], which is closed vocabulary: never a text from the file.
//!
//! ```
//! use radmill_anatomy::{Category, Clues, Taxonomy, classify};
//!
//! let clues = Clues {
//!     modality: "CT".to_owned(),
//!     body_part_examined: "HEAD".to_owned(),
//!     study_description: "CT C-Spine w/o".to_owned(),
//!     ..Clues::default()
//! };
//! let classification = classify(&Taxonomy::builtin(), &clues);
//! assert_eq!(classification.category, Category::Spine);
//! assert_eq!(classification.regions, ["CSPINE", "HEAD"]);
//! assert!(classification.conflict);
//! ```
//!
//! What is known about anatomy is data, in the folder `taxonomy/`: `taxonomy.toml` is written by hand, the tables
//! beside it by `cargo run -p xtask -- taxonomy REFERENCE_FOLDER`. The example `evaluate` measures accuracy and speed
//! on labelled rows.

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
