//! The broken, hostile and foreign files of `fixtures/dicom/malformed`: each has one thing wrong.

use sha2::{Digest, Sha256};

use crate::canary::{Canary, CanaryKind, hex};
use crate::data_set::{DataSet, Value};
use crate::file::{Draft, SynthFile};
use crate::fixtures::{CT_12, FIXTURE_SEED, base, grey};
use crate::key::{FileKey, Outcome};
use crate::phantom::Scene;
use crate::plan::{BodyPart, Kind, Patient, Pixels, Plan, Syntax};
use crate::text::Charset;
use crate::writer::deflate;

const PIXEL_DATA: (u16, u16) = (0x7fe0, 0x0010);

/// All of them.
pub(crate) fn malformed() -> Vec<SynthFile> {
    let mut files = Vec::new();
    structure(&mut files);
    bombs(&mut files);
    attributes(&mut files);
    streams(&mut files);
    other_objects(&mut files);
    no_dicom(&mut files);
    duplicates(&mut files);
    files
}

/// A small good MR image to break.
fn draft(name: &str, about: &str, change: impl FnOnce(&mut Plan)) -> Draft {
    let patient = Patient { index: 20, charset: Charset::Ascii, sex: "M", born: (1970, 1971) };
    // Each file is a series of its own, so that no two have the same SOP Instance UID.
    let series = name.bytes().fold(0_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 1_000_000);
    let mut plan = Plan {
        path: format!("malformed/{name}"),
        about: about.to_owned(),
        series,
        body_part: BodyPart::Is("BRAIN"),
        study_text: "MR brain",
        series_text: "T2 tra",
        protocol: "BRAIN",
        ..base(patient, Kind::Mr, Scene::BrainMr, "BRAIN", 32)
    };
    change(&mut plan);
    Draft::new(&plan, FIXTURE_SEED)
}

fn rejected(mut draft: Draft, reasons: &[&str]) -> Draft {
    draft.key.outcome = Outcome::Rejected;
    draft.key.reasons = reasons.iter().map(|&reason| reason.to_owned()).collect();
    draft.key.pixel_sha256 = String::new();
    draft
}

