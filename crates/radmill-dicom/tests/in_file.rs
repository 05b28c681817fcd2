//! What is read of a file piece by piece is what is read of the whole, for sound files and for damaged ones.

#![expect(clippy::unwrap_used, reason = "the helpers of a test are test code too")]

mod common;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use common::{LIMITS, fixtures, real_files};
use radmill_dicom::{SourceFile, parse, parse_file};

/// Frames that are looked at of one file.
const FRAMES_MAX: u32 = 3;

struct InMemory(Bytes);

impl SourceFile for InMemory {
    fn bytes(&self) -> u64 {
        self.0.len() as u64
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let found = self.0.get(start..start + buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(found);
        Ok(())
    }
}

/// Transfer syntax of what can be read piece by piece, once it was found to be what the whole gives.
fn check(bytes: &Bytes, name: &str) -> Option<String> {
    let file: Arc<dyn SourceFile> = Arc::new(InMemory(bytes.clone()));
    let pieces = parse_file(&file, &LIMITS).unwrap()?;
    let whole = parse(bytes.clone(), &LIMITS).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(pieces.data == whole.data, "{name}: other attributes");
    assert_eq!(pieces.source, whole.source, "{name}");
    let (pieces, whole) = (pieces.pixels.unwrap(), whole.pixels.unwrap());
    assert_eq!(pieces.description(), whole.description(), "{name}");
    for index in 0..pieces.description().unwrap().n_frames.min(FRAMES_MAX) {
        let (piece, whole) = (pieces.decode_frame(index), whole.decode_frame(index));
        assert_eq!(piece.is_ok(), whole.is_ok(), "{name}: {piece:?} {whole:?}");
        match (piece, whole) {
            (Ok(piece), Ok(whole)) => assert!(piece == whole, "{name}: frame {index} differs"),
            (piece, whole) => assert_eq!(piece.err(), whole.err(), "{name}"),
        }
    }
    Some(parse(bytes.clone(), &LIMITS).unwrap().source.transfer_syntax)
}

#[test]
fn fixtures_are_read_in_pieces_as_they_are_whole() {
    assert!(check_all(&fixtures()) > 40);
}

#[test]
fn real_files_are_read_in_pieces_as_they_are_whole() {
    let Some(files) = real_files() else { return };
    assert!(check_all(&files) > 300);
}

fn check_all(files: &[PathBuf]) -> usize {
    let read = |path: &PathBuf| Bytes::from(std::fs::read(path).unwrap());
    let found: Vec<String> =
        files.iter().filter_map(|path| check(&read(path), &path.display().to_string())).collect();
    for transfer_syntax in ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5"] {
        assert!(found.iter().any(|found| found == transfer_syntax), "{transfer_syntax}");
    }
    found.len()
}

#[test]
fn more_pixel_data_behind_the_pixel_data_change_nothing() {
    let mut n_encapsulated = 0;
    for path in fixtures() {
        let whole = std::fs::read(&path).unwrap();
        let Some(again) = whole.get(132..whole.len().saturating_sub(40)) else { continue };
        let twice = Bytes::from([&whole, again].concat());
        check(&twice, &path.display().to_string());
        let pixels = parse(whole.into(), &LIMITS).ok().and_then(|instance| instance.pixels);
        let n_frames = pixels.and_then(|pixels| Some(pixels.description().ok()?.n_frames));
        n_encapsulated += usize::from(n_frames > Some(1));
    }
    assert!(n_encapsulated > 2, "{n_encapsulated}");
}

#[test]
fn pixel_data_without_vr_are_read_whole() {
    let path = fixtures().into_iter().find(|path| path.ends_with("physics/qa.dcm")).unwrap();
    let mut file = std::fs::read(path).unwrap();
    let head = file.windows(6).position(|bytes| bytes == b"\xe0\x7f\x10\x00OW").unwrap();
    file[head + 12..].fill(0);
    file.extend(b"\xe1\x7f\x10\x00LO\x02\x00AB\xe1\x7f\x11\x00LO\x02\x00CD");
    // What stands in the place of the VR and behind it is a length as well: one that leads from the first element
    // behind the pixel data to the second, if these have no bytes.
    file[head + 4..head + 8].copy_from_slice(b"O\xa9\x0e\x00");
    assert_eq!(check(&file.into(), "without VR"), None);
}

#[test]
fn damaged_files_are_read_in_pieces_as_they_are_whole() {
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut n_read = 0;
    for path in fixtures() {
        let whole = std::fs::read(&path).unwrap();
        if !(1..60_000).contains(&whole.len()) {
            continue;
        }
        for round in 0..30 {
            let mut damaged = whole.clone();
            match round % 3 {
                0 => damaged.truncate(next(whole.len())),
                1 => damaged.extend(std::iter::repeat_n(round as u8, next(40))),
                _ => {}
            }
            for _ in 0..round % 4 {
                let at = next(damaged.len().max(1));
                if let Some(byte) = damaged.get_mut(at) {
                    *byte = next(256) as u8;
                }
            }
            let name = format!("{}, round {round}", path.display());
            n_read += usize::from(check(&Bytes::from(damaged), &name).is_some());
        }
    }
    assert!(n_read > 100, "{n_read}");
}
