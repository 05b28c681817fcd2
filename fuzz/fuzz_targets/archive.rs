//! Whatever the bytes: an archive is listed and read, or refused, without a panic, within its limits.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use radmill_archive::{Format, Limits, MemberStream, Place, list, read_member, recognize};

const LIMITS: Limits = Limits { members_max: 1_000, expansion_max: 200 };
/// Longer members are refused.
const BYTES_MAX: u64 = 1 << 20;

// As it is: any other type would be put together from the input, and an archive in the corpus would be none.
fuzz_target!(|input: &[u8]| {
    let bytes = input.to_vec();
    let _ = recognize(&bytes);
    for format in [Format::Zip, Format::Tar, Format::TarGzip, Format::TarZstd] {
        let Ok(contents) = list(format, &bytes, &LIMITS) else { continue };
        assert!(contents.members.len() as u64 <= LIMITS.members_max);
        let mut stream = None;
        for member in &contents.members {
            let read = match member.place {
                Place::Stream { offset } => {
                    if member.bytes > BYTES_MAX {
                        continue;
                    }
                    let open = || MemberStream::new(format, Cursor::new(bytes.clone()));
                    let Ok(stream) = stream.get_or_insert_with(open) else { break };
                    stream.read(offset, member.bytes)
                }
                _ => read_member(&bytes, member, BYTES_MAX),
            };
            if let Ok(read) = read {
                assert_eq!(read.len() as u64, member.bytes);
            }
        }
    }
});
