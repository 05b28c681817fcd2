//! Attributes that are missing, make no sense, or say who another file is.

use super::{PIXEL_DATA, draft, rejected};
use crate::file::SynthFile;
use crate::fixtures::CT_12;
use crate::key::Outcome;
use crate::plan::{Kind, Pixels};

/// Attributes that are missing or make no sense.
pub(super) fn attributes(files: &mut Vec<SynthFile>) {
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

/// The same instance twice, and one SOP Instance UID with two pictures. Files are taken in the order of their paths.
pub(super) fn duplicates(files: &mut Vec<SynthFile>) {
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
