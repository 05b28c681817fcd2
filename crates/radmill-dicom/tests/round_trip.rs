//! Every file that can be read is written and read again: the same elements, the same bytes of pixel data.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are test code too")]

mod common;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use common::{LIMITS, fixtures, real_files};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use radmill_dicom::{
    DataSet, EncodedPixels, FileMetaInfo, PixelsToWrite, Value, WriteError, parse, write_file,
};

#[test]
fn fixtures_read_back() {
    assert!(check_all(&fixtures()) > 40);
}

#[test]
fn real_files_read_back() {
    let Some(files) = real_files() else { return };
    assert!(check_all(&files) > 500);
}

/// Number of files that could be read.
fn check_all(files: &[PathBuf]) -> usize {
    files.iter().filter(|path| check(path)).count()
}

fn check(path: &Path) -> bool {
    let source = Bytes::from(std::fs::read(path).unwrap());
    let Ok(instance) = parse(source.clone(), &LIMITS) else { return false };
    // What the data set lacks is completed from the file meta, so that must not say more.
    let uid = |tag| instance.data.text(tag).unwrap_or_default();
    let meta = FileMetaInfo {
        sop_class_uid: &uid(tags::SOP_CLASS_UID),
        sop_instance_uid: &uid(tags::SOP_INSTANCE_UID),
        transfer_syntax: &instance.source.transfer_syntax,
    };
    let mut file = Vec::new();
    match write_file(&mut file, &instance.data, as_read(&instance.pixels), &meta) {
        Err(WriteError::UnknownTransferSyntax) => return true,
        result => result.unwrap(),
    }
    let name = path.display();
    let file = Bytes::from(file);
    let again = parse(file.clone(), &LIMITS).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (expected, found) = (padded(&instance.data), padded(&again.data));
    let differs = expected.iter().zip(&found).find(|(expected, found)| expected != found);
    assert!(differs.is_none() && expected.len() == found.len(), "{name}: {differs:?}");
    assert_eq!(instance.pixels.is_some(), again.pixels.is_some(), "{name}");
    if let (Some(before), Some(after)) = (&instance.pixels, &again.pixels) {
        assert_eq!(before.description(), after.description(), "{name}");
        assert!(before.encoded_eq(after), "{name}: other bytes of pixel data");
    }
    // Written again, nothing changes at all.
    let mut second = Vec::new();
    write_file(&mut second, &again.data, as_read(&again.pixels), &meta).unwrap();
    assert!(file == second, "{name}");
    true
}

fn as_read(pixels: &Option<EncodedPixels>) -> PixelsToWrite<'_> {
    pixels.as_ref().map_or(PixelsToWrite::None, PixelsToWrite::AsRead)
}

/// Tags, VRs and values of all levels, values with their padding; VRs as an implicit data set leaves them.
fn padded(data: &DataSet) -> Vec<(usize, Tag, VR, Vec<u8>)> {
    fn gather(data: &DataSet, depth: usize, found: &mut Vec<(usize, Tag, VR, Vec<u8>)>) {
        for element in data.elements() {
            let mut bytes = element.bytes().to_vec();
            if bytes.len() % 2 == 1 {
                bytes.push(0);
            }
            bytes.iter_mut().filter(|byte| **byte == b' ').for_each(|byte| *byte = 0);
            found.push((depth, element.tag, element.vr, bytes));
            if let Value::Items(items) = &element.value {
                items.iter().for_each(|item| gather(item, depth + 1, found));
            }
        }
    }
    let mut found = Vec::new();
    gather(data, 0, &mut found);
    found
}
