//! Turns bytes into a [`ParsedInstance`] (attributes and still-encoded pixel data) and decodes frames on request.
//!
//! [`parse`] reads a whole file held in memory: it finds out by content whether the bytes are DICOM, checks every
//! declared size against the [`Limits`], and keeps slices of the input, not copies.
//! What comes out is a [`ParsedInstance`]: a [`DataSet`] of the identified attributes and the [`EncodedPixels`],
//! which decode one frame at a time. [`parse_file`] gives the same and leaves the frames in the file until then.
//!
//! ```
//! use radmill_dicom::{Limits, ParseError, parse};
//!
//! fn modality(bytes: Vec<u8>, limits: &Limits) -> Result<Option<String>, ParseError> {
//!     let instance = parse(bytes.into(), limits)?;
//!     Ok(instance.data.text(dicom_core::Tag(0x0008, 0x0060)))
//! }
//! ```
//!
//! [`write_file`] writes a data set and its pixels to a new file, in the transfer syntax that they were read in.
//!
//! Everything here is identified data; only `radmill-anatomy` and `radmill-deid` may see it.

mod charset;
mod dataset;
mod defect;
mod error;
mod instance;
mod limits;
mod pixels;
mod read;
mod write;

pub use charset::CharacterSet;
pub use dataset::{DataSet, Element, Value};
pub use error::ParseError;
pub use instance::{ParsedInstance, SourceFacts};
pub use limits::Limits;
pub use pixels::{BlackedOutPixels, EncodedPixels, FrameForm, SourceFile};
pub use read::{parse, parse_file};
pub use write::{FileMetaInfo, PixelsToWrite, WriteError, write_file};
