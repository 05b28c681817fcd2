//! The privacy boundary, held by the compiler: identified instances cannot be named here. What must not compile stands
//! next to a twin that compiles and differs in the name of the type only.
//!
//! ```
//! use radmill_deid::DeidentifiedInstance as Instance;
//! use radmill_image::{ImageError, NormalizeOptions, NormalizedImage, normalize};
//!
//! fn first_frame(instance: &Instance, options: &NormalizeOptions) -> Result<NormalizedImage, ImageError> {
//!     normalize(instance, 0, "CHEST", options)
//! }
//! ```
//!
//! ```compile_fail,E0432
//! use radmill_dicom::ParsedInstance as Instance;
//! use radmill_image::{ImageError, NormalizeOptions, NormalizedImage, normalize};
//!
//! fn first_frame(instance: &Instance, options: &NormalizeOptions) -> Result<NormalizedImage, ImageError> {
//!     normalize(instance, 0, "CHEST", options)
//! }
//! ```
//!
//! Nor by way of the crate that consumes them:
//!
//! ```compile_fail,E0432
//! use radmill_deid::ParsedInstance as Instance;
//! use radmill_image::{ImageError, NormalizeOptions, NormalizedImage, normalize};
//!
//! fn first_frame(instance: &Instance, options: &NormalizeOptions) -> Result<NormalizedImage, ImageError> {
//!     normalize(instance, 0, "CHEST", options)
//! }
//! ```
//!
//! Even one that nothing is done with cannot be named; its twin:
//!
//! ```
//! fn name_of(instance: &radmill_deid::DeidentifiedInstance) -> String {
//!     format!("{instance:?}")
//! }
//! ```
//!
//! ```compile_fail,E0433
//! fn name_of(instance: &radmill_dicom::ParsedInstance) -> String {
//!     format!("{instance:?}")
//! }
//! ```
