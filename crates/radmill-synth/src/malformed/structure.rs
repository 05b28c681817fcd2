//! Files and streams of pixel data that end early, or whose lengths lie.

use super::{PIXEL_DATA, draft, rejected, set_syntax};
use crate::data_set::Value;
use crate::file::SynthFile;
use crate::fixtures::grey;
use crate::key::Outcome;
use crate::plan::Syntax;

/// Files that end early or whose lengths lie.
pub(super) fn structure(files: &mut Vec<SynthFile>) {
    let plain = |name, about| draft(name, about, |_| {});
    files.push(
        rejected(plain("truncated_header.dcm", "ends in the middle of the header"), &["truncated_file"])
            .finish_with(|bytes| bytes.truncate(1001)),
    );
    files.push(
        rejected(plain("truncated_meta.dcm", "ends in the file meta information"), &["truncated_file"])
            .finish_with(|bytes| bytes.truncate(170)),
    );
    files.push(
        rejected(
            plain("truncated_pixels.dcm", "half of the pixel data is missing"),
            &["truncated_pixel_data"],
        )
        .finish_with(|bytes| bytes.truncate(bytes.len() - 1024)),
    );
    let mut short = plain("short_pixels.dcm", "pixel data are whole but too short for rows and columns");
    short.data.bytes(PIXEL_DATA, b"OW", vec![0; 1000]);
    files.push(rejected(short, &["truncated_pixel_data"]).finish());
    files.push(
        rejected(plain("length_over_file.dcm", "an element in the header claims 4 GB"), &["truncated_file"])
            .finish_with(|bytes| {
                let text = b"Works with".as_slice();
                if let Some(at) = bytes.windows(text.len()).position(|window| window == text) {
                    // LT becomes UT, whose length has 32 bits; the first eight bytes of the text are eaten by it.
                    bytes[at - 4..at + 4].copy_from_slice(b"UT\0\0\xf0\xff\xff\xff");
                }
            }),
    );
    files.push(
        rejected(plain("garbage_after_dicm.dcm", "the right beginning, then noise"), &["truncated_file"])
            .finish_with(|bytes| {
                for (index, byte) in bytes.iter_mut().enumerate().skip(132) {
                    *byte = (index * 131 + index / 7 * 29) as u8 | 0x80;
                }
                bytes.truncate(2000);
            }),
    );
    files.push(
        rejected(
            plain("unclosed_sequence.dcm", "a sequence of undefined length that never ends"),
            &["truncated_file"],
        )
        .finish_with(|bytes| {
            let text = b"\x08\x00\x40\x11SQ\0\0".as_slice();
            if let Some(at) = bytes.windows(text.len()).position(|window| window == text) {
                bytes.truncate(at + text.len());
                bytes.extend(b"\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff\x08\x00\x60\x00CS\x02\x00MR");
            }
        }),
    );
    files.push(
        rejected(
            plain(
                "bad_vr.dcm",
                "a VR that does not exist, and a length in its place that leads out of the file",
            ),
            &["truncated_file"],
        )
        .finish_with(|bytes| {
            let text = b"\x08\x00\x60\x00CS".as_slice();
            if let Some(at) = bytes.windows(text.len()).position(|window| window == text) {
                bytes[at + 4..at + 8].copy_from_slice(b"!?\xff\xff");
            }
        }),
    );
    let mut wrong = plain("wrong_meta_length.dcm", "the length of group 0002 is wrong; readers cope");
    wrong.key.outcome = Outcome::Milled;
    files.push(wrong.finish_with(|bytes| bytes[140..144].copy_from_slice(&7_u32.to_le_bytes())));
}

/// Pixel data that cannot be decoded.
pub(super) fn streams(files: &mut Vec<SynthFile>) {
    let bad = |name, about, syntax: Syntax, damage: &dyn Fn(&mut Vec<u8>)| {
        let mut draft = draft(name, about, |plan| {
            plan.syntax = syntax;
            plan.pixels = if syntax == Syntax::JpegBaseline { grey(8) } else { grey(12) };
        });
        for element in &mut draft.data.elements {
            if let Value::Fragments(fragments) = &mut element.value {
                damage(&mut fragments[1]);
            }
        }
        rejected(draft, &["invalid_codestream"]).finish()
    };
    let cut = |stream: &mut Vec<u8>| stream.truncate(stream.len() / 3);
    files.push(bad("jpeg_cut.dcm", "JPEG stream ends early", Syntax::JpegBaseline, &|s| s.truncate(300)));
    files.push(bad("jpeg_lossless_cut.dcm", "lossless JPEG stream ends early", Syntax::JpegLossless, &cut));
    files.push(bad("jpeg_ls_cut.dcm", "JPEG-LS stream ends early", Syntax::JpegLs, &cut));
    files.push(bad("jpeg_noise.dcm", "no JPEG stream at all", Syntax::JpegBaseline, &|s| s.fill(0x5a)));
    files.push(bad("rle_bad_header.dcm", "RLE header with 4 billion segments", Syntax::Rle, &|s| {
        s[..4].fill(0xff)
    }));
    files
        .push(bad("rle_bad_offset.dcm", "RLE segment behind the end", Syntax::Rle, &|s| s[8..12].fill(0x7f)));
    files.push(bad("rle_cut.dcm", "RLE stream ends early", Syntax::Rle, &cut));
    files.push(bad("jpeg_wrong_size.dcm", "codestream of 16 rows for 32", Syntax::JpegLossless, &|stream| {
        if let Some(at) = stream.windows(2).position(|marker| marker == [0xff, 0xc3]) {
            stream[at + 6] = 16;
        }
    }));
    let mut none = draft("no_fragments.dcm", "encapsulated pixel data without a fragment", |plan| {
        plan.syntax = Syntax::Rle;
    });
    none.data.put(PIXEL_DATA, b"OB", Value::Fragments(vec![vec![]]));
    files.push(rejected(none, &["invalid_codestream"]).finish());
    for (name, about, uid) in [
        ("video.dcm", "MPEG-4 AVC", "1.2.840.10008.1.2.4.102"),
        ("unknown_syntax.dcm", "a transfer syntax of nobody's", "2.999.4711"),
    ] {
        let mut draft = draft(name, about, |_| {});
        set_syntax(&mut draft, uid);
        draft.data.put(PIXEL_DATA, b"OB", Value::Fragments(vec![vec![], vec![0, 0, 1, 0xb3, 2, 2, 2, 2]]));
        files.push(rejected(draft, &["unsupported_transfer_syntax"]).finish());
    }
}
