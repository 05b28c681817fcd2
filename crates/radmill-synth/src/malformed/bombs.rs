//! Small files that ask for a lot.

use super::{PIXEL_DATA, draft, rejected, set_syntax};
use crate::data_set::Value;
use crate::file::{Draft, SynthFile};
use crate::plan::Syntax;
use crate::writer::deflate;

/// Small files that ask for a lot.
pub(super) fn bombs(files: &mut Vec<SynthFile>) {
    let plain = |name, about| draft(name, about, |_| {});
    let deep = plain("deep_nesting.dcm", "sequences nested 2 000 levels deep");
    files.push(rejected(deep, &["over_limit"]).finish_with(|bytes| {
        let text = b"\x08\x00\x40\x11SQ\0\0".as_slice();
        if let Some(at) = bytes.windows(text.len()).position(|window| window == text) {
            bytes.truncate(at);
            bytes.extend(nested(2_000));
        }
    }));
    let mut deeper =
        deflated("deep_nesting_deflated.dcm", "sequences nested 10 000 levels deep, deflated to 600 bytes");
    deeper.data.elements.clear();
    files.push(deeper.finish_with(|bytes| replace_data_set(bytes, &nested(10_000))));
    let mut bomb =
        deflated("deflate_bomb.dcm", "47 kB that inflate to 32 MB: a sequence of 4 million empty items");
    bomb.data.elements.clear();
    files.push(bomb.finish_with(|bytes| {
        let mut inside = b"\x08\x00\x16\x00UI\x1a\x001.2.840.10008.5.1.4.1.1.4\0".to_vec();
        inside.extend(b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff");
        inside.extend(b"\xfe\xff\x00\xe0\0\0\0\0".repeat(4_000_100));
        replace_data_set(bytes, &inside);
    }));
    let mut huge = plain("huge_matrix.dcm", "65535 rows and columns, 2 kB of pixels");
    huge.data.us((0x0028, 0x0010), &[65535]);
    huge.data.us((0x0028, 0x0011), &[65535]);
    (huge.key.rows, huge.key.columns) = (65535, 65535);
    files.push(rejected(huge, &["over_limit"]).finish());
    let mut frames = plain("frames_claim.dcm", "2147483647 frames, pixels of one");
    frames.data.text((0x0028, 0x0008), b"IS", "2147483647");
    files.push(rejected(frames, &["over_limit"]).finish());
    let mut negative = plain("negative_frames.dcm", "-3 frames");
    negative.data.text((0x0028, 0x0008), b"IS", "-3");
    files.push(rejected(negative, &["invalid_pixel_attributes"]).finish());
    let mut many = plain("huge_rle.dcm", "RLE stream of 40 bytes for 65535 rows and columns");
    many.data.us((0x0028, 0x0010), &[65535]);
    many.data.us((0x0028, 0x0011), &[65535]);
    (many.key.rows, many.key.columns) = (65535, 65535);
    set_syntax(&mut many, Syntax::Rle.uid());
    many.data.put(PIXEL_DATA, b"OB", Value::Fragments(vec![vec![], vec![1; 40]]));
    files.push(rejected(many, &["over_limit"]).finish());
}

/// A file that says it is deflated and is over a limit.
fn deflated(name: &str, about: &str) -> Draft {
    let mut draft = rejected(draft(name, about, |_| {}), &["over_limit"]);
    set_syntax(&mut draft, Syntax::Deflated.uid());
    draft
}

/// Sequences that open and never close.
fn nested(depth: usize) -> Vec<u8> {
    b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff".repeat(depth)
}

/// Puts these bytes, deflated, in the place of the data set.
fn replace_data_set(bytes: &mut Vec<u8>, inside: &[u8]) {
    if let Some(start) = meta_end(bytes) {
        bytes.truncate(start);
        bytes.extend(deflate(inside));
    }
}

/// Where the data set begins.
fn meta_end(bytes: &[u8]) -> Option<usize> {
    let length: [u8; 4] = bytes.get(140..144)?.try_into().ok()?;
    Some(144 + u32::from_le_bytes(length) as usize)
}
