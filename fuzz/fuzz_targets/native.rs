//! Any bytes as native pixel data, little and big endian, below any header. The first eight bytes are the header.

#![no_main]

mod common;

use common::{Header, check, file};
use libfuzzer_sys::fuzz_target;

const PHOTOMETRIC: [&str; 7] =
    ["MONOCHROME2", "MONOCHROME1", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_420"];

fuzz_target!(|bytes: &[u8]| {
    let Some((&[rows, columns, photometric, allocated, stored, high, flags, n_frames], pixels)) =
        bytes.split_first_chunk::<8>()
    else {
        return;
    };
    let photometric = PHOTOMETRIC[usize::from(photometric) % PHOTOMETRIC.len()];
    let is_colour = PHOTOMETRIC[3..].contains(&photometric);
    let header = Header {
        rows: u16::from(rows),
        columns: u16::from(columns),
        samples_per_pixel: if is_colour { 3 } else { 1 },
        photometric,
        bits_allocated: [1, 8, 12, 16, 32, 64, 24, u16::from(allocated)][usize::from(allocated & 7)],
        bits_stored: u16::from(stored),
        high_bit: u16::from(high),
        signed: flags & 1 != 0,
        planar: flags & 2 != 0,
        n_frames,
    };
    let transfer_syntax = if flags & 4 == 0 { "1.2.840.10008.1.2.1" } else { "1.2.840.10008.1.2.2" };
    // The reader takes the data set of a big-endian file as big endian; this one is not, and is refused or read anyhow.
    check(file(transfer_syntax, &header, pixels, &[]));
});
