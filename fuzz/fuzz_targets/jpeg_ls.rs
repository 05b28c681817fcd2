//! Any bytes as a codestream of JPEG-LS, below a header that agrees with it about size and bits.

#![no_main]

mod common;

use common::{Header, check, file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|codestream: &[u8]| {
    if let Some(header) = Header::of_jpeg(codestream) {
        check(file("1.2.840.10008.1.2.4.81", &header, &[], &[codestream]));
    }
});
