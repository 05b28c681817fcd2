//! Any bytes as an RLE frame. The first four bytes are the header: rows, columns, and what a sample is.

#![no_main]

mod common;

use common::{Header, check, file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&[rows, columns, kind, _], frame)) = bytes.split_first_chunk::<4>() else { return };
    let mut header = Header::new(u16::from(rows), u16::from(columns), if kind & 1 == 0 { 1 } else { 3 }, 16);
    header.bits_allocated = [1, 8, 16, 32][usize::from(kind >> 1 & 3)];
    header.bits_stored = header.bits_allocated;
    header.high_bit = header.bits_stored - 1;
    header.signed = kind & 8 != 0;
    check(file("1.2.840.10008.1.2.5", &header, &[], &[frame]));
});
