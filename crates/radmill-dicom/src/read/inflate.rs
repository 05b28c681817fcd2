//! Deflated data sets (PS3.5 A.5).

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use crate::ParseError;
use crate::defect::{Defect, Defects};

/// Room for output is made in steps of at least this size.
const STEP_BYTES: usize = 1 << 16;

/// Inflates the data set that `deflated` holds, at most `inflated_bytes_max` bytes of it.
///
/// The standard has a bare deflate stream (RFC 1951); some files have a zlib header (RFC 1950) before it.
/// What follows the end of the stream is ignored. A stream that stops early gives what there is of it.
pub(super) fn inflate(
    deflated: &[u8],
    inflated_bytes_max: u64,
    defects: &mut Defects,
) -> Result<Bytes, ParseError> {
    match inflate_stream(deflated, false, inflated_bytes_max, defects) {
        Err(ParseError::Malformed { .. }) if has_zlib_header(deflated) => {
            defects.add(Defect::DeflateZlib);
            inflate_stream(deflated, true, inflated_bytes_max, defects)
        }
        result => result,
    }
}

fn inflate_stream(
    deflated: &[u8],
    zlib: bool,
    limit: u64,
    defects: &mut Defects,
) -> Result<Bytes, ParseError> {
    let mut stream = Decompress::new(zlib);
    let mut inflated = Vec::new();
    loop {
        make_room(&mut inflated, limit);
        let n_in = stream.total_in();
        let n_out = inflated.len();
        let rest = usize::try_from(n_in).ok().and_then(|n_in| deflated.get(n_in..)).unwrap_or_default();
        let status = stream.decompress_vec(rest, &mut inflated, FlushDecompress::None);
        let declared = inflated.len() as u64;
        if declared > limit {
            return Err(ParseError::OverLimit { what: "inflated_bytes_max", declared, limit });
        }
        match status {
            Ok(Status::StreamEnd) => return Ok(inflated.into()),
            Ok(_) if stream.total_in() > n_in || inflated.len() > n_out => {}
            Ok(_) => {
                defects.add(Defect::DeflateTruncated);
                return Ok(inflated.into());
            }
            Err(_) => {
                return Err(ParseError::Malformed {
                    offset: n_in,
                    what: "the deflated data set cannot be inflated",
                });
            }
        }
    }
}

/// Doubles the room if it is used up, to at most one byte over the limit: that byte shows that the limit is exceeded.
fn make_room(inflated: &mut Vec<u8>, limit: u64) {
    if inflated.len() == inflated.capacity() {
        let room =
            usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(inflated.len()).saturating_add(1);
        inflated.reserve_exact(inflated.len().max(STEP_BYTES).min(room));
    }
}

/// Compression method and check bits of RFC 1950 section 2.2.
fn has_zlib_header(bytes: &[u8]) -> bool {
    matches!(bytes, &[method, flags, ..]
        if method & 0x0F == 8 && u16::from_be_bytes([method, flags]).is_multiple_of(31))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, ZlibEncoder};

    use super::*;

    fn deflate(data: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn inflates_raw_and_zlib_and_ignores_what_follows() {
        let data: Vec<u8> = (0..300_000_u32).map(|i| (i.wrapping_mul(i) >> 8) as u8).collect();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&data).unwrap();
        let mut raw = deflate(&data);
        raw.push(0);
        for (deflated, expected) in [(raw, &[][..]), (zlib.finish().unwrap(), &["deflate_zlib"][..])] {
            let mut defects = Defects::default();
            assert_eq!(inflate(&deflated, 300_000, &mut defects).unwrap(), data);
            assert_eq!(defects.codes(), expected);
        }
    }

    #[test]
    fn stops_at_the_limit() {
        let deflated = deflate(&vec![0; 10_000_000]);
        let result = inflate(&deflated, 100_000, &mut Defects::default());
        let Err(ParseError::OverLimit { what: "inflated_bytes_max", declared, limit: 100_000 }) = result
        else {
            panic!("{result:?}");
        };
        assert_eq!(declared, 100_001);
    }

    #[test]
    fn a_cut_stream_gives_its_start_and_a_broken_one_nothing() {
        let deflated = deflate(b"a data set, a data set, a data set");
        let mut defects = Defects::default();
        assert!(inflate(&deflated[..10], 1000, &mut defects).unwrap().starts_with(b"a data"));
        assert_eq!(defects.codes(), ["deflate_truncated"]);
        assert!(matches!(inflate(&[0xFF; 20], 1000, &mut defects), Err(ParseError::Malformed { .. })));
    }
}
