//! The pipeline file, the order of the stages, threads, segments, quarantine, accounting, sealing.
//!
//! A [`Plan`] is made from a [`PipelineFile`], an input and a target; [`run_job`] carries it out:
//! `map` takes every source through the line of stages (`line.rs`, to be read aloud) into segments in the private
//! root, `seal` makes of the segments what the [`JobKind`] says: one new version of a dataset, or files in a folder.
//! What happens meanwhile is told to an [`Observer`]; what happened is the [`Summary`].

mod archives;
mod bucket;
mod budget;
mod crosswalk;
mod dataset;
mod decode;
mod defaults;
mod deidentify_section;
mod dicom_file;
mod error;
mod event;
mod explain;
mod images;
mod images_section;
mod in_pieces;
mod input;
mod inspect;
mod job;
mod key;
mod ledger;
mod line;
mod map;
mod names;
mod normalize_section;
mod not_image;
mod outcome;
mod part;
mod paths;
mod pipeline_file;
mod plan;
mod policy;
mod quarantine;
mod records;
mod seal;
mod segment;
mod settings;
mod settle;
mod splits;
mod status;
mod summary;
#[cfg(feature = "synthetic")]
mod synthetic;
mod verify;
mod withdraw;

pub use crosswalk::{CrosswalkExport, ExportedCrosswalk, Recipient, RecipientError, export_crosswalk};
pub use dataset::Dataset;
pub use decode::{DecodeFault, DecodeRequest, Decoded, DefectFound, decode};
pub use defaults::limits as default_limits;
pub use deidentify_section::DeidentifySection;
pub use error::JobError;
pub use event::{Event, Observer};
pub use explain::{Explanation, StageExplanation, explain};
pub(crate) use images_section::{Encoding, PackFormat};
pub use images_section::{FormatKind, FrameSelection, ImageLayout, ImagesSection};
pub use input::Input;
pub use inspect::{Inspection, inspect};
pub use job::{JobKind, map_part, run_job, seal_parts};
pub use key::create_key_file;
pub use ledger::{Changes, Redo, Retry};
pub use normalize_section::{
    FitKind, NormalizeSection, OutputKind, WindowExplanation, WindowIndex, WindowName, WindowSetting,
};
pub use outcome::Stage;
pub use part::Part;
pub use pipeline_file::{
    ClassifySection, DEFAULT_PIPELINE, DicomSection, JobSection, LimitsSection, PipelineFile, ShardsSection,
};
pub use plan::{Plan, PlanOptions};
pub use policy::{AttributeLine, PolicySheet, policy_sheet};
pub use quarantine::{
    QuarantineGroup, QuarantinedSource, RetryOptions, for_each_quarantined, plan_retry, quarantine_groups,
};
pub use settings::PipelineSource;
pub use splits::{CategoryShares, SplitsSection};
pub use status::{Run, Status, status};
pub use summary::Summary;
#[cfg(feature = "synthetic")]
pub use synthetic::SyntheticJob;
pub use verify::{Fault, Faults, FaultsByKind, Progress, Verified, VerifyOptions, verify};
pub use withdraw::{Expunged, TokenKind, WithdrawOptions, apply_notice, patient_tokens, withdraw};
