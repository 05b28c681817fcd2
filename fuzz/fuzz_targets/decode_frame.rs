//! Any frame in any transfer syntax below any header, in up to four fragments. The first twelve bytes are the header.

#![no_main]

mod common;

use common::{Header, check, file};
use libfuzzer_sys::fuzz_target;

const TRANSFER_SYNTAXES: [&str; 24] = [
    "1.2.840.10008.1.2.1.98",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.8.1",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.55",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.92",
    "1.2.840.10008.1.2.4.93",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.4.110",
    "1.2.840.10008.1.2.4.111",
    "1.2.840.10008.1.2.4.112",
    "1.2.840.10008.1.2.4.100",
    "1.2.840.10008.1.2.4.102",
    "1.2.840.10008.1.2.4.107",
    "1.2.840.10008.1.2.4.52",
];

const PHOTOMETRIC: [&str; 9] = [
    "MONOCHROME2",
    "MONOCHROME1",
    "PALETTE COLOR",
    "RGB",
    "YBR_FULL",
    "YBR_FULL_422",
    "YBR_ICT",
    "YBR_RCT",
    "XYB",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((header, payload)) = bytes.split_first_chunk::<12>() else { return };
    let [
        syntax,
        rows_high,
        rows,
        columns_high,
        columns,
        photometric,
        allocated,
        stored,
        high,
        flags,
        n_frames,
        n,
    ] = *header;
    let photometric = PHOTOMETRIC[usize::from(photometric) % PHOTOMETRIC.len()];
    let header = Header {
        rows: u16::from_be_bytes([rows_high, rows]),
        columns: u16::from_be_bytes([columns_high, columns]),
        samples_per_pixel: if PHOTOMETRIC[3..].contains(&photometric) { 3 } else { 1 },
        photometric,
        bits_allocated: [8, 16, 32, u16::from(allocated)][usize::from(allocated & 3)],
        bits_stored: u16::from(stored),
        high_bit: u16::from(high),
        signed: flags & 1 != 0,
        planar: flags & 2 != 0,
        n_frames,
    };
    let syntax = TRANSFER_SYNTAXES[usize::from(syntax) % TRANSFER_SYNTAXES.len()];
    let n_fragments = usize::from(n & 3) + 1;
    let fragments: Vec<&[u8]> = payload.chunks(payload.len().div_ceil(n_fragments).max(1)).collect();
    if !fragments.is_empty() {
        check(file(syntax, &header, &[], &fragments));
    }
});
