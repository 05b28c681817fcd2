use std::fmt;

use crate::{DataSet, EncodedPixels, defect};

/// One SOP Instance as it came: identified attributes and still-encoded pixel data.
///
/// `radmill-deid` consumes it; nothing after that can name this type.
pub struct ParsedInstance {
    /// The data set, group 0002 and pixel data taken out. Values are little-endian whatever the file was.
    pub data: DataSet,
    /// The pixel data, if there are any.
    pub pixels: Option<EncodedPixels>,
    /// How the file was written.
    pub source: SourceFacts,
}

/// Facts about the encoding of a source file; none of them identifies anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Transfer Syntax UID (0002,0010) as declared, trimmed; or as found out, where the file does not say, and where it
    /// declares no compression and is not written as it says.
    pub transfer_syntax: String,
    /// The transfer syntax was found out by content because the file does not declare it.
    pub transfer_syntax_inferred: bool,
    /// What was wrong with the file and coped with: stable codes such as `no_preamble`, sorted, each once.
    pub defects: Vec<&'static str>,
}

impl SourceFacts {
    /// What a code in [`SourceFacts::defects`] means, in a few words; `None` if there is no such code.
    pub fn defect_meaning(code: &str) -> Option<&'static str> {
        defect::meaning(code)
    }
}

/// Tags, VRs and lengths only: never a value.
impl fmt::Debug for ParsedInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedInstance")
            .field("data", &self.data)
            .field("pixels", &self.pixels)
            .field("source", &self.source)
            .finish()
    }
}
