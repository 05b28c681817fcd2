use bytes::Bytes;

use crate::{Limits, ParseError, ParsedInstance};

/// Reads one file held in memory.
pub fn parse(bytes: Bytes, limits: &Limits) -> Result<ParsedInstance, ParseError> {
    let _ = (bytes, limits);
    Err(ParseError::NotDicom)
}
