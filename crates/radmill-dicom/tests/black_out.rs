//! Pixels made black in every image of the fixtures and of the real files: the others are what they were, whatever the
//! transfer syntax, and what is written decodes to the same.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are test code too")]

mod common;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use dicom_core::{Tag, VR};
use radmill_dicom::{
    BlackedOutPixels, DataSet, Element, FileMetaInfo, Limits, PixelsToWrite, Value, parse, write_file,
};
use radmill_frame::{PixelMask, Rect};

use common::{fixtures, real_files};

const LIMITS: Limits = Limits { decoded_bytes_max: 1 << 28, ..common::LIMITS };

/// Frames that are looked at of one file.
const FRAMES_MAX: u32 = 3;

#[test]
fn the_rest_of_fixtures_stays() {
    assert!(fixtures().iter().filter(|path| check(path)).count() > 40);
}

#[test]
fn the_rest_of_real_files_stays() {
    let Some(files) = real_files() else { return };
    // Those that decode; large ones take long without optimisation.
    let small = |path: &&PathBuf| std::fs::metadata(path).unwrap().len() < 1 << 18;
    assert!(files.iter().filter(small).filter(|path| check(path)).count() > 150);
}

/// False if the file has no pixels that can be decoded and made black.
fn check(path: &Path) -> bool {
    let name = path.display();
    let source = Bytes::from(std::fs::read(path).unwrap());
    let Ok(instance) = parse(source, &LIMITS) else { return false };
    let Some(pixels) = &instance.pixels else { return false };
    let mask = PixelMask::black(vec![Rect { x: 0, y: 0, width: 5, height: 3 }])
        .and(PixelMask::keep_only(vec![Rect { x: 0, y: 0, width: 20, height: 11 }]));
    let Ok(n_frames) = pixels.description().map(|description| description.n_frames) else { return false };
    let frames: Result<Vec<_>, _> = (0..n_frames.min(FRAMES_MAX)).map(|f| pixels.decode_frame(f)).collect();
    let (Ok(frames), Ok(black)) = (frames, pixels.blacked_out(&mask, 0)) else { return false };

    let (data, transfer_syntax) = as_written(&instance.data, &black, &instance.source.transfer_syntax);
    let meta = FileMetaInfo { sop_class_uid: "1.2", sop_instance_uid: "2.25.1", transfer_syntax };
    let mut file = Vec::new();
    if write_file(&mut file, &data, PixelsToWrite::BlackedOut(&black), &meta).is_err() {
        // A later frame does not decode.
        return false;
    }
    let again = parse(Bytes::from(file), &LIMITS).unwrap().pixels.unwrap();
    for (mut expected, index) in frames.into_iter().zip(0..) {
        expected.black_out(&mask, 0);
        let found = again.decode_frame(index).unwrap();
        // Those of the source's encoding are gone with it.
        expected.defects = found.defects;
        assert!(found == expected, "{name}: frame {index}");
    }
    true
}

/// The data set that fits the pixels as they are written, and its transfer syntax.
fn as_written<'a>(
    data: &DataSet,
    black: &BlackedOutPixels<'_>,
    transfer_syntax: &'a str,
) -> (DataSet, &'a str) {
    let Some(form) = black.new_form() else { return (data.clone(), transfer_syntax) };
    let number = |element, value: u16| Element {
        tag: Tag(0x0028, element),
        vr: VR::US,
        value: Value::Bytes(Bytes::copy_from_slice(&value.to_le_bytes())),
    };
    let mut elements = vec![
        number(0x0002, form.photometric.samples_per_pixel()),
        number(0x0006, 0),
        number(0x0100, form.bits_allocated),
        number(0x0101, form.bits_stored),
        number(0x0102, form.bits_stored - 1),
        number(0x0103, u16::from(form.signed)),
        Element {
            tag: Tag(0x0028, 0x0004),
            vr: VR::CS,
            value: Value::Bytes(Bytes::from_static(form.photometric.term().as_bytes())),
        },
    ];
    // Of elements with the same tag the first one stays.
    elements.extend(data.elements().iter().cloned());
    (DataSet::new(elements, *data.character_set()), "1.2.840.10008.1.2.1")
}
