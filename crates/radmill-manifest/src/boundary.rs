//! What must not compile, each next to a twin that compiles and differs in what is tested only.
//!
//! Doc tests rather than `trybuild`, which would build the dependencies of this crate a second time.
//!
//! A row is made from a de-identified instance:
//!
//! ```
//! use radmill_anatomy::Classification;
//! use radmill_deid::DeidentifiedInstance as Instance;
//! use radmill_image::NormalizedImage;
//! use radmill_manifest::{ImageFile, ImageRow, Provenance};
//!
//! fn row(i: &Instance, c: &Classification, n: &NormalizedImage, f: &ImageFile, p: &Provenance) {
//!     let _ = ImageRow::new(i, 0, c, n, f, p);
//! }
//! ```
//!
//! An identified one cannot be named, neither directly nor by way of the crate that consumes it:
//!
//! ```compile_fail,E0432
//! use radmill_anatomy::Classification;
//! use radmill_dicom::ParsedInstance as Instance;
//! use radmill_image::NormalizedImage;
//! use radmill_manifest::{ImageFile, ImageRow, Provenance};
//!
//! fn row(i: &Instance, c: &Classification, n: &NormalizedImage, f: &ImageFile, p: &Provenance) {
//!     let _ = ImageRow::new(i, 0, c, n, f, p);
//! }
//! ```
//!
//! ```compile_fail,E0432
//! use radmill_anatomy::Classification;
//! use radmill_deid::ParsedInstance as Instance;
//! use radmill_image::NormalizedImage;
//! use radmill_manifest::{ImageFile, ImageRow, Provenance};
//!
//! fn row(i: &Instance, c: &Classification, n: &NormalizedImage, f: &ImageFile, p: &Provenance) {
//!     let _ = ImageRow::new(i, 0, c, n, f, p);
//! }
//! ```
//!
//! Nothing else makes a row:
//!
//! ```
//! use radmill_manifest::ImageRow;
//!
//! fn take_apart(row: ImageRow) {
//!     let ImageRow { .. } = row;
//! }
//! ```
//!
//! ```compile_fail,E0451
//! use radmill_manifest::ImageRow;
//!
//! fn forge() -> ImageRow {
//!     ImageRow { category: radmill_anatomy::Category::Chest, cells: Box::new([]) }
//! }
//! ```
//!
//! ```compile_fail,E0616
//! use radmill_manifest::ImageRow;
//!
//! fn change(row: &mut ImageRow, other: ImageRow) {
//!     row.cells = other.cells;
//! }
//! ```
//!
//! ```compile_fail,E0277
//! use radmill_manifest::ImageRow;
//!
//! fn default() -> ImageRow
//! where
//!     ImageRow: Default,
//! {
//!     ImageRow::default()
//! }
//! ```
