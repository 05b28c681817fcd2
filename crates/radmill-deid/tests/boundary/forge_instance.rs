//! Made by `deidentify` and nowhere else.

use radmill_deid::DeidentifiedInstance;
use radmill_dicom::ParsedInstance;

fn forge(parsed: ParsedInstance) -> DeidentifiedInstance {
    DeidentifiedInstance {
        data: parsed.data,
        pixels: parsed.pixels,
        source: parsed.source,
        sop_class_uid: String::new(),
        sop_instance_uid: String::new(),
        patient_pseudonym: String::new(),
    }
}

fn main() {}
