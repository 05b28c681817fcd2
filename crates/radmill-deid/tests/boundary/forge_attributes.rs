//! Attributes are those of de-identified data.

use radmill_deid::Attributes;
use radmill_dicom::ParsedInstance;

fn forge(parsed: &ParsedInstance) -> Attributes<'_> {
    Attributes { data: &parsed.data }
}

fn main() {}
