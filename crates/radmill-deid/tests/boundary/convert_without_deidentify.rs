//! No conversion leads round `deidentify`, nor to the attributes of what is identified.

use radmill_deid::{Attributes, DeidentifiedInstance};
use radmill_dicom::{DataSet, ParsedInstance};

fn is_made_from<Source, Target: From<Source>>() {}

fn main() {
    is_made_from::<ParsedInstance, DeidentifiedInstance>();
    is_made_from::<&'static DataSet, Attributes<'static>>();
}
