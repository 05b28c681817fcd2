//! The identified instance ends where the de-identified one begins.

use radmill_deid::{Policy, SiteKey, deidentify};
use radmill_dicom::ParsedInstance;

fn both(parsed: ParsedInstance, key: &SiteKey) {
    let deidentified = deidentify(parsed, &Policy::basic(), key);
    println!("{:?}", parsed.data);
    drop(deidentified);
}

fn main() {}
