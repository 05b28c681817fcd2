//! What every decoder of a codestream takes and gives.

use std::fmt;

use radmill_frame::PixelDefects;

use super::stored_bits::Words;

/// One decoded codestream: samples of a pixel together, row by row.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Raster {
    pub(super) words: Words,
    /// Bits of a sample as the codestream says.
    pub(super) precision: u16,
    /// The codestream says that samples are signed; only JPEG 2000 can. `None`: it has no say in it.
    pub(super) signed: Option<bool>,
    pub(super) colour: Colour,
    /// What was wrong with the codestream and coped with.
    pub(super) defects: PixelDefects,
}

/// What three samples of a decoded codestream are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    /// What the header says: the codestream does not transform colours.
    AsDeclared,
    /// As `AsDeclared`, by a codec that has colour transforms and did not use one.
    NotTransformed,
    /// Red, green, blue, whatever the header says.
    Rgb,
}

/// What the header lets a decoder expect. A codestream that says otherwise is refused before memory is reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Expected {
    pub(super) rows: u32,
    pub(super) columns: u32,
    pub(super) n_components: u16,
}

impl Expected {
    /// Samples of the frame. The description was checked against the limits, so that it fits.
    pub(super) fn n_samples(self) -> usize {
        self.rows as usize * self.columns as usize * usize::from(self.n_components)
    }

    /// Compares with what a codestream declares.
    pub(super) fn check(self, rows: u32, columns: u32, n_components: u32) -> Result<(), CodestreamError> {
        if (rows, columns) != (self.rows, self.columns) {
            return Err(CodestreamError::Invalid("its size is not rows by columns"));
        }
        if n_components != u32::from(self.n_components) {
            return Err(CodestreamError::Invalid("its number of components is not samples per pixel"));
        }
        Ok(())
    }
}

/// Why a codestream was not decoded, in fixed words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CodestreamError {
    /// Damaged, or in contradiction to the header.
    Invalid(&'static str),
    /// Valid as far as it was read, but of a kind that is not decoded.
    Unsupported(&'static str),
}

/// The data end before the frame does.
pub(super) const ENDS_EARLY: CodestreamError = CodestreamError::Invalid("it ends before the frame does");

impl fmt::Display for CodestreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodestreamError::Invalid(what) | CodestreamError::Unsupported(what) => f.write_str(what),
        }
    }
}