/// Files that end early or whose lengths lie.
fn structure(files: &mut Vec<SynthFile>) {
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

/// Small files that ask for a lot.
fn bombs(files: &mut Vec<SynthFile>) {
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

fn set_syntax(draft: &mut Draft, uid: &str) {
    if let Some(meta) = &mut draft.meta {
        meta.text((0x0002, 0x0010), b"UI", uid);
    }
    draft.key.transfer_syntax = uid.to_owned();
}

/// Attributes that are missing or make no sense.
fn attributes(files: &mut Vec<SynthFile>) {
    let plain = |name, about| draft(name, about, |_| {});
    let mut nameless =
        plain("no_sop_instance_uid.dcm", "neither the data set nor the file meta name the instance");
    nameless.data.remove((0x0008, 0x0018));
    if let Some(meta) = &mut nameless.meta {
        meta.remove((0x0002, 0x0003));
    }
    files.push(rejected(nameless, &["no_sop_instance_uid"]).finish());
    let mut unknown =
        plain("no_transfer_syntax.dcm", "file meta without Transfer Syntax UID; readers can find it out");
    if let Some(meta) = &mut unknown.meta {
        meta.remove((0x0002, 0x0010));
    }
    files.push(unknown.finish());
    let mut burned = plain("burned_in.dcm", "Burned In Annotation is YES");
    burned.data.text((0x0028, 0x0301), b"CS", "YES");
    files.push(rejected(burned, &["burned_in_annotation"]).finish());
    let mut rowless = plain("no_rows.dcm", "Rows is missing");
    rowless.data.remove((0x0028, 0x0010));
    files.push(rejected(rowless, &["invalid_pixel_attributes"]).finish());
    let mut empty = plain("zero_rows.dcm", "Rows is 0");
    empty.data.us((0x0028, 0x0010), &[0]);
    files.push(rejected(empty, &["invalid_pixel_attributes"]).finish());
    let mut stored = plain("bits_stored_over_allocated.dcm", "20 bits stored in 16");
    stored.data.us((0x0028, 0x0101), &[20]);
    stored.data.us((0x0028, 0x0102), &[19]);
    files.push(rejected(stored, &["invalid_pixel_attributes"]).finish());
    let mut photometric =
        plain("unknown_photometric.dcm", "a Photometric Interpretation that does not exist");
    photometric.data.text((0x0028, 0x0004), b"CS", "GRAYISH");
    files.push(rejected(photometric, &["unsupported_pixel_format"]).finish());
    let mut palette = draft("palette_without_tables.dcm", "PALETTE COLOR without its tables", |plan| {
        plan.pixels = Pixels::Palette;
        plan.kind = Kind::Us;
    });
    for tag in [0x1101, 0x1102, 0x1103, 0x1201, 0x1202, 0x1203] {
        palette.data.remove((0x0028, tag));
    }
    files.push(rejected(palette, &["invalid_image_attributes"]).finish());
    let mut slope =
        draft("zero_slope.dcm", "Rescale Slope is 0; the stored values still make an image", |plan| {
            plan.pixels = CT_12;
        });
    slope.data.text((0x0028, 0x1053), b"DS", "0");
    files.push(slope.finish());
}

/// Pixel data that cannot be decoded.
fn streams(files: &mut Vec<SynthFile>) {
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

/// DICOM that is no image.
fn other_objects(files: &mut Vec<SynthFile>) {
    let without_pixels = |name, about, class: &str, modality: &str| {
        let mut draft = draft(name, about, |_| {});
        draft.data.remove(PIXEL_DATA);
        draft.data.elements.retain(|element| element.tag.0 != 0x0028);
        draft.data.text((0x0008, 0x0016), b"UI", class);
        draft.data.text((0x0008, 0x0060), b"CS", modality);
        if let Some(meta) = &mut draft.meta {
            meta.text((0x0002, 0x0002), b"UI", class);
        }
        draft.key.modality = modality.to_owned();
        draft.key.category = String::new();
        (draft.key.n_frames, draft.key.rows, draft.key.columns) = (0, 0, 0);
        rejected(draft, &["no_pixel_data"])
    };
    let mut report =
        without_pixels("report.dcm", "structured report, no pixels", "1.2.840.10008.5.1.4.1.1.88.11", "SR");
    let mut text = DataSet::default();
    text.text((0x0040, 0xa010), b"CS", "CONTAINS");
    text.text((0x0040, 0xa040), b"CS", "TEXT");
    text.text((0x0040, 0xa160), b"UT", format!("Findings in {}", report.mint.word("report text")));
    report.data.items((0x0040, 0xa730), vec![text]);
    files.push(report.finish());
    let mut document =
        without_pixels("document.dcm", "encapsulated PDF", "1.2.840.10008.5.1.4.1.1.104.1", "DOC");
    document.data.text((0x0042, 0x0010), b"ST", document.mint.word("document title"));
    document.data.text((0x0042, 0x0012), b"LO", "application/pdf");
    let pdf = format!("%PDF-1.4\n% {}\n%%EOF\n", document.mint.word("document content"));
    document.data.bytes((0x0042, 0x0011), b"OB", pdf.into_bytes());
    files.push(document.finish());
    let mut directory = without_pixels("DICOMDIR", "a directory of other files", "1.2.840.10008.1.3.10", "");
    directory.data.remove((0x0008, 0x0060));
    let mut record = DataSet::default();
    record.ul((0x0004, 0x1400), &[0]);
    record.us((0x0004, 0x1410), &[0xffff]);
    record.ul((0x0004, 0x1420), &[0]);
    record.text((0x0004, 0x1430), b"CS", "PATIENT");
    record.text((0x0010, 0x0010), b"PN", directory.mint.word("directory patient"));
    directory.data.text((0x0004, 0x1130), b"CS", "DISC");
    directory.data.items((0x0004, 0x1220), vec![record]);
    directory.key.outcome = Outcome::Skipped;
    directory.key.reasons = vec!["dicomdir".to_owned()];
    files.push(directory.finish());
}

/// Files that are no DICOM at all, some with a name in them.
fn no_dicom(files: &mut Vec<SynthFile>) {
    let mut skipped = |name: &str, about: &str, bytes: Vec<u8>, canary: Option<String>| {
        let canaries = canary.map(|text| Canary {
            text,
            kind: CanaryKind::Text,
            planted_at: vec!["content".to_owned()],
            bytes_hex: None,
        });
        let key = FileKey {
            path: format!("malformed/{name}"),
            sha256: hex(&Sha256::digest(&bytes)),
            about: about.to_owned(),
            outcome: Outcome::Skipped,
            reasons: vec!["not_dicom".to_owned()],
            category: String::new(),
            uncategorized_reason: String::new(),
            modality: String::new(),
            transfer_syntax: String::new(),
            character_set: String::new(),
            n_frames: 0,
            rows: 0,
            columns: 0,
            lossless: false,
            pixel_sha256: String::new(),
            hounsfield: Vec::new(),
            n_elements: 0,
            canaries: canaries.into_iter().collect(),
        };
        files.push(SynthFile { bytes, key });
    };
    let mut mint = crate::canary::Mint::new(FIXTURE_SEED, Charset::Ascii);
    skipped("empty.dcm", "no byte at all", Vec::new(), None);
    skipped("one_byte.dcm", "a single byte", vec![8], None);
    let note = mint.word("note");
    skipped(
        "notes.txt",
        "a text file",
        format!("Please call {note} about the scan.\n").into_bytes(),
        Some(note),
    );
    skipped("picture.dcm", "a PNG named .dcm", PNG.to_vec(), None);
    skipped("zeros.dcm", "200 zero bytes", vec![0; 200], None);
    let html = mint.word("web page");
    skipped(
        "index.html",
        "a web page",
        format!("<!doctype html><title>{html}</title>\n").into_bytes(),
        Some(html),
    );
}

/// A black pixel.
const PNG: [u8; 67] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b, 0x55, 0x00,
    0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x00, 0x00, 0x00, 0x02, 0x00, 0x01,
    0x48, 0xaf, 0xa4, 0x71, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// The same instance twice, and one SOP Instance UID with two pictures. Files are taken in the order of their paths.
fn duplicates(files: &mut Vec<SynthFile>) {
    let copy = |name: &str, of, about| {
        let mut copy = draft(of, about, |_| {});
        copy.key.path = format!("malformed/{name}");
        copy
    };
    let first = "the first of two files with the same bytes";
    files.push(copy("duplicate_a.dcm", "duplicate", first).finish());
    let mut second = copy("duplicate_b.dcm", "duplicate", "the second of two files with the same bytes");
    second.key.outcome = Outcome::Duplicate;
    files.push(second.finish());
    let first = "the first of two files with one SOP Instance UID and different pixels";
    files.push(copy("same_uid_a.dcm", "same uid", first).finish());
    let second = "the second of two files with one SOP Instance UID and different pixels";
    let mut second = copy("same_uid_b.dcm", "same uid", second);
    second.data.bytes(PIXEL_DATA, b"OW", [1, 0].repeat(32 * 32));
    files.push(rejected(second, &["sop_instance_conflict"]).finish());
}
