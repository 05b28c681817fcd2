//! Searches everything that was written for what identifies somebody, independently of the crates that wrote it.
//!
//! [`audit`] goes through every file below a folder: DICOM at every level of nesting, file meta and preamble,
//! Parquet with nested columns and metadata, JSON, text beside the pixels of images, names of files and folders, and
//! the bytes of everything else. With the source files at hand ([`AuditOptions::against`]) it looks for their
//! identifying values in every form in which they may come back; without, for what identifiers look like.
//!
//! It shares no code with `radmill-dicom` and `radmill-deid`: it reads DICOM with a reader of its own and has its own
//! list of identifying attributes, so that a fault there is not also a fault here.
//!
//! A [`Report`] names tags, columns and kinds. It never holds a value.
//!
//! ```no_run
//! use std::sync::atomic::AtomicBool;
//! use radmill_audit::{AuditOptions, audit};
//!
//! let options = AuditOptions {
//!     dataset: "dataset".into(),
//!     against: Some("/data/dicom".into()),
//!     uids: None,
//!     published_names: Vec::new(),
//!     show_paths: false,
//!     threads: None,
//! };
//! let report = audit(&options, &|_| {}, &AtomicBool::new(false))?;
//! assert!(report.clean);
//! # Ok::<(), radmill_audit::AuditError>(())
//! ```

mod audit;
mod error;
mod finding;
mod generated;
mod identity;
mod index;
mod link;
mod list;
mod outputs;
mod probe;
mod read;
mod report;
mod shape;
mod sources;

pub use audit::{AuditOptions, Progress, audit};
pub use error::AuditError;
pub use finding::{Place, Severity};
pub use identity::kind::Kind;
pub use report::{Counts, FileReference, Finding, Report};
