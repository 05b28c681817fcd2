//! The pipeline file, the order of the stages, threads, segments, quarantine, accounting, sealing.
//!
//! A [`Plan`] is made from a [`PipelineFile`], an input and a dataset; [`ingest`] carries it out:
//! `map` takes every source through the line of stages (`line.rs`, to be read aloud) into segments in the private
//! root, `seal` merges the segments into one new version of the dataset.
//! What happens meanwhile is told to an [`Observer`]; what happened is the [`Summary`].

mod budget;
mod defaults;
mod error;
mod event;
mod explain;
mod ingest;
mod inspect;
mod key;
mod line;
mod map;
mod names;
mod not_image;
mod outcome;
mod pipeline_file;
mod plan;
mod records;
mod seal;
mod segment;
mod settle;
mod summary;

pub use defaults::limits as default_limits;
pub use error::JobError;
pub use event::{Event, Observer};
pub use explain::{Explanation, StageExplanation, explain};
pub use ingest::ingest;
pub use inspect::{Inspection, inspect};
pub use key::create_key_file;
pub use outcome::Stage;
pub use pipeline_file::{
    BurnedIn, ClassifySection, DEFAULT_PIPELINE, DeidentifySection, JobSection, LimitsSection,
    NormalizeSection, OutputKind, PipelineFile, Profile, ShardsSection,
};
pub use plan::{Plan, PlanOptions};
pub use summary::Summary;
