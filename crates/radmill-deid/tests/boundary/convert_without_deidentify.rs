//! No conversion leads round `deidentify`.

use radmill_deid::DeidentifiedInstance;
use radmill_dicom::ParsedInstance;

fn by_from(parsed: ParsedInstance) -> DeidentifiedInstance {
    DeidentifiedInstance::from(parsed)
}

fn by_try_from(parsed: ParsedInstance) -> Result<DeidentifiedInstance, ()> {
    DeidentifiedInstance::try_from(parsed).map_err(|_| ())
}

fn main() {}
