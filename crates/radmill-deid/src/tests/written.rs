//! De-identified instances as files: what is read again is what was written, and stays.

use std::fs;
use std::path::{Path, PathBuf};

use radmill_dicom::{Limits, parse};
use radmill_frame::Frame;

use super::*;
use crate::{BurnedIn, DeidentifiedInstance, Policy, deidentify};

const LIMITS: Limits = Limits {
    file_bytes_max: 1 << 28,
    nesting_depth_max: 64,
    elements_max: 1 << 20,
    element_bytes_max: 1 << 28,
    frames_max: 1 << 16,
    frame_bytes_max: 1 << 28,
    decoded_bytes_max: 1 << 28,
    inflated_bytes_max: 1 << 28,
};

/// Files that were written, and those of them with black pixels.
#[derive(Default)]
struct Counts {
    written: usize,
    cleaned: usize,
}

#[test]
fn fixtures_stay_as_they_are_written() {
    let counts = check_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/dicom"));
    assert!(counts.written > 40 && counts.cleaned > 0);
}

#[test]
fn real_files_stay_as_they_are_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/dicom/dev");
    if !folder.is_dir() {
        println!("skipped: the real files are not here");
        return;
    }
    let counts = check_all(&folder);
    println!("{} written, {} of them with black pixels", counts.written, counts.cleaned);
    assert!(counts.written > 200 && counts.cleaned > 10);
}

fn check_all(folder: &Path) -> Counts {
    let mut counts = Counts::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { check(&path, &mut counts) }
        }
    }
    counts
}

/// Larger files take long without optimisation.
const SOURCE_BYTES_MAX: u64 = 1 << 21;

/// De-identifies, writes and reads three times.
fn check(path: &PathBuf, counts: &mut Counts) {
    if fs::metadata(path).unwrap().len() > SOURCE_BYTES_MAX {
        return;
    }
    let policy = Policy::basic().with_burned_in(BurnedIn::Clean);
    let Ok(source) = parse(fs::read(path).unwrap().into(), &LIMITS) else { return };
    let pixels = source.pixels.clone();
    let Ok(first) = deidentify(source, &policy, &key()) else { return };
    let name = path.display();
    let Some(written) = written(&first) else { return };
    counts.written += 1;

    let read = parse(written.into(), &LIMITS).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(read.data.text(tags::SOP_INSTANCE_UID).as_deref(), Some(first.sop_instance_uid()), "{name}");
    assert_eq!(read.pixels.is_some(), pixels.is_some(), "{name}");
    if !first.pixel_mask().is_empty() {
        counts.cleaned += 1;
        assert_eq!(read.data.text(tags::BURNED_IN_ANNOTATION).as_deref(), Some("NO"), "{name}");
        assert!(claims_clean_pixels(&read.data), "{name}");
        let frame = read.pixels.as_ref().unwrap().decode_frame(0).unwrap();
        let expected = first.decode_frame(0).unwrap().unwrap();
        // What is wrong with the source's fragments is not wrong any more.
        let expected = Frame { defects: frame.defects, ..expected };
        assert!(frame == expected, "{name}");
    } else if let (Some(before), Some(after)) = (&pixels, &read.pixels) {
        assert!(before.encoded_eq(after), "{name}: other bytes of pixel data");
    }

    // What is cleaned is not cleaned again, nor doubted later on.
    let (mut last, mut pixels) = (read.data.clone(), read.pixels);
    let mut source = read.source;
    for _ in 0..2 {
        let parsed = ParsedInstance { data: last, pixels: pixels.clone(), source };
        let again = deidentify(parsed, &policy, &key()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(again.pixel_mask().is_empty() || !claims_clean_pixels(&read.data), "{name}");
        assert_eq!(claims_clean_pixels(&again.data), claims_clean_pixels(&read.data), "{name}");
        let read = parse(self::written(&again).unwrap().into(), &LIMITS).unwrap();
        if let (Some(before), Some(after)) = (&pixels, &read.pixels) {
            assert!(before.encoded_eq(after), "{name}: other bytes of pixel data");
        }
        (last, pixels, source) = (read.data, read.pixels, read.source);
    }
}

/// `None` if it cannot be: no encoding is known for the transfer syntax, or pixels to be made black do not decode.
fn written(instance: &DeidentifiedInstance) -> Option<Vec<u8>> {
    let mut file = Vec::new();
    instance.write_dicom(&mut file).ok().map(|()| file)
}

fn claims_clean_pixels(data: &DataSet) -> bool {
    let codes = data.items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).iter();
    codes.filter_map(|item| item.text(tags::CODE_VALUE)).any(|code| code == "113101")
}
