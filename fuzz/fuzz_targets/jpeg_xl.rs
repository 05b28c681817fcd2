//! Any bytes as JPEG XL. The first four bytes are the header: rows, columns, and what a sample is.

#![no_main]

mod common;

use common::{Header, check, file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[rows, columns, n_samples, bits], codestream)) = bytes.split_first_chunk::<4>() else {
        return;
    };
    let n_samples = if n_samples & 1 == 0 { 1 } else { 3 };
    let header = Header::new(u16::from(rows), u16::from(columns), n_samples, u16::from(bits & 15) + 1);
    check(file("1.2.840.10008.1.2.4.112", &header, &[], &[codestream]));
});
